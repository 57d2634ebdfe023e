"""Why these precincts: every rule side by side, how sure each place is, and what the last edition changed.

`python -m analytics.evidence` reads what was counted from stdin and writes the evidence to stdout, so that numpy and
shapely stay out of the serving process. No counts of allies are in it: it is about what the City published.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.precinct import FIRST_YEAR, Boundaries, Measure, PrecinctCounts, Ranking, RankingRule
from campaign_engine.opendata import figures
from campaign_engine.opendata.ranking import Spread, rank, spreads

VERSION = 1
"""Of the shape of the JSON."""

Counts = Mapping[tuple[int, int], int]


def evidence(counted: Mapping[str, Any]) -> dict[str, Any]:
    """From services.evidence.Counted.as_json; plain JSON types. Raises InvalidInput when nothing can be ranked."""
    through = date.fromisoformat(counted["data_through"])
    code = _counts(counted["code"])
    today = None if counted["today"] is None else _counts(counted["today"])
    chosen = RankingRule.default(through)

    def ranked(rule: RankingRule) -> tuple[Ranking, PrecinctCounts]:
        by_today = today is not None and rule.boundaries is Boundaries.TODAY
        counts = _summed(rule, today if by_today and today is not None else code, through)
        counts = replace(counts, boundaries=counted["boundaries"] if by_today else Boundaries.CODE.value)
        return rank(rule, counts), counts

    ranking, counts = ranked(chosen)
    others = []
    for key, rule in other_rules(chosen, known=today is not None):
        with suppress(InvalidInput):  # a year without a shooting cannot be ranked
            others.append((key, ranked(rule)[0]))
    return {
        "version": VERSION,
        "rule": chosen.as_json(),
        "boundaries": ranking.boundaries,
        "data_through": through.isoformat(),
        "dataset": _dataset(counted["dataset"], set(ranking.top)),
        "areas": list(_areas(ranking, spreads(chosen, counts), others)),
        "rules": [_other(key, other, ranking) for key, other in others],
    }


def other_rules(chosen: RankingRule, *, known: bool) -> Iterable[tuple[str, RankingRule]]:
    """What else could have been asked; `known` when today's outlines could be used."""
    last = chosen.last_year
    yield "rate", replace(chosen, by=Measure.RATE)
    for years in (1, 3, 10):
        yield f"years_{years}", replace(chosen, first_year=max(FIRST_YEAR, last - years + 1))
    for top in (20, 40):
        yield f"top_{top}", replace(chosen, top=top)
    if known:
        yield "code", replace(chosen, boundaries=Boundaries.CODE)


def _areas(
    ranking: Ranking, spread: Mapping[int, Spread], others: list[tuple[str, Ranking]]
) -> Iterable[dict[str, Any]]:
    """In order of number: a list in order of shootings would read as a list of the worst."""
    top, years = set(ranking.top), ranking.rule.last_year - ranking.rule.first_year + 1
    for one in sorted(ranking.precincts, key=lambda each: each.precinct):
        wide = spread[one.precinct]
        yield {
            "precinct": one.precinct,
            "borough": one.borough.value,
            "name": ", ".join(figures.precincts()[one.precinct].neighbourhoods),
            "incidents": one.incidents,
            "per_year": round(one.incidents / years, 1),
            "per_year_low": round(wide.per_year[0], 1),
            "per_year_high": round(wide.per_year[1], 1),
            "place": one.rank,
            "place_low": wide.place[0],
            "place_high": wide.place[1],
            "p_top": round(one.p_top, 3),
            "toss_up": one.toss_up,
            "chosen": one.precinct in top,
            "rate": None if one.rate is None else round(one.rate, 2),
            "few_residents": one.few_residents,
            "chosen_by": [key for key, other in others if one.precinct in other.top],
        }


def _other(key: str, other: Ranking, ranking: Ranking) -> dict[str, Any]:
    mine, theirs = set(ranking.top), set(other.top)
    return {
        "key": key,
        "rule": other.rule.as_json(),
        "same": len(mine & theirs),
        "enter": sorted(theirs - mine),
        "leave": sorted(mine - theirs),
    }


def _dataset(dataset: dict[str, Any] | None, top: set[int]) -> dict[str, Any] | None:
    """Only what still holds: boundaries that came later may have put a precinct back."""
    if dataset is None or dataset["changes"] is None:
        return dataset
    changes = dataset["changes"]
    held = {
        "entered": [number for number in changes["entered"] if number in top],
        "left": [number for number in changes["left"] if number not in top],
    }
    return {**dataset, "changes": {**changes, **held}}


def _counts(rows: Iterable[tuple[int, int, int]]) -> Counts:
    return {(precinct, year): count for precinct, year, count in rows}


def _summed(rule: RankingRule, counts: Counts, through: date) -> PrecinctCounts:
    totals: dict[int, int] = defaultdict(int)
    for (precinct, year), count in counts.items():
        if rule.first_year <= year <= rule.last_year:
            totals[precinct] += count
    return PrecinctCounts(totals, through, "")


def main() -> int:
    """Evidence and the map in each language."""
    from analytics.evidence_page import maps

    counted = json.load(sys.stdin)
    made = evidence(counted)
    json.dump({"evidence": made, "maps": maps(made, counted["outlines"])}, sys.stdout, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
