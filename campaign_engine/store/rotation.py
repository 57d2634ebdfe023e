"""Addresses under a new key: batch by batch, so that it can be stopped and gone on with (safety A1)."""

from collections.abc import Callable

import sqlalchemy as sa

from campaign_engine.store.database import Database
from campaign_engine.store.tables import addresses, rooms

_BATCH = 500
_SEALED = (addresses, rooms)


async def reseal(database: Database, bar: Callable[[int, int], None]) -> int:
    """Encrypt with the newest key whatever an older one encrypts; how many addresses were. Raises StoreUnavailable."""
    newest = bytes([database.cipher.newest])
    total, done = 0, 0
    async with database.read() as connection:
        for table in _SEALED:
            count = sa.select(sa.func.count()).select_from(table).where(_older(table, newest))
            total += int(await connection.scalar(count) or 0)
    for table in _SEALED:
        while moved := await _batch(database, table, newest):
            done += moved
            bar(done, total)
    await database.scrub()
    return done


async def _batch(database: Database, table: sa.Table, newest: bytes) -> int:
    cipher = database.cipher
    columns = (table.c.id, table.c.channel, table.c.address_cipher)
    async with database.write() as connection:
        rows = (await connection.execute(sa.select(*columns).where(_older(table, newest)).limit(_BATCH))).all()
        if rows:
            change = table.update().where(table.c.id == sa.bindparam("row"))
            plain = [(row.id, row.channel, cipher.decrypt(row.channel, row.address_cipher)) for row in rows]
            await connection.execute(
                change, [{"row": id_, "address_cipher": cipher.encrypt(channel, at)} for id_, channel, at in plain]
            )
    return len(rows)


def _older(table: sa.Table, newest: bytes) -> sa.ColumnElement[bool]:
    """The first byte is the number of the key."""
    number = sa.func.substr(table.c.address_cipher, 1, 1, type_=sa.LargeBinary)
    return table.c.address_cipher.is_not(None) & (number != sa.literal(newest, sa.LargeBinary))
