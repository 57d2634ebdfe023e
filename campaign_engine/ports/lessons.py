"""What services need to keep about lessons."""

from typing import Protocol

from campaign_engine.domain.contact import LessonCode


class LessonsRepository(Protocol):
    """One row per person and lesson that was opened."""

    async def reach(self, contact_id: int, code: LessonCode, reached: int) -> None:
        """Keep how far somebody got, never less than before (domain.lesson.DONE)."""
