"""Ids that a platform gave to what one bot uploaded; implements channels.telegram_files.FileIds."""

import sqlalchemy as sa

from campaign_engine.ports.clock import Clock
from campaign_engine.store.database import Database
from campaign_engine.store.tables import uploads
from campaign_engine.store.upsert import insert


class SqlFileIds:
    """Of one bot, shared by all its processes."""

    def __init__(self, database: Database, bot: int, clock: Clock) -> None:
        self._database = database
        self._bot = bot
        self._clock = clock

    async def known(self, digest: str) -> str:
        """One read."""
        wanted = sa.select(uploads.c.file_id).where(uploads.c.bot == self._bot, uploads.c.digest == digest)
        async with self._database.read() as connection:
            return (await connection.scalar(wanted)) or ""

    async def keep(self, digest: str, file_id: str) -> None:
        """One upsert."""
        now = self._clock()
        async with self._database.write() as connection:
            new = insert(connection, uploads).values(bot=self._bot, digest=digest, file_id=file_id, uploaded_at=now)
            again = new.on_conflict_do_update(
                index_elements=[uploads.c.bot, uploads.c.digest], set_={"file_id": file_id, "uploaded_at": now}
            )
            await connection.execute(again)
