"""Where a student sees whether their school is with us (F18).

No code stands here: schools hand them out (safety P3), and who floods a site or uses up its window must not be able to
look up the one that was rotated (threats T10).
"""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from campaign_engine.domain.precinct import borough_of
from campaign_engine.domain.site_search import LONGEST
from web.pages import PageWriter
from web.parts import WebParts


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """A form that is sent by GET, so that going back and passing the address on work."""
    routes = APIRouter()

    @routes.get("/sites")
    async def find(request: Request, q: str = "") -> HTMLResponse:
        asked = " ".join(q.replace("\0", "").split())[:LONGEST]
        found = await parts.sites.finding.find(asked) if asked else ()
        shown = [(one, borough_of(one.site.precinct)) for one in found]
        return pages.write(request, "sites.html", {"asked": asked, "found": shown, "longest": LONGEST})

    return routes
