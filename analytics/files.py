"""All files of one report: each whole, and none before all are made."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analytics import charts, export, page, paper
from analytics.content import LATEST, Newest, Report
from analytics.desk import ReportDesk
from analytics.document import Document
from analytics.editions import View
from analytics.part import WHOLE, Part
from analytics.process import Progress
from campaign_engine.domain.contact import LANGUAGES

KINDS = ("html", "pdf", "csv", "json")


@dataclass(frozen=True, slots=True)
class Wanted:
    """`part` of a site goes with the view of a site."""

    campaign_id: int
    view: View
    edition: int | Newest = LATEST
    part: Part = WHOLE
    kinds: tuple[str, ...] = KINDS


def _silent(_done: int, _total: int) -> None:
    """Nobody watches."""


async def report_files(desk: ReportDesk, wanted: Wanted, progress: Progress = _silent) -> Mapping[str, str | bytes]:
    """By name; English has the plain one. `progress` is told steps done and their number.

    Raises NotFound, StoreUnavailable, ReportFailed.
    """
    report = await desk.report(wanted.campaign_id, wanted.view, wanted.edition)
    documents = [wanted.part.document(report, language) for language in LANGUAGES]
    steps = 1 + len(wanted.kinds)
    progress(1, steps)
    drawn = await desk.charts(documents) if {"html", "pdf"} & {*wanted.kinds} else ({},) * len(documents)
    made: dict[str, str | bytes] = {}
    for done, kind in enumerate(wanted.kinds, 2):
        for document, pictures in zip(documents, drawn, strict=True):
            made |= await asyncio.to_thread(_MAKERS[kind], _Given(report, wanted.part, document, pictures))
        progress(done, steps)
    return made


@dataclass(frozen=True, slots=True)
class _Given:
    report: Report
    part: Part
    document: Document
    drawn: Mapping[str, str]


def _name(language: str, kind: str, stem: str = "report") -> str:
    return f"{stem}.{kind}" if language == LANGUAGES[0] else f"{stem}.{language}.{kind}"


def _html(given: _Given) -> dict[str, str | bytes]:
    painted = {key: charts.painted(svg) for key, svg in given.drawn.items()}
    language = given.document.language
    other = next(one for one in LANGUAGES if one != language)
    links = page.Links(other=_name(other, "html"))
    return {_name(language, "html"): page.report_page(given.document, painted, links)}


def _pdf(given: _Given) -> dict[str, str | bytes]:
    return {_name(given.document.language, "pdf"): paper.pdf(given.document, given.drawn)}


def _csv(given: _Given) -> dict[str, str | bytes]:
    language = given.document.language
    return {
        "report.csv": export.report_csv(given.report, given.part),
        _name(language, "csv", "report_dictionary"): export.dictionary_csv(language),
    }


def _json(given: _Given) -> dict[str, str | bytes]:
    return {"report.json": export.report_json(given.report, given.part)}


_MAKERS: Mapping[str, Callable[[_Given], dict[str, str | bytes]]] = {
    "html": _html,
    "pdf": _pdf,
    "csv": _csv,
    "json": _json,
}
