"""Why these precincts: the page, and the same as files."""

import json

from fastapi import APIRouter, Request
from fastapi.responses import Response

from analytics import evidence_page
from web.packing import packed
from web.pages import PageWriter
from web.parts import Evidence


def router(evidence: Evidence, pages: PageWriter) -> APIRouter:
    """Public; nothing in it is about allies."""
    routes = APIRouter(prefix="/precincts")

    @routes.get("")
    async def shown(request: Request) -> Response:
        found = await evidence.current()
        values = evidence_page.values(found["evidence"], found["maps"], pages.language(request))
        return packed(request, pages.write(request, "evidence.html", {**values, "table": "/precincts/evidence.csv"}))

    @routes.get("/evidence.csv")
    async def table() -> Response:
        found = await evidence.current()
        headers = {"Content-Disposition": 'attachment; filename="evidence.csv"'}
        return Response(evidence_page.table(found["evidence"]), media_type="text/csv", headers=headers)

    @routes.get("/evidence.json")
    async def figures() -> Response:
        found = await evidence.current()
        return Response(json.dumps(found["evidence"], ensure_ascii=False), media_type="application/json")

    return routes
