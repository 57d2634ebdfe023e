"""What learning wants done."""

from dataclasses import dataclass

from campaign_engine.dialogue.intents import Intent
from campaign_engine.domain.contact import LessonCode
from campaign_engine.domain.message import Reply


@dataclass(frozen=True, slots=True)
class NoteLesson(Intent):
    """How far the writer got in a lesson, never lowered (domain.lesson.DONE); no answer is kept (safety N2)."""

    code: LessonCode
    reached: int


@dataclass(frozen=True, slots=True)
class ShowCertificate(Intent):
    """The picture for six or twelve lessons, with these words and buttons; it names nobody (safety N1)."""

    lessons: int
    said: Reply
