"""Writes pages from templates; every word comes from templates/messages."""

import base64
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from analytics.page import Frame
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.languages import LANGUAGE_NAMES, direction
from campaign_engine.domain.message import Attachment, Message, Picture, Reply, Revision
from campaign_engine.domain.schedule import to_wall
from campaign_engine.ports.sending import InboxPost
from web.cookies import LANGUAGE, asked_language, keep, reader_language
from web.parts import WebParts

_LINK = re.compile(r"(https?://[^\s<>]*[^\s<>.,;:!?)\"'”])")


@cache
def _environment() -> Environment:
    """One for the process: what ships does not change, and compiling it takes longer than writing any page."""
    # Parts of pages that also exist as files of their own lie with the reports.
    loader = ChoiceLoader([PackageLoader("web", "pages"), PackageLoader("analytics", "pages")])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    made.filters.update(linked=linked, revised=revised, wall=to_wall, direction=direction, passages=passages)
    made.filters["data_uri"] = data_uri
    icons: Any = made.get_template("icons.html").module
    made.globals["icon"] = icons.icon
    return made


class PageWriter:
    """One environment for all pages, escaping everything."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._templates = Jinja2Templates(env=_environment())

    def language(self, request: Request) -> str:
        """What the reader chose or their browser speaks."""
        return reader_language(request)

    def write(
        self, request: Request, name: str, values: Mapping[str, Any], *, language: str = "", status: int = 200
    ) -> HTMLResponse:
        """A whole page; `language` is the reader's unless it says otherwise."""
        language = language or self.language(request)
        words = _Words(self._parts.say, language)
        context = {
            "say": words.marked,
            "plain": words.plain,
            "lacking": words.lacking,
            "language": language,
            "languages": LANGUAGE_NAMES,
            **self._parts.added(request),
            **values,
        }
        response = self._templates.TemplateResponse(request, name, context, status_code=status)
        if asked_language(request):
            keep(request, response, LANGUAGE, language, secure=self._parts.secure)
        return response

    def piece(self, request: Request, name: str, values: Mapping[str, Any]) -> str:
        """A part of a page, with a key of its own for its forms."""
        key = secrets.token_urlsafe(16)
        page = self.write(request, name, {"key": key, **values})
        return bytes(page.body).decode()

    def frame(self, request: Request) -> Frame:
        """What every page has around it, for a report, which is a file that works alone."""
        language = self.language(request)
        words, added = _Words(self._parts.say, language), self._parts.added(request)
        values = {"say": words.marked, "plain": words.plain, **added}
        head, above, ways_out = (
            self._templates.get_template(name).render(values) if name else ""
            for name in ("frame_head.html", "demo_bar.html" if added["demo"] else "", "ways_out.html")
        )
        lacking = "" if language in LANGUAGES else words.plain("contact.in_english")
        return Frame(language, direction(language), head, above, ways_out, lacking)

    def problem(self, request: Request, name: str, status: int, again: str = "") -> HTMLResponse:
        """A page that says what went wrong and what to do: the blocks `<name>` and `<name>_hint`, of page.j2 unless
        the name says of which; `again` is the path of a button that opens it anew.
        """
        name = name if "." in name else f"page.{name}"
        return self.write(request, "error.html", {"problem": name, "again": again}, status=status)


class _Words:
    """Texts of templates/messages on one page; remembers whether some of them are in English for want of others."""

    def __init__(self, say: Callable[[Reply, str], Message], language: str) -> None:
        self._say = say
        self._language = language
        self._lacking = False

    def plain(self, name: str, **values: object) -> str:
        """For attributes."""
        said = self._say(Reply(name, values), self._language)
        self._lacking = self._lacking or bool(said.spoken)
        return said.text

    def marked(self, name: str, **values: object) -> str:
        """For everything else: another language than the page's is marked (safety P1)."""
        said = self._say(Reply(name, values), self._language)
        if not said.spoken:
            return said.text
        self._lacking = True
        marked = Markup('<span lang="{0}" dir="{1}">{2}</span>')
        return marked.format(said.spoken, direction(said.spoken), said.text)

    def lacking(self) -> bool:
        """Whether the page has to say why it is not all in one language."""
        return self._lacking


def passages(post: InboxPost, footer: str, language: str) -> tuple[tuple[str, str], ...]:
    """A post and, where it says in the reader's language why it is in English, that as a passage of its own."""
    body = post.text.removesuffix(footer)
    if body == post.text or language == post.language:
        return ((post.text, post.language),)
    return ((body.rstrip(), post.language), (footer, language))


def data_uri(picture: Picture | Attachment) -> str:
    """A picture inside the page itself: what only one reader sees has no address."""
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.content).decode()}"


def revised(text: str, revisions: Iterable[Revision]) -> Markup:
    """As `linked`, with words that a new version added or took out marked as such; screen readers say it."""
    parts, at = [], 0
    for one in revisions:
        if at <= one.start and one.end <= len(text):
            tag, words = "ins" if one.added else "del", linked(text[one.start : one.end])
            parts += [linked(text[at : one.start]), Markup("<{0}>{1}</{0}>").format(tag, words)]
            at = one.end
    return Markup("").join((*parts, linked(text[at:])))


def linked(text: str) -> Markup:
    """Escaped, with addresses that can be followed."""
    parts = _LINK.split(text)
    made = (
        Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
    return Markup("").join(made)
