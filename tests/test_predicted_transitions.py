"""A network in place of memory: what it predicts, and the agent that looks ahead through it."""

from functools import cache

import numpy as np
import pytest

from fastslow.data.simulate import simulate
from fastslow.models import check_agent
from fastslow.models.goal_directed import ExactSearch, GoalDirected
from fastslow.models.goal_directed.predicted_transitions import (
    PredictedTransitions,
    PredictiveGoalDirected,
)
from fastslow.tasks import GridWorld, Lanes

ROOM = GridWorld(size=4, walls="....\n.#..\n....\n....", n_attempts=3)


@cache
def taught(n_moves, seed, n_updates=2):
    """A memory of one lane that was shown random moves in the room."""
    rng = np.random.default_rng(seed)
    memory = PredictedTransitions(
        Lanes(seed, 1), [rng], (4, 4), 4, n_hidden=32, n_updates=n_updates, learning_rate=1e-2
    )
    graph, free = ROOM.layouts[0].graph, ROOM.layouts[0].free
    wrong = []
    for _ in range(n_moves):
        state, action = int(rng.choice(free)), int(rng.integers(4))
        reached = graph.next_state[state, action]
        move = (np.array([value]) for value in (0, state, action, reached))
        wrong.append(bool(memory.observe(*move)[0]))
    return memory, np.array(wrong)


def test_predictions_become_true(seed):
    memory, wrong = taught(300, seed)
    graph, free = ROOM.layouts[0].graph, ROOM.layouts[0].free
    predicted = memory.successor[0, :-1, :, 0]
    assert predicted[free].tolist() == graph.next_state[free].tolist()
    assert not wrong[0]  # before anything was predicted nothing can be contradicted
    assert wrong[1:100].sum() > wrong[-100:].sum()


def test_it_is_searched_like_a_memory(seed):
    memory, _ = taught(300, seed)
    plan = ExactSearch(10).plan(memory, np.array([0]), np.array([15]), np.ones(1, bool), [])
    assert plan.length.tolist() == [6]
    states, graph = plan.states[0, :7], ROOM.layouts[0].graph
    for here, action, after in zip(states[:-1], plan.actions[0], states[1:], strict=False):
        assert graph.next_state[here, action] == after


def test_untrained_predictions_are_wrong(seed):
    memory, _ = taught(1, seed, n_updates=0)
    free = ROOM.layouts[0].free
    right = memory.successor[0, :-1, :, 0][free] == ROOM.layouts[0].graph.next_state[free]
    assert right.mean() < 0.6


def test_contract():
    agent = PredictiveGoalDirected(planner=ExactSearch(4), n_hidden=(4,), model_updates=1)
    check_agent(agent, GridWorld(size=3, n_attempts=2), n=2)


@pytest.mark.parametrize("parts", [("slow",)])
def test_without_look_ahead_it_is_the_goal_directed_agent(parts, seed):
    first, second = (
        simulate(ROOM, agent.without(*parts), n_lives=2, seed=seed)
        for agent in (PredictiveGoalDirected(model_updates=1), GoalDirected())
    )
    np.testing.assert_array_equal(first["action"], second["action"])
