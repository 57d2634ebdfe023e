"""Reports of campaigns: public, of a site for its host, and for organizers; of the newest edition or a frozen one."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from analytics import charts, content, export, page, paper, sections
from analytics.content import LATEST, Newest, Report
from analytics.document import Document
from analytics.editions import View
from analytics.page import Link, Links
from analytics.process import ReportFailed
from analytics.words import Words, area
from campaign_engine.domain.contact import LANGUAGES
from campaign_engine.domain.errors import NotAllowed
from campaign_engine.domain.roles import Capability, may
from web.cookies import LANGUAGE, asked_language, keep
from web.packing import packed
from web.pages import PageWriter
from web.parts import WebParts
from web.security import INLINE_STYLE
from web.staff_session import Gate

PATIENCE = 4.0
"""Seconds that the first reader of an edition waits for its charts."""

Number = Annotated[int, Path(ge=1, lt=10**9)]
Edition = Annotated[int, Path(ge=1, lt=10**6)] | Newest
Shown = Literal["public", "organizer"]
FileName = Literal["report.csv", "report_dictionary.csv", "report.json", "report.pdf"]


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """What is public needs nobody to sign in; an edition keeps its address for good."""
    routes, desk = APIRouter(prefix="/reports"), _ReportPages(parts, pages)
    routes.add_api_route("", desk.listed)
    routes.add_api_route("/{campaign_id}", desk.newest)
    routes.add_api_route("/{campaign_id}/{edition}/site/{site_id}", desk.site)
    routes.add_api_route("/{campaign_id}/{edition}/{view}", desk.whole)
    routes.add_api_route("/{campaign_id}/{edition}/{view}/precinct/{number}", desk.precinct)
    routes.add_api_route("/{campaign_id}/{edition}/{view}/{name}", desk.file)
    return routes


class _ReportPages:
    def __init__(self, parts: WebParts, pages: PageWriter) -> None:
        self._parts = parts
        self._pages = pages
        self._gate = Gate(parts.staff)
        self._drawing: set[asyncio.Future[Sequence[Mapping[str, str]]]] = set()

    async def listed(self, request: Request) -> Response:
        return self._pages.write(request, "reports.html", {"campaigns": await self._parts.reports.listed()})

    async def newest(self, campaign_id: Number) -> Response:
        """A link that always leads to the newest edition."""
        return RedirectResponse(f"/reports/{campaign_id}/{LATEST}/public", status_code=307)

    async def whole(self, request: Request, campaign_id: Number, edition: Edition, view: Shown) -> Response:
        report = await self._report(request, campaign_id, edition, view)
        language = self._language(request)
        document = sections.whole(report, language)
        return await self._page(request, report, document, _links(report, language))

    async def precinct(
        self, request: Request, campaign_id: Number, edition: Edition, view: Shown, number: Number
    ) -> Response:
        report = await self._report(request, campaign_id, edition, view)
        language = self._language(request)
        document = sections.precinct(report, number, language)
        return await self._page(request, report, document, _back(report, edition, language))

    async def site(self, request: Request, campaign_id: Number, edition: Edition, site_id: Number) -> Response:
        await self._gate.host(request, site_id)
        report = await self._parts.reports.report(campaign_id, "site", edition)
        language = self._language(request)
        document = sections.site(report, site_id, language)
        return await self._page(request, report, document, _back(report, edition, language))

    async def file(
        self, request: Request, campaign_id: Number, edition: Edition, view: Shown, name: FileName
    ) -> Response:
        report = await self._report(request, campaign_id, edition, view)
        if name == "report.pdf":
            return await self._pdf(request, report)
        match name:
            case "report.csv":
                made = export.report_csv(report)
            case "report_dictionary.csv":
                made = export.dictionary_csv()
            case _:
                made = json.dumps(content.as_json(report), ensure_ascii=False, indent=1)
        kind = "application/json" if name.endswith(".json") else "text/csv"
        return Response(made, media_type=kind, headers=_download(report, name))

    async def _pdf(self, request: Request, report: Report) -> Response:
        document = sections.whole(report, self._language(request))
        (drawn,) = await self._parts.reports.charts([document])
        made = await asyncio.to_thread(paper.pdf, document, drawn)
        return Response(made, media_type="application/pdf", headers=_download(report, "report.pdf"))

    async def _drawn(self, document: Document) -> Mapping[str, str]:
        """Nothing where they cannot be made, or not soon: tables say the same, and the next reader finds them."""
        drawing = asyncio.ensure_future(self._parts.reports.charts([document]))
        self._drawing.add(drawing)
        drawing.add_done_callback(self._drawing.discard)
        try:
            (drawn,) = await asyncio.wait_for(asyncio.shield(drawing), PATIENCE)
        except (TimeoutError, ReportFailed):
            return {}
        return drawn

    async def _report(self, request: Request, campaign_id: int, edition: int | Newest, view: View) -> Report:
        """Raises NotAllowed for organizers' figures to anybody who may not read them (safety R1)."""
        if view == "organizer":
            session = await self._gate.staff(request)
            if not may(session, Capability.READ_REPORTS):
                raise NotAllowed("These figures are for organizers.", "Open the public report.", "not_your_report")
        return await self._parts.reports.report(campaign_id, view, edition)

    def _language(self, request: Request) -> str:
        language = self._pages.language(request)
        return language if language in LANGUAGES else "en"

    async def _page(self, request: Request, report: Report, document: Document, links: Links) -> Response:
        drawn = await self._drawn(document) if document.charts() else {}
        painted = {key: charts.painted(svg) for key, svg in drawn.items()}
        whole = page.report_page(document, painted, links, self._pages.frame(request))
        response = HTMLResponse(whole, headers=INLINE_STYLE)
        if asked_language(request):
            keep(request, response, LANGUAGE, self._pages.language(request), secure=self._parts.secure)
        return response if report.view != "public" else packed(request, response)


def _download(report: Report, name: str) -> dict[str, str]:
    number = report.edition.number if report.edition else 0
    return {
        "Content-Disposition": f'attachment; filename="groundswell-{report.campaign.id}-{number}-{report.view}-{name}"'
    }


def _address(report: Report, edition: int | Newest) -> str:
    view = "public" if report.view == "site" else report.view
    return f"/reports/{report.campaign.id}/{edition}/{view}"


def _links(report: Report, language: str) -> Links:
    """Files and precincts are those of the edition that is shown, under the number that it keeps."""
    number = report.edition.number if report.edition else LATEST
    here, say = _address(report, number), Words(language)
    files = (
        ("report.csv", "file_csv"),
        ("report_dictionary.csv", "file_dictionary"),
        ("report.json", "file_json"),
        ("report.pdf", "file_pdf"),
    )
    areas = {str(one): f"{here}/precinct/{one}" for one in report.layout.precincts()}
    editions = tuple(
        Link(
            _address(report, one.number),
            say("edition_link", number=one.number, week=one.week, corrected=one.corrected_by is not None),
            one.number == number,
        )
        for one in report.editions
    )
    return Links(
        other=f"?lang={_other(language)}",
        files=tuple(Link(f"{here}/{name}", say(label)) for name, label in files),
        editions=editions,
        precincts=tuple(Link(address, f"{number} {area(int(number))}") for number, address in areas.items()),
        back=None if report.is_newest else Link(_address(report, LATEST), say("newest_edition")),
        areas=areas,
    )


def _back(report: Report, edition: int | Newest, language: str) -> Links:
    link = Link(_address(report, edition), Words(language)("whole_report"))
    return Links(other=f"?lang={_other(language)}", back=link)


def _other(language: str) -> str:
    return next(one for one in LANGUAGES if one != language)
