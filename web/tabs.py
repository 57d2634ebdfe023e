"""Who is at a page: a chat belongs to one tab of one browser, unless its person says that the device is their own.

The address of a tab's chat is kept nowhere: it follows from a word in the path and a key in a cookie. A new tab lacks
the word. Whoever finds the path in the browser's history lacks the key, because the cookie has gone or is another one
by then: leaving, closing the tab (where scripts run), half an hour of silence and the next chat in the same browser
each end it (ADR 20). On one's own device a cookie that stays holds the address itself.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

from fastapi import Request, Response

from campaign_engine.ports.clock import Clock
from web.cookies import CHAT, LANGUAGE, keep, known_address

TAB = "groundswell_tab"
VEIL = "groundswell_veil"
BROWSER = "groundswell_browser"
QUIET = timedelta(minutes=30)
"""A chat on a device that several people use is over after so much silence."""

OWN = timedelta(days=180)
"""How long a device of one's own is remembered after the last visit, as long as its person is (safety A5)."""

_PART = r"[A-Za-z0-9_-]{22}"
WORD = f"^{_PART}$"
"""The path's part of a tab."""

_COOKIE = re.compile(rf"({_PART})\.({_PART})\.([0-9a-f]{{16}})\.([0-9]{{1,9}})")
_PROBE = "on"


@dataclass(frozen=True, slots=True)
class Seat:
    """One person at one page.

    `page` names the page that was shown last, so that only its closing ends the chat. `word` is empty on a device
    of one's own.
    """

    address: str
    word: str = ""
    key: str = ""
    page: str = ""

    @property
    def path(self) -> str:
        """Where the chat is shown, and where its forms go."""
        return f"/chat/{self.word}" if self.word else "/chat"

    @property
    def is_own_device(self) -> bool:
        """Whether it stays when the tab is closed."""
        return not self.word

    def turned(self) -> Self:
        """The same with a new page before its person."""
        return replace(self, page=secrets.token_urlsafe(16))


def address_of(word: str, key: str) -> str:
    """Cannot be guessed without both."""
    return hashlib.sha256(f"tab\0{word}\0{key}".encode()).hexdigest()


def _mark(word: str) -> str:
    """By which a cookie knows its tab; the word does not follow from it."""
    return hashlib.sha256(f"mark\0{word}".encode()).hexdigest()[:16]


def new_seat(form_key: str, browser: str) -> Seat:
    """Where the first answer of a form leads; the same answer sent twice from one browser leads to the same place.

    Whoever made somebody else's browser send a form of theirs knows its key, and not where it led (no fixation).
    """
    seed = f"{browser}\0{form_key}"
    word, key = (hashlib.sha256(f"{part}\0{seed}".encode()).hexdigest()[:22] for part in ("word", "key"))
    return Seat(address_of(word, key), word, key).turned()


def browser_of(request: Request) -> str:
    """A random name that a browser keeps for as long as it is open, and that is kept nowhere else; made up where it
    has none.
    """
    kept = request.cookies.get(BROWSER, "")
    return kept if re.fullmatch(_PART, kept) else secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Tabs:
    """Reads and keeps the cookies; `secure` says that the pages are reached by https."""

    clock: Clock
    secure: bool

    def seat(self, request: Request, word: str = "") -> Seat | None:
        """Who is at the page with this word in its path; None where the chat is over, or none has begun."""
        if not word:
            address = known_address(request)
            return Seat(address) if address else None
        if request.method == "GET" and request.headers.get("sec-fetch-site") == "none":
            return None  # typed, or taken from the browser's history: nobody goes on with a chat like that
        kept = _COOKIE.fullmatch(request.cookies.get(TAB, ""))
        if kept is None or kept[3] != _mark(word):
            return None
        if self.clock() - datetime.fromtimestamp(int(kept[4]) * 60, UTC) > QUIET:
            return None
        return Seat(address_of(word, kept[1]), word, kept[1], kept[2])

    def keep(self, request: Request, response: Response, at: Seat) -> None:
        """Each page begins the silence anew; a tab's cookie ends with the browser's session at the latest."""
        if at.is_own_device:
            self._set(request, response, CHAT, at.address, OWN)
        else:
            minute = int(self.clock().timestamp()) // 60
            self._set(request, response, TAB, f"{at.key}.{at.page}.{_mark(at.word)}.{minute}")

    def remember(self, request: Request, response: Response, at: Seat | None, language: str) -> None:
        """Who was answered and in which language, if in one."""
        if at is None:
            self.probe(request, response)
        else:
            self.keep(request, response, at)
        if language:
            keep(request, response, LANGUAGE, language, secure=self.secure)

    def probe(self, request: Request, response: Response) -> None:
        """Before a first answer: whether this browser keeps cookies at all, and its name."""
        if not keeps_cookies(request):
            self._set(request, response, TAB, _PROBE)
        self._set(request, response, BROWSER, browser_of(request))

    def veil(self, request: Request, response: Response) -> None:
        """After a quick exit on a device of one's own: the next look shows a closed door, not the chat."""
        forget_tab(response)
        if known_address(request):
            self._set(request, response, VEIL, _PROBE)

    def _set(
        self, request: Request, response: Response, name: str, value: str, keep_for: timedelta | None = None
    ) -> None:
        secure = self.secure or request.url.scheme == "https"
        age = int(keep_for.total_seconds()) if keep_for else None
        response.set_cookie(name, value, max_age=age, httponly=True, samesite="lax", secure=secure)


def keeps_cookies(request: Request) -> bool:
    """Whether this browser kept one of an earlier page."""
    return TAB in request.cookies or CHAT in request.cookies


def is_veiled(request: Request) -> bool:
    """See Tabs.veil."""
    return VEIL in request.cookies


def forget_tab(response: Response) -> None:
    """Ends the chat of a tab."""
    response.delete_cookie(TAB)
    response.delete_cookie(BROWSER)


def forget_device(response: Response) -> None:
    """A device of one's own is one that others may use from here on."""
    response.delete_cookie(CHAT)
    response.delete_cookie(VEIL)
