"""Cells that hurt, and an agent that learns to stay away from them."""

import numpy as np
import pytest

from fastslow.data.simulate import simulate
from fastslow.models import check_agent
from fastslow.models.goal_directed import ExactSearch, GoalDirected
from fastslow.models.goal_directed.pain import PainAverse, PainMemory
from fastslow.models.learners import Random
from fastslow.tasks import GridWorld, Lanes, check_task
from fastslow.tasks.navigation.hazards import SCATTERED, HazardWorld

SMALL = HazardWorld(size=3, hazards=((1, 1),), n_attempts=3)


# --- world ---


@pytest.mark.parametrize("sham", [False, True])
def test_contract_of_the_task(sham):
    check_task(HazardWorld(size=4, hazards=((1, 1), (2, 2)), sham=sham, n_attempts=2))


def test_hazards_must_be_named():
    with pytest.raises(ValueError, match="hazards must name at least one cell"):
        HazardWorld(hazards=())


def test_no_two_scattered_hazards_touch():
    gaps = [abs(a - c) + abs(b - d) for a, b in SCATTERED for c, d in SCATTERED]
    assert sorted(gaps)[len(SCATTERED)] > 1


def test_damage_is_entering_a_hazard_and_nothing_else_changes(seed):
    task = HazardWorld(n_attempts=5)
    recording = simulate(task, Random(), n_lives=3, seed=seed)
    state, active = recording["state"].values, recording["active"].values
    hazards = [row * 10 + column for row, column in SCATTERED]
    entered = np.isin(state, hazards) & (recording["bumped"].values == 0) & active
    np.testing.assert_array_equal(recording["damage"].values[active], entered[active])
    np.testing.assert_array_equal(recording["hurt"].values[active], entered[active])
    assert entered.any()
    ends = [recording[name].values[active] for name in ("start", "goal")]
    assert not np.isin(ends, hazards).any()


def test_sham_pain_is_as_frequent_as_hazards_are_but_elsewhere(seed):
    task = HazardWorld(n_attempts=10, sham=True)
    recording = simulate(task, Random(), n_lives=3, seed=seed)
    moved = recording["active"].values & (recording["bumped"].values == 0)
    hurt, damage = (recording[name].values[moved] for name in ("hurt", "damage"))
    p, n = len(SCATTERED) / 100, len(hurt)
    assert abs(hurt.mean() - p) < 4 * np.sqrt(p * (1 - p) / n)
    p_both, m = p, int(damage.sum())
    assert abs(hurt[damage].mean() - p_both) < 4 * np.sqrt(p * (1 - p) / m)


# --- memory of pain ---


def test_painful_ways_are_hidden_from_search_and_shown_again():
    memory = PainMemory(1, n_states=4, n_actions=2, rate=0.5, tolerance=0.3)
    lane, there = np.array([0]), np.array([2])
    memory.hurt = np.array([True])
    memory.observe(lane, np.array([0]), np.array([1]), there)
    assert memory.pain[0, 2] == 0.5
    assert memory.successor[0, 0, 1, 0] == 4  # unknown to search
    assert memory.led[0, 0, 1] == 2  # but not to aversion
    np.testing.assert_allclose(memory.expected(lane, np.array([0])), [[0, 0.5]])
    memory.hurt = np.array([False])
    memory.observe(lane, np.array([1]), np.array([0]), there)  # another way in, unhurt
    assert memory.pain[0, 2] == 0.25
    assert memory.successor[0, 0, 1, 0] == 2
    assert memory.successor[0, 1, 0, 0] == 2
    memory.hurt = np.array([True])
    memory.observe(lane, there, np.array([0]), there)  # a bump is no entering
    assert memory.pain[0, 2] == 0.25


# --- agent ---


@pytest.mark.parametrize("planner", [ExactSearch(4)])
def test_contract(planner):
    check_agent(PainAverse(planner=planner, n_hidden=(4,)), SMALL, n=2)


def test_misuse():
    agent, task = PainAverse(), GridWorld(size=3)
    agent.begin(task, 1, Lanes(0, 1))
    with pytest.raises(ValueError, match="needs a task with the outcome 'hurt'"):
        agent.act(next(task.play(1, Lanes(0, 1))))


def test_without_pain_it_is_the_goal_directed_agent(seed):
    task = HazardWorld(n_attempts=6)
    numb = simulate(task, PainAverse(planner=ExactSearch()).without("pain"), n_lives=2, seed=seed)
    plain = simulate(task, GoalDirected(planner=ExactSearch()), n_lives=2, seed=seed)
    np.testing.assert_array_equal(numb["action"], plain["action"])


def test_one_way_around_is_learned_from_one_hurt(seed):
    """Two ways of equal length; after the painful one was taken once it is not taken again."""
    task = HazardWorld(
        size=(3, 3), start=(1, 0), goal=(1, 2), walls="...\n...\n...", hazards=((1, 1),),
        n_attempts=30, max_steps=40,
    )  # fmt: skip
    agent = PainAverse(planner=ExactSearch())
    felt = simulate(task, agent, n_lives=4, seed=seed)
    numb = simulate(task, agent.without("pain"), n_lives=4, seed=seed)
    late = slice(10, 30)

    def damage(recording):
        by_life = recording["damage"].where(recording["active"], 0).sum("step").values
        return by_life.reshape(4, 30)[:, late].sum()

    assert damage(felt) < damage(numb)
    assert damage(felt) <= 8  # every way into it may hurt once: 4 lives, 4 neighbors, rarely late
