"""All files of one report: each whole, and none before all are made."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analytics import charts, content, export, page, paper, sections
from analytics.content import LATEST, Newest, Report
from analytics.desk import ReportDesk
from analytics.document import Document
from analytics.editions import View
from analytics.process import Progress
from campaign_engine.domain.contact import LANGUAGES

KINDS = ("html", "pdf", "csv", "json")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`site` is that of the view of a site."""

    campaign_id: int
    view: View
    edition: int | Newest = LATEST
    site: int | None = None
    kinds: tuple[str, ...] = KINDS


def _silent(_done: int, _total: int) -> None:
    """Nobody watches."""


async def report_files(desk: ReportDesk, wanted: Wanted, progress: Progress = _silent) -> Mapping[str, str | bytes]:
    """By name; English has the plain one. `progress` is told steps done and their number.

    Raises NotFound, StoreUnavailable, ReportFailed.
    """
    report = await desk.report(wanted.campaign_id, wanted.view, wanted.edition)
    documents = [_document(report, wanted, language) for language in LANGUAGES]
    steps = 1 + len(wanted.kinds)
    progress(1, steps)
    drawn = await desk.charts(documents) if {"html", "pdf"} & {*wanted.kinds} else ({},) * len(documents)
    made: dict[str, str | bytes] = {}
    for done, kind in enumerate(wanted.kinds, 2):
        for document, pictures in zip(documents, drawn, strict=True):
            made |= await asyncio.to_thread(_MAKERS[kind], report, document, pictures)
        progress(done, steps)
    return made


def _document(report: Report, wanted: Wanted, language: str) -> Document:
    if wanted.site is not None:
        return sections.site(report, wanted.site, language)
    return sections.whole(report, language)


def _name(language: str, kind: str) -> str:
    return f"report.{kind}" if language == LANGUAGES[0] else f"report.{language}.{kind}"


def _html(_report: Report, document: Document, drawn: Mapping[str, str]) -> dict[str, str | bytes]:
    painted = {key: charts.painted(svg) for key, svg in drawn.items()}
    other = next(one for one in LANGUAGES if one != document.language)
    links = page.Links(other=_name(other, "html"))
    return {_name(document.language, "html"): page.report_page(document, painted, links)}


def _pdf(_report: Report, document: Document, drawn: Mapping[str, str]) -> dict[str, str | bytes]:
    return {_name(document.language, "pdf"): paper.pdf(document, drawn)}


def _csv(report: Report, _document: Document, _drawn: Mapping[str, str]) -> dict[str, str | bytes]:
    return {"report.csv": export.report_csv(report), "report_dictionary.csv": export.dictionary_csv()}


def _json(report: Report, _document: Document, _drawn: Mapping[str, str]) -> dict[str, str | bytes]:
    return {"report.json": json.dumps(content.as_json(report), ensure_ascii=False, indent=1)}


_MAKERS: Mapping[str, Callable[[Report, Document, Mapping[str, str]], dict[str, str | bytes]]] = {
    "html": _html,
    "pdf": _pdf,
    "csv": _csv,
    "json": _json,
}
