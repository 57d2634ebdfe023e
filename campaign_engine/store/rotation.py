"""Addresses under a new key: batch by batch, so that it can be stopped and gone on with (safety A1)."""

from collections.abc import Callable

import sqlalchemy as sa

from campaign_engine.store.database import Database
from campaign_engine.store.push import SEALED_AS
from campaign_engine.store.tables import addresses, push_subscriptions, rooms

_BATCH = 500
_SEALED = (
    addresses.c.address_cipher,
    addresses.c.thread_cipher,
    rooms.c.address_cipher,
    push_subscriptions.c.endpoint_cipher,
)


async def reseal(database: Database, bar: Callable[[int, int], None]) -> int:
    """Encrypt with the newest key whatever an older one encrypts; how many addresses were. Raises StoreUnavailable."""
    newest = bytes([database.cipher.newest])
    total, done = 0, 0
    async with database.read() as connection:
        for column in _SEALED:
            count = sa.select(sa.func.count()).select_from(column.table).where(_older(column, newest))
            total += int(await connection.scalar(count) or 0)
    for column in _SEALED:
        while moved := await _batch(database, column, newest):
            done += moved
            bar(done, total)
    await database.scrub()
    return done


async def _batch(database: Database, column: sa.Column[bytes], newest: bytes) -> int:
    cipher, table = database.cipher, column.table
    channel = table.c.channel if "channel" in table.c else sa.literal(SEALED_AS).label("channel")
    columns = (table.c.id, channel, column.label("sealed"))
    async with database.write() as connection:
        rows = (await connection.execute(sa.select(*columns).where(_older(column, newest)).limit(_BATCH))).all()
        if rows:
            change = table.update().where(table.c.id == sa.bindparam("row"))
            plain = [(row.id, row.channel, cipher.decrypt(row.channel, row.sealed)) for row in rows]
            await connection.execute(
                change, [{"row": id_, column.name: cipher.encrypt(channel, at)} for id_, channel, at in plain]
            )
    return len(rows)


def _older(column: sa.Column[bytes], newest: bytes) -> sa.ColumnElement[bool]:
    """The first byte is the number of the key."""
    number = sa.func.substr(column, 1, 1, type_=sa.LargeBinary)
    return column.is_not(None) & (number != sa.literal(newest, sa.LargeBinary))
