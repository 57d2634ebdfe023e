"""What a conversation remembers between two messages, and what it may look at."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from campaign_engine.dialogue.intents import Intent
from campaign_engine.domain.campaign import Draft
from campaign_engine.domain.contact import CodeProblem, Person, Source
from campaign_engine.domain.message import Reply
from campaign_engine.domain.moving import Mover
from campaign_engine.domain.translation import TranslationTask
from campaign_engine.domain.windows import DEFAULT_HOURS, SendingHours

__all__ = ["Context", "Draft", "Places", "State", "Step"]


@dataclass(frozen=True, slots=True)
class State:
    """A row: the flow, the field it waits for, and codes chosen so far; never anything an ally typed.

    `version` counts the writes, so that two updates of one person cannot both build on the same state.
    """

    flow: str = ""
    field: str = ""
    data: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    language: str = ""
    version: int = 0


class Places(Protocol):
    """Find my precinct, from the tables that ship with the program."""

    def boroughs(self) -> tuple[str, ...]:
        """The five, in a fixed order."""

    def precincts(self, borough: str) -> tuple[tuple[int, str], ...]:
        """Precinct numbers of a borough with short neighbourhood names, in order."""

    def name(self, precinct: int) -> str:
        """Short neighbourhood names of one precinct."""

    def population(self, precinct: int) -> int:
        """People of the 2020 census."""

    def by_zip(self, zip_code: str) -> tuple[int, ...]:
        """Precincts that a ZIP may lie in, likeliest first; empty when it is not in the city."""

    def by_words(self, text: str) -> tuple[int, ...]:
        """Precincts with a neighbourhood that is called so, or whose name has these words in it; exact ones first."""


@dataclass(slots=True)  # each step makes one, and frozen fields take four times as long
class Context:
    """All that a step may look at beside state and inbound; read before the step, so that the step stays pure.

    `source` is what a start payload, a typed site code or the post under a pressed button resolved to, or None.
    `source_pledge` is the pledge that this post asks for; `source_event`: it is about an event.
    `waiting` counts campaigns that wait for this approver, `joints_waiting` conditional pledges that do,
    `own_waits` their own that wait for another, `requests` people who want to organize in their area,
    `texts_waiting` automatic texts that wait. `top` are the precincts of the current default ranking. `tasks` are
    texts that this person may translate. `hours` say when posts leave. `pinned` is the code of the lesson on top
    where the person's precinct was held, `recruiting_held_until` when people may be invited there again (safety
    I1). `code_problem` says why a code that was given leads nowhere. `moves_to` are chats that somebody on the page
    may go on in, `mover` whom a code that was given moves here (safety N5).
    """

    person: Person
    places: Places
    now: datetime
    source: Source | None = None
    source_pledge: str | None = None
    source_title: str = ""
    source_event: bool = False
    draft: Draft | None = None
    waiting: int = 0
    own_waits: int = 0
    joints_waiting: int = 0
    texts_waiting: int = 0
    requests: int = 0
    top: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    public_url: str = ""
    tasks: tuple[TranslationTask, ...] = ()
    pinned: str = ""
    hours: SendingHours = DEFAULT_HOURS
    code_problem: CodeProblem | None = None
    recruiting_held_until: datetime | None = None
    moves_to: tuple[str, ...] = ()
    mover: Mover | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What comes of one inbound."""

    state: State
    replies: tuple[Reply, ...] = ()
    intents: tuple[Intent, ...] = ()
