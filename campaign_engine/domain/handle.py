"""The work handle of a staff member, shown on cards and in the audit log; nothing else about them is kept."""

import unicodedata

from campaign_engine.domain.errors import Conflict, InvalidInput

_LENGTHS = range(3, 21)

OPERATOR = "operator"
"""Who the audit log names for what is done on the server, by whoever runs it."""

CLOCK = "clock"
"""Who the audit log names for what ends by itself."""

_PROGRAM = frozenset({OPERATOR, CLOCK, "demo"})
"""What the log calls the command line and the program itself (safety R3)."""


def read_handle(typed: str) -> str:
    """As it is stored: lower case, 3 to 20 letters or digits of any script. Raises InvalidInput, Conflict."""
    handle = unicodedata.normalize("NFKC", typed.strip()).casefold()
    if len(handle) not in _LENGTHS or not handle.isalnum():
        raise InvalidInput(
            "A handle has 3 to 20 letters or digits.",
            "Choose one that is not your real name, such as river7.",
            "bad_handle",
        )
    if handle in _PROGRAM:
        raise handle_taken()
    return handle


def handle_taken() -> Conflict:
    """The one error for a handle that somebody else has."""
    return Conflict("This handle is taken.", "Choose another one.", "handle_taken")


def code_not_valid() -> InvalidInput:
    """The one error for a wrong, used and expired code: which of them it is helps only someone who guesses."""
    return InvalidInput("This code does not work any more.", "Ask for a new one; each works once.", "invalid_code")
