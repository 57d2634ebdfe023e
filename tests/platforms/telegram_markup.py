"""Text as the Bot API reads it: HTML tags to entities, offsets in UTF-16 units, errors with byte offsets."""

import re
from dataclasses import dataclass, field

from tests.platforms.telegram_rules import Json, Params, bad_request, utf16_length

_TAG_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
}
_LONE_SURROGATE = (
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units"
)
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CHARACTER = re.compile(r"&(#x[0-9A-Fa-f]{1,8}|#[0-9]{1,8}|lt|gt|amp|quot);?")
_NAME_END = re.compile(r"[\s>]")
_ATTRIBUTE = re.compile(r"""\s+([^\s=>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[A-Za-z0-9.\-]+))?""")
_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?(?!\w)")


@dataclass(slots=True)
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Reader:
    source: str
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)

    def read(self) -> None:
        at = 0
        while at < len(self.source):
            if self.source.startswith("</", at):
                at = self._close(at)
            elif self.source[at] == "<":
                at = self._open(at)
            else:
                at = self._character(at)
        if self.stack:
            raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')

    def _bytes(self, at: int) -> int:
        return len(self.source[:at].encode())

    def _character(self, at: int) -> int:
        found = _CHARACTER.match(self.source, at)
        if found is None:
            self.text += self.source[at]
            return at + 1
        name = found[1]
        if name.startswith("#"):
            code = int(f"0{name[1:]}", 16 if name[1] == "x" else 10)
            if code == 0 or code > 0x10FFFF:
                self.text += found[0]
                return found.end()
            if 0xD800 <= code <= 0xDFFF:
                raise _cannot_parse(_LONE_SURROGATE)
            self.text += chr(code)
        else:
            self.text += _NAMED[name]
        return found.end()

    def _open(self, at: int) -> int:
        end_of_name = _NAME_END.search(self.source, at)
        if end_of_name is None:
            raise _cannot_parse(f"Unclosed start tag at byte offset {self._bytes(at)}")
        tag = self.source[at + 1 : end_of_name.start()].lower()
        if tag not in _TAG_TYPES:
            raise _cannot_parse(f'Unsupported start tag "{tag}" at byte offset {self._bytes(at)}')
        position, attributes = end_of_name.start(), {}
        while found := _ATTRIBUTE.match(self.source, position):
            attributes[found[1].lower()] = (found[2] or "").strip("\"'")
            position = found.end()
        rest = self.source[position:].lstrip()
        if rest.startswith("="):
            raise _cannot_parse(f'Empty attribute name in the tag "{tag}" at byte offset {self._bytes(at)}')
        if not rest.startswith(">"):
            raise _cannot_parse(f'Unclosed start tag "{tag}" at byte offset {self._bytes(at)}')
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(at)}')
        self.stack.append(_Open(tag, utf16_length(self.text), attributes))
        return self.source.index(">", position) + 1

    def _close(self, at: int) -> int:
        if not self.stack:
            raise _cannot_parse(f"Unexpected end tag at byte offset {self._bytes(at)}")
        end = self.source.find(">", at)
        if end < 0:
            raise _cannot_parse(f"Unclosed end tag at byte offset {self._bytes(at)}")
        tag = self.source[at + 2 : end].strip().lower()
        opened = self.stack.pop()
        if tag and tag != opened.tag:
            words = f'expected "</{opened.tag}>", found "</{tag}>"'
            raise _cannot_parse(f"Unmatched end tag at byte offset {self._bytes(at)}, {words}")
        length = utf16_length(self.text) - opened.start
        kind = _TAG_TYPES[opened.tag]
        if length and (kind != "text_link" or opened.attributes.get("href")):
            entity: Json = {"type": kind, "offset": opened.start, "length": length}
            if kind == "text_link":
                entity["url"] = opened.attributes["href"]
            self.entities.append(entity)
        return end + 1


def _cannot_parse(words: str) -> Exception:
    return bad_request(f"can't parse entities: {words}")


def _trimmed(text: str, entities: list[Json]) -> tuple[str, list[Json]]:
    stripped = text.strip()
    lead, length = utf16_length(text[: len(text) - len(text.lstrip())]), utf16_length(stripped)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - lead, 0)
        end = min(entity["offset"] - lead + entity["length"], length)
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return stripped, sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))


def parse_text(params: Params, name: str) -> tuple[str, list[Json]]:
    """Text parameter `name` and its entities, trimmed; the length is not looked at here."""
    text, mode = params.text(name), params.text("parse_mode").lower()
    entities = params.parsed(
        f"{name}_entities" if name == "caption" else "entities", "can't parse entities JSON object"
    )
    if mode == "html":
        reader = _Reader(text)
        reader.read()
        return _trimmed(reader.text, reader.entities)
    if mode in {"markdown", "markdownv2"}:
        raise bad_request("this local server reads HTML only, parse_mode Markdown is not built")
    if mode and mode != "none":
        raise bad_request("unsupported parse_mode")
    return _trimmed(text, list(entities or []))


def commands_in(text: str) -> list[Json]:
    """The bot_command entities that Telegram finds in a text written by a person."""
    return [
        {"type": "bot_command", "offset": utf16_length(text[: found.start()]), "length": len(found[0])}
        for found in _COMMAND.finditer(text)
    ]
