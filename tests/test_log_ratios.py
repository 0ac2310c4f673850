"""Ratios judged by their logarithms: exact cases, no preference between two arms, what is declared."""

import math

import numpy as np
import pytest
import xarray as xr

from fastslow.papers import PAPERS
from fastslow.papers.closed_loop import log_ratios
from fastslow.papers.declaration import Signature, logarithm
from fastslow.papers.verdict import judge


def times(first, second):
    """The first over the second."""
    return first.x.values / second.x.values


RATIO = Signature(
    "paper/more", "It takes more.", "direction only", 1.05, None, times,
    ("paper/a", "paper/b"), shows_not=("paper/b", "paper/b"),
)  # fmt: skip


def recordings(a, b):
    return {f"paper/{k}": xr.Dataset({"x": ("seed", v)}) for k, v in (("a", a), ("b", b))}


def test_one_extreme_seed_does_not_decide():
    """Seven seeds take half, one ten times as much: the geometric mean is below 1, the mean above."""
    two = recordings([1.0] * 7 + [40.0], [2.0] * 7 + [4.0])
    found = judge(RATIO.of_logarithm(), two)
    assert found.measured.mean == pytest.approx((7 * math.log(0.5) + math.log(10)) / 8)
    assert found.measured.mean < 0 < math.log(judge(RATIO, two).measured.mean)


def test_exchanged_arms_change_its_sign_only(seed):
    rng = np.random.default_rng(seed)
    one, other = (xr.Dataset({"x": ("seed", rng.lognormal(size=12))}) for _ in range(2))
    log = logarithm(times)
    np.testing.assert_allclose(log(one, other), -log(other, one))


def test_a_planted_ratio_is_found_and_a_permuted_one_not(seed):
    rng = np.random.default_rng(seed)
    b = rng.lognormal(size=20)
    a = 2 * b * rng.lognormal(0, 0.1, size=20)
    assert judge(RATIO.of_logarithm(), recordings(a, b)).verdict == "shown"
    other_way = rng.permutation(20) < 10  # in half of the seeds the arms are exchanged
    mixed = np.where(other_way, b, a), np.where(other_way, a, b)
    assert judge(RATIO.of_logarithm(), recordings(*mixed)).verdict != "shown"


def test_bounds_name_and_sources():
    log = RATIO.of_logarithm()
    assert (log.low, log.high) == (math.log(1.05), None)
    assert log.name == "paper/more_log"
    assert log.claim == "It takes more (logarithm of the ratio)."
    assert (log.subject, log.shows_not) == (RATIO.subject, RATIO.shows_not)
    assert "The first over the second." in (log.measure.__doc__ or "")


def test_a_seed_without_moves_is_a_failure():
    found = judge(RATIO.of_logarithm(), recordings([1.0, 0.0], [1.0, 1.0]))
    assert (found.verdict, found.reason) == ("unclear", "a seed failed")


def test_each_is_declared_beside_its_ratio():
    by_name = {s.name: s for paper in PAPERS.values() for s in paper.signatures}
    names = [s.name for s in log_ratios.SIGNATURES] + [
        f"integrated/{what}_adapts_sooner_log" for what in ("search", "inner_loop")
    ]
    for name in names:
        ratio = by_name[name.removesuffix("_log")]
        assert by_name[name].sources == ratio.sources
        for bound in ("low", "high"):
            before = getattr(ratio, bound)
            assert getattr(by_name[name], bound) == (before and math.log(before))
