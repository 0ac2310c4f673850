"""Contexts with look-alikes, and contexts made of symbols."""

from itertools import pairwise

import numpy as np
import pytest
import xarray as xr

import fastslow as fs
from fastslow.analysis.exposure import first_visit_by_familiarity
from fastslow.models.learners import Random
from fastslow.tasks import Lanes, check_task
from fastslow.tasks.compositional_bandit import CompositionalBandit
from fastslow.tasks.correlated_similarity import CorrelatedSimilarity
from fastslow.tasks.graded_similarity import GradedSimilarity

SHORT = {"n_episodes": 10, "n_pulls": 2}


@pytest.mark.parametrize(
    "task",
    [
        GradedSimilarity(**SHORT),
        GradedSimilarity(**SHORT, distance=5, shift=0),
        GradedSimilarity(**SHORT, distance=(0, 3), shift=(0, 1, 5)),
        GradedSimilarity(n_episodes=4, n_contexts=4, n_arms=3, n_bits=3, distance=1),
        CorrelatedSimilarity(**SHORT),
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


def test_each_life_has_one_of_the_distances_and_shifts_and_says_which(seed):
    task, n = GradedSimilarity(n_pulls=1, distance=(0, 2, 7), shift=(1, 4)), 1200
    life = fs.simulate(task, Random(), n, seed).isel(step=0)
    at_first = life.isel(episode=slice(0, None, task.n_episodes))
    for name, choices in (("distance", task.distance), ("shift", task.shift)):
        p = 1 / len(choices)
        for choice in choices:
            share = float((at_first[name] == choice).mean())
            assert abs(share - p) < 4 * np.sqrt(p * (1 - p) / n)
    for lane in range(20):
        mine = life.isel(episode=life.life == lane)
        context, code = mine.context.values, mine.observation.values
        n_seen = np.zeros(10, int)
        for t in range(mine.sizes["episode"]):
            twin = (context[t] + 5) % 10
            assert mine.twin_exposure[t] == n_seen[twin]
            n_seen[context[t]] += 1
            if n_seen[twin]:
                met = np.flatnonzero(context[: t + 1] == twin)[0]
                assert np.abs(code[t] - code[met]).sum() == mine.distance[t]
                assert mine.twin_arm[t] == mine.best_action[met]
                step = (mine.best_action[t] - mine.twin_arm[t]) * (1 if context[t] >= 5 else -1)
                assert step % 10 == mine["shift"][t]


def test_the_farther_a_look_alike_the_further_its_arm_has_moved(seed):
    n, pairs = 1200, {(0, 0): 0.5, (3, 1): 0.25, (5, 4): 0.25}
    task = CorrelatedSimilarity(n_pulls=1, distance=(0, 0, 3, 5), shift=(0, 0, 1, 4))
    life = fs.simulate(task, Random(), n, seed).isel(step=0, episode=slice(0, None, 100))
    found = list(zip(life.distance.values, life["shift"].values, strict=True))
    assert set(found) == set(pairs)
    for pair, p in pairs.items():
        assert abs(found.count(pair) / n - p) < 4 * np.sqrt(p * (1 - p) / n)


def test_the_arm_of_the_nearest_context_costs_where_it_is_not_the_good_one(seed):
    """With certain rewards: 1 for the good arm, -2 for the tempting one, 0 for all others."""
    task = CorrelatedSimilarity(p_good=1, p_bad=0, distance=(0, 5), shift=(0, 4), penalty=2)
    life = fs.simulate(task, Random(), 20, seed)
    action, costly = life.action, life.costly_arm
    expected = xr.where(action == life.best_action, 1, xr.where(action == costly, -2, 0))
    np.testing.assert_array_equal(life.reward, expected)
    assert ((costly >= 0) & (action == costly)).any()
    for lane in range(20):
        first = life.isel(episode=life.life == lane, step=0)
        context, met = np.unique(first.context, return_index=True)
        code, arm = first.observation.values[met], first.best_action.values[met]
        for episode in range(first.sizes["episode"]):
            others = context != int(first.context[episode])
            n_bits = np.abs(code - first.observation.values[episode]).sum(axis=1)
            nearest = arm[others][n_bits[others].argmin()]
            same = nearest == int(first.best_action[episode])
            assert int(first.costly_arm[episode]) == (-1 if same else nearest)


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


def test_symbols_are_familiar_once_another_context_has_shown_them(seed):
    task = CompositionalBandit(n_episodes=20, n_pulls=1)
    life = fs.simulate(task, Random(), 20, seed).isel(step=0)
    for lane in range(20):
        mine = life.isel(episode=life.life == lane)
        code, context = mine.observation.values, mine.context.values
        for t in range(20):
            others = code[:t][context[:t] != context[t]]
            known = [len(others) and (others[:, at] == code[t, at]).all(axis=1).any()
                     for at in (slice(5), slice(5, None))]  # fmt: skip
            assert int(mine.familiar_symbols[t]) == sum(map(bool, known))


def test_reward_of_first_visits_by_what_is_familiar(seed):
    life = fs.simulate(CompositionalBandit(n_episodes=20, n_pulls=2), Random(), 30, seed)
    first = (life.exposure == 1).astype("float32")
    planted = life.assign(reward=first * (1 + life.familiar_symbols) + 50 * (1 - first))
    np.testing.assert_allclose(first_visit_by_familiarity(planted), [2, 4, 6])
    with pytest.raises(KeyError, match="no label 'familiar_symbols'"):
        first_visit_by_familiarity(life.drop_vars("familiar_symbols"))


@pytest.mark.parametrize(
    ("make", "settings", "message"),
    [
        (GradedSimilarity, {"n_contexts": 5}, "n_contexts must be even, got 5"),
        (GradedSimilarity, {"distance": 11}, "distance must be between 0 and n_bits = 10, got 11"),
        (GradedSimilarity, {"distance": (1, -1)}, "distance must be between 0 and n_bits"),
        (GradedSimilarity, {"shift": ()}, "shift must be a number or several, got none"),
        (CorrelatedSimilarity, {"distance": 3}, "must be as many, got 1 and 2"),
        (CorrelatedSimilarity, {"penalty": -1}, "penalty is what a pull costs, at least 0, got -1"),
        (CompositionalBandit, {"n_bits": 9}, "n_bits must be even, two symbols"),
        (CompositionalBandit, {"n_symbols": 32}, "n_symbols must be less than 32"),
        (CompositionalBandit, {"n_symbols": 3}, "n_contexts must be at most the 9 pairs, got 10"),
    ],
)
def test_wrong_settings(make, settings, message):
    with pytest.raises(ValueError, match=message):
        make(**settings)
