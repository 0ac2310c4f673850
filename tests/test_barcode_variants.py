"""Contexts with look-alikes, and contexts made of symbols."""

from itertools import pairwise

import numpy as np
import pytest

from fastslow.tasks import Lanes, check_task
from fastslow.tasks.compositional_bandit import CompositionalBandit
from fastslow.tasks.graded_similarity import GradedSimilarity

SHORT = {"n_episodes": 10, "n_pulls": 2}


@pytest.mark.parametrize(
    "task",
    [
        GradedSimilarity(**SHORT),
        GradedSimilarity(**SHORT, distance=5, shift=0),
        GradedSimilarity(n_episodes=4, n_contexts=4, n_arms=3, n_bits=3, distance=1),
        CompositionalBandit(**SHORT),
        CompositionalBandit(n_episodes=4, n_contexts=4, n_symbols=2, n_bits=4),
    ],
)
def test_contract(task, seed):
    check_task(task, seed=seed)


@pytest.mark.parametrize(("distance", "shift"), [(1, 0), (3, 4), (10, 9)])
def test_look_alikes_differ_in_so_many_bits_and_arms(distance, shift, seed):
    task = GradedSimilarity(distance=distance, shift=shift)
    barcode, arm = task.draw_contexts(Lanes(seed, 200))
    assert (np.abs(barcode[:, :5] - barcode[:, 5:]).sum(axis=2) == distance).all()
    np.testing.assert_array_equal((arm[:, 5:] - arm[:, :5]) % 10, np.full((200, 5), shift))
    assert all(len(np.unique(codes, axis=0)) == 10 for codes in barcode)


def test_every_bit_is_flipped_equally_often(seed):
    n, p = 4000, 3 / 10
    barcode, _ = GradedSimilarity(distance=3).draw_contexts(Lanes(seed, n))
    flipped = (barcode[:, 0] != barcode[:, 5]).mean(axis=0)
    assert (abs(flipped - p) < 4 * np.sqrt(p * (1 - p) / n)).all()


def test_pairs_are_different_and_share_symbols(seed):
    barcode, _ = CompositionalBandit(n_symbols=4).draw_contexts(Lanes(seed, 200))
    for codes in barcode:
        assert len(np.unique(codes, axis=0)) == 10
        for half in (codes[:, :5], codes[:, 5:]):
            assert 1 < len(np.unique(half, axis=0)) <= 4  # ten contexts, four symbols
    assert any((a != b).any() for a, b in pairwise(barcode))


@pytest.mark.parametrize(
    ("make", "settings", "message"),
    [
        (GradedSimilarity, {"n_contexts": 5}, "n_contexts must be even, got 5"),
        (GradedSimilarity, {"distance": 0}, "distance must be between 1 and n_bits = 10, got 0"),
        (CompositionalBandit, {"n_bits": 9}, "n_bits must be even, two symbols"),
        (CompositionalBandit, {"n_symbols": 32}, "n_symbols must be less than 32"),
        (CompositionalBandit, {"n_symbols": 3}, "n_contexts must be at most the 9 pairs, got 10"),
    ],
)
def test_wrong_settings(make, settings, message):
    with pytest.raises(ValueError, match=message):
        make(**settings)
