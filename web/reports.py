"""Reports of campaigns: public, of a site for its host, and for organizers; of the newest edition or a frozen one."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from analytics import charts, export, page, paper
from analytics.content import LATEST, Newest, Report
from analytics.document import Document
from analytics.editions import View
from analytics.page import Link, Links
from analytics.part import WHOLE, Part
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
_FILES: tuple[tuple[FileName, str], ...] = (
    ("report.csv", "file_csv"),
    ("report_dictionary.csv", "file_dictionary"),
    ("report.json", "file_json"),
    ("report.pdf", "file_pdf"),
)
_KINDS: Mapping[FileName, str] = {
    "report.csv": "text/csv",
    "report_dictionary.csv": "text/csv",
    "report.json": "application/json",
    "report.pdf": "application/pdf",
}


def router(parts: WebParts, pages: PageWriter) -> APIRouter:
    """What is public needs nobody to sign in; an edition keeps its address for good."""
    routes, desk = APIRouter(prefix="/reports"), _ReportPages(parts, pages)
    routes.add_api_route("", desk.listed)
    routes.add_api_route("/{campaign_id}", desk.newest)
    routes.add_api_route("/{campaign_id}/{edition}/site/{site_id}", desk.site)
    routes.add_api_route("/{campaign_id}/{edition}/site/{site_id}/{name}", desk.site_file)
    routes.add_api_route("/{campaign_id}/{edition}/{view}", desk.whole)
    routes.add_api_route("/{campaign_id}/{edition}/{view}/precinct/{number}", desk.precinct)
    routes.add_api_route("/{campaign_id}/{edition}/{view}/precinct/{number}/{name}", desk.precinct_file)
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
        return await self._page(request, await self._report(request, campaign_id, edition, view), WHOLE)

    async def precinct(
        self, request: Request, campaign_id: Number, edition: Edition, view: Shown, number: Number
    ) -> Response:
        return await self._page(request, await self._report(request, campaign_id, edition, view), Part(number))

    async def site(self, request: Request, campaign_id: Number, edition: Edition, site_id: Number) -> Response:
        return await self._page(
            request, await self._of_site(request, campaign_id, edition, site_id), Part(site=site_id)
        )

    async def file(
        self, request: Request, campaign_id: Number, edition: Edition, view: Shown, name: FileName
    ) -> Response:
        return await self._file(request, await self._report(request, campaign_id, edition, view), WHOLE, name)

    async def precinct_file(
        self, request: Request, campaign_id: Number, edition: Edition, view: Shown, number: Number, name: FileName
    ) -> Response:
        return await self._file(request, await self._report(request, campaign_id, edition, view), Part(number), name)

    async def site_file(
        self, request: Request, campaign_id: Number, edition: Edition, site_id: Number, name: FileName
    ) -> Response:
        report = await self._of_site(request, campaign_id, edition, site_id)
        return await self._file(request, report, Part(site=site_id), name)

    async def _file(self, request: Request, report: Report, part: Part, name: FileName) -> Response:
        """Raises NotFound as the page of the part does."""
        document = part.document(report, self._language(request))
        made: str | bytes
        match name:
            case "report.pdf":
                (drawn,) = await self._parts.reports.charts([document])
                made = await asyncio.to_thread(paper.pdf, document, drawn)
            case "report.csv":
                made = export.report_csv(report, part)
            case "report_dictionary.csv":
                made = export.dictionary_csv(document.language)
            case _:
                made = export.report_json(report, part)
        return Response(made, media_type=_KINDS[name], headers=_download(report, part, name))

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

    async def _of_site(self, request: Request, campaign_id: int, edition: int | Newest, site_id: int) -> Report:
        """For its host alone (safety P3)."""
        await self._gate.host(request, site_id)
        return await self._parts.reports.report(campaign_id, "site", edition)

    def _language(self, request: Request) -> str:
        language = self._pages.language(request)
        return language if language in LANGUAGES else "en"

    async def _page(self, request: Request, report: Report, part: Part) -> Response:
        language = self._language(request)
        document, links = part.document(report, language), _links(report, part, language)
        drawn = await self._drawn(document) if document.charts() else {}
        painted = {key: charts.painted(svg) for key, svg in drawn.items()}
        whole = page.report_page(document, painted, links, self._pages.frame(request))
        response = HTMLResponse(whole, headers=INLINE_STYLE)
        if asked_language(request):
            keep(request, response, LANGUAGE, self._pages.language(request), secure=self._parts.secure)
        return response if report.view != "public" else packed(request, response)


def _download(report: Report, part: Part, name: str) -> dict[str, str]:
    number = report.edition.number if report.edition else 0
    # The view of a site is named with its site.
    which = "-".join(word for word in ("" if part.site else report.view, part.name) if word)
    return {"Content-Disposition": f'attachment; filename="groundswell-{report.campaign.id}-{number}-{which}-{name}"'}


def _address(report: Report, part: Part, edition: int | Newest) -> str:
    here = f"/reports/{report.campaign.id}/{edition}"
    if part.site:
        return f"{here}/site/{part.site}"
    return f"{here}/{report.view}/precinct/{part.precinct}" if part.precinct else f"{here}/{report.view}"


def _links(report: Report, part: Part, language: str) -> Links:
    """Files and precincts are those of the edition that is shown, under the number that it keeps."""
    number = report.edition.number if report.edition else LATEST
    here, say = _address(report, part, number), Words(language)
    precincts = report.layout.precincts() if part == WHOLE else ()
    areas = {str(one): _address(report, Part(one), number) for one in precincts}
    editions = tuple(
        Link(
            _address(report, part, one.number),
            say("edition_link", number=one.number, week=one.week, corrected=one.corrected_by is not None),
            one.number == number,
        )
        for one in report.editions
        if one.has(part.site)
    )
    return Links(
        other=f"?lang={_other(language)}",
        files=tuple(Link(f"{here}/{name}", say(label)) for name, label in _FILES),
        editions=editions,
        precincts=tuple(Link(address, f"{number} {area(int(number))}") for number, address in areas.items()),
        back=_back(report, part, number, say),
        areas=areas,
        why=Link("/precincts", say("evidence.open")),
    )


def _back(report: Report, part: Part, edition: int | Newest, say: Words) -> Link | None:
    """From a part to the whole, a host to the public's; from an older edition to the newest."""
    if part.site:
        return Link(f"/reports/{report.campaign.id}/{edition}/public", say("whole_report"))
    if part.precinct:
        return Link(_address(report, WHOLE, edition), say("whole_report"))
    return None if report.is_newest else Link(_address(report, WHOLE, LATEST), say("newest_edition"))


def _other(language: str) -> str:
    return next(one for one in LANGUAGES if one != language)
