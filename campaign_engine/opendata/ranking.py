"""Precincts in order, each with the probability that it belongs in the top."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from campaign_engine.domain.errors import InvalidInput
from campaign_engine.domain.precinct import (
    PRECINCT_NUMBERS,
    Measure,
    PrecinctCounts,
    RankedPrecinct,
    Ranking,
    RankingRule,
)
from campaign_engine.opendata import figures
from campaign_engine.opendata.shrinkage import chances, gamma_poisson

_DRAWS = 10_000
_INTERVAL = (0.025, 0.975)
# Midtown, the financial district and Central Park: shootings there are seldom of residents.
_FEW_RESIDENTS = frozenset({1, 14, 18, 22})


def rank(rule: RankingRule, counts: PrecinctCounts, seed: int = 0) -> Ranking:
    """Orders by posterior mean: for counts the order of the counts, for rates shrunk toward the city's.

    `p_top` comes from draws of a gamma-Poisson model (Gelman and Price 1999; prior by moments, Marshall 1991), with a
    standard error of at most 0.003. Raises InvalidInput when the years reach past the data or have no incident.
    """
    if rule.last_year > counts.data_through.year:
        message = f"The data end on {counts.data_through.isoformat()}."
        raise InvalidInput(message, f"Give a last year up to {counts.data_through.year}.")
    incidents = np.array([counts.incidents.get(number, 0) for number in PRECINCT_NUMBERS], dtype=np.float64)
    if not incidents.any():
        raise InvalidInput("There is no shooting in these years.", "Import the City's list, or choose other years.")
    residents = np.array([figures.precincts()[number].population for number in PRECINCT_NUMBERS], dtype=np.float64)
    exposure = np.ones_like(incidents) if rule.by is Measure.COUNT else residents / 1000
    posterior = gamma_poisson(incidents, exposure)
    p_top = chances(posterior, rule.top, seed=seed)
    order = np.lexsort((np.array(PRECINCT_NUMBERS), -posterior.mean))
    ranked = (
        RankedPrecinct(
            precinct=PRECINCT_NUMBERS[index],
            incidents=int(incidents[index]),
            rank=place,
            p_top=float(p_top[index]),
            rate=1000 * float(incidents[index] / residents[index]) if residents[index] else None,
            few_residents=PRECINCT_NUMBERS[index] in _FEW_RESIDENTS,
        )
        for place, index in enumerate(order.tolist(), 1)
    )
    return Ranking(rule, counts.boundaries, counts.data_through, tuple(ranked))


@dataclass(frozen=True, slots=True)
class Spread:
    """Between which a precinct lies with 95 % (posterior): incidents a year, and its place, 1 the most incidents."""

    per_year: tuple[float, float]
    place: tuple[int, int]


def spreads(rule: RankingRule, counts: PrecinctCounts, seed: int = 0) -> Mapping[int, Spread]:
    """By precinct, for a rule that goes by count (Goldstein and Spiegelhalter 1996 on places)."""
    incidents = np.array([counts.incidents.get(number, 0) for number in PRECINCT_NUMBERS], dtype=np.float64)
    draws = gamma_poisson(incidents, np.ones_like(incidents)).draws(_DRAWS, np.random.default_rng(seed))
    places = 1 + np.argsort(np.argsort(-draws, axis=1), axis=1)
    years = rule.last_year - rule.first_year + 1
    rates = np.quantile(draws / years, _INTERVAL, axis=0).T.tolist()
    ranks = np.quantile(places, _INTERVAL, axis=0, method="nearest").T.tolist()
    return {
        number: Spread((low, high), (int(first), int(last)))
        for number, (low, high), (first, last) in zip(PRECINCT_NUMBERS, rates, ranks, strict=True)
    }
