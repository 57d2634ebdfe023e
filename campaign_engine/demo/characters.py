"""Who the simulated students are, drawn from a seed: what they will want, before anybody asks them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from random import Random

from campaign_engine.domain.contact import AgeBand
from campaign_engine.domain.schedule import to_utc, to_wall

STUDENT = "student-"
"""How the addresses of simulated students begin; no real one looks like it."""

_AGES = {
    AgeBand.UNDER_13: 4,
    AgeBand.FROM_13: 36,
    AgeBand.FROM_16: 38,
    AgeBand.FROM_18: 17,
    AgeBand.FROM_22: 5,
}
_OPEN, _BUSY, _CLOSE = 8.0, 15.5, 21.0
"""Hours of a New York day between which people come, most of them after school."""


class Way(StrEnum):
    """How somebody comes: by the link of a poster, by typing its code, or without any."""

    LINK = "link"
    TYPED = "typed"
    ALONE = "alone"


class Leaving(StrEnum):
    """How somebody ends it, if they do."""

    NOT = "not"
    STOP = "stop"
    OFF = "off"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Character:
    """One student. `site` counts in the stage's sites; times are UTC.

    `hint` is the language of their phone, `language` the one they want. `quits_after` so many answers the person goes,
    and comes `back_after` that time or never. `attention` and `goodwill` are the chances that a post is read, and that
    its button is then pressed.
    """

    number: int
    arrives: datetime
    way: Way
    site: int
    age: AgeBand
    hint: str
    language: str
    declines_place: bool
    wants_updates: bool
    quits_after: int | None
    back_after: timedelta | None
    babbles: bool
    attention: float
    goodwill: float
    leaving: Leaving
    leaves_after: timedelta

    @property
    def address(self) -> str:
        """Of their page chat."""
        return f"{STUDENT}{self.number:05}"


def dice(seed: int, *about: object) -> Random:
    """The same for the same seed and subject, whatever else was drawn before."""
    return Random(f"{seed}:{':'.join(map(str, about))}")  # noqa: S311 - simulated people, nothing secret


def popularity(seed: int, sites: int) -> tuple[float, ...]:
    """A weight per site: a few bring many, most bring some."""
    weights = [1 / (rank + 3) for rank in range(sites)]
    dice(seed, "sites").shuffle(weights)
    return tuple(weights)


def draw(seed: int, number: int, sites: Sequence[float], span: tuple[datetime, datetime]) -> Character:
    """One character; `sites` are weights, `span` the first and the last moment to come."""
    random = dice(seed, "student", number)
    spanish = random.random() < 0.27
    quits = random.random() < 0.15
    return Character(
        number=number,
        arrives=_arrival(random, span),
        way=random.choices(tuple(Way), (76, 12, 12))[0],
        site=random.choices(range(len(sites)), sites)[0],
        age=random.choices(tuple(_AGES), tuple(_AGES.values()))[0],
        hint="es" if spanish and random.random() < 0.6 else "en",
        language="es" if spanish else "en",
        declines_place=random.random() < 0.15,
        wants_updates=random.random() < 0.55,
        quits_after=random.randint(0, 3) if quits else None,
        back_after=timedelta(hours=random.uniform(1, 40)) if random.random() < 0.6 else None,
        babbles=random.random() < 0.06,
        attention=random.triangular(0.2, 0.95, 0.6),
        goodwill=random.triangular(0.2, 0.95, 0.6),
        leaving=random.choices(tuple(Leaving), (90, 5, 2, 3))[0],
        leaves_after=timedelta(hours=random.uniform(2, 150)),
    )


def _arrival(random: Random, span: tuple[datetime, datetime]) -> datetime:
    first, last = span
    days = (to_wall(last).date() - to_wall(first).date()).days
    day = to_wall(first).date() + timedelta(days=random.randint(0, days))
    hour = random.triangular(_OPEN, _CLOSE, _BUSY)
    moment = to_utc(datetime.combine(day, time()) + timedelta(seconds=int(hour * 3600)))
    return moment if first <= moment <= last else first + (last - first) * random.random()
