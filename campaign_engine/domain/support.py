"""The support directory: whom somebody can turn to, and whether a person looked lately that it is right (safety H5)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from campaign_engine.domain.errors import InvalidInput

REMIND_WITHIN = timedelta(days=30)
"""How long before its last day an entry is named by the doctor."""

KEPT_FOR = timedelta(days=180)
"""How long a look is good for where nobody says otherwise."""

LONGEST = timedelta(days=366)
_PHONE_DIGITS = 7
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class SupportEntry:
    """One place or line as shipped or added by the operator.

    `how` is a phone number, an address or a page; empty where the source names none. `precincts` is empty for the
    whole city. A `fixed` one stands on the help card and needs no look: 911, 988 and 741741. `capitals` is for a name
    of ordinary words, which a text means only when it writes them so.
    """

    name: str
    how: str = ""
    hours: str = ""
    about: str = ""
    precincts: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()
    fixed: bool = False
    capitals: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody of the team called or wrote and found it right; `how` is what they reached it by, where they say so."""

    verified_on: date
    verified_by: str
    expires: date
    how: str = ""


class Standing(StrEnum):
    """Only `fixed` and `verified` ones are shown."""

    FIXED = "fixed"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry with the newest look at it."""

    entry: SupportEntry
    look: Look | None = None

    @property
    def how(self) -> str:
        """As the one who looked wrote it, else as the source has it."""
        return self.look.how if self.look is not None and self.look.how else self.entry.how

    def standing(self, today: date) -> Standing:
        """`expires` is the last day on which it is shown."""
        if self.entry.fixed:
            return Standing.FIXED
        if self.look is None:
            return Standing.UNVERIFIED
        return Standing.VERIFIED if today <= self.look.expires else Standing.EXPIRED

    def is_shown(self, today: date) -> bool:
        """Whether a person may be sent there."""
        return self.standing(today) in (Standing.FIXED, Standing.VERIFIED)

    def ends_soon(self, today: date) -> bool:
        """Verified, and to be looked at again within 30 days."""
        return self.look is not None and self.is_shown(today) and self.look.expires - today <= REMIND_WITHIN

    def is_near(self, precinct: int | None) -> bool:
        """In this precinct, or for the whole city."""
        return not self.entry.precincts or precinct in self.entry.precincts

    def is_named_in(self, text: str) -> bool:
        """By its name, another name of it, or its phone number."""
        folded = str if self.entry.capitals else str.casefold
        said = f" {_words(folded(text))} "
        if any(f" {_words(folded(name))} " in said for name in (self.entry.name, *self.entry.aliases)):
            return True
        digits = re.sub(r"\D", "", self.how)
        return len(digits) >= _PHONE_DIGITS and digits in re.sub(r"\D", "", text)


def named_but_not_shown(text: str, listed: Iterable[Listed], today: date) -> tuple[Listed, ...]:
    """Entries that a text names and that nobody has looked at, or not lately; these alone block it."""
    return tuple(one for one in listed if not one.is_shown(today) and one.is_named_in(text))


def checked_look(one: Listed, look: Look) -> Look:
    """The same look. Raises InvalidInput for what needs none, a day that makes no sense, or no way to reach it."""
    entry = one.entry
    if entry.fixed:
        raise InvalidInput(f"{entry.name} is part of the help card.", "It needs no look and never expires.", "fixed")
    if not look.verified_on < look.expires <= look.verified_on + LONGEST:
        raise InvalidInput(
            "The last day must be after today and within a year.", "Look again then: places move.", "bad_expiry"
        )
    if not look.verified_by.strip():
        raise InvalidInput("Nobody is named who looked.", "Give --by with a work handle.", "no_handle")
    if not (look.how or entry.how):
        raise InvalidInput(
            f"Nothing says how to reach {entry.name}.", "Give --how with the phone number or address.", "no_how"
        )
    return look


def _words(text: str) -> str:
    return " ".join(_NOT_WORDS.sub(" ", text).split())
