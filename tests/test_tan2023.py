"""The goal-directed agent's paper: what its signatures measure, on agents that cost next to nothing."""

import numpy as np
import pytest

from fastslow.analysis.style import paper_style
from fastslow.data.facts import published
from fastslow.data.recording import stack
from fastslow.data.simulate import simulate
from fastslow.models.goal_directed import ExactSearch, GoalDirected
from fastslow.papers.tan2023 import dissociation, dynamic, improved, static
from fastslow.papers.tan2023 import measures as m
from fastslow.papers.verdict import judge

PARTS = (dynamic, static, dissociation, improved)


@pytest.fixture(scope="module")
def tries():
    """Tries alone in the published attempts: nothing in it depends on the seed."""
    one = simulate(dynamic.DYNAMIC, dynamic.NEITHER, n_lives=1, record=dynamic.READ)
    return stack({0: one, 1: one})


@pytest.fixture(scope="module")
def routes():
    """Search without a network on two routes."""
    agent = GoalDirected(planner=ExactSearch(depth=36), ties="random").without("fast")
    task, read = dissociation.CHANGED, dynamic.READ
    return stack({s: simulate(task, agent, 2, seed=s, record=read) for s in (0, 1)})


def test_the_published_row_is_measured_exactly(tries):
    verdicts = {
        s.name: judge(s, {**dict.fromkeys(s.sources, tries)})
        for s in dynamic.SIGNATURES
        if s.subject == "tan2023/neither"
    }
    assert len(verdicts) == 9
    for name, verdict in verdicts.items():
        # The control is the same recording here, so that no verdict can be `shown`.
        assert verdict.measured.inside(verdict.signature.low, verdict.signature.high), name
        assert verdict.verdict == "undiagnostic"


def test_measures_count_what_they_say(tries, routes):
    np.testing.assert_array_equal(m.share_of_plans(tries), [0, 0])
    np.testing.assert_array_equal(m.operations(tries), [0, 0])
    np.testing.assert_allclose(m.percent_solved(tries, m.FIRST), [26, 26])
    assert (m.percent_reached(tries) >= m.percent_solved(tries)).all()
    reads = routes.memory_reads.where(routes.active).mean(("episode", "step")).values
    np.testing.assert_allclose(m.operations(routes), reads)
    np.testing.assert_allclose(m.times_operations(routes, routes), [1, 1])
    np.testing.assert_array_equal(m.scatter_of_solved(stack({0: two_lives()})), [0])
    assert ((m.readaptation(routes) >= 4) & (m.readaptation(routes) <= 51)).all()


def two_lives():
    return simulate(dynamic.DYNAMIC, dynamic.NEITHER, n_lives=2, record=())


def test_walls_of_the_routes_change_once():
    before, after = dissociation.CHANGED.layouts
    assert dissociation.CHANGED.changes.tolist() == [0, 50]
    np.testing.assert_array_equal(before.wall, after.wall.T)
    for layout in (before, after):  # six steps through the gap, whatever the walls
        for start, goal in dissociation.CHANGED.routes:
            assert layout.graph.distances[layout.state(start), layout.state(goal)] == 6


def test_figures_draw(tries, routes):
    imagined = simulate(
        dynamic.DYNAMIC, GoalDirected(show_replay=True, n_hidden=(4,)).without("fast"), 1
    )
    for figure in (*dynamic.FIGURES, *dissociation.FIGURES):
        source = routes if figure.name.endswith("dissociation") else tries
        recordings = dict.fromkeys(figure.needs, source)
        recordings["tan2023/imagined"] = stack({0: imagined})
        with paper_style():
            drawing, table = figure.draw(recordings)
        assert len(table), figure.name
        for axes in drawing.axes:
            assert axes.get_xlabel() or "attempt" in axes.get_title()


def test_signatures_name_what_exists():
    names = {e.name for part in PARTS for e in part.EXPERIMENTS}
    for signature in (s for part in PARTS for s in part.SIGNATURES):
        assert set(signature.sources) <= names
        published(signature.published)
