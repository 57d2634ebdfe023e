"""A campaign and its posts: kinds, states and who may move them on."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.audience import DIRECT_CHANNELS
from campaign_engine.domain.contact import LANGUAGES, Consent, ConsentKind, Topic
from campaign_engine.domain.errors import ForbiddenTransition, InvalidInput
from campaign_engine.domain.picture import PostPicture
from campaign_engine.domain.precinct import TargetRule
from campaign_engine.domain.schedule import Schedule


class CampaignKind(StrEnum):
    """What a campaign asks for; the kind decides who must approve (safety S1).

    `follow_up` is the program's own question two weeks after a pledge; nobody starts a campaign of it.
    """

    AWARENESS = "awareness"
    PLEDGE = "pledge"
    SERIES = "series"
    PRESENCE = "presence"
    RECRUIT = "recruit"
    MEMORIAL = "memorial"
    AFTERMATH = "aftermath"
    FOLLOW_UP = "follow_up"


STARTED_KINDS = tuple(kind for kind in CampaignKind if kind is not CampaignKind.FOLLOW_UP)
"""Kinds that people start."""

ADULT_APPROVED_KINDS = frozenset({CampaignKind.PRESENCE, CampaignKind.MEMORIAL, CampaignKind.AFTERMATH})
"""Kinds that need an adult safety lead as the second person (safety S1)."""

_TOPICS: Mapping[CampaignKind, ConsentKind] = {
    CampaignKind.SERIES: Topic.LESSON_SERIES,
    CampaignKind.AFTERMATH: Topic.CHECK_INS,
    CampaignKind.PRESENCE: Topic.EVENT_NEWS,
    CampaignKind.FOLLOW_UP: Consent.SURVEY,
}


def topic_of(kind: CampaignKind) -> ConsentKind:
    """What a person must have said yes to before a campaign of this kind writes to them (safety C4, I2)."""
    return _TOPICS.get(kind, Topic.AREA_UPDATES)


class CampaignStatus(StrEnum):
    """From a draft to its end; `cancelled` can be reached from every state before the end."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    CANCELLED = "cancelled"


_C = CampaignStatus
CAMPAIGN_TRANSITIONS: dict[CampaignStatus, frozenset[CampaignStatus]] = {
    _C.DRAFT: frozenset({_C.SUBMITTED, _C.CANCELLED}),
    _C.SUBMITTED: frozenset({_C.APPROVED, _C.DRAFT, _C.CANCELLED}),
    _C.APPROVED: frozenset({_C.SCHEDULED, _C.DRAFT, _C.CANCELLED}),
    _C.SCHEDULED: frozenset({_C.RUNNING, _C.PAUSED, _C.CANCELLED}),
    _C.RUNNING: frozenset({_C.PAUSED, _C.FINISHED, _C.CANCELLED}),
    _C.PAUSED: frozenset({_C.RUNNING, _C.SCHEDULED, _C.CANCELLED}),
    _C.FINISHED: frozenset(),
    _C.CANCELLED: frozenset(),
}


def check_campaign_transition(before: CampaignStatus, after: CampaignStatus) -> None:
    """Raise ForbiddenTransition, naming both states, unless the table above allows the step."""
    if after not in CAMPAIGN_TRANSITIONS[before]:
        raise ForbiddenTransition(
            f"A campaign that is {before} cannot become {after}.",
            hint="Open its status to see what can be done now.",
        )


class PostStatus(StrEnum):
    """Approval belongs to a post version: an edit takes that post back to draft, the rest runs on (safety S1).

    `fixed`: an approver changed a few letters, and the author's yes is waited for.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    FIXED = "fixed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


WAITING = (PostStatus.SUBMITTED, PostStatus.FIXED)
"""For an approver, or for its author's yes."""

_P = PostStatus
POST_TRANSITIONS: dict[PostStatus, frozenset[PostStatus]] = {
    _P.DRAFT: frozenset({_P.SUBMITTED, _P.WITHDRAWN}),
    _P.SUBMITTED: frozenset({_P.APPROVED, _P.FIXED, _P.DRAFT, _P.WITHDRAWN}),
    _P.FIXED: frozenset({_P.APPROVED, _P.SUBMITTED, _P.DRAFT, _P.WITHDRAWN}),
    _P.APPROVED: frozenset({_P.DRAFT, _P.WITHDRAWN}),
    _P.WITHDRAWN: frozenset(),
}


def check_post_transition(before: PostStatus, after: PostStatus) -> None:
    """Raise ForbiddenTransition unless the table above allows the step."""
    if after not in POST_TRANSITIONS[before]:
        raise ForbiddenTransition(f"A post that is {before} cannot become {after}.")


STALE_MINUTES = 180
"""How long after its time a post may still leave, unless it says otherwise (safety S6)."""


@dataclass(frozen=True, slots=True)
class PostContent:
    """All that an approval covers; two equal contents have the same hash.

    `texts` maps a language code to a template; `pledge` puts a pledge button under the post;
    `stale_minutes` after its time a post that has not left expires (safety S6). `rooms_only` posts are sent to nobody
    directly; `fixed` are reviewed texts that nobody changed (safety S2). `automatic` names the automatic text that this
    is: it leaves only in wordings that somebody approved (safety S1, domain.automatic_texts). `lesson` puts a button
    under it that opens this one, or the certificate at the end of the series (domain.lesson); `lesson_hashes` are what
    that lesson said, by language, and are approved like the text.
    `values` are further variables of an automatic text. `without_rooms` are linked rooms that the author left out.
    """

    texts: Mapping[str, str]
    schedule: Schedule
    channels: tuple[str, ...]
    targets: TargetRule
    pledge: PledgeCode | None = None
    stale_minutes: int = STALE_MINUTES
    rooms_only: bool = False
    fixed: bool = False
    automatic: str = ""
    lesson: str = ""
    lesson_hashes: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, int | str] = field(default_factory=dict)
    picture: PostPicture | None = None
    without_rooms: tuple[int, ...] = ()

    @property
    def needs_minimum(self) -> bool:
        """Goes to people directly in an organizer's own words (safety S2)."""
        return not self.rooms_only and not self.fixed and bool(set(self.channels).intersection(DIRECT_CHANNELS))

    def content_hash(self) -> str:
        """SHA-256 over the canonical JSON of every field, as 64 hexadecimal digits."""
        return _sha256(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types, read back by `from_json`."""
        return {
            "texts": dict(sorted(self.texts.items())),
            "schedule": self.schedule.as_json(),
            "channels": sorted(self.channels),
            "targets": self.targets.as_json(),
            "pledge": self.pledge,
            "stale_minutes": self.stale_minutes,
            **_flags(self.rooms_only, self.fixed, self.automatic),
            **({"lesson": self.lesson} if self.lesson else {}),
            **({"lesson_hashes": dict(sorted(self.lesson_hashes.items()))} if self.lesson_hashes else {}),
            **({"values": dict(sorted(self.values.items()))} if self.values else {}),
            **({"picture": self.picture.as_json()} if self.picture else {}),
            **({"without_rooms": sorted(self.without_rooms)} if self.without_rooms else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Inverse of `as_json`; channels come back in alphabetical order."""
        return cls(
            texts=dict(data["texts"]),
            schedule=Schedule.from_json(data["schedule"]),
            channels=tuple(data["channels"]),
            targets=TargetRule.from_json(data["targets"]),
            pledge=PledgeCode(data["pledge"]) if data["pledge"] else None,
            stale_minutes=int(data["stale_minutes"]),
            rooms_only=bool(data.get("rooms_only")),
            fixed=bool(data.get("fixed")),
            automatic=str(data.get("automatic", "")),
            lesson=str(data.get("lesson", "")),
            lesson_hashes=dict(data.get("lesson_hashes", {})),
            values=dict(data.get("values", {})),
            picture=PostPicture.from_json(data["picture"]) if data.get("picture") else None,
            without_rooms=tuple(data.get("without_rooms", ())),
        )


def _flags(rooms_only: bool, fixed: bool, automatic: str) -> dict[str, Any]:
    """Only those that are set, so that a content without them keeps the hash it was approved with."""
    return {
        name: value for name, value in (("rooms_only", rooms_only), ("fixed", fixed), ("automatic", automatic)) if value
    }


def _sha256(payload: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Post:
    """One piece of content with its current version; a campaign has at least one."""

    id: int
    campaign_id: int
    version: int
    status: PostStatus
    content: PostContent
    author_id: int
    approver_id: int | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """An effort with a goal (pledges to reach) in target precincts that are frozen at approval.

    `precincts` and `ranking_id` are set at submission and frozen at approval. `author_id` and approvers are contact ids
    of staff. `version` counts the writes, so that two people at once cannot both build on the same campaign. `posts`
    leaves out drafts with fields still to be filled. `launched_at` is when its first post was due. `translators` are
    teammates who wrote one of its texts in another language.
    """

    id: int
    title: str
    kind: CampaignKind
    status: CampaignStatus
    languages: tuple[str, ...]
    goal: int
    author_id: int
    created_at: datetime
    precincts: tuple[int, ...] = ()
    ranking_id: int | None = None
    posts: tuple[Post, ...] = field(default=())
    version: int = 0
    launched_at: datetime | None = None
    translators: frozenset[int] = frozenset()

    def approval_hash(self, precincts: tuple[int, ...]) -> str:
        """SHA-256 over all that an approver sees: campaign, precincts and every post; 64 hexadecimal digits."""
        seen = {
            "title": self.title,
            "kind": self.kind,
            "goal": self.goal,
            "languages": sorted(self.languages),
            "precincts": sorted(precincts),
            "posts": sorted(f"{post.id}:{post.content.content_hash()}" for post in self.posts),
        }
        return _sha256(seen)


@dataclass(frozen=True, slots=True)
class Draft:
    """The organizer's current draft as the dialogue needs it; empty values are still to be asked.

    `targets` and `schedule` are the JSON of TargetRule and Schedule. `version` is the campaign's. `live` when it edits
    a post of a campaign that was approved before. `asked` are languages whose text a teammate was asked for, `skipped`
    are optional fields that were answered with no. `before` are the fields that the last change changed, as they were.
    """

    campaign_id: int
    kind: str
    title: str = ""
    goal: int = 0
    targets: Mapping[str, Any] | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    schedule: Mapping[str, Any] | None = None
    channels: tuple[str, ...] = ()
    pledge: str | None = None
    languages: tuple[str, ...] = LANGUAGES
    post_id: int = 0
    version: int = 0
    live: bool = False
    rooms_only: bool = False
    fixed: bool = False
    automatic: str = ""
    asked: tuple[str, ...] = ()
    picture: Mapping[str, Any] | None = None
    without_rooms: tuple[int, ...] = ()
    skipped: tuple[str, ...] = ()
    before: Mapping[str, Any] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of fields that must be filled before it can be submitted, in the order they are asked."""
        needed = ("title", "goal", "targets", "texts", "schedule", "channels")
        empty = tuple(name for name in needed if not getattr(self, name))
        return (*empty, "alt") if self.alt_missing else empty

    @property
    def alt_missing(self) -> tuple[str, ...]:
        """Languages of the texts in which nobody has said yet what the picture shows."""
        return PostPicture.from_json(self.picture).lacks(self.languages) if self.picture else ()

    def as_json(self) -> dict[str, Any]:
        """Like PostContent.as_json, with None where a field is still to be filled."""
        return {
            "texts": dict(sorted(self.texts.items())),
            "schedule": self.schedule and dict(self.schedule),
            "channels": sorted(self.channels),
            "targets": self.targets and dict(self.targets),
            "pledge": self.pledge,
            "stale_minutes": STALE_MINUTES,
            **_flags(self.rooms_only, self.fixed, self.automatic),
            **({"picture": dict(self.picture)} if self.picture else {}),
            **({"without_rooms": sorted(self.without_rooms)} if self.without_rooms else {}),
            **({"asked": sorted(self.asked)} if self.asked else {}),
            **({"skipped": sorted(self.skipped)} if self.skipped else {}),
            **({"before": dict(self.before)} if self.before else {}),
        }

    def content(self) -> PostContent:
        """Raises InvalidInput while anything but title and goal is missing."""
        if set(self.missing) - {"title", "goal"}:
            raise InvalidInput("This draft is not complete.", hint="Fill in: " + ", ".join(self.missing) + ".")
        return PostContent.from_json(self.as_json())


@dataclass(frozen=True, slots=True)
class PostSource:
    """What a button under an approved post belongs to; `pledge` is what the post asks for, `status` the campaign's."""

    campaign_id: int
    title: str
    pledge: PledgeCode | None
    status: CampaignStatus
    kind: CampaignKind
