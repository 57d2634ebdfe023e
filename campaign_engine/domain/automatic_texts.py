"""Fixed texts that the program sends by itself: nobody writes them anew, somebody approves each version once (S1)."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from campaign_engine.domain.contact import LessonCode, Person, Role
from campaign_engine.domain.errors import NotAllowed, NotFound
from campaign_engine.domain.review import FixedText
from campaign_engine.domain.roles import Capability, may

SHORT_DIGITS = 8
"""Digits of a hash that people are shown."""


class Tier(StrEnum):
    """Who is the second person behind a text (safety S1)."""

    PEER = "peer"
    ADULT = "adult"


@dataclass(frozen=True, slots=True)
class AutomaticText:
    """`name` is that of its template, `templates/messages/<language>/post_<name>.j2`, in each of LANGUAGES.

    `at_once`: word of an event, which waits for no approval as long as it is just what ships (safety S9, ADR 13).
    `lesson`: the text is all that this lesson says, which the series leads to; it has no template.
    """

    name: str
    tier: Tier
    at_once: bool = False
    lesson: str = ""


def name_of_lesson(code: str) -> str:
    """Of the automatic text that a lesson is."""
    return f"lesson_{code}"


_TEMPLATES = (
    AutomaticText("aftermath", Tier.ADULT),
    AutomaticText("lesson_step", Tier.PEER),
    AutomaticText("lesson_end", Tier.PEER),
    AutomaticText("own_area", Tier.PEER),
    AutomaticText("follow_up", Tier.PEER),
    AutomaticText("joint_reached", Tier.PEER),
    AutomaticText("joint_started", Tier.PEER),
    AutomaticText("joint_stopped", Tier.PEER),
    AutomaticText("event_cancelled", Tier.ADULT, at_once=True),
    AutomaticText("event_changed", Tier.ADULT, at_once=True),
)
AUTOMATIC_TEXTS = (
    *_TEMPLATES,
    *(AutomaticText(name_of_lesson(code), Tier.PEER, lesson=code.value) for code in LessonCode),
)
"""All of them. After a change here, in a template or in a lesson: `python -m scripts.automatic_texts`."""

_CAPABILITIES: Mapping[Tier, Capability] = {
    Tier.PEER: Capability.APPROVE,
    Tier.ADULT: Capability.APPROVE_ADULT,
}


def automatic_text(name: str) -> AutomaticText:
    """Raises NotFound."""
    found = next((text for text in AUTOMATIC_TEXTS if text.name == name), None)
    if found is None:
        raise NotFound("There is no such text.", "Open the list of texts again.", "no_automatic_text")
    return found


def text_hash(source: str) -> str:
    """Of one language: SHA-256 of the template as 64 digits; line ends and blanks around do not count."""
    return hashlib.sha256("\n".join(source.strip().splitlines()).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TextKey:
    """One text in one language with just this wording: what an approval is for."""

    name: str
    language: str
    hash: str


def keys_of(name: str, texts: Mapping[str, str]) -> frozenset[TextKey]:
    """From templates by language."""
    return frozenset(TextKey(name, language, text_hash(source)) for language, source in texts.items())


@dataclass(frozen=True, slots=True)
class TextVersion:
    """A text as it is here and now, in every language that it is sent in."""

    text: AutomaticText
    fixed: tuple[FixedText, ...]

    @property
    def ordered_keys(self) -> tuple[TextKey, ...]:
        """One for each of `fixed`."""
        return tuple(TextKey(self.text.name, one.language, text_hash(one.text)) for one in self.fixed)

    @property
    def keys(self) -> frozenset[TextKey]:
        """One for each language."""
        return frozenset(self.ordered_keys)

    @property
    def short(self) -> str:
        """Changes with every word in any language."""
        joined = "\n".join(f"{key.language}:{key.hash}" for key in self.ordered_keys)
        return text_hash(joined)[:SHORT_DIGITS]

    @property
    def shipped(self) -> bool:
        """Word for word that of the release; else whoever runs this installation wrote it."""
        return all(one.shipped for one in self.fixed)

    def waits(self, approved: Iterable[TextKey]) -> bool:
        """Whether any language of it has not been approved."""
        return not self.keys.issubset(approved)


def may_approve_text(person: Person, text: AutomaticText) -> bool:
    """By the tier alone, whatever the area: the same text goes everywhere."""
    return person.contact_id is not None and may(person, _CAPABILITIES[text.tier])


def check_text_approver(person: Person, version: TextVersion) -> int:
    """Contact id of the second person. Raises NotAllowed.

    What was changed here is written by whoever holds the keys, so that no admin approves it.
    """
    if person.contact_id is None or not may_approve_text(person, version.text):
        if version.text.tier is Tier.ADULT and may(person, Capability.APPROVE):
            raise NotAllowed(
                "This text needs an adult safety lead.", "A safety lead can approve it.", "text_needs_lead"
            )
        raise NotAllowed("Only approvers can do that.", "This text waits for one of them.", "not_approver")
    if not version.shipped and person.has_role(Role.ADMIN):
        raise NotAllowed(
            "This text was changed on your own installation, so somebody else reads it.",
            "Two people stand behind every text. Ask another one who may approve it.",
            "own_text",
        )
    return person.contact_id
