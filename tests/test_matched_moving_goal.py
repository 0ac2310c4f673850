"""A control of familiarity: the reward moves every lap, and compared laps are alike in where."""

import numpy as np
import pytest

from fastslow.analysis.sequences import MIN_BACKUPS
from fastslow.papers.mattar2018 import measures, paper
from fastslow.papers.mattar2018.track import matched_moving_goal, moving_goal


def sites(world, lap):
    """Steps to the goal in the lap before of the same lane, and in this one; laps count from 1."""
    graph, routes = world.layouts[0].graph, world.course.routes
    return [int(graph.distances[tuple(routes[(at - 1) % len(routes)])]) for at in (lap - 2, lap)]


def test_compared_laps_have_the_same_last_and_new_site():
    assert [sites(matched_moving_goal(), lap) for lap in (3, 10, 50)] == [[9, 6]] * 3
    assert [sites(moving_goal(), lap) for lap in (3, 10, 50)] == [[9, 5], [4, 8], [4, 8]]


def test_the_goal_moves_every_lap_and_is_never_too_near_for_a_sequence():
    world = matched_moving_goal()
    for lap in range(3, 51):
        last, new = sites(world, lap)
        assert last != new
        assert min(last, new) > MIN_BACKUPS


def test_declines_are_compared(monkeypatch):
    """Forward replay of 50 - lap events at the start of a lap, and of twice as many."""
    monkeypatch.setattr(
        measures.Rate, "__call__", lambda self, times: np.array([times * (50 - self.lap)])
    )
    assert measures.decline(3, 10)(1) == pytest.approx([7])
    assert measures.decline_beyond(3, 10)(1, 2) == pytest.approx([-7])


def test_familiarity_is_asked_against_it():
    asked = [s for s in paper.signatures if s.name.endswith("_where_goals_stay")]
    assert [s.subject[1] for s in asked] == ["mattar2018/track_matched_moving_goal"] * 2
