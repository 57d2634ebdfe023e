"""Writes pages from templates; every word comes from templates/messages."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, PackageLoader, StrictUndefined

from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.message import Reply
from web.parts import WebParts


class PageWriter:
    """One environment for all pages, escaping everything."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        loader = PackageLoader("web", "pages")
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
        self._templates = Jinja2Templates(env=environment)

    def language(self, request: Request) -> str:
        """`?lang=`, else the browser's first language that we have, else English."""
        asked = request.query_params.get("lang", "")
        if asked in LANGUAGES:
            return asked
        for part in request.headers.get("accept-language", "").split(","):
            if (code := part.strip()[:2].lower()) in LANGUAGES:
                return code
        return "en"

    def words(self, request: Request) -> Callable[..., str]:
        """Gives the text of a block of templates/messages in the reader's language."""
        language = self.language(request)

        def say(name: str, **values: object) -> str:
            return self._parts.say(Reply(name, values), language).text

        return say

    def write(self, request: Request, name: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """A whole page."""
        context = {"say": self.words(request), "language": self.language(request), **self._parts.extra, **values}
        context.setdefault("demo", None)
        return self._templates.TemplateResponse(request, name, context, status_code=status)
