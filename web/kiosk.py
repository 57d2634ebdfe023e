"""The kiosk: one page on a shared tablet that takes a pledge and clears itself (F18)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import segno
from fastapi import APIRouter, Cookie, Form, Path, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.contact import AgeBand
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.domain.kiosk import LATE, MOST_AT_ONCE, Entry, Kiosk
from campaign_engine.domain.message import Reply
from web.cookies import LANGUAGE
from web.look import STATIC
from web.pages import PageWriter
from web.parts import WebParts

COOKIE = "groundswell_kiosk"
IDLE_SECONDS = 30
_LONG_AGO = LATE * 2 // timedelta(milliseconds=1)
_KEY = r"^[A-Za-z0-9_-]{8,64}$"

Session = Annotated[str, Cookie(alias=COOKIE, max_length=64)]
Link = Annotated[str, Path(min_length=1, max_length=64)]


class Given(BaseModel):
    """One entry of a tablet's queue: `ago` in milliseconds, because its clock may be wrong; nothing typed."""

    key: str = Field(pattern=_KEY)
    site: int
    pledge: PledgeCode | None = None
    ago: int = Field(ge=0)


class Handed(BaseModel):
    """What a tablet sends: some of its queue, and how much waits in all."""

    entries: list[Given] = Field(max_length=MOST_AT_ONCE)
    waiting: int = Field(default=0, ge=0, le=100_000)


@dataclass(frozen=True, slots=True)
class Step:
    """Where somebody stands who uses no script; `entry` names what they are about to give."""

    name: str
    entry: str
    pledge: str = ""


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Every way through is a plain form; the script does the same without a network."""
    routes = APIRouter()
    for made in (_opening(parts, pages), _plain(parts, pages), _queue(parts)):
        routes.include_router(made)
    return routes


def _plain(parts: WebParts, pages: PageWriter) -> APIRouter:
    routes, kiosks, screen = APIRouter(), parts.kiosks, Screen(parts, pages)

    @routes.get("/kiosk")
    async def begin(request: Request, key: Session = "") -> Response:
        return screen.show(request, await kiosks.find(key), Step("age", secrets.token_urlsafe(16)))

    @routes.post("/kiosk")
    async def step(
        request: Request,
        entry: Annotated[str, Form(pattern=_KEY)],
        band: Annotated[AgeBand, Form()],
        pledge: Annotated[PledgeCode | None, Form()] = None,
        key: Session = "",
    ) -> Response:
        """An answer of somebody whose browser runs no scripts."""
        kiosk = await kiosks.find(key)
        if band is AgeBand.FROM_22:
            return screen.show(request, kiosk, Step("adult", entry))
        if pledge is None and band is not AgeBand.UNDER_13:
            return screen.show(request, kiosk, Step("pledge", entry, band))
        given = Entry(entry, None if band is AgeBand.UNDER_13 else pledge, parts.clock())
        _, kiosk = await kiosks.hand_in(key, [given])
        return screen.show(request, kiosk, Step("young" if given.pledge is None else "thanks", entry))

    return routes


def _queue(parts: WebParts) -> APIRouter:
    routes, kiosks = APIRouter(), parts.kiosks

    @routes.get("/kiosk/worker.js")
    async def worker() -> Response:
        """Below /kiosk, so that it serves these pages and no others."""
        headers = {"Service-Worker-Allowed": "/kiosk", "Cache-Control": "no-cache"}
        return FileResponse(STATIC / "kiosk_worker.js", media_type="text/javascript", headers=headers)

    @routes.post("/kiosk/sync")
    async def sync(handed: Handed, key: Session = "") -> Response:
        """What the tablet may forget, and how many milliseconds are left; the same entries again change nothing."""
        now = parts.clock()
        kiosk = await kiosks.find(key)
        entries = [
            Entry(one.key, one.pledge, now - timedelta(milliseconds=min(one.ago, _LONG_AGO)))
            for one in handed.entries
            if one.site == kiosk.site.id
        ]
        settled, kiosk = await kiosks.hand_in(key, entries, handed.waiting)
        left = max(timedelta(), kiosk.over_at - now) // timedelta(milliseconds=1)
        return JSONResponse({"settled": settled, "open": kiosk.is_open(now), "left": left})

    return routes


def _opening(parts: WebParts, pages: PageWriter) -> APIRouter:
    routes, kiosks = APIRouter(), parts.kiosks

    @routes.get("/kiosk/open/{link}")
    async def look(request: Request, link: Link) -> Response:
        return pages.write(request, "kiosk_open.html", {"site": await kiosks.look(link), "link": link})

    @routes.post("/kiosk/open/{link}")
    async def open_it(request: Request, link: Link) -> Response:
        key, kiosk = await kiosks.open(link)
        response = RedirectResponse("/kiosk", status_code=303)
        secure = parts.secure or request.url.scheme == "https"
        age = int((kiosk.ends_at + LATE - parts.clock()).total_seconds())
        response.set_cookie(COOKIE, key, max_age=age, path="/kiosk", httponly=True, samesite="strict", secure=secure)
        return response

    return routes


class Screen:
    """Writes the one page, at the step where somebody stands; the others are in it, hidden, for the script."""

    def __init__(self, parts: WebParts, pages: PageWriter) -> None:
        self._parts = parts
        self._pages = pages

    def show(self, request: Request, kiosk: Kiosk, step: Step) -> Response:
        """Raises NotAllowed, code kiosk_over, when it is closed. No choice of language outlasts its person."""
        if not kiosk.is_open(self._parts.clock()):
            raise NotAllowed("This kiosk is closed.", "Ask the host for a new link.", "kiosk_over")
        language = self._pages.language(request)
        on_phone = segno.make(f"{self._parts.page}/s/{kiosk.site.code}", micro=False)
        values = {
            "kiosk": kiosk,
            "step": step,
            "turned": "lang" in request.query_params,
            "bands": _rows(AgeBand),
            "pledges": tuple(PledgeCode),
            "idle": IDLE_SECONDS,
            "ends": int(kiosk.over_at.timestamp() * 1000),
            "card": self._parts.say(Reply("help.card"), language).text,
            "young": self._parts.say(Reply("help.under_13"), language).text,
            "picture": on_phone.svg_data_uri(scale=6, border=3, light="#fff"),
        }
        response = self._pages.write(request, "kiosk.html", values)
        response.delete_cookie(LANGUAGE)
        return response


_LABELS = {
    AgeBand.UNDER_13: "join.age_u13",
    AgeBand.FROM_13: "join.age_13",
    AgeBand.FROM_16: "join.age_16",
    AgeBand.FROM_18: "join.age_18",
    AgeBand.FROM_22: "join.age_22",
}


def _rows(bands: type[AgeBand]) -> Sequence[tuple[str, str]]:
    return tuple((band.value, _LABELS[band]) for band in bands)
