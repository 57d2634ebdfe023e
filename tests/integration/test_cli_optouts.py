"""Opt-outs that come and go as lists of keyed hashes (safety C7, C8, A1)."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from campaign_engine.bootstrap import Engine
from campaign_engine.domain.errors import StoreUnavailable
from campaign_engine.domain.message import Destination, InboundKind
from campaign_engine.services.optouts import AT_ONCE, OptOuts
from campaign_engine.store import tables
from tests.integration.test_cli_backup import does, joined, people
from tests.support.cli import Cli
from tests.support.engine import House


def hashed(cli: Cli, *ids: str, name: str = "list.csv") -> Path:
    """Another system's plain list, made ready."""
    plain, ready = cli.folder / "plain.txt", cli.folder / name
    plain.write_text("".join(f"{one}\n" for one in ids), encoding="utf-8")
    assert f": {len(set(ids))}." in cli.run("optouts", "hash", "telegram", str(plain), str(ready))
    return ready


def kept(cli: Cli) -> dict[str, Any]:
    """Everything that an import may touch."""

    async def look(engine: Engine) -> dict[str, Any]:
        found: dict[str, Any] = {}
        async with engine.database.read() as connection:
            for table in (tables.do_not_contact, tables.imported_optouts, tables.consents, tables.audit_entries):
                key = table.c[0]
                found[table.name] = [tuple(row) for row in await connection.execute(sa.select(table).order_by(key))]
            statuses = sa.select(tables.addresses.c.id, tables.addresses.c.status).order_by(tables.addresses.c.id)
            found["statuses"] = [tuple(row) for row in await connection.execute(statuses)]
        return found

    return cli.within(look)


def listed(cli: Cli, channel: str, *addresses: str) -> Path:
    """A list as another installation with the same key would export it."""
    from campaign_engine.domain.optout_list import header

    async def keys(engine: Engine) -> tuple[str, list[str]]:
        cipher = engine.database.cipher
        return cipher.fingerprint(), [cipher.lookup(channel, address) for address in addresses]

    fingerprint, hashes = cli.within(keys)
    path = cli.folder / "other.csv"
    path.write_text("\n".join((header(fingerprint, len(hashes)), *hashes)) + "\n", encoding="ascii")
    return path


def test_C7_an_imported_opt_out_is_as_good_as_a_stop_until_their_own_start(cli: Cli) -> None:
    joined(cli, "stays", "goes")
    said = cli.run("optouts", "import", str(listed(cli, "web", "goes", "never was here")))
    assert "Added: 2. Known before: 0." in said
    assert people(cli, "stays", "goes") == {"stays": (True, True), "goes": (True, False)}
    does(cli, "goes", (InboundKind.START, ""))

    async def topics(engine: Engine) -> object:
        async with engine.store.read() as work:
            seen = await work.dialogues.look(Destination("web", "goes"), engine.time.clock())
        return seen.person.opted_out, any(seen.person.topics.values())

    assert cli.within(topics) == (False, False)


def test_C7_the_same_list_again_changes_nothing(cli: Cli) -> None:
    path = hashed(cli, "11", "22", "33")
    cli.run("optouts", "import", str(path))
    before = kept(cli)
    assert "Added: 0. Known before: 3." in cli.run("optouts", "import", str(path))
    after = kept(cli)
    assert {**after, "audit_entries": None} == {**before, "audit_entries": None}


def test_C7_undo_takes_back_the_last_import_and_no_stop_since(cli: Cli) -> None:
    joined(cli, "one", "two", "three")
    does(cli, "three", (InboundKind.TEXT, "STOP"))
    before = kept(cli)
    cli.run("optouts", "import", str(listed(cli, "web", "one", "two", "three", "unknown")))
    does(cli, "two", (InboundKind.TEXT, "STOP"))
    assert "Nothing was changed" in cli.run("optouts", "undo", typed="n\n")
    said = cli.run("optouts", "undo", "--yes")
    assert "It would take back: 2." in said
    assert "stay as they are: 1" in said
    assert "Taken back: 2." in said
    assert people(cli, "one", "two", "three") == {"one": (True, True), "two": (True, False), "three": (True, False)}
    after = kept(cli)
    assert after["imported_optouts"] == []
    assert len(after["do_not_contact"]) == len(before["do_not_contact"]) + 1
    assert "no import to take back" in cli.run("optouts", "undo", "--yes", code=1)


def test_C8_export_and_import_carry_everybody_who_has_left(cli: Cli) -> None:
    joined(cli, "deleted", "stopped", "stays")
    does(cli, "deleted", (InboundKind.COMMAND, "delete"), (InboundKind.CHOICE, "del:yes"))
    does(cli, "stopped", (InboundKind.TEXT, "stop"))
    path = cli.folder / "out.csv"
    assert "out.csv: 2." in cli.run("optouts", "export", str(path))
    lines = path.read_text(encoding="ascii").splitlines()
    assert lines[1:] == sorted(lines[1:])
    assert lines[0].startswith("groundswell-optouts,1,")
    assert path.stat().st_mode & 0o077 == 0
    assert "is there already" in cli.run("optouts", "export", str(path), code=1)
    assert "Added: 0. Known before: 2." in cli.run("optouts", "import", str(path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"groundswell-optouts,1,0000000000000000,1\n" + b"a" * 64 + b"\n", "another key"),
        (b"700123456789\n", "no list of opt-outs"),
        (b"\xff\xfe\x00", "no text"),
        (b"", "no list of opt-outs"),
    ],
    ids=["another key", "plain", "no text", "empty"],
)
def test_C7_a_wrong_list_is_refused_and_nothing_is_half_done(cli: Cli, content: bytes, says: str) -> None:
    path = cli.folder / "wrong.csv"
    path.write_bytes(content)
    before = kept(cli)
    said = cli.run("optouts", "import", str(path), code=1)
    assert says in said
    assert "Nothing was changed" in said
    assert "700123456789" not in said
    assert kept(cli) == before


def test_C7_a_wrong_line_at_the_end_of_a_long_list_keeps_all_of_it_out(sqlite_cli: Cli) -> None:
    path = hashed(sqlite_cli, *(str(number) for number in range(1, 40)))
    lines = path.read_text(encoding="ascii").splitlines()
    path.write_text("\n".join([*lines[:-1], "d41d8cd98f00b204e9800998ecf8427e"]), encoding="ascii")
    before = kept(sqlite_cli)
    assert "Line 40 is no keyed hash" in sqlite_cli.run("optouts", "import", str(path), code=1)
    assert kept(sqlite_cli) == before
    missing = sqlite_cli.folder / "nowhere.csv"
    assert "cannot be opened" in sqlite_cli.run("optouts", "import", str(missing), code=1)


def test_A1_a_plain_list_is_kept_nowhere(sqlite_cli: Cli) -> None:
    ready = hashed(sqlite_cli, "700123456789")
    sqlite_cli.run("optouts", "import", str(ready))
    (sqlite_cli.folder / "plain.txt").unlink()
    for path in sqlite_cli.folder.rglob("*"):
        assert not path.is_file() or b"700123456789" not in path.read_bytes()
    wrong = sqlite_cli.folder / "names.txt"
    wrong.write_text("@maya\n", encoding="utf-8")
    said = sqlite_cli.run("optouts", "hash", "telegram", str(wrong), str(sqlite_cli.folder / "new.csv"), code=1)
    assert "Line 1 is no id" in said
    assert "maya" not in said
    assert not (sqlite_cli.folder / "new.csv").exists()


async def test_C7_an_import_that_fails_midway_leaves_nothing(house: House) -> None:
    hashes = [f"{number:064x}" for number in range(3 * AT_ONCE)]
    optouts, seen = OptOuts(house.clock), []

    def bar(done: int, total: int) -> None:
        seen.append((done, total))
        if done > AT_ONCE:
            raise StoreUnavailable("The disk is full.")

    with pytest.raises(StoreUnavailable):
        async with house.store.write() as work:
            await optouts.add(work, "operator", hashes, bar)
    assert seen == [(AT_ONCE, len(hashes)), (2 * AT_ONCE, len(hashes))]
    assert not await house.rows(tables.do_not_contact)
    assert not await house.rows(tables.imported_optouts)
    async with house.store.write() as work:
        assert await optouts.add(work, "operator", hashes, lambda *_: None) == len(hashes)
    assert len(await house.rows(tables.do_not_contact)) == len(hashes)


async def test_C8_delete_and_their_own_start_end_what_an_import_left(house: House) -> None:
    phones = [await house.person(name, "telegram").join() for name in ("1", "2")]
    async with house.store.write() as work:
        hashes = [work.optouts.hash("telegram", phone.address) for phone in phones]
        await OptOuts(house.clock).add(work, "operator", hashes, lambda *_: None)
    assert "to another service" in await phones[0].command("export")
    await phones[0].command("delete")
    await phones[0].tap("Yes, delete it")
    await phones[1].start()
    assert not await house.rows(tables.imported_optouts)
    (left,) = await house.rows(tables.do_not_contact)
    assert left.address_hash == hashes[0]


def test_C7_A1_undo_after_a_restore_takes_back_no_stop_since_the_backup(sqlite_cli: Cli) -> None:
    copy = sqlite_cli.folder / "copy.db"
    joined(sqlite_cli, "stops", "leaves", "nothing")
    sqlite_cli.run("optouts", "import", str(listed(sqlite_cli, "web", "stops", "leaves", "nothing")))
    sqlite_cli.run("db", "backup", str(copy))
    does(sqlite_cli, "stops", (InboundKind.TEXT, "STOP"))
    does(sqlite_cli, "leaves", (InboundKind.COMMAND, "delete"), (InboundKind.CHOICE, "del:yes"))
    sqlite_cli.run("db", "restore", str(copy), "--yes")
    assert "Taken back: 1." in sqlite_cli.run("optouts", "undo", "--yes")
    assert len(kept(sqlite_cli)["do_not_contact"]) == 2
