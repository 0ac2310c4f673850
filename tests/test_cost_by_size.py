"""What search costs in worlds of several sizes."""

import numpy as np
import pytest

from fastslow.models.goal_directed import ExactSearch
from fastslow.models.goal_directed.memory import TransitionMemory
from fastslow.papers.tan2023.cost_by_size_figure import crossing, reads_in_full_memory
from fastslow.tasks.navigation import tan


def walked(size: int, n_routes: int) -> float:
    """The same by the agent's own search in a memory of everything, decision by decision."""
    grid = tan.walls_at(0, size)
    leads_to = grid.graph.next_state
    n, n_actions = leads_to.shape
    memory = TransitionMemory(1, n, n_actions)
    for state, action in np.ndindex(n, n_actions):
        if not grid.wall[grid.cell(state)]:
            after = np.array([leads_to[state, action]])
            memory.observe(np.array([0]), np.array([state]), np.array([action]), after)
    reads = []
    for start, goal in tan.draw_routes(range(n_routes), [grid.wall] * n_routes):
        here = np.array([grid.state(start)])
        end = np.array([grid.state(goal)])
        while here[0] != end[0]:
            plan = ExactSearch(depth=n).plan(memory, here, end, np.ones(1, bool), [])
            reads.append(int(plan.n_reads[0]))
            here = plan.states[:, 1]
    return float(np.mean(reads))


@pytest.mark.parametrize("size", [4, 7])
def test_reads_in_full_memory_are_those_of_the_search(size):
    assert reads_in_full_memory(size, n_routes=6) == pytest.approx(walked(size, 6))


def test_a_power_law_crosses_where_it_should():
    sides = np.array([10, 20, 40])
    assert crossing(sides, 4.0 * sides**2, 4 * 15**2) == pytest.approx(15)


def test_costs_beyond_what_was_counted_are_no_crossing():
    sides = np.array([10, 20, 40])
    with pytest.raises(ValueError, match=r"costs of 1e\+06 lie outside"):
        crossing(sides, 4.0 * sides**2, 1e6)
