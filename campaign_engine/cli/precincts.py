"""`groundswell precincts`: which ones, how sure, and where."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaign_engine.cli.files import hand_over
from campaign_engine.cli.opening import engine_of
from campaign_engine.cli.terminal import add_row, command, out, progress, say, table
from campaign_engine.domain.errors import ConfigurationError, NotFound
from campaign_engine.domain.precinct import Boundaries, Measure, Precinct, Ranking, RankingRule

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from campaign_engine.ports.opendata import ZipShares
    from campaign_engine.services.evidence import Counted

app = typer.Typer(help="Rank precincts by shootings, and find them.", no_args_is_help=True)

_LONGEST_NUMBER = 3


@app.command("rank")
@command
async def rank(
    context: typer.Context,
    first: Annotated[int | None, typer.Option("--from", help="First year; default is five full years.")] = None,
    last: Annotated[int | None, typer.Option("--to", help="Last year.")] = None,
    top: Annotated[int, typer.Option(help="How many precincts belong to the top.")] = 30,
    by: Annotated[Measure, typer.Option(help="Incidents, or incidents per 1,000 residents.")] = Measure.COUNT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rank by a rule, with the probability of each precinct belonging in the top N.

    Uses the City's shootings when they are loaded, else the figures that ship with the program.
    """

    def rule(data_through: "date") -> RankingRule:
        default = RankingRule.default(data_through)
        return RankingRule(
            first_year=default.first_year if first is None else first,
            last_year=default.last_year if last is None else last,
            top=top,
            by=by,
            boundaries=Boundaries.TODAY,
        )

    try:
        async with engine_of(context) as engine:
            status = await engine.targeting.status()
            ranking = await engine.targeting.rank(rule(status.data_through))
    except ConfigurationError as error:
        if error.code != "no_database":
            raise
        from campaign_engine.opendata import figures
        from campaign_engine.opendata.ranking import rank as rank_counts

        shipped = rule(figures.data_through())
        ranking = rank_counts(shipped, figures.counts(shipped))
    if as_json:
        out.print_json(json.dumps(_as_json(ranking)))
    else:
        _print(ranking)


@app.command("evidence")
@command
async def evidence(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--out", help="Folder for the files; older ones in it are replaced.")] = (
        Path("evidence")
    ),
) -> None:
    """Write why these precincts: a page in English and Spanish, a table, and figures for programs."""
    from analytics.evidence import evidence as made_of
    from analytics.evidence_page import FILES, maps, page
    from analytics.evidence_page import table as table_of

    with progress("Ranking by every rule"):
        counted = (await _counted(context)).as_json()
        made = await asyncio.to_thread(made_of, counted)
        drawn = await asyncio.to_thread(maps, made, counted["outlines"])
        files = {name: page(made, drawn, language) for language, name in FILES.items()}
        files["evidence.csv"] = table_of(made)
        files["evidence.json"] = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
        hand_over(files, folder)
    for name in files:
        say(str(folder / name))


async def _counted(context: typer.Context) -> "Counted":
    """Of the shipped figures before `groundswell init`."""
    from campaign_engine.opendata.city import NewYorkData
    from campaign_engine.services.evidence import EvidenceSource, shipped

    try:
        async with engine_of(context) as engine:
            return await EvidenceSource(engine.store, NewYorkData()).counted()
    except ConfigurationError as error:
        if error.code != "no_database":
            raise
        return shipped(NewYorkData())


@app.command("find")
@command
async def find(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="A neighborhood, a ZIP code or a precinct number.")],
) -> None:
    """Find precincts by neighborhood, ZIP code or number; a ZIP suggests, largest share of its land first."""
    from campaign_engine.opendata import places

    if text.strip()[:1].isdigit() and len(text.strip()) > _LONGEST_NUMBER:
        shown = table("precinct", "borough", "neighborhoods", "share of the ZIP")
        for suggestion in places.by_zip(text, await _loaded_zips(context)):
            add_row(shown, *_cells(suggestion.precinct), f"{suggestion.share:.0%}")
    else:
        shown = table("precinct", "borough", "neighborhoods")
        for precinct in _named(text.strip()):
            add_row(shown, *_cells(precinct))
    out.print(shown)


async def _loaded_zips(context: typer.Context) -> "Mapping[str, ZipShares]":
    """None before `groundswell init` either."""
    try:
        async with engine_of(context) as engine, engine.store.read() as work:
            return await work.targeting.zip_shares()
    except ConfigurationError as error:
        if error.code != "no_database":
            raise
        return {}


def _named(text: str) -> tuple[Precinct, ...]:
    from campaign_engine.domain.precinct import borough_of
    from campaign_engine.opendata import figures, places

    if text.isdecimal():
        borough_of(int(text))
        return (figures.precincts()[int(text)],)
    found = places.by_neighbourhood(text)
    if not found:
        raise NotFound(
            "No precinct has a neighborhood of that name.", "Try part of the name, a ZIP code or a precinct number."
        )
    return found


def _cells(precinct: Precinct) -> tuple[object, ...]:
    return precinct.number, precinct.borough, ", ".join(precinct.neighbourhoods)


def _as_json(ranking: Ranking) -> dict[str, object]:
    return {
        "rule": ranking.rule.as_json(),
        "boundaries": ranking.boundaries,
        "data_through": ranking.data_through.isoformat(),
        "precincts": [
            {
                "precinct": row.precinct,
                "borough": str(row.borough),
                "incidents": row.incidents,
                "rank": row.rank,
                "p_top": round(row.p_top, 4),
            }
            for row in ranking.precincts
        ],
    }


def _print(ranking: Ranking) -> None:
    rule = ranking.rule
    say(
        f"Shootings {rule.first_year} to {rule.last_year}, by {rule.by} · data through "
        f"{ranking.data_through:%B %-d, %Y} · outlines: {ranking.boundaries}"
    )
    shown = table("rank", "precinct", "borough", "incidents", f"in the top {rule.top}")
    for row in ranking.precincts[: rule.top + 5]:
        share = f"{row.p_top:.0%}" + ("  toss-up" if row.toss_up else "")
        add_row(shown, row.rank, row.precinct, row.borough, row.incidents, share)
    out.print(shown)
