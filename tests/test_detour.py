"""A way home that is blocked: the world, what is measured, and the figure."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from fastslow.data.simulate import simulate
from fastslow.models.goal_directed import ExactSearch
from fastslow.models.goal_directed.network import PolicyNetworks
from fastslow.papers.tan2023 import detour
from fastslow.papers.tan2023.detour_measures import (
    AFTER,
    CHANGE,
    HOMING,
    TOUR,
    home_operations,
    lost_steps,
    more_lost,
    readaptation,
    times_home_operations,
)
from fastslow.tasks.navigation.grid import Grid

SIDE = 6
AGENT = replace(detour.BOTH.without("fast"), planner=ExactSearch(depth=SIDE**2), exploration=0.0)


@pytest.fixture(scope="module")
def small() -> dict[str, xr.Dataset]:
    """Search alone in a small version of each world, one seed."""
    left = {"changed": (SIDE - 1,), "unused": (SIDE // 2,), "stay": (SIDE // 2, SIDE - 1)}
    return {
        name: simulate(
            detour.world(SIDE, *gaps), AGENT, 2, 3, ("memory_reads", "multiply_adds")
        ).expand_dims("seed")
        for name, gaps in left.items()
    }  # fmt: skip


@pytest.mark.parametrize("name", detour.WORLDS)
def test_life_is_a_tour_through_both_gaps_and_then_ways_home(name):
    task, _ = detour.WORLDS[name]
    size, middle = task.shape[0], task.shape[0] // 2
    assert len(task.routes) == task.n_attempts
    tour, homing = task.routes[:TOUR], task.routes[TOUR:]
    for gap in (middle, size - 1):
        assert tour.count(((middle + 1, gap), (middle - 1, gap))) == TOUR // 3
    assert {goal for _, goal in homing} == {(middle // 2, middle)}
    assert all(row > middle >= column for (row, column), _ in homing)


def test_only_the_middle_gap_lies_on_shortest_ways_home():
    def steps_home(*gaps: int) -> np.ndarray:
        task = detour.world(detour.SIZE, n_after=0)
        graph = Grid.drawn(detour.walls(detour.SIZE, *gaps), task.actions).graph
        home = task.layouts[0].state(task.routes[-1][1])
        starts = [task.layouts[0].state(start) for start, _ in task.routes[TOUR:]]
        return graph.distances_to([home])[0][starts]

    middle, end = detour.SIZE // 2, detour.SIZE - 1
    np.testing.assert_array_equal(steps_home(middle, end), steps_home(middle))
    assert (steps_home(end) >= steps_home(middle) + 10).all()


def test_all_transitions_of_the_small_world_are_fewer_than_what_the_network_computes():
    network = PolicyNetworks([np.random.default_rng(0)], (4, *detour.BOTH.n_hidden, 4))
    free = len(Grid.drawn(detour.walls(detour.SMALL, 4, 7)).free)
    assert 4 * free < network.multiply_adds < 4 * (detour.SIZE - 1) ** 2


def test_lives_are_the_same_until_the_gap_closes(small):
    attempt = small["stay"]["attempt"].isel(seed=0, step=0).values
    before = np.flatnonzero(attempt < CHANGE)
    for name in ("changed", "unused"):
        for variable in ("action", "memory_reads"):
            first, second = (
                small[n][variable].isel(seed=0, episode=before).values for n in (name, "stay")
            )
            steps = min(first.shape[1], second.shape[1])
            np.testing.assert_array_equal(first[:, :steps], second[:, :steps])


def test_operations_are_those_of_decisions_on_the_way_home(small):
    recording = small["changed"].isel(seed=0)
    reads = [
        float(recording["memory_reads"][episode, step] + recording["multiply_adds"][episode, step])
        for episode, step in np.argwhere(recording["active"].values)
        if TOUR <= recording["attempt"][episode, step] < CHANGE
    ]
    assert home_operations(small["changed"]) == pytest.approx(np.mean(reads))
    assert times_home_operations(small["changed"], small["changed"]) == pytest.approx(1)


def test_steps_lost_are_counted_beside_the_same_life(small):
    def above(recording: xr.Dataset) -> float:
        one = recording.isel(seed=0)
        late = one["attempt"].isel(step=0) >= CHANGE
        shortest = one["shortest_path"].isel(step=0)
        return float((one["active"].sum("step") - shortest).where(late).sum())

    changed, stay = small["changed"], small["stay"]
    expected = (above(changed) - above(stay)) / AFTER / 2  # lives
    assert lost_steps(changed, stay) == pytest.approx(expected)
    assert lost_steps(stay, stay) == 0
    assert more_lost(changed, stay, stay, stay) == pytest.approx(expected)


def test_planted_lateness_is_found_and_none_where_there_is_none(small):
    shortest = small["stay"].copy(deep=True)
    steps = shortest["active"].sum("step")
    shortest["shortest_path"] = xr.zeros_like(shortest["shortest_path"]) + steps
    late = shortest.copy(deep=True)
    attempt = late["attempt"].isel(step=0)
    long = (attempt >= CHANGE) & (attempt < CHANGE + 10)
    late["shortest_path"] = late["shortest_path"].where(~long, 0)
    assert readaptation(shortest) == pytest.approx(4)
    # Up to 10 ways that are too long, then as many short ones as make up for them within four
    assert 11 <= readaptation(late)[0] <= 14


def test_declared_sources_exist():
    names = {experiment.name for experiment in detour.EXPERIMENTS}
    for signature in detour.SIGNATURES:
        assert set(signature.sources) <= names
    assert len(detour.WORLDS["detour"][0].routes) == TOUR + HOMING + AFTER


def test_figure_is_drawn(small):
    (figure,) = detour.FIGURES
    recordings = {
        name: small["stay" if "unchanged" in name else "changed"] for name in figure.needs
    }
    from fastslow.analysis.style import paper_style

    with paper_style():
        drawing, table = figure.draw(recordings)
    assert len(drawing.axes) == 3
    points = table[(table.agent == "slow") & (table.world == "detour")]
    assert points.operations.tolist() == pytest.approx(home_operations(small["changed"]).tolist())
