"""Backups are whole, and a restore brings nobody back who has left (safety A1)."""

import itertools
import sqlite3
from datetime import datetime

import pytest

from campaign_engine.bootstrap import Engine
from campaign_engine.domain.consent import most_a_week
from campaign_engine.domain.message import Destination, Inbound, InboundKind
from campaign_engine.store.tables import lanes
from tests.support.cli import Cli

JOIN = ("a:16-17", "b:2", "n:75", "pl:B", "if:video", "t:yes")
UPDATES = itertools.count(1)


def does(cli: Cli, address: str, *steps: tuple[InboundKind, str]) -> None:
    async def act(engine: Engine) -> None:
        for kind, word in steps:
            text = word if kind is InboundKind.TEXT else ""
            command = word if kind is InboundKind.COMMAND else ""
            data = word if kind is InboundKind.CHOICE else ""
            update = Inbound("web", address, kind, str(next(UPDATES)), text=text, command=command, data=data)
            await engine.conversation.handle(update)

    cli.within(act)


def joined(cli: Cli, *addresses: str) -> None:
    for address in addresses:
        does(cli, address, (InboundKind.START, ""), *((InboundKind.CHOICE, answer) for answer in JOIN))


def test_a_backup_is_a_whole_database_of_its_own(sqlite_cli: Cli) -> None:
    copy = sqlite_cli.folder / "copy.db"
    sqlite_cli.run("site", "add", "Maple High", "--precinct", "75")
    sqlite_cli.run("db", "backup", str(copy))
    assert copy.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in sqlite_cli.folder.glob("*copy.db*")) == ["copy.db"]
    assert "is there already" in sqlite_cli.run("db", "backup", str(copy), code=1)
    assert "Maple High" in sqlite_cli.run("site", "list", DATABASE_URL=f"sqlite:///{copy}")


def test_a_damaged_database_gives_no_backup(sqlite_cli: Cli) -> None:
    live, copy = sqlite_cli.folder / "data" / "groundswell.db", sqlite_cli.folder / "copy.db"
    content = bytearray(live.read_bytes())
    content[8192:12288] = b"\xff" * 4096
    live.write_bytes(content)
    sqlite_cli.run("db", "backup", str(copy), code=1)
    assert not list(sqlite_cli.folder.glob("*copy.db*"))


def people(cli: Cli, *addresses: str) -> dict[str, tuple[bool, bool]]:
    """Whether each is known, and has said yes to updates."""

    async def look(engine: Engine) -> dict[str, tuple[bool, bool]]:
        found = {}
        async with engine.store.read() as work:
            for address in addresses:
                seen = await work.dialogues.look(Destination("web", address), engine.time.clock())
                known = seen.person.contact_id is not None
                found[address] = (known, known and not seen.person.opted_out and any(seen.person.topics.values()))
        return found

    return cli.within(look)


def test_A1_a_restore_does_not_bring_back_who_has_left(sqlite_cli: Cli) -> None:
    copy, live = sqlite_cli.folder / "copy.db", sqlite_cli.folder / "data" / "groundswell.db"
    joined(sqlite_cli, "stays", "leaves", "stops")
    sqlite_cli.run("db", "backup", str(copy))
    joined(sqlite_cli, "newcomer")
    does(sqlite_cli, "leaves", (InboundKind.COMMAND, "delete"), (InboundKind.CHOICE, "del:yes"))
    does(sqlite_cli, "stops", (InboundKind.TEXT, "STOP"))
    everybody = ("stays", "leaves", "stops", "newcomer")
    now = {"stays": (True, True), "leaves": (False, False), "stops": (True, False), "newcomer": (True, True)}
    assert people(sqlite_cli, *everybody) == now
    assert "Nothing was changed" in sqlite_cli.run("db", "restore", str(copy), typed="n\n")
    assert "removed again: 1" in sqlite_cli.run("db", "restore", str(copy), "--yes")
    assert people(sqlite_cli, *everybody) == {**now, "newcomer": (False, False)}
    assert "whole" in sqlite_cli.run("audit", "verify")
    assert sorted(path.name for path in live.parent.glob("*restor*")) == ["groundswell.db.before-restore"]
    assert "left from an earlier restore" in sqlite_cli.run("db", "restore", str(copy), "--yes", code=1)


def test_a_restore_that_cannot_be_leaves_the_database_as_it_is(sqlite_cli: Cli) -> None:
    live, copy = sqlite_cli.folder / "data" / "groundswell.db", sqlite_cli.folder / "copy.db"
    joined(sqlite_cli, "stays")
    sqlite_cli.run("db", "backup", str(copy))
    broken = sqlite_cli.folder / "broken.db"
    broken.write_bytes(copy.read_bytes()[:20_000])
    other = sqlite_cli.folder / "other.db"
    sqlite3.connect(other).close()
    text = sqlite_cli.folder / "text"
    text.write_text("not a database", encoding="utf-8")
    stranger = Cli(sqlite_cli.folder / "stranger")
    stranger.run("init")
    theirs = stranger.folder / "data" / "groundswell.db"
    for file, why in ((broken, ""), (other, "is no backup"), (text, ""), (theirs, "does not fit"), (live.parent, "")):
        assert why in sqlite_cli.run("db", "restore", str(file), "--yes", code=1)
    sqlite_cli.within(lambda engine: hold_lane(engine, engine.time.clock()))
    assert "Stop every process first" in sqlite_cli.run("db", "restore", str(copy), "--yes", code=1)
    assert people(sqlite_cli, "stays") == {"stays": (True, True)}
    assert not list(live.parent.glob("*restor*"))


async def hold_lane(engine: Engine, at: datetime) -> None:
    async with engine.database.write() as connection:
        await connection.execute(lanes.insert().values(name="web", owner="me", epoch=1, heartbeat_at=at))


def test_A1_a_lost_database_does_not_bring_back_who_has_left(sqlite_cli: Cli) -> None:
    live, copy = sqlite_cli.folder / "data" / "groundswell.db", sqlite_cli.folder / "copy.db"
    joined(sqlite_cli, "stays", "leaves", "stops")
    sqlite_cli.run("db", "backup", str(copy))
    does(sqlite_cli, "leaves", (InboundKind.COMMAND, "delete"), (InboundKind.CHOICE, "del:yes"))
    does(sqlite_cli, "stops", (InboundKind.TEXT, "STOP"))
    live.write_bytes(b"damaged, and long enough to be read as a database" * 200)
    assert "list of leavers has 2 entries" in sqlite_cli.run("db", "restore", str(copy), "--yes")
    expected = {"stays": (True, True), "leaves": (False, False), "stops": (True, False)}
    assert people(sqlite_cli, *expected) == expected
    for old in live.parent.iterdir():
        old.unlink()
    assert "removed again: 1" in sqlite_cli.run("db", "restore", str(copy), "--yes")
    assert people(sqlite_cli, *expected) == expected


def test_A1_who_came_back_after_a_deletion_does_not_get_the_old_row_back(sqlite_cli: Cli) -> None:
    copy = sqlite_cli.folder / "copy.db"
    joined(sqlite_cli, "returns")
    sqlite_cli.run("db", "backup", str(copy))
    does(sqlite_cli, "returns", (InboundKind.COMMAND, "delete"), (InboundKind.CHOICE, "del:yes"))
    does(sqlite_cli, "returns", (InboundKind.START, ""))
    assert "removed again: 1" in sqlite_cli.run("db", "restore", str(copy), "--yes")
    assert people(sqlite_cli, "returns") == {"returns": (False, False)}


def test_S5_a_replay_of_leavers_keeps_how_often_at_most(sqlite_cli: Cli) -> None:
    copy = sqlite_cli.folder / "copy.db"
    joined(sqlite_cli, "stops")
    does(sqlite_cli, "stops", (InboundKind.CHOICE, "fq:1"))
    sqlite_cli.run("db", "backup", str(copy))
    does(sqlite_cli, "stops", (InboundKind.TEXT, "STOP"))
    sqlite_cli.run("db", "restore", str(copy), "--yes")
    assert people(sqlite_cli, "stops") == {"stops": (True, False)}

    async def most(engine: Engine) -> int:
        async with engine.store.read() as work:
            return most_a_week((await work.dialogues.look(Destination("web", "stops"), engine.time.clock())).person)

    assert sqlite_cli.within(most) == 1


def test_A1_the_list_of_leavers_names_nobody_and_survives_what_can_happen_to_it(sqlite_cli: Cli) -> None:
    copy, listed = sqlite_cli.folder / "copy.db", sqlite_cli.settings.leavers
    joined(sqlite_cli, "one", "two", "three")
    sqlite_cli.run("db", "backup", str(copy))
    does(sqlite_cli, "one", (InboundKind.TEXT, "STOP"))
    assert listed.stat().st_mode & 0o077 == 0
    assert not listed.is_relative_to(sqlite_cli.settings.data_dir)
    with listed.open("a", encoding="ascii") as file:
        file.write("a line that was cut o")
    does(sqlite_cli, "two", (InboundKind.TEXT, "STOP"))
    assert "one" not in listed.read_text(encoding="ascii")
    listed.rename(aside := listed.with_name("aside"))
    listed.mkdir()
    does(sqlite_cli, "three", (InboundKind.TEXT, "STOP"))
    assert "cannot be read" in sqlite_cli.run("db", "restore", str(copy), "--yes", code=1)
    assert "bad" in sqlite_cli.run("doctor", code=1)
    listed.rmdir()
    aside.rename(listed)
    assert sqlite_cli.within(lambda engine: engine.store.keep_leavers()) == 1
    assert sqlite_cli.within(lambda engine: engine.store.keep_leavers()) == 0
    (sqlite_cli.folder / "data" / "groundswell.db").unlink()
    sqlite_cli.run("db", "restore", str(copy), "--yes")
    assert people(sqlite_cli, "one", "two", "three") == dict.fromkeys(("one", "two", "three"), (True, False))


def test_A1_a_list_of_leavers_of_another_key_is_refused_and_kept(sqlite_cli: Cli) -> None:
    copy, listed = sqlite_cli.folder / "copy.db", sqlite_cli.settings.leavers
    joined(sqlite_cli, "stays")
    sqlite_cli.run("db", "backup", str(copy))
    theirs = f"groundswell-leavers,1,{'0' * 16}\n{'a' * 64} deleted 2026-01-01T00:00:00+00:00\n"
    listed.write_text(theirs, encoding="ascii")
    assert "made with another key" in sqlite_cli.run("db", "restore", str(copy), "--yes", code=1)
    does(sqlite_cli, "stays", (InboundKind.TEXT, "STOP"))
    assert listed.read_text(encoding="ascii") == theirs
    assert people(sqlite_cli, "stays") == {"stays": (True, False)}


def test_a_restore_without_a_list_says_so(sqlite_cli: Cli) -> None:
    live, copy = sqlite_cli.folder / "data" / "groundswell.db", sqlite_cli.folder / "copy.db"
    joined(sqlite_cli, "stays")
    sqlite_cli.run("db", "backup", str(copy))
    for old in live.parent.iterdir():
        old.unlink()
    assert "no list of leavers" in sqlite_cli.run("db", "restore", str(copy), "--yes")
    assert people(sqlite_cli, "stays") == {"stays": (True, True)}


@pytest.mark.postgres
def test_A1_postgresql_is_restored_by_its_own_tools_and_leavers_are_replayed(postgres_cli: Cli) -> None:
    joined(postgres_cli, "stays", "leaves")
    does(postgres_cli, "leaves", (InboundKind.COMMAND, "delete"), (InboundKind.CHOICE, "del:yes"))
    kept = postgres_cli.settings.leavers.read_text(encoding="ascii").replace("deleted 20", "deleted 21")
    does(postgres_cli, "leaves", (InboundKind.START, ""))
    joined(postgres_cli, "leaves")
    postgres_cli.settings.leavers.write_text(kept, encoding="ascii")
    assert "Removed again: 1" in postgres_cli.run("db", "replay-leavers")
    assert people(postgres_cli, "stays", "leaves") == {"stays": (True, True), "leaves": (False, False)}


@pytest.mark.postgres
def test_postgresql_is_backed_up_by_its_own_tools(postgres_cli: Cli) -> None:
    copy = str(postgres_cli.folder / "copy.db")
    assert "pg_dump" in postgres_cli.run("db", "backup", copy, code=1)
    assert "pg_restore" in postgres_cli.run("db", "restore", copy, code=1)


def test_a_backup_goes_on_while_somebody_writes(sqlite_cli: Cli) -> None:
    live = sqlite3.connect(sqlite_cli.folder / "data" / "groundswell.db", isolation_level=None)
    live.execute("BEGIN IMMEDIATE")
    live.execute("INSERT INTO meta (key, value) VALUES ('half', 'done')")
    copy = sqlite_cli.folder / "copy.db"
    sqlite_cli.run("db", "backup", str(copy))
    live.execute("COMMIT")
    live.close()
    copied = sqlite3.connect(copy)
    assert copied.execute("SELECT count(*) FROM meta WHERE key = 'half'").fetchone() == (0,)
    copied.close()
