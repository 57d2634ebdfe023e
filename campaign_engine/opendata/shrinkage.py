"""Precincts compared without a raw league table: what each is likely to be, given all of them.

Counts: gamma-Poisson, prior by moments (Marshall 1991). Shares: beta-binomial, prior by moments (Kleinman 1973).
Chances of a place by draws (Gelman and Price 1999; Goldstein and Spiegelhalter 1996).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DRAWS = 30_000
_CHUNK = 3_000


class Posterior(Protocol):
    """One distribution for each precinct; `draws` has a row for each draw."""

    @property
    def mean(self) -> Floats:
        """One for each."""

    def draws(self, count: int, generator: np.random.Generator) -> Floats:
        """Independent of each other."""

    def keys(self) -> Floats:
        """Columns that are equal stand for the same distribution."""


@dataclass(frozen=True, slots=True)
class Gamma:
    """Rates per unit of exposure; `rate` is the inverse scale."""

    shape: Floats
    rate: Floats

    @property
    def mean(self) -> Floats:
        """Shrunk rates."""
        return self.shape / self.rate

    def draws(self, count: int, generator: np.random.Generator) -> Floats:
        """See Posterior."""
        return generator.standard_gamma(self.shape, size=(count, len(self.shape))) / self.rate

    def keys(self) -> Floats:
        """See Posterior."""
        return np.stack([self.shape, self.rate])


@dataclass(frozen=True, slots=True)
class Beta:
    """Shares between 0 and 1."""

    yes: Floats
    no: Floats

    @property
    def mean(self) -> Floats:
        """Shrunk shares."""
        return self.yes / (self.yes + self.no)

    def draws(self, count: int, generator: np.random.Generator) -> Floats:
        """See Posterior."""
        return generator.beta(self.yes, self.no, size=(count, len(self.yes)))

    def keys(self) -> Floats:
        """See Posterior."""
        return np.stack([self.yes, self.no])


def gamma_poisson(counts: Floats, exposure: Floats) -> Gamma:
    """The prior's mean and variance fit all of them; what has no exposure is what they are together.

    Counts no more unequal than chance all but pool. Raises ValueError when nothing was counted at all.
    """
    total = exposure.sum()
    if not counts.sum() > 0 or not total > 0:
        raise ValueError("nothing was counted")
    mean = counts.sum() / total
    rates = np.divide(counts, exposure, out=np.full_like(counts, mean), where=exposure > 0)
    spread = (exposure * (rates - mean) ** 2).sum() - (len(counts) - 1) * mean
    apart = total - (exposure**2).sum() / total
    variance = max(spread / apart if apart > 0 else 0.0, 1e-6 * mean**2)
    return Gamma(mean**2 / variance + counts, mean / variance + exposure)


def beta_binomial(successes: Floats, trials: Floats) -> Beta:
    """The prior's mean and variance fit all of them; where all or none succeeded it is Jeffreys' Beta(1/2, 1/2).

    Raises ValueError when there was no trial, or more successes than trials.
    """
    total = trials.sum()
    if not total > 0 or (successes > trials).any() or (successes < 0).any():
        raise ValueError("successes must be among the trials")
    mean = successes.sum() / total
    if not 0 < mean < 1:
        return Beta(successes + 0.5, trials - successes + 0.5)
    shares = np.divide(successes, trials, out=np.full_like(successes, mean), where=trials > 0)
    free = np.count_nonzero(trials) - 1
    spread = (trials * (shares - mean) ** 2).sum() / (mean * (1 - mean)) - free
    apart = total - (trials**2).sum() / total - free
    alike = min(max(spread / apart if apart > 0 else 0.0, 1e-6), 0.999)
    size = 1 / alike - 1
    return Beta(mean * size + successes, (1 - mean) * size + trials - successes)


def intervals(
    posterior: Posterior, level: float = 0.95, seed: int = 0, draws: int = _DRAWS
) -> list[tuple[float, float]]:
    """Low and high of each, with equal tails."""
    drawn = posterior.draws(draws, np.random.default_rng(seed))
    low, high = np.quantile(drawn, ((1 - level) / 2, (1 + level) / 2), axis=0).tolist()
    return list(zip(low, high, strict=True))


def chances(posterior: Posterior, count: int, *, lowest: bool = False, seed: int = 0, draws: int = _DRAWS) -> Floats:
    """Of each, the probability to be among the `count` highest, or lowest; they add up to `count`.

    Standard error at most 0.5 / sqrt(draws): 0.003 unless told otherwise.
    """
    draws = max(1, draws // _CHUNK) * _CHUNK
    generator = np.random.default_rng(seed)
    size = len(posterior.mean)
    places, first = np.zeros(size), size - count
    for _ in range(draws // _CHUNK):
        drawn = posterior.draws(_CHUNK, generator) * (-1 if lowest else 1)
        limits = np.partition(drawn, first, axis=1)[:, first, np.newaxis]
        places += (drawn >= limits).sum(axis=0)
    # What has the same posterior has the same probability: sharing its draws removes the noise between them.
    _, same, sizes = np.unique(posterior.keys(), axis=1, return_inverse=True, return_counts=True)
    shared: Floats = (np.bincount(same, places) / sizes)[same] / draws
    return shared
