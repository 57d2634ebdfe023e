"""Posts that come close to each other or say the same again: said, and never in the way."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import Any

from campaign_engine.domain.campaign import Campaign, CampaignKind, Post, PostStatus
from campaign_engine.domain.schedule import to_wall

CLOSE = timedelta(hours=24)
"""Two posts to the same people within it: most of them get only one (safety S5)."""

LATELY = timedelta(days=30)
ALIKE = 0.85
"""Share of words in the same order from which on people read the same again."""

_TAG = re.compile(r"\{[{%].*?[%}]\}")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Clash:
    """Another campaign; `close` at this New York time in these precincts, else `alike` and last (or next) sent then."""

    campaign_id: int
    title: str
    at: datetime
    close: bool
    precincts: tuple[int, ...] = ()

    def as_values(self) -> dict[str, Any]:
        """For a template."""
        return {"title": self.title, "at": self.at, "close": self.close, "precincts": self.precincts}


def clashes(campaign: Campaign, others: Iterable[Campaign], now: datetime) -> tuple[Clash, ...]:
    """At most one of each sort per campaign, nearest first; `campaign` has the precincts of today."""
    found = [
        clash
        for other in others
        if other.id != campaign.id
        for clash in (_close(campaign, other, now), _alike(campaign, other, now))
        if clash is not None
    ]
    return tuple(sorted(found, key=lambda clash: (not clash.close, clash.at)))


def _posts(campaign: Campaign) -> Iterator[Post]:
    return (post for post in campaign.posts if post.status is not PostStatus.WITHDRAWN)


def _close(campaign: Campaign, other: Campaign, now: datetime) -> Clash | None:
    shared = tuple(sorted(set(campaign.precincts).intersection(other.precincts)))
    if not shared:
        return None
    today = to_wall(now)
    ours = [wall for post in _posts(campaign) for wall in post.content.schedule.walls() if wall > today]
    theirs = [wall for post in _posts(other) for wall in post.content.schedule.walls() if wall > today - CLOSE]
    near = sorted((abs(their - our), their) for our in ours for their in theirs if abs(their - our) <= CLOSE)
    return Clash(other.id, other.title, near[0][1], close=True, precincts=shared) if near else None


def _alike(campaign: Campaign, other: Campaign, now: datetime) -> Clash | None:
    """A check-in has one fixed text, which is the same every time (safety I2)."""
    if CampaignKind.AFTERMATH in (campaign.kind, other.kind):
        return None
    since = to_wall(now - LATELY)
    ours = [words for post in _posts(campaign) for words in _texts(post)]
    for post in _posts(other):
        walls = [wall for wall in post.content.schedule.walls() if wall > since]
        if walls and any(_same(our, their) for our in ours for their in _texts(post)):
            passed = [wall for wall in walls if wall <= to_wall(now)]
            return Clash(other.id, other.title, passed[-1] if passed else walls[0], close=False)
    return None


def _texts(post: Post) -> list[list[str]]:
    return [_WORD.findall(_TAG.sub(" ", text).casefold()) for text in post.content.texts.values()]


def _same(one: list[str], other: list[str]) -> bool:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE
