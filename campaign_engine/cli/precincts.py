"""`groundswell precincts`: which ones, and how sure."""

import json
from typing import Annotated

import typer

from campaign_engine.cli.terminal import command, out, table
from campaign_engine.domain.precinct import Boundaries, Measure, Ranking, RankingRule

app = typer.Typer(help="Rank precincts by shootings.", no_args_is_help=True)


@app.callback()
def precincts() -> None:
    """Rank precincts by shootings."""


@app.command("rank")
@command
def rank(
    first: Annotated[int | None, typer.Option("--from", help="First year; default is five full years.")] = None,
    last: Annotated[int | None, typer.Option("--to", help="Last year.")] = None,
    top: Annotated[int, typer.Option(help="How many precincts belong to the top.")] = 30,
    by: Annotated[Measure, typer.Option(help="Incidents, or incidents per 1,000 residents.")] = Measure.COUNT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rank by a rule, with the probability of each precinct belonging in the top N.

    Uses the figures that ship with the program.
    """
    from campaign_engine.opendata import figures
    from campaign_engine.opendata.ranking import rank as rank_counts

    default = RankingRule.default(figures.data_through())
    rule = RankingRule(
        first_year=first or default.first_year,
        last_year=last or default.last_year,
        top=top,
        by=by,
        boundaries=Boundaries.TODAY,
    )
    ranking = rank_counts(rule, figures.counts(rule))
    if as_json:
        out.print_json(json.dumps(_as_json(ranking)))
    else:
        _print(ranking)


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
    out.print(
        f"[bold]Shootings {rule.first_year} to {rule.last_year}, by {rule.by}[/] · data through "
        f"{ranking.data_through:%B %-d, %Y} · outlines: {ranking.boundaries}"
    )
    shown = table("rank", "precinct", "borough", "incidents", f"in the top {rule.top}")
    for row in ranking.precincts[: rule.top + 5]:
        share = f"{row.p_top:.0%}" + ("  toss-up" if 0.1 < row.p_top < 0.9 else "")
        shown.add_row(str(row.rank), str(row.precinct), str(row.borough), str(row.incidents), share)
    out.print(shown)
