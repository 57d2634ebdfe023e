"""What posts say: rendered as they will be read, and checked before anybody else reads them."""

import asyncio
import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from campaign_engine.domain.campaign import Campaign, CampaignKind, Draft, Post, PostContent
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.drafting import check_schedule
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.message import Reply
from campaign_engine.domain.precinct import borough_of
from campaign_engine.domain.review import FixedText
from campaign_engine.domain.schedule import Schedule
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours
from campaign_engine.ports.renderer import Renderer
from campaign_engine.ports.unit_of_work import UnitOfWork
from campaign_engine.ports.wordlists import WordLists
from campaign_engine.services.directory import SupportDirectory
from campaign_engine.services.linting import Linting

_FIXED_KINDS = (CampaignKind.SERIES, CampaignKind.AFTERMATH)
"""Lessons and check-ins: what we ship is reviewed once and goes out as it is."""

_WHEN = re.compile(r"\{[{%][^}]*\bwhen\b")

SAMPLE_VALUES: Mapping[str, object] = {"count": 60, "goal": 100, "start": "meetup"}
"""Of automatic texts with variables of their own, for whoever approves one."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What texts and drafts may refer to: channels of this installation, short names of precincts, our own page.

    `hours`: when posts leave.
    """

    channels: frozenset[str]
    area_name: Callable[[int], str]
    public_url: str
    hours: SendingHours = DEFAULT_HOURS


class PostTexts:
    """Texts of posts in the surroundings of this installation."""

    def __init__(
        self, renderer: Renderer, surroundings: Surroundings, words: WordLists, directory: SupportDirectory
    ) -> None:
        self._renderer = renderer
        self._directory = directory
        self._around = surroundings
        self.linting = Linting(renderer, words, surroundings.area_name, surroundings.public_url)

    @property
    def channels(self) -> frozenset[str]:
        """Those of this installation."""
        return self._around.channels

    @property
    def hours(self) -> SendingHours:
        """When posts of this installation leave."""
        return self._around.hours

    def all_of(self, campaign: Campaign) -> tuple[tuple[str, str], ...]:
        """Pairs of language and rendered text, in the order of the campaign's languages; its precincts are needed."""
        return tuple(
            (language, self.rendered(campaign, post, language))
            for post in campaign.posts
            for language in campaign.languages
            if language in post.content.texts
        )

    def rendered(self, campaign: Campaign, post: Post, language: str) -> str:
        """As somebody in the first of its precincts reads it."""
        precinct = campaign.precincts[0]
        values = {
            "area": self._around.area_name(precinct),
            "borough": borough_of(precinct).value,
            "precinct": precinct,
            "campaign": campaign.title,
            "link": self._around.public_url,
        }
        return self._renderer.post(post.content, language, values)

    def check_times(self, schedule: Schedule, now: datetime, *, begun: bool) -> None:
        """Raise InvalidInput unless its times lie in the hours of this installation and are still to come."""
        check_schedule(schedule, now, self._around.hours, begun=begun)

    async def check_post(self, campaign: Campaign, post: Post, now: datetime, *, begun: bool) -> None:
        """Raise InvalidInput unless its times and all its texts may go out; read beside the event loop."""
        self.check_times(post.content.schedule, now, begun=begun)
        if post.content.schedule.around is None and any(_WHEN.search(text) for text in post.content.texts.values()):
            raise InvalidInput(
                "The text has {{ when }} in it, and this post follows no event.",
                "Take it out, or choose days around an event.",
                "no_event",
            )
        await asyncio.to_thread(self.linting.check, campaign, post)

    async def check_named(self, work: UnitOfWork, posts: Iterable[Post]) -> None:
        """Raise InvalidInput for a post that sends people where nobody looked lately (safety H5)."""
        await self._directory.check_texts(work, (text for post in posts for text in post.content.texts.values()))

    def check(self, text: str, language: str) -> None:
        """Raise InvalidInput, naming the language, for a template that is broken or links where it may not."""
        try:
            self._renderer.check(text)
        except InvalidInput as error:
            error.values = {**error.values, "language": language}
            raise

    def fixed(self, draft: Draft) -> Draft:
        """With the shipped text in each of its languages, and no other (safety I2)."""
        texts = {language: self._renderer.fixed(draft.kind, language).text for language in draft.languages}
        return dataclasses.replace(draft, texts=texts, fixed=True, automatic=draft.kind, rooms_only=False, pledge=None)

    def sample(self, name: str, language: str) -> str:
        """A fixed text as somebody may read it, with an area and a title as examples."""
        precinct = 75
        values = {
            "area": self._around.area_name(precinct),
            "borough": borough_of(precinct).value,
            "precinct": precinct,
            "campaign": self._renderer.reply(Reply("texts.sample"), language).text,
            "link": self._around.public_url,
            **SAMPLE_VALUES,
        }
        return self._renderer.text(self._renderer.fixed(name, language).text, values)

    def is_fixed(self, kind: str, content: PostContent) -> bool:
        """Whether each of its texts is the one that ships."""
        return all(text == self._renderer.fixed(kind, language).text for language, text in content.texts.items())

    def reviews(self, kind: str) -> tuple[FixedText, ...]:
        """Version and review of a fixed text in each language."""
        return tuple(self._renderer.fixed(kind, language) for language in LANGUAGES)

    def is_reviewed(self, draft: Draft) -> bool:
        """Whether it is nothing but our reviewed texts of a kind that they are made for (safety S2)."""
        if draft.kind not in _FIXED_KINDS or not draft.texts:
            return False
        return all(text == self._renderer.starter(draft.kind, language) for language, text in draft.texts.items())

    def with_starter(self, draft: Draft, changes: Mapping[str, object]) -> Mapping[str, object]:
        """The shipped text in place of `starter`, a language."""
        if "starter" not in changes:
            return changes
        language = str(changes["starter"])
        text = self._renderer.starter(draft.kind, language)
        others = {name: value for name, value in changes.items() if name != "starter"}
        return {**others, "texts": {language: text}}
