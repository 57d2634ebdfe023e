"""A new key for addresses: everybody is still reached, backups of before still open (safety A1)."""

import sqlalchemy as sa

from campaign_engine.bootstrap import Engine
from campaign_engine.domain.contact import AddressStatus, AgeBand, Medium
from campaign_engine.domain.message import Destination, Inbound, InboundKind
from campaign_engine.ports.people import NewContact
from campaign_engine.store.cipher import add_key, read_keys
from campaign_engine.store.tables import addresses, lanes
from tests.support.cli import Cli

PEOPLE = ("one", "two", "three")


def joined(cli: Cli, *people: str) -> None:
    async def act(engine: Engine) -> None:
        for address in people or PEOPLE:
            for number, (kind, data) in enumerate(((InboundKind.START, ""), (InboundKind.CHOICE, "a:16-17"))):
                await engine.conversation.handle(Inbound("web", address, kind, str(number), data=data))

    cli.within(act)


def sealed(cli: Cli) -> dict[str, int]:
    """Number of the key by plain address."""

    async def look(engine: Engine) -> dict[str, int]:
        async with engine.database.read() as connection:
            rows = await connection.scalars(sa.select(addresses.c.address_cipher))
            return {engine.database.cipher.decrypt("web", each): each[0] for each in rows}

    return cli.within(look)


def known(cli: Cli) -> bool:
    async def look(engine: Engine) -> bool:
        async with engine.store.read() as work:
            found = [await work.dialogues.look(Destination("web", one), engine.time.clock()) for one in PEOPLE]
        return all(each.person.contact_id is not None for each in found)

    return cli.within(look)


def test_A1_every_address_is_under_the_new_key_and_backups_still_open(cli: Cli) -> None:
    joined(cli)
    sheet = cli.folder / "sheet.txt"
    said = cli.run("db", "rotate-key", "--sheet", str(sheet))
    assert "under the new key: 3" in said
    assert sealed(cli) == dict.fromkeys(PEOPLE, 1)
    assert known(cli)
    assert "Address key 2" in sheet.read_text(encoding="utf-8")
    assert cli.settings.key_file.stat().st_mode & 0o077 == 0
    assert "is there already" in cli.run("db", "rotate-key", "--sheet", str(sheet), code=1)
    assert len(read_keys(cli.settings.key_file).address) == 2


def test_A1_a_backup_of_before_is_restored_after_a_rotation(sqlite_cli: Cli) -> None:
    joined(sqlite_cli)
    copy = sqlite_cli.folder / "copy.db"
    sqlite_cli.run("db", "backup", str(copy))
    sqlite_cli.run("db", "rotate-key", "--sheet", str(sqlite_cli.folder / "sheet.txt"))
    sqlite_cli.run("db", "restore", str(copy), "--yes")
    assert sealed(sqlite_cli) == dict.fromkeys(PEOPLE, 0)


def test_A1_a_rotation_that_was_stopped_is_gone_on_with(sqlite_cli: Cli) -> None:
    joined(sqlite_cli, "one", "two")
    add_key(sqlite_cli.settings.key_file)
    joined(sqlite_cli, "three")
    assert sealed(sqlite_cli) == {"one": 0, "two": 0, "three": 1}
    again = ("db", "rotate-key", "--go-on", "--sheet")
    assert "under the new key: 2" in sqlite_cli.run(*again, str(sqlite_cli.folder / "a.txt"))
    assert sealed(sqlite_cli) == dict.fromkeys(PEOPLE, 1)
    assert "under the new key: 0" in sqlite_cli.run(*again, str(sqlite_cli.folder / "b.txt"))


def test_A1_a_rotation_waits_until_nothing_runs(sqlite_cli: Cli) -> None:
    async def hold(engine: Engine) -> None:
        async with engine.database.write() as connection:
            now = engine.time.clock()
            await connection.execute(lanes.insert().values(name="web", owner="me", epoch=1, heartbeat_at=now))

    sqlite_cli.within(hold)
    before = sqlite_cli.settings.key_file.read_bytes()
    sheet = sqlite_cli.folder / "sheet.txt"
    assert "Stop every process first" in sqlite_cli.run("db", "rotate-key", "--sheet", str(sheet), code=1)
    assert sqlite_cli.settings.key_file.read_bytes() == before
    assert not sheet.exists()


def test_A1_the_direct_chats_of_discord_are_under_the_new_key_too(cli: Cli) -> None:
    who = Destination("discord", "7", thread="70")

    async def act(engine: Engine) -> None:
        async with engine.store.write() as work:
            new = NewContact(who, AgeBand.FROM_16, "en", AddressStatus.ACTIVE, engine.time.clock())
            contact_id, _ = await work.contacts.create(new)
            await work.contacts.answer_topic(contact_id, Medium.DIRECT_MESSAGES, True, engine.time.clock())
            assert await work.threads.keep(who)

    async def chats(engine: Engine) -> list[tuple[int, str]]:
        async with engine.database.read() as connection:
            rows = await connection.scalars(sa.select(addresses.c.thread_cipher))
            return [(each[0], engine.database.cipher.decrypt("discord", each)) for each in rows]

    cli.within(act)
    cli.run("db", "rotate-key", "--sheet", str(cli.folder / "sheet.txt"))
    assert cli.within(chats) == [(1, "70")]
