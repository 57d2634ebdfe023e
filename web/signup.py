"""The sign-up page of a site: the dialogue of the chat, one question to a page, as plain forms (F18).

Nothing is kept before the age band is answered; each form has a key, so that sending it again has no effect.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from campaign_engine.dialogue.asking import asked
from campaign_engine.domain.action import Site
from campaign_engine.domain.codes import plain_code
from campaign_engine.domain.message import Inbound, InboundKind, Message
from campaign_engine.domain.moving import TO
from web.between import Between
from web.chat import AGE, LONGEST_TEXT, new_key, over, spoken
from web.cookies import CHANNEL, language_hint
from web.networks import Rates, origin
from web.pages import PageWriter
from web.parts import WebParts
from web.tabs import WORD, Seat, Tabs, browser_of, is_veiled, keeps_cookies, new_seat

STEPS = ("age", "pledge", "plan", "updates")
"""Questions that a page says the number of."""

MOST_KNOWN = 2000
"""Sites that one process remembers the names of."""

Word = Annotated[str, Path(pattern=WORD)]


@dataclass(frozen=True, slots=True)
class Given:
    """What one form says; `trap` is a field that people do not see."""

    key: str
    data: str
    text: str
    trap: str


async def given(
    key: Annotated[str, Form(max_length=64)],
    data: Annotated[str, Form(max_length=64)] = "",
    text: Annotated[str, Form(max_length=LONGEST_TEXT)] = "",
    more: Annotated[str, Form(max_length=64)] = "",
) -> Given:
    """From a form; no thread is asked for what takes no time."""
    return Given(key, data.replace("\0", ""), text.replace("\0", ""), more)


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Opening the page has no effect; the path gets a tab's word with the first answer (web.tabs)."""
    routes, desk = APIRouter(), _Desk(parts, pages)

    @routes.get("/s/{code}")
    async def sign_up(request: Request, code: str) -> Response:
        return await desk.show(request, code, "")

    @routes.get("/s/{code}/{word}")
    async def next_question(request: Request, code: str, word: Word) -> Response:
        return await desk.show(request, code, word)

    @routes.post("/s/{code}")
    async def begin(request: Request, code: str, answer: Annotated[Given, Depends(given)]) -> Response:
        return await desk.answer(request, code, "", answer)

    @routes.post("/s/{code}/{word}")
    async def answer(request: Request, code: str, word: Word, answer: Annotated[Given, Depends(given)]) -> Response:
        return await desk.answer(request, code, word, answer)

    return routes


class _Desk:
    def __init__(self, parts: WebParts, pages: PageWriter) -> None:
        self._parts = parts
        self._pages = pages
        self._between = Between()
        self._rates = Rates()
        self._tabs = Tabs(parts.clock, parts.secure)
        self._known: dict[str, Site] = {}

    async def _site(self, code: str, at: Seat | None = None) -> Site | None:
        """Whoever is under way already needs no more of it than its name: a rush would read it ten thousand times."""
        if at is not None and at.word and code in self._known:
            return self._known[code]
        site = await self._parts.site_by_code(code)
        if site is not None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[code] = site
        return site

    async def show(self, request: Request, code: str, word: str) -> Response:
        at = self._tabs.seat(request, word)
        site = await self._site(code, at)
        if site is None:
            return await self._lost(request, code)
        if at is None and word:
            return over(request, self._pages)
        if at is not None and at.is_own_device and is_veiled(request):
            return RedirectResponse("/chat", status_code=303)
        answers = self._between.take(at.address) if at else ()
        if not answers:
            address = at.address if at else ""
            answers = await self._parts.conversation.ask_again(CHANNEL, address, language_hint(request))
        return self._page(request, site, at, answers)

    async def answer(self, request: Request, code: str, word: str, given: Given) -> Response:
        """Sends the browser back to the page, so that going back or reloading never sends it again."""
        at = self._tabs.seat(request, word)
        site = await self._site(code, at)
        if site is None:
            return await self._lost(request, code)
        if not keeps_cookies(request):
            return self._pages.write(request, "no_cookies.html", self._ways(site), status=400)
        if given.trap:
            return self._pages.problem(request, "unreadable", 400)
        if at is None and word:
            return over(request, self._pages)
        at = at or new_seat(given.key, browser_of(request))
        source = origin(self._parts.signup, request)
        if _begins(given) and not self._rates.allow(source) and not await self._parts.signup.is_open(site.id):
            return self._pages.write(request, "crowded.html", self._ways(site), status=429)
        opened = Inbound(CHANNEL, at.address, InboundKind.OTHER, "", language_hint=language_hint(request))
        opened = replace(opened, simulated=self._parts.simulated, origin=source, in_tab=not at.is_own_device)
        if answers := await self._said(opened, site, given):
            self._between.put(at.address, answers)
        response = RedirectResponse(_path(site, at), status_code=303)
        self._tabs.keep(request, response, at)
        return response

    async def _said(self, opened: Inbound, site: Site, given: Given) -> tuple[Message, ...]:
        """An age band is the first answer to a site's code: both go to the dialogue, in this order."""
        said = (given.key, given.data, given.text)
        update_id = hashlib.sha256("\0".join(said).encode()).hexdigest()
        came_by = f"s_{site.code}" if _begins(given) else ""
        kind = InboundKind.CHOICE if given.data else InboundKind.TEXT if given.text else InboundKind.OTHER
        text = "" if given.data else given.text
        opened = replace(opened, kind=kind, data=given.data, text=text, update_id=update_id, came_by=came_by)
        return await self._parts.conversation.handle(opened)

    def _page(self, request: Request, site: Site, at: Seat | None, answers: tuple[Message, ...]) -> HTMLResponse:
        language = spoken(answers)
        at, question = at and at.turned(), asked(answers)
        values = {
            **self._ways(site),
            "question": question,
            "answers": answers if question != "age" else answers[-1:],
            "step": STEPS.index(question) + 1 if question in STEPS else 0,
            "steps": len(STEPS),
            "key": new_key(),
            "at": at,
            "path": _path(site, at),
            "chat": at.path if at else "/chat",
        }
        name = "signup_done.html" if question == "done" else "signup.html"
        response = self._pages.write(request, name, values, language=language)
        self._tabs.remember(request, response, at, language)
        return response

    async def _lost(self, request: Request, code: str) -> HTMLResponse:
        """A poster may be older than its site's code: then it is not the reader's mistake."""
        is_old = await self._parts.signup.is_old(plain_code(code))
        return self._pages.write(request, "no_code.html", {"is_old": is_old}, status=410 if is_old else 404)

    def _ways(self, site: Site) -> Mapping[str, object]:
        accounts = self._parts.signup.accounts
        names = {"telegram": accounts.telegram, "discord": accounts.discord}
        chats = tuple(one for one in TO if names[one])
        return {"site": site, "chats": chats, "telegram": accounts.start_link(f"s_{site.code}"), "accounts": accounts}


def _begins(given: Given) -> bool:
    return given.data.startswith(AGE)


def _path(site: Site, at: Seat | None) -> str:
    return f"/s/{site.code}/{at.word}" if at is not None and at.word else f"/s/{site.code}"
