"""A text that a teammate is asked to write in another language."""

from dataclasses import dataclass

from campaign_engine.domain.contact import Person
from campaign_engine.domain.permission import visible_precincts


@dataclass(frozen=True, slots=True)
class TranslationTask:
    """`language` of the campaign's draft is missing and was asked for."""

    campaign_id: int
    title: str
    language: str


def may_translate(person: Person, author_ids: frozenset[int], precincts: frozenset[int]) -> bool:
    """Staff whose scope meets the draft's precincts, other than those who wrote it (safety R1)."""
    if person.contact_id is None or person.contact_id in author_ids:
        return False
    seen = visible_precincts(person)
    return bool(seen.intersection(precincts) if precincts else seen)
