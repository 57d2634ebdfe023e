"""An ally's invite: one code that carries a step, a site and a last day, and no owner (safety N4).

The code is all there is: nothing is kept when it is made but a counter of its maker's, and nothing when it is used but
a keyed hash, so that it works once. No row leads from one person to another.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from campaign_engine.domain.codes import LETTERS

MOST_LIVE = 3
LIFE = timedelta(days=28)

MOST_STEPS = 7
"""Longer chains count as this one: few are so long that their people could be told apart."""

CODE_LENGTH = 16
PAYLOAD = "i_"
"""Stands before a code in a start payload."""

_GROUP = 4
_STEP, _DAY, _SITE, _SERIAL, _SEAL = 3, 7, 18, 24, 27
"""Bits of each part; together they fit into 16 letters. A guess is right once in 134 million."""

Seal = Callable[[str], str]
"""A keyed hash as hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Invite:
    """What one code says. `serial` only tells it from others that say the same."""

    generation: int
    site_id: int | None
    last_day: date
    serial: int

    def is_over(self, today: date) -> bool:
        """Works on its last day, and not after."""
        return today > self.last_day


def new_invite(generation: int, site_id: int | None, today: date) -> Invite:
    """The next step after its maker's; a site whose number does not fit is left out."""
    fits = site_id is not None and site_id < 1 << _SITE
    step = min(generation + 1, MOST_STEPS)
    return Invite(step, site_id if fits else None, today + LIFE, secrets.randbelow(1 << _SERIAL))


def written(invite: Invite, seal: Seal) -> str:
    """The code, 16 letters and digits."""
    said = _packed(invite)
    number = (_sealed(said, invite.last_day, seal) << (_STEP + _DAY + _SITE + _SERIAL)) | said
    signs = []
    for _ in range(CODE_LENGTH):
        number, sign = divmod(number, len(LETTERS))
        signs.append(LETTERS[sign])
    return "".join(signs)


def read(code: str, today: date, seal: Seal) -> Invite | None:
    """What a code says, also after its last day; None for one that we did not make, or whose day is long past."""
    if not is_invite_code(code):
        return None
    number = 0
    for sign in reversed(code):
        number = number * len(LETTERS) + LETTERS.index(sign)
    sealed, said = divmod(number, 1 << (_STEP + _DAY + _SITE + _SERIAL))
    rest, serial = divmod(said, 1 << _SERIAL)
    rest, site = divmod(rest, 1 << _SITE)
    step, day = divmod(rest, 1 << _DAY)
    last_day = _day(day, today)
    if _sealed(said, last_day, seal) != sealed:
        return None
    return Invite(step, site or None, last_day, serial)


def is_invite_code(text: str) -> bool:
    """Looks like one, in capitals and without hyphens."""
    return len(text) == CODE_LENGTH and set(text) <= set(LETTERS)


def spelled(code: str) -> str:
    """In groups of four, to be read aloud or typed."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def free_slots(days: Mapping[int, date], today: date) -> tuple[int, ...]:
    """Which of a person's three may be used, given the last day of what each was used for."""
    return tuple(slot for slot in range(MOST_LIVE) if slot not in days or today > days[slot])


def _packed(invite: Invite) -> int:
    number = invite.generation
    for bits, value in ((_DAY, invite.last_day.toordinal()), (_SITE, invite.site_id or 0), (_SERIAL, invite.serial)):
        number = (number << bits) | (value % (1 << bits))
    return number


def _day(number: int, today: date) -> date:
    """The only day between 99 days ago and the last that a new invite may have, whose number ends like this."""
    latest = (today + LIFE).toordinal()
    return date.fromordinal(latest - (latest - number) % (1 << _DAY))


def _sealed(said: int, last_day: date, seal: Seal) -> int:
    """Over the whole date, so that a code does not come alive again months later."""
    return int(seal(f"invite:{said}:{last_day.isoformat()}"), 16) >> (256 - _SEAL)
