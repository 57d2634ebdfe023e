"""Words: replies from templates/messages, posts from what was approved, all in a sandbox."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from urllib.parse import urlsplit

from jinja2 import PackageLoader, StrictUndefined, Template, TemplateError, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from campaign_engine.dialogue.lesson_files import fixed as lesson_fixed
from campaign_engine.dialogue.lesson_files import lesson_text
from campaign_engine.domain.automatic_texts import AUTOMATIC_TEXTS, text_hash
from campaign_engine.domain.campaign import PostContent
from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.languages import directed, isolated
from campaign_engine.domain.lint.source import TAG
from campaign_engine.domain.message import Choice, Message, Option, Picture, Reply, Revision
from campaign_engine.domain.review import FixedText, read_fixed, without_header
from campaign_engine.domain.safety_texts import IN_ENGLISH

FALLBACK = "en"
"""What is said where a language lacks a text."""

POST_VALUES = ("area", "borough", "precinct", "campaign", "link", "bot", "when")
"""Variables that a post may use, and no others (safety S8)."""

OWN_VALUES = ("count", "goal", "start")
"""Further variables of automatic texts, which only the program fills in: never a choice of an organizer's words."""

ALLOWED_HOSTS = ("nyc.gov", "988lifeline.org", "crisistextline.org", "health.ny.gov")
"""Domains that a post may link to, with their subdomains; the site's own address comes through `link`."""

_POST_NODES = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If),
    *(nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Const),
)
"""Values and conditions: nothing in a post can loop, call or compute, so it can neither hang nor fail."""

_HOST = r"(?<![\w-])(?:[\w-]{1,63}\.){1,8}"
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{0,30}://[^\s<>]*"
    rf"|{_HOST}(?:com|org|net|gov|edu|info|biz|app|dev|link|site|online|shop|xyz|top|club|live|gg|io|ly|co|me|tv|gl|gd"
    r"|to|us|nyc|ru|cn|tk|cc)\b[^\s<>]*"
    rf"|{_HOST}[a-z]{{2,}}/[^\s<>]*",
    re.IGNORECASE,
)
"""Whatever a platform may turn into a link: with a scheme, with a common ending, or with a path.

Everything in it is bounded and begins where a word does, so that a long text of one word takes no seconds.
"""

_TWO_STOPS = re.compile(r"(?<=\b[ap]\. m\.)\.(?!\.)")
ADDED, REMOVED, SAME = "\ue000", "\ue001", "\ue002"
"""Signs for private use: in templates each begins words that came, went, or stay; no reader sees them."""

_REVISED = re.compile(f"([{ADDED}{REMOVED}{SAME}]|^)([^{ADDED}{REMOVED}{SAME}]*)")


_NOTHING: Mapping[str, object] = {}


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    """One for the process: what ships does not change, and compiling it takes longer than anything else here."""
    made = ImmutableSandboxedEnvironment(
        loader=PackageLoader("templates", "messages"),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=False,
        auto_reload=False,
    )
    made.globals["lesson"] = lesson_text
    return made


class Renderer:
    """Implements ports.renderer.Renderer; compiled templates are kept."""

    def __init__(self, imported: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """`imported` texts, by language and name, stand in the place of those that ship."""
        self._environment = _environment()
        self._imported = imported or {}
        self._posts = lru_cache(maxsize=512)(self._environment.from_string)
        self._own = lru_cache(maxsize=2048)(self._environment.from_string)
        self._fixed = lru_cache(maxsize=8192)(self._filled)  # most buttons and many texts take no values
        self._button = lru_cache(maxsize=2048)(self._fixed_choice)
        self._same = lru_cache(maxsize=1024)(self._made)
        self._flow = cache(self._found)

    def reply(self, reply: Reply, language: str) -> Message:
        """Words for a reply; English where the language lacks the block."""
        return self._worded(reply, language)[0]

    def _worded(self, reply: Reply, language: str) -> tuple[Message, bool]:
        return self._same(reply, language) if reply.is_fixed else self._made(reply, language)

    def _made(self, reply: Reply, language: str) -> tuple[Message, bool]:
        """The words, and whether any of them are in English for want of another language."""
        said, spoken = self._block(reply.template, language, reply.values)
        text, revisions = _revised(said)
        message = Message(
            text=text,
            revisions=revisions,
            language=language,
            choices=self.choices(reply.options, language),
            edits=reply.edits,
            asks_text=reply.asks_text,
            opens_thread=reply.opens_thread,
            asks_picture=reply.asks_picture,
            picture=self._described(reply, language),
            attachments=reply.attachments,
            stays=reply.stays,
            spoken=spoken if spoken != language else "",
        )
        return message, bool(message.spoken) or self._lacks(reply, language)

    def _described(self, reply: Reply, language: str) -> Picture | None:
        picture = reply.picture
        if picture is None or picture.alt:
            return picture
        return replace(picture, alt=self._block(f"{reply.template}_alt", language, reply.values)[0])

    def answers(self, replies: Sequence[Reply], language: str) -> tuple[Message, ...]:
        """Words for all that is said at once; where some is in English, the last such message says why."""
        worded = [self._worded(reply, language) for reply in replies]
        said = [message for message, _ in worded]
        last = max((number for number, (_, in_english) in enumerate(worded) if in_english), default=-1)
        if last >= 0 and (footer := self.footer(language)):
            said[last] = said[last].explained(footer)
        return tuple(said)

    def footer(self, language: str) -> str:
        """Says in this language why a text is in English; empty for a language that has no such words."""
        text, spoken = self._block(IN_ENGLISH, language, {})
        return text if spoken == language else ""

    def choices(self, rows: tuple[tuple[Option, ...], ...], language: str) -> tuple[tuple[Choice, ...], ...]:
        """Words for options without a text, as they stand under a post."""
        return tuple(tuple(self._choice(option, language) for option in row) for row in rows)

    def post(self, content: PostContent, language: str, values: Mapping[str, object]) -> str:
        """Text of a post for one variant, English where it promises no such language.

        Raises InvalidInput naming the line of a broken template, of a missing value or of a link that is not allowed.
        """
        around = content.schedule.around
        values = {**values, "when": "" if around is None else self._when(around.wall, language)}
        source = content.texts.get(language) or content.texts.get("en") or next(iter(content.texts.values()), "")
        return self.text(source, values)

    def _when(self, wall: datetime, language: str) -> str:
        """New York time of an event, as its posts say it, so that the words move with it."""
        return self._block("event.when", language, {"wall": wall})[0]

    def text(self, source: str, values: Mapping[str, object]) -> str:
        """One template of a post with its variables filled in. Raises InvalidInput as `post` does."""
        given = {name: value for name, value in values.items() if name in (*POST_VALUES, *OWN_VALUES)}
        try:
            _check_nodes(self._environment.parse(source), given)
            text = self._posts(source).render(given).strip()
        except TemplateError as error:
            raise _broken(error) from error
        _check_links(text, str(given.get("link") or ""))
        return text

    def starter(self, kind: str, language: str) -> str:
        """Source of the post that a campaign of this kind may begin with."""
        return without_header(self._source(kind, language))

    def fixed(self, kind: str, language: str) -> FixedText:
        """See the port."""
        lesson = next((text.lesson for text in AUTOMATIC_TEXTS if text.name == kind), "")
        found = lesson_fixed(lesson, language) if lesson else read_fixed(self._source(kind, language), language)
        return replace(found, shipped=_shipped().get(kind, {}).get(language) == text_hash(found.text))

    def check(self, source: str, *, automatic: bool = False) -> None:
        """Raise InvalidInput, naming line and reason, unless whole, with known variables and allowed links only."""
        known = (*POST_VALUES, *OWN_VALUES) if automatic else POST_VALUES
        try:
            _check_nodes(self._environment.parse(source), dict.fromkeys(known))
        except TemplateError as error:
            raise _broken(error) from error
        if not source.strip():
            raise InvalidInput("The text is empty.", "Write at least one sentence.", code="empty_text")
        _check_joints(source)
        _check_links(TAG.sub(lambda tag: _blank(tag[0], ""), source), "")
        _check_links(TAG.sub(lambda tag: _blank(tag[0], "x"), source), "")

    def _source(self, kind: str, language: str) -> str:
        loader = self._environment.loader
        if loader is None:
            raise KeyError(kind)
        return loader.get_source(self._environment, f"{language}/post_{kind}.j2")[0]

    def _choice(self, option: Option, language: str) -> Choice:
        if not option.literal and not option.values:
            return self._button(option.label, option.data, option.url, language)
        label = option.literal or self._block(option.label, language, option.values)[0]
        return Choice(label=label, data=option.data, url=option.url)

    def _fixed_choice(self, label: str, data: str, url: str, language: str) -> Choice:
        return Choice(label=self._fixed(label, language)[0], data=data, url=url)

    def _lacks(self, reply: Reply, language: str) -> bool:
        """A button of it is in English for want of another."""
        labels = (option.label for row in reply.options for option in row if not option.literal)
        return any(not self._has(label, language) for label in labels)

    def _has(self, name: str, language: str) -> bool:
        flow, _, block = name.partition(".")
        template = self._flow(flow, language)
        return name in self._imported.get(language, {}) or (template is not None and block in template.blocks)

    def _block(self, name: str, language: str, values: Mapping[str, object]) -> tuple[str, str]:
        """Words and the language they are in."""
        return self._filled(name, language, values) if values else self._fixed(name, language)

    def _filled(self, name: str, language: str, values: Mapping[str, object] = _NOTHING) -> tuple[str, str]:
        spoken = language if self._has(name, language) else FALLBACK
        own = {key: isolated(value, spoken) for key, value in values.items()}
        imported = self._imported.get(spoken, {}).get(name)
        if imported is not None:
            return _said(self._own(imported).render(own), spoken), spoken
        flow, _, block = name.partition(".")
        template = self._flow(flow, spoken)
        if template is None or block not in template.blocks:
            raise KeyError(f"no text named {name}")
        return _said("".join(template.blocks[block](template.new_context(own))), spoken), spoken

    def _found(self, flow: str, language: str) -> Template | None:
        try:
            return self._environment.get_template(f"{language}/{flow}.j2")
        except TemplateNotFound:
            return None


def _said(text: str, language: str) -> str:
    """In the direction of its script; "p. m." at the end of a sentence brings the full stop along."""
    return directed(_TWO_STOPS.sub("", text.strip()), language)


def _revised(text: str) -> tuple[str, tuple[Revision, ...]]:
    """Without the signs that templates put around words that came or went."""
    kept: list[str] = []
    found, length = [], 0
    for sign, words in _REVISED.findall(text):
        if sign in (ADDED, REMOVED) and words:
            found.append(Revision(length, length + len(words), added=sign == ADDED))
        kept.append(words)
        length += len(words)
    return "".join(kept), tuple(found)


@cache
def _shipped() -> Mapping[str, Mapping[str, str]]:
    """Hash of each automatic text of this release, by name and language; written by scripts/automatic_texts.py."""
    return tomllib.loads(files("templates").joinpath("messages", "automatic.toml").read_text(encoding="utf-8"))


def _check_nodes(tree: nodes.Template, known: Mapping[str, object]) -> None:
    """Raise InvalidInput for the first thing a post may not use."""
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Name) and node.name not in known:
            raise InvalidInput(
                f"Line {node.lineno} uses a variable that does not exist.",
                "These exist: " + ", ".join(POST_VALUES) + ".",
                code="unknown_variable",
                values={"line": node.lineno},
            )
        if not isinstance(node, _POST_NODES):
            raise _computes(node)
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if not isinstance(part, nodes.Name | nodes.TemplateData):
                    raise _computes(part)
        if isinstance(node, nodes.Compare) and any(operand.op not in ("eq", "ne") for operand in node.ops):
            raise _computes(node)


def _computes(node: nodes.Node) -> InvalidInput:
    return InvalidInput(
        f"Line {node.lineno} uses more than a text may.",
        "Only {{ variables }} and {% if variable %} … {% endif %} work here.",
        code="broken_template",
        values={"line": node.lineno},
    )


def _broken(error: TemplateError) -> InvalidInput:
    line = error.lineno if isinstance(error, TemplateSyntaxError) else 1
    return InvalidInput(
        f"Line {line} of the text cannot be read.",
        "Write variables as {{ area }}, with two braces on each side.",
        code="broken_template",
        values={"line": line},
    )


def _blank(tag: str, sight: str) -> str:
    """A tag as the reader may see it: nothing, or a word; line breaks stay, so that lines keep their numbers."""
    return (sight if tag.startswith("{{") else "") + "\n" * tag.count("\n")


def _check_joints(source: str) -> None:
    """Our own link must stand alone: what touches it could turn it into another address."""
    ends = [0, *(end for tag in TAG.finditer(source) for end in tag.span()), len(source)]
    for start, end in pairwise(ends):
        if "link" in source[start:end] and source.startswith("{{", start) and _touches(source, start, end):
            raise _not_allowed(source.count("\n", 0, start) + 1)


def _touches(source: str, start: int, end: int) -> bool:
    return bool(re.search(r"[^\s(\"'“]\Z", source[:start]) or re.match(r"[^\s).,;:!?\"'”]|[.:,](?=\S)", source[end:]))


def _check_links(text: str, own: str) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        for found in _LINK.findall(line):
            link = found.rstrip(".,;:!?)\"'”")
            if link != own.rstrip(".,;:!?)") and not _is_allowed(link):
                raise _not_allowed(number)


def _not_allowed(line: int) -> InvalidInput:
    return InvalidInput(
        f"Line {line} has a link that is not on the list.",
        "Put {{ link }} between spaces for our own page, or use an https link to " + ", ".join(ALLOWED_HOSTS) + ".",
        code="link_not_allowed",
        values={"line": line},
    )


def _is_allowed(link: str) -> bool:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return False
    return parts.scheme == "https" and any(host == allowed or host.endswith(f".{allowed}") for allowed in ALLOWED_HOSTS)
