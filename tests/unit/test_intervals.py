"""Intervals and shrinkage, beside published worked examples and scipy."""

import numpy as np
import pytest
from scipy import stats

from analytics.intervals import Interval, ratio_over_sites, wilson
from campaign_engine.opendata.shrinkage import Beta, Gamma, beta_binomial, chances, gamma_poisson, intervals

NEWCOMBE = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0.0, 0.1611), (1, 29): (0.0061, 0.1718)}
"""Newcombe 1998, Statistics in Medicine 17: 857-872, table I, method 3 (score, no continuity correction)."""

RATS = (
    "0/20 0/20 0/20 0/20 0/20 0/20 0/20 0/19 0/19 0/19 0/19 0/18 0/18 0/17 1/20 1/20 1/20 1/20 1/19 1/19 1/18 1/18 "
    "2/25 2/24 2/23 2/20 2/20 2/20 2/20 2/20 2/20 1/10 5/49 2/19 5/46 3/27 2/17 7/49 7/47 3/20 3/20 2/13 9/48 10/50 "
    "4/20 4/20 4/20 4/20 4/20 4/20 4/20 10/48 4/19 4/19 4/19 5/22 11/46 12/49 5/20 5/20 6/23 5/19 6/22 6/20 6/20 6/20 "
    "16/52 15/47 15/46 9/24 4/14"
)
"""Tarone 1982, as in Gelman and others, Bayesian Data Analysis, table 5.1."""


PUMPS = {
    (5, 94.3): 0.060, (1, 15.7): 0.102, (5, 62.9): 0.089, (14, 126): 0.116, (3, 5.24): 0.60, (19, 31.4): 0.61,
    (1, 1.05): 0.89, (4, 2.1): 1.58, (22, 10.5): 1.98,
}  # fmt: skip
"""Failures and hours of pumps (Gaver and O'Muircheartaigh 1987), and their rates by George, Makov and Smith 1993, as in
the BUGS manual. Two of the pumps are alike."""


def test_wilson_is_as_published_and_as_scipy_has_it() -> None:
    for (successes, trials), (low, high) in NEWCOMBE.items():
        found = wilson(successes, trials)
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    for trials in (1, 7, 10, 1000):
        for successes in {0, 1, trials // 3, trials}:
            found, theirs = wilson(successes, trials), stats.binomtest(successes, trials).proportion_ci(method="wilson")
            assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (2, 1), (-1, 5)])
def test_a_share_of_nothing_has_no_interval(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="among the trials"):
        wilson(successes, trials)


def test_gamma_poisson_is_as_published_and_its_intervals_are_scipys() -> None:
    # Gelman and others, section 2.7: kidney cancer, prior Gamma(20, 430,000), 10 years of a county of 1,000.
    county = Gamma(20.0 + np.arange(3.0), np.full(3, 430_000.0 + 10 * 1000))
    assert [round(1e5 * mean, 2) for mean in county.mean] == [4.55, 4.77, 5.0]
    for (low, high), shape in zip(intervals(county), county.shape, strict=True):
        exact = stats.gamma.ppf((0.025, 0.975), shape, scale=1 / 440_000)
        assert (low, high) == pytest.approx(tuple(exact), rel=0.02)
    counts, exposure = np.array([0.0, 3, 40, 5, 12]), np.array([2.0, 2, 4, 1, 0])
    found = gamma_poisson(counts, exposure)
    raw = counts[:4] / exposure[:4]
    city = counts.sum() / exposure.sum()
    between = [min(a, city) <= mean <= max(a, city) for a, mean in zip(raw, found.mean, strict=False)]
    assert all(between)
    alike = gamma_poisson(np.full(4, 6.0), np.ones(4))
    assert alike.mean == pytest.approx(np.full(4, 6.0))


def test_rates_are_shrunk_as_those_of_a_published_hierarchy() -> None:
    """Theirs has priors for the prior, ours fits its moments: as near as a posterior standard deviation."""
    counts, exposure = np.array([*PUMPS, (1, 1.05)]).T
    theirs = np.array([*PUMPS.values(), 0.89])
    found = gamma_poisson(counts, exposure)
    assert (abs(found.mean - theirs) < np.sqrt(found.shape) / found.rate).all()
    for count, lowest in ((1, False), (5, True), (3, False)):
        exact = places(found, count, lowest=lowest)
        assert chances(found, count, lowest=lowest) == pytest.approx(exact, abs=0.01)


def places(posterior: Gamma, count: int, *, lowest: bool) -> list[float]:
    """Chances to be among the first by integrals: how many others are before it is a sum of independent Bernoullis."""
    grid = np.exp(np.linspace(np.log(1e-3), np.log(12), 4000))
    below = stats.gamma.cdf(grid[:, None], posterior.shape, scale=1 / posterior.rate)
    density = stats.gamma.pdf(grid[:, None], posterior.shape, scale=1 / posterior.rate)
    before = below if lowest else 1 - below
    found = []
    for one in range(len(posterior.shape)):
        many = np.zeros((len(grid), count))
        many[:, 0] = 1
        for other in [*range(one), *range(one + 1, len(posterior.shape))]:
            more = before[:, other, None]
            many = many * (1 - more) + np.pad(many[:, :-1], ((0, 0), (1, 0))) * more
        found.append(float(np.trapezoid(density[:, one] * many.sum(axis=1), grid)))
    return found


def test_beta_binomial_is_as_published_and_its_intervals_are_scipys() -> None:
    # Gelman and others, section 2.4: placenta previa, 437 girls of 980 births under a uniform prior.
    births = Beta(np.array([438.0]), np.array([544.0]))
    assert (round(births.mean[0], 3), *(round(end, 2) for end in intervals(births)[0])) == (0.446, 0.41, 0.48)
    assert intervals(births)[0] == pytest.approx(tuple(stats.beta.ppf((0.025, 0.975), 438, 544)), abs=0.001)
    yes, of = np.array([pair.split("/") for pair in RATS.split()], dtype=np.float64).T
    found = beta_binomial(yes, of)
    a, b = found.yes[0] - yes[0], found.no[0] - (of[0] - yes[0])
    assert 10 < a + b < 25, "theirs: Beta(1.4, 8.6) by moments without weights, Beta(2.3, 14.1) at the mode"
    assert a / (a + b) == pytest.approx(0.15, abs=0.02), "theirs: 0.14 to 0.15"
    assert a / (a + b) < found.mean[-1] < 4 / 14
    none = beta_binomial(np.zeros(2), np.array([10.0, 0.0]))
    assert none.mean == pytest.approx([0.5 / 11, 0.5])
    with pytest.raises(ValueError, match="among the trials"):
        beta_binomial(np.array([3.0]), np.array([2.0]))


def test_chances_add_up_and_are_those_of_two_gammas() -> None:
    two = Gamma(np.array([12.0, 15.0]), np.array([1.0, 1.0]))
    highest, lowest = chances(two, 1), chances(two, 1, lowest=True)
    assert highest.sum() == pytest.approx(1)
    assert highest[0] == pytest.approx(lowest[1], abs=0.01)
    share = stats.beta.sf(0.5, 12, 15)
    assert highest[0] == pytest.approx(share, abs=0.01), "X / (X + Y) of two gammas is a beta"
    same = chances(Beta(np.full(10, 3.0), np.full(10, 9.0)), 5, lowest=True)
    assert same == pytest.approx(np.full(10, 0.5))


CITIES = {
    1920: (138, 93, 61, 179, 48, 37, 29, 23, 30, 2),
    1930: (143, 104, 69, 260, 75, 63, 50, 48, 111, 50),
}
"""Davison and Hinkley 1997, Bootstrap Methods and their Application, table 2.1: people of ten cities, in thousands."""


def test_a_ratio_over_sites_is_as_published() -> None:
    """The manual of R's package boot (boot.ci, city), 999 resamples: percentiles 1.24 to 1.25 and 2.06 to 2.18."""
    parts = dict(enumerate(zip(CITIES[1930], CITIES[1920], strict=True)))
    found = ratio_over_sites(parts)
    assert found is not None
    assert found.low == pytest.approx(1.243, abs=0.012)
    assert found.high == pytest.approx(2.12, abs=0.08)
    assert found == ratio_over_sites(parts), "an edition can be made again"
    assert found != ratio_over_sites(parts, seed=1)


def test_a_ratio_over_sites_is_as_scipys_bootstrap_has_it() -> None:
    parts = {
        site: (above, below) for site, (above, below) in enumerate([(3, 9), (8, 11), (0, 6), (5, 5), (2, 14), (7, 10)])
    }
    found = ratio_over_sites(parts)
    above, below = np.array(list(parts.values()), dtype=np.float64).T
    theirs = stats.bootstrap(
        (above, below), lambda x, y, axis: x.sum(axis) / y.sum(axis), paired=True, vectorized=True, method="percentile",
        n_resamples=4000, rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert isinstance(found, Interval)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=0.02)
    assert ratio_over_sites({1: (3, 9)}) is None
    assert ratio_over_sites({1: (3, 9), 2: (0, 0), 3: (0, 0)}) is None
