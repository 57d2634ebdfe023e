"""Cookies that several pages read: language, chat on a device of one's own, the team (web.tabs has the others)."""

import re
import secrets

from fastapi import Request, Response

from campaign_engine.domain.languages import SAFETY_LANGUAGES, from_tag

CHANNEL = "web"
CHAT = "groundswell_chat"
LANGUAGE = "groundswell_language"
STAFF = "groundswell_staff"
_ADDRESS = re.compile(r"[A-Za-z0-9_-]{1,64}")


def known_address(request: Request) -> str | None:
    """Address of the reader's page chat on a device that they called their own; a tab's chat is in web.tabs."""
    kept = request.cookies.get(CHAT, "")
    return kept if _ADDRESS.fullmatch(kept) else None


def new_address() -> str:
    """Cannot be guessed; who holds it is the person (safety N1: nothing else tells browsers apart)."""
    return secrets.token_urlsafe(24)


def asked_language(request: Request) -> str:
    """`?lang=` of this page; empty when it is none of ours."""
    asked = request.query_params.get("lang", "")
    return from_tag(asked)


def language_hint(request: Request) -> str:
    """`?lang=`, else what was asked for before, else the browser's first language that we have; else empty."""
    chosen = asked_language(request) or request.cookies.get(LANGUAGE, "")
    if chosen in SAFETY_LANGUAGES:
        return chosen
    for part in request.headers.get("accept-language", "").split(","):
        if code := from_tag(part.partition(";")[0]):
            return code
    return ""


def reader_language(request: Request) -> str:
    """The hint, else English."""
    return language_hint(request) or SAFETY_LANGUAGES[0]


def keep(request: Request, response: Response, name: str, value: str, *, secure: bool) -> None:
    """Set one unless the browser has it already; no script reads it, no form of another site sends it."""
    if request.cookies.get(name) != value:
        secure = secure or request.url.scheme == "https"
        response.set_cookie(name, value, httponly=True, samesite="lax", secure=secure)
