"""Pledges on paper: typed for one day, or as a CSV of many; looked at before they count."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from campaign_engine.domain.action import PledgeCode
from campaign_engine.domain.errors import Conflict, InvalidInput, NotFound
from campaign_engine.domain.schedule import to_wall
from campaign_engine.domain.staff_session import StaffSession
from campaign_engine.domain.tally import LONGEST_CELL, MOST_BYTES, TallyProblem, TallySheet, as_text
from web.pages import PageWriter
from web.parts import WebParts
from web.staff_session import FormKey, Gate

AROUND = 4000
"""What a form with one file has around it, in bytes."""

_FIRST_ROW = 2
"""Of data, below the headings."""

_SiteId = Annotated[int, Path(ge=1, lt=10**9)]
_Batch = Annotated[str, Form(max_length=24)]
_Rows = Annotated[str, Form(max_length=MOST_BYTES)]


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """Below /host. Nothing is kept between the check and the yes: the rows travel in the form and are read again."""
    routes, tally = APIRouter(prefix="/{site_id}/tally"), _TallyPages(parts, pages)
    routes.add_api_route("", tally.begin)
    for path, answer in (
        ("/day", tally.check_day), ("/file", tally.check_file), ("/apply", tally.apply), ("/undo", tally.undo)
    ):  # fmt: skip
        routes.add_api_route(path, answer, methods=["POST"])
    return routes


class _TallyPages:
    def __init__(self, parts: WebParts, pages: PageWriter) -> None:
        self._pages = pages
        self._gate = Gate(parts.staff)
        self._hosting = parts.sites.hosting

    async def begin(self, request: Request, site_id: _SiteId, added: int = 0, undone: int = 0) -> Response:
        session = await self._gate.host(request, site_id)
        batches = [(one, to_wall(one.added_at)) for one in await self._hosting.batches(site_id)]
        site = (await self._hosting.view(site_id)).site
        values = {"session": session, "site": site, "batches": batches, "added": added, "undone": undone}
        return self._pages.write(request, "tally.html", {**values, "pledges": tuple(PledgeCode)})

    async def check_day(self, request: Request, site_id: _SiteId) -> Response:
        session = await self._gate.host(request, site_id)
        async with request.form(max_files=0, max_fields=8) as form:
            session.check_form(_text(form, "form_key"))
            counted = _counted(form)
            sheet = await self._hosting.read_rows(site_id, _as_sheet(_text(form, "date"), counted))
        return await self._shown(request, site_id, session, sheet, tuple(counted))

    async def check_file(self, request: Request, site_id: _SiteId) -> Response:
        """Too much is not read at all."""
        session = await self._gate.host(request, site_id)
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MOST_BYTES + AROUND:
            return await self._shown(request, site_id, session, _refused("too_large"))
        async with request.form(max_files=1, max_fields=4) as form:
            session.check_form(_text(form, "form_key"))
            file = form.get("file")
            content = await file.read() if isinstance(file, UploadFile) else b""
        sheet = await self._hosting.read_file(site_id, content) if content else _refused("no_file")
        return await self._shown(request, site_id, session, sheet)

    async def apply(self, request: Request, site_id: _SiteId, rows: _Rows = "", form_key: FormKey = "") -> Response:
        """Sent twice, the second says which rows were added before."""
        session = await self._gate.host(request, site_id)
        session.check_form(form_key)
        try:
            count = await self._hosting.apply(site_id, session.handle, rows)
        except (InvalidInput, Conflict):
            sheet = await self._hosting.read_rows(site_id, rows)
            return await self._shown(request, site_id, session, sheet)
        return RedirectResponse(f"/host/{site_id}/tally?added={count}", status_code=303)

    async def undo(self, request: Request, site_id: _SiteId, batch: _Batch = "", form_key: FormKey = "") -> Response:
        """Taken back twice is taken back."""
        session = await self._gate.host(request, site_id)
        session.check_form(form_key)
        try:
            count = await self._hosting.undo(site_id, session.handle, batch)
        except NotFound:
            count = 0
        return RedirectResponse(f"/host/{site_id}/tally?undone={count}", status_code=303)

    async def _shown(
        self,
        request: Request,
        site_id: int,
        session: StaffSession,
        sheet: TallySheet,
        counted: Sequence[PledgeCode] = (),
    ) -> Response:
        """`counted` are the pledges of one day's form, whose fields have names and no rows."""
        site = (await self._hosting.view(site_id)).site
        fields = dict(enumerate(counted, _FIRST_ROW))
        values = {"session": session, "site": site, "sheet": sheet, "rows": as_text(sheet.rows), "fields": fields}
        return self._pages.write(request, "tally_check.html", values, status=422 if sheet.problems else 200)


def _refused(reason: str) -> TallySheet:
    return TallySheet(problems=(TallyProblem(0, "", reason),))


def _text(form: FormData, name: str) -> str:
    found = form.get(name)
    return found[: LONGEST_CELL * 2] if isinstance(found, str) else ""


def _counted(form: FormData) -> Mapping[PledgeCode, str]:
    """A pledge that nobody made is left out."""
    cells = {code: _text(form, code).replace('"', "").replace("\n", " ").strip() for code in PledgeCode}
    return {code: cell for code, cell in cells.items() if cell}


def _as_sheet(day: str, counted: Mapping[PledgeCode, str]) -> str:
    """One day as the same sheet that a file would be."""
    plain = day.replace('"', "").replace("\n", " ")
    lines = (f'"{plain}","{code}","{count}"' for code, count in counted.items())
    return "\n".join(("date,pledge,count", *lines))
