"""One line of the doctor."""

from dataclasses import dataclass
from enum import StrEnum

from campaign_engine.domain.errors import GroundswellError


class Level(StrEnum):
    """Green is well, yellow wants a look, red must be mended before `up`."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor; `todo` says what to do about it."""

    level: Level
    check: str
    says: str
    todo: str = ""


def failed(check: str, error: GroundswellError) -> Finding:
    """A check that ended in an error."""
    return Finding(Level.RED, check, error.message, error.hint)


def well(check: str, says: str) -> Finding:
    """Nothing to do."""
    return Finding(Level.GREEN, check, says)
