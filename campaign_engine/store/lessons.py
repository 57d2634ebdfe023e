"""How far people are in the lessons."""

from campaign_engine.domain.contact import LessonCode
from campaign_engine.store.tables import lesson_progress
from campaign_engine.store.transaction import Transaction
from campaign_engine.store.upsert import insert


class SqlLessonsRepository(Transaction):
    """Implements ports.lessons.LessonsRepository."""

    async def reach(self, contact_id: int, code: LessonCode, reached: int) -> None:
        """One upsert."""
        new = insert(self._connection, lesson_progress).values(contact_id=contact_id, lesson=code, reached=reached)
        await self._connection.execute(
            new.on_conflict_do_update(
                index_elements=["contact_id", "lesson"],
                set_={"reached": new.excluded.reached},
                where=lesson_progress.c.reached < new.excluded.reached,
            )
        )
