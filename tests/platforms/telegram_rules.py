"""What the Bot API refuses, in its own words. Sources: core.telegram.org/bots/api and answers of the live service."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BUTTON_DATA_BYTES = 64
KEYBOARD_BUTTONS = 100
ALERT_LIMIT = 200
PHOTO_BYTES = 10 * 1024 * 1024


class Refusal(Exception):
    """An answer that is not ok; `parameters` is the ResponseParameters object."""

    def __init__(self, status: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def to_json(self) -> Json:
        answer: Json = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(words: str) -> Refusal:
    return Refusal(400, f"Bad Request: {words}")


def forbidden(words: str) -> Refusal:
    return Refusal(403, f"Forbidden: {words}")


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of one call, however they were sent; `files` are the parts of a multipart body."""

    values: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        value = self.text(name)
        if not value:
            return default
        if not re.fullmatch(r"-?\d{1,19}", value):
            raise bad_request(f"{name} is not a valid Integer")
        return int(value)

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"true", "yes", "1"}

    def parsed(self, name: str, words: str) -> Any:
        """A JSON parameter, decoded when it came as a string; None when absent; refused with `words` when broken."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(words) from None


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_button(button: object) -> None:
    """Shape only: what the parser of the API refuses before it looks at the chat."""
    if not isinstance(button, dict):
        raise bad_request("can't parse inline keyboard button: Expected an Object")
    if not isinstance(button.get("text"), str):
        raise bad_request("can't parse inline keyboard button: Can't find field \"text\"")
    kinds = {"url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay"} & button.keys()
    if not kinds:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")


def wrong_url(url: str) -> str | None:
    """Why a link under a button is refused; None when it is accepted."""
    with_scheme = url if "://" in url else f"http://{url}"
    parts = urlsplit(with_scheme)
    if parts.scheme.lower() not in {"http", "https", "tg", "ton"}:
        return "Unsupported URL protocol"
    if parts.scheme.lower() in {"tg", "ton"}:
        return None
    if not parts.hostname:
        return "URL host is empty"
    if "." not in parts.hostname and ":" not in parts.hostname:
        return "Wrong HTTP URL"
    return None


def parse_keyboard(params: Params) -> Json | None:
    """The reply markup of a call; only an inline keyboard is returned, other kinds leave no trace in a message."""
    markup = params.parsed("reply_markup", "can't parse reply keyboard markup JSON object")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    for row in rows:
        for button in row:
            check_button(button)
    rows = [row for row in rows if row]
    return {"inline_keyboard": rows} if rows else None


def check_keyboard(markup: Json | None) -> None:
    """The refusals that come after the chat was found: links, data and size."""
    buttons = [button for row in (markup or {"inline_keyboard": []})["inline_keyboard"] for button in row]
    if len(buttons) > KEYBOARD_BUTTONS:
        raise bad_request("reply markup is too long")
    for button in buttons:
        if not button["text"].strip():
            raise bad_request("BUTTON_TEXT_INVALID")
        if "url" in button and (reason := wrong_url(str(button["url"]))):
            raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: {reason}")
        if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= BUTTON_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")


def parse_commands(params: Params) -> list[Json]:
    """The list of setMyCommands: at most 100, names 1-32 of a-z, 0-9 and _, descriptions 1-256 characters."""
    commands = params.parsed("commands", "can't parse commands JSON object")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    cleaned = []
    for entry in commands:
        if not isinstance(entry, dict):
            raise bad_request("can't parse BotCommand: expected an Object")
        name, description = str(entry.get("command", "")).removeprefix("/"), str(entry.get("description", "")).strip()
        check_length("command", name, 32)
        check_length("command description", description, 256)
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise bad_request("BOT_COMMAND_INVALID")
        cleaned.append({"command": name, "description": description})
    return cleaned


def check_length(what: str, text: str, limit: int) -> None:
    if not text:
        raise bad_request(f"{what} must be non-empty")
    if len(text) > limit:
        raise bad_request(f"{what} length must not exceed {limit}")


def image_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels of a PNG or JPEG; refused as the service refuses what it cannot read."""
    if not content:
        raise bad_request("file must be non-empty")
    if len(content) > PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(content)} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes"
        )
    size = _png_size(content) or _jpeg_size(content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > 10_000 or width > 20 * height or height > 20 * width:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def _png_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or len(content) < 24:
        return None
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    if not content.startswith(b"\xff\xd8"):
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            return int.from_bytes(content[at + 7 : at + 9], "big"), int.from_bytes(content[at + 5 : at + 7], "big")
        at += 2 + length
    return None
