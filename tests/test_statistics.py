"""Estimates over seeds and subjects against scipy, statsmodels and exact small cases."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.weightstats import DescrStatsW

from fastslow.analysis import statistics


def test_t_interval_equals_scipy(seed: int) -> None:
    x = np.random.default_rng(seed).normal(2, 3, size=8)
    for confidence in (0.95, 0.9, 0.5):
        found = statistics.t_interval(x, confidence)
        low, high = stats.t.interval(confidence, 7, x.mean(), stats.sem(x))
        np.testing.assert_allclose([found.low, found.high], [low, high])
    assert found.n == 8
    assert found.standard_error == pytest.approx(stats.sem(x))


def test_half_intervals_are_those_of_the_t_interval(seed: int) -> None:
    values = np.random.default_rng(seed).normal(2, 3, size=(6, 4, 2))
    half = statistics.half_interval(values)
    assert half.shape == (4, 2)
    for place in np.ndindex(half.shape):
        whole = statistics.t_interval(values[:, *place])
        assert half[place] == pytest.approx((whole.high - whole.low) / 2)
    assert not statistics.half_interval(values[:1]).any()


def test_t_interval_covers_as_often_as_it_says(seed: int) -> None:
    rng, n = np.random.default_rng(seed), 2000
    covered = [
        found.low < 0 < found.high
        for found in (statistics.t_interval(rng.normal(size=4)) for _ in range(n))
    ]
    assert abs(np.mean(covered) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / n)


def test_equivalence_equals_statsmodels_and_the_ninety_percent_interval(seed: int) -> None:
    x = np.random.default_rng(seed).normal(0.1, 0.3, size=12)
    found = statistics.equivalence(x, -0.3, 0.3)
    p, (_, p_low, _), (_, p_high, _) = DescrStatsW(x).ttost_mean(-0.3, 0.3)
    np.testing.assert_allclose([found.p, found.p_low, found.p_high], [p, p_low, p_high])
    interval = statistics.t_interval(x, 0.9)
    assert (found.p < 0.05) == (interval.low > -0.3 and interval.high < 0.3)
    assert statistics.equivalence([0.1, 0.1], 0, 1).p == 0
    assert statistics.equivalence([1.1, 1.1], 0, 1).p == 1


def test_bootstrap_of_a_mean_is_near_its_normal_interval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=400)
    low, high = statistics.bootstrap(x, rng, n_resamples=1999)
    half = 1.96 * x.std() / 20
    # a quantile of 1999 draws has a standard error of sqrt(.025*.975/1999) / density
    error = 4 * np.sqrt(0.025 * 0.975 / 1999) / stats.norm.pdf(1.96) * x.std() / 20
    np.testing.assert_allclose([low, high], [x.mean() - half, x.mean() + half], atol=2 * error)


def test_partial_correlation_equals_the_inverse_of_the_correlations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4))
    precision = np.linalg.inv(np.corrcoef(data.T))
    expected = -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])
    assert statistics.partial_correlation(data[:, 0], data[:, 1], data[:, 2:]) == pytest.approx(
        expected
    )


def test_partial_correlation_tells_cause_from_companion(seed: int) -> None:
    rng, n = np.random.default_rng(seed), 4000
    cause = rng.normal(size=n)
    companion = cause + rng.normal(size=n)
    effect = 3 * cause + rng.normal(size=n)
    assert np.corrcoef(effect, companion)[0, 1] > 0.5
    assert abs(statistics.partial_correlation(effect, companion, cause)) < 4 / np.sqrt(n)
    assert statistics.partial_correlation(effect, cause, companion) > 0.8
    with pytest.raises(ValueError, match="'y' is a linear function"):
        statistics.partial_correlation(effect, 2 * cause + 1, cause)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=30), st.integers(-6, 6))
def test_a_permutation_p_is_never_zero_and_never_above_one(null: list[int], observed: int) -> None:
    p = float(statistics.permutation_p(observed, null))
    assert p == (1 + sum(n >= observed for n in null)) / (1 + len(null))
    assert 0 < p <= 1


def test_misuse_is_named() -> None:
    with pytest.raises(ValueError, match="1 of 3 values are not finite"):
        statistics.t_interval([1.0, np.nan, 2.0])
    with pytest.raises(ValueError, match="at least 2 values are needed, got 1"):
        statistics.t_interval([1.0])
    with pytest.raises(ValueError, match="confidence must lie between 0 and 1, got 95"):
        statistics.t_interval([1.0, 2.0], 95)
    with pytest.raises(ValueError, match="low must be below high"):
        statistics.equivalence([1.0, 2.0], 1, 0)
    with pytest.raises(ValueError, match=r"got \(3,\), \(4,\), \(3, 1\)"):
        statistics.partial_correlation(np.ones(3), np.ones(4), np.ones(3))
