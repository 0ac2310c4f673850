"""Area under the learning curve of the closed loop, and the first two attempts on the shortest way."""

import math

import numpy as np
import pytest
import xarray as xr

from fastslow.papers.closed_loop import area, line, unseen
from fastslow.papers.verdict import measure

SHORTEST = 19


def learned(beyond) -> xr.Dataset:
    """One animal a seed whose attempts take so many moves beyond the shortest way."""
    beyond = np.asarray(beyond)
    shape = (*beyond.shape, 1)
    dims = ("seed", "episode", "step")
    attempt = np.broadcast_to(np.arange(beyond.shape[1])[:, None], shape)
    return xr.Dataset(
        {
            "planning": (dims, np.full(shape, 2)),
            "attempt": (dims, attempt),
            "shortest_path": (dims, np.full(shape, SHORTEST)),
            "n_moves": (dims, (beyond + SHORTEST)[..., None]),
        },
        {"seed": np.arange(len(beyond)), "life": ("episode", np.zeros(beyond.shape[1], int))},
    )


SLOW, FAST = [[300, 40, 20, 0, 10]], [[300, 10, 0, 0, 0]]


def test_area_leaves_the_first_attempt_out():
    assert area.area(learned(SLOW)).tolist() == [70.0]
    assert area.area(learned(FAST)).tolist() == [10.0]
    assert area.times_the_area(learned(SLOW), learned(FAST)).tolist() == [7.0]


def test_the_first_of_two_shortest_or_one_more_than_all():
    assert area.first_shortest(learned(FAST)).tolist() == [3.0]
    assert area.first_shortest(learned(SLOW)).tolist() == [6.0]


def test_the_same_curves_in_other_seeds_are_as_large(seed):
    """A planted sevenfold area is found; permuted attempts of one curve make no difference."""
    rng = np.random.default_rng(seed)
    signature = area.SIGNATURES[0]
    more, fewer = signature.subject
    slow, fast = (learned(np.repeat(curve, 5, axis=0)) for curve in (SLOW, FAST))
    planted = measure(signature, signature.subject, {more: slow, fewer: fast})
    assert planted.mean == pytest.approx(math.log(7))
    mixed = slow.n_moves.values.copy()
    mixed[:, 1:, 0] = rng.permuted(mixed[:, 1:, 0], axis=1)
    permuted = slow.assign(n_moves=(slow.n_moves.dims, mixed))
    same = measure(signature, signature.subject, {more: permuted, fewer: slow})
    assert same.seeds == pytest.approx((0.0,) * 5)


def test_claims_are_those_of_moves():
    of_moves = {s.name: s for s in unseen.SIGNATURES}
    for signature in area.SIGNATURES:
        other = of_moves[signature.name.removesuffix("_area_log")]
        assert signature.sources == other.sources
        assert signature.low == math.log(line.MORE)
