"""Writes pages from templates; every word comes from templates/messages."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from campaign_engine.domain.message import Reply
from campaign_engine.domain.schedule import to_wall
from web.cookies import LANGUAGE, asked_language, keep, reader_language
from web.parts import WebParts

_LINK = re.compile(r"(https?://[^\s<>]*[^\s<>.,;:!?)\"'”])")


class PageWriter:
    """One environment for all pages, escaping everything."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        loader = PackageLoader("web", "pages")
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        environment.filters.update(linked=linked, wall=to_wall)
        self._templates = Jinja2Templates(env=environment)

    def language(self, request: Request) -> str:
        """What the reader chose or their browser speaks."""
        return reader_language(request)

    def words(self, language: str) -> Callable[..., str]:
        """Gives the text of a block of templates/messages in this language."""

        def say(name: str, **values: object) -> str:
            return self._parts.say(Reply(name, values), language).text

        return say

    def write(
        self, request: Request, name: str, values: Mapping[str, Any], *, language: str = "", status: int = 200
    ) -> HTMLResponse:
        """A whole page; `language` is the reader's unless it says otherwise."""
        language = language or self.language(request)
        context = {"say": self.words(language), "language": language, **self._parts.added(request), **values}
        response = self._templates.TemplateResponse(request, name, context, status_code=status)
        if asked_language(request):
            keep(request, response, LANGUAGE, language, secure=self._parts.secure)
        return response

    def problem(self, request: Request, name: str, status: int) -> HTMLResponse:
        """A page that says what went wrong and what to do: the blocks `page.<name>` and `page.<name>_hint`."""
        return self.write(request, "error.html", {"problem": name}, status=status)


def linked(text: str) -> Markup:
    """Escaped, with addresses that can be followed."""
    parts = _LINK.split(text)
    made = (
        Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
    return Markup("").join(made)
