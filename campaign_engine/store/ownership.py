"""Which key file a database belongs to, so that a wrong one is noticed before anything is read or written."""

import hmac

import sqlalchemy as sa

from campaign_engine.store.cipher import wrong_key_error
from campaign_engine.store.database import Database
from campaign_engine.store.tables import meta
from campaign_engine.store.upsert import insert

_KEY = "key_fingerprint"


async def claim(database: Database) -> None:
    """Mark a fresh database with the key's fingerprint. Raises ConfigurationError when another key marked it."""
    marked = sa.select(meta.c.value).where(meta.c.key == _KEY)
    async with database.read() as connection:
        found = await connection.scalar(marked)
    if found is None:
        async with database.write() as connection:
            mark = insert(connection, meta).values(key=_KEY, value=database.cipher.fingerprint())
            await connection.execute(mark.on_conflict_do_nothing())
            found = await connection.scalar(marked)
    if not hmac.compare_digest(str(found), database.cipher.fingerprint()):
        raise wrong_key_error()
