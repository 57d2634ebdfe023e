"""Discord's refusals: code, HTTP status, sentence and the tree of form errors, as the public API documents them."""

from enum import Enum
from typing import Any


class Code(Enum):
    """(code, HTTP status, message)."""

    UNAUTHORIZED = (0, 401, "401: Unauthorized")
    NOT_FOUND = (0, 404, "404: Not Found")
    UNKNOWN_CHANNEL = (10003, 404, "Unknown Channel")
    UNKNOWN_GUILD = (10004, 404, "Unknown Guild")
    UNKNOWN_INVITE = (10006, 404, "Unknown Invite")
    UNKNOWN_MEMBER = (10007, 404, "Unknown Member")
    UNKNOWN_MESSAGE = (10008, 404, "Unknown Message")
    UNKNOWN_USER = (10013, 404, "Unknown User")
    UNKNOWN_WEBHOOK = (10015, 404, "Unknown Webhook")
    UNKNOWN_INTERACTION = (10062, 404, "Unknown interaction")
    NOT_YOUR_APPLICATION = (20012, 403, "You are not authorized to perform this action on this application")
    TOO_MANY_WEBHOOKS = (30007, 400, "Maximum number of webhooks reached (15)")
    TOO_MANY_COMMANDS = (30032, 400, "Maximum number of application commands reached (100)")
    OPENING_DMS_TOO_FAST = (40003, 403, "You are opening direct messages too fast")
    ENTITY_TOO_LARGE = (40005, 413, "Request entity too large")
    ALREADY_CROSSPOSTED = (40033, 400, "This message has already been crossposted")
    ALREADY_ACKNOWLEDGED = (40060, 400, "Interaction has already been acknowledged.")
    MISSING_ACCESS = (50001, 403, "Missing Access")
    NOT_IN_A_DM = (50003, 403, "Cannot execute action on a DM channel")
    FOREIGN_MESSAGE = (50005, 403, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (50006, 400, "Cannot send an empty message")
    CANNOT_DM = (50007, 403, "Cannot send messages to this user")
    MISSING_PERMISSIONS = (50013, 403, "Missing Permissions")
    WRONG_CHANNEL_TYPE = (50024, 400, "Cannot execute action on this channel type")
    INVALID_WEBHOOK_TOKEN = (50027, 401, "Invalid Webhook Token")
    INVALID_FORM = (50035, 400, "Invalid Form Body")
    INVALID_JSON = (50109, 400, "The request body contains invalid JSON.")


class Refusal(Exception):
    """An answer that is not 2xx, with its JSON body."""

    def __init__(self, code: Code, errors: dict[str, Any] | None = None) -> None:
        number, self.status, message = code.value
        self.body: dict[str, Any] = {"message": message, "code": number}
        if errors:
            self.body["errors"] = errors
        super().__init__(f"{self.status} {number} {message}")


class Form:
    """Collects the errors of one request body; `path` leads from the body's root to the field."""

    def __init__(self) -> None:
        self._tree: dict[str, Any] = {}

    def add(self, path: tuple[str | int, ...], code: str, message: str) -> None:
        """Record one error under the field at `path`."""
        node = self._tree
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def required(self, path: tuple[str | int, ...]) -> None:
        """The field is missing."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def length(self, path: tuple[str | int, ...], value: Any, low: int, high: int) -> bool:
        """A string of `low` to `high` characters; True when it is one."""
        if not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", "Could not interpret this as string.")
        elif len(value) > high:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif len(value) < low:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        else:
            return True
        return False

    def count(self, path: tuple[str | int, ...], value: Any, low: int, high: int) -> bool:
        """A list of `low` to `high` entries; True when it is one."""
        if not isinstance(value, list):
            self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        elif not low <= len(value) <= high:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        else:
            return True
        return False

    def check(self) -> None:
        """Raise `Refusal` 50035 with the tree when an error was recorded."""
        if self._tree:
            raise Refusal(Code.INVALID_FORM, self._tree)
