"""The error tree.

GroundswellError
├── InvalidInput          what someone typed or a file holds is wrong; nothing was changed
│   └── BrokenFile        a row or a line of a file, named
├── NotAllowed            the role, the scope or the two-person rule forbids it
├── NotFound              no such campaign, site, code or precinct
├── ForbiddenTransition   the state it is in does not allow the step
├── Conflict              somebody else changed it first
├── ConfigurationError    a setting, a key file or a token is missing or does not fit
├── StoreUnavailable      the database cannot be read or written now
├── FeedFailed            the City's open data does not answer, or sends something else
└── SendError             a platform refused or did not answer (domain.delivery)

Messages and hints are shown to people and logged: they never carry an address, a token, a code or message text.
"""

from collections.abc import Mapping


class GroundswellError(Exception):
    """Has a stable code, a message for a person and a hint that says what to do.

    `values` are for a template that says the same in another language.
    """

    code = "error"

    def __init__(
        self, message: str, hint: str = "", code: str | None = None, values: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.values = values or {}
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidInput(GroundswellError):
    """Something typed or chosen is wrong; nothing was changed."""

    code = "invalid_input"


class BrokenFile(InvalidInput):
    """A file cannot be used; `row` counts from 1 at the first line of data, `column` is its heading."""

    code = "broken_file"

    def __init__(self, message: str, hint: str = "", row: int | None = None, column: str | None = None) -> None:
        super().__init__(message, hint)
        self.row = row
        self.column = column


class NotAllowed(GroundswellError):
    """Role, scope or the two-person rule forbids the step."""

    code = "not_allowed"


class NotFound(GroundswellError):
    """No such campaign, site, code or precinct."""

    code = "not_found"


class ForbiddenTransition(GroundswellError):
    """The state it is in does not allow the step."""

    code = "forbidden_transition"


class Conflict(GroundswellError):
    """Somebody else changed it first; read it again."""

    code = "conflict"


BUSY = "busy"
"""Code of a conflict that is over when the same is tried again."""


def busy() -> Conflict:
    """Whoever reads this tried several times."""
    return Conflict("Too much came at once.", "Send it again in a moment.", BUSY)


class ConfigurationError(GroundswellError):
    """A setting, a key file or a token is missing or does not fit."""

    code = "configuration"


class StoreUnavailable(GroundswellError):
    """The database cannot be read or written now; nothing was changed."""

    code = "store_unavailable"


class FeedFailed(GroundswellError):
    """A feed of the City's does not answer or sends what it should not; the edition in use stays."""

    code = "feed_failed"
