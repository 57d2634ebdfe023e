"""What a second pair of eyes would say about a draft, before the second person reads it (safety F6)."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import cached_property

from campaign_engine.domain.campaign import Campaign, Draft, Post
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.lint.check import Facts, Texts, findings
from campaign_engine.domain.lint.finding import Finding, Severity, hints
from campaign_engine.domain.message import Reply
from campaign_engine.domain.precinct import PRECINCT_NUMBERS, borough_of
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.wordlists import WordLists

OWN_ERRORS = frozenset(
    {"broken_template", "empty_text", "link_not_allowed", "long_text", "missing_language", "unknown_variable"}
)
"""Findings that have an error text of their own; all others are said by `must_fix`."""


class Linting:
    """Reads texts as people will read them: variables filled in, as long as they get."""

    def __init__(self, renderer: Renderer, words: WordLists, area_name: Callable[[int], str], public_url: str) -> None:
        self._renderer = renderer
        self._words = words
        self._area_name = area_name
        self._public_url = public_url

    def of_draft(self, draft: Draft, precincts: Sequence[int] = (), lesson: str = "") -> tuple[Finding, ...]:
        """What must change first."""
        faults = tuple(fault for fault in (self._fault(*one) for one in draft.texts.items()) if fault is not None)
        broken = {fault.language for fault in faults}
        read = {
            language: self._read(draft, text, precincts)
            for language, text in draft.texts.items()
            if language not in broken
        }
        facts = Facts(
            kind=draft.kind,
            promised=draft.languages,
            channels=draft.channels,
            read=read,
            words={language: self._words.entries(language) for language in LANGUAGES},
            help_lines={language: self.help_line(language) for language in draft.texts},
            broken=faults,
            places=self._places,
            asked=draft.asked,
            lesson=lesson,
        )
        return findings(Texts(draft.title, draft.texts), facts)

    def of_post(self, campaign: Campaign, post: Post) -> tuple[Finding, ...]:
        """Of one that has left its draft."""
        return self.of_draft(_as_draft(campaign, post), campaign.precincts)

    def check(self, campaign: Campaign, post: Post) -> None:
        """Raise InvalidInput naming the first thing that must change, or the language that a teammate still has."""
        for finding in self.of_post(campaign, post):
            if finding.severity is not Severity.BETTER:
                code = finding.code if finding.code in OWN_ERRORS else "must_fix"
                values = {**finding.as_values(), "finding": finding.as_values()}
                raise InvalidInput("A text has to change first.", "Look at the hints, then hand it in.", code, values)

    def noted(self, card: Reply, campaign: Campaign) -> Reply:
        """The card with the hints that the author kept."""
        kept = [one.as_values() for post in campaign.posts for one in hints(self.of_post(campaign, post))]
        return dataclasses.replace(card, values={**card.values, "hints": tuple(kept)})

    def help_line(self, language: str) -> str:
        """As it can be added under a text."""
        return self._renderer.reply(Reply("lint.help_line"), language).text

    @cached_property
    def _places(self) -> frozenset[str]:
        return frozenset(self._area_name(number) for number in PRECINCT_NUMBERS)

    def _fault(self, language: str, text: str) -> Finding | None:
        try:
            self._renderer.check(text)
        except InvalidInput as error:
            line = error.values.get("line", 1)
            values = {"hint": error.hint}
            line = line if isinstance(line, int) else 1
            return Finding(error.code, Severity.MUST, language, line=line, values=values)
        return None

    def _read(self, draft: Draft, text: str, precincts: Sequence[int]) -> str:
        """In the precinct with the longest name, which is where a limit is met first."""
        longest = max(precincts or PRECINCT_NUMBERS, key=lambda number: len(self._area_name(number)))
        values = {
            "area": self._area_name(longest),
            "borough": borough_of(longest).value,
            "precinct": longest,
            "campaign": draft.title,
            "link": f"{self._public_url}/p/{draft.post_id}",
        }
        try:
            return self._renderer.text(text, values)
        except InvalidInput:
            # A variable that only some channels fill in: the source is measured instead.
            return text


def _as_draft(campaign: Campaign, post: Post) -> Draft:
    return Draft(
        campaign_id=campaign.id,
        kind=campaign.kind,
        title=campaign.title,
        texts=post.content.texts,
        channels=post.content.channels,
        languages=campaign.languages,
        post_id=post.id,
    )
