"""Measures of the comparisons around the goal-directed agent, on recordings whose answer is known."""

import numpy as np
import pytest
import xarray as xr

from fastslow.data.recording import stack
from fastslow.data.simulate import simulate
from fastslow.models.learners import Random
from fastslow.papers.tan2023 import baselines, pain, subgoals, supervised
from fastslow.tasks.navigation import tan
from fastslow.tasks.navigation.goal_rules import GoalRules, right_action
from fastslow.tasks.navigation.hazards import HazardWorld


def stacked(task, agent, **settings):
    return stack({seed: simulate(task, agent, seed=seed, **settings) for seed in (0, 1)})


# --- baselines ---


def attempts(lengths, goals):
    """A recording of one life of attempts with these lengths, some of which reach the goal."""
    n, longest = len(lengths), max(lengths)
    step = np.arange(longest)
    active = step < np.array(lengths)[:, None]
    last = step == np.array(lengths)[:, None] - 1
    dims = ("seed", "episode", "step")
    return xr.Dataset(
        {
            "active": (dims, active[None]),
            "phase": (dims, np.zeros((1, n, longest), np.int8)),
            "solved": (dims, (last & np.array(goals, bool)[:, None])[None]),
        },
        coords={"seed": [0]},
    )


def test_goals_within_a_number_of_steps():
    recording = attempts([5, 10, 3, 2], [1, 0, 1, 1])
    for n_steps, expected in ((4, 0), (5, 1), (17, 1), (18, 2), (20, 3), (99, 3)):
        assert baselines.goals_within(recording, np.array([n_steps])).tolist() == [expected]


def test_an_agent_is_not_ahead_of_itself_and_counts_as_many_steps_of_another():
    fast, slow = attempts([2, 2, 2], [1, 1, 1]), attempts([3, 3, 3], [1, 1, 1])
    assert baselines.ahead_at_equal_steps(fast, fast).tolist() == [0]
    assert baselines.ahead_at_equal_steps(fast, slow).tolist() == [1]


def test_attempts_after_learning_are_new_ones_under_the_last_walls():
    task = baselines.with_attempts_after()
    assert task.n_attempts == len(task.routes) == 150
    assert task.routes[:100] == tan.dynamic().routes
    assert [begin for begin, _ in task.walls] == [0, 50]
    longer = baselines.with_attempts_after(10)
    assert longer.n_attempts == 1050
    assert [begin for begin, _ in longer.walls] == [0, 500]


# --- supervised ---


class Follows(Random):
    """Does what a rule says from a block on, and the opposite before."""

    rule, from_block = 0, 2

    def act(self, now):
        _, trace = super().act(now)
        right = right_action(now.observation.astype(int), self.rule)
        known = now.labels["block"] >= self.from_block
        return np.where(known, right, (right + 1) % 5), trace


def test_samples_to_criterion():
    task = GoalRules(size=5, n_blocks=4, n_told=30, n_held_out=10)
    recording = stacked(task, Follows(), n_lives=1)
    np.testing.assert_array_equal(supervised.samples_to_criterion(recording), [90, 90])
    never = supervised.samples_to_criterion(recording, rule=1)
    np.testing.assert_array_equal(never, [150, 150])  # it goes on with the first rule
    relaxed = supervised.samples_to_criterion(recording, rule=1, closer=True)
    np.testing.assert_array_equal(relaxed, [30, 30])  # which gets closer, too
    assert (supervised.right_actions(recording)[:, 2:4] == 1).all()
    assert (supervised.right_actions(recording, held_out=False)[:, :2] == 0).all()


# --- pain, sub-goals ---


def test_damage_is_counted_by_attempt():
    recording = stacked(HazardWorld(n_attempts=4), Random(), n_lives=1)
    counted = pain.damage(recording)
    assert counted.shape == (2, 4)
    active = recording["active"].values
    assert counted.sum() == recording["damage"].values[active].sum()
    assert pain.damage_share(recording, recording) == pytest.approx(1, nan_ok=True)


def test_across_says_on_which_side_start_and_goal_lie():
    recording = stacked(subgoals.WORLD, Random(), n_lives=1)
    start, goal = (recording[end].isel(step=0).values // 10 for end in ("start", "goal"))
    expected = ((start < 5) & (goal > 5)) | ((start > 5) & (goal < 5))
    np.testing.assert_array_equal(subgoals.across(recording).values, expected)


def always(recording, solved_across):
    """The recording as if all attempts on one side were solved, and across all or none."""
    reached = xr.where(subgoals.across(recording), solved_across, True)
    last = recording["active"].cumsum("step") == recording["active"].sum("step")
    return recording.assign(solved=reached & last & recording["active"])


def test_points_are_gained_across_the_wall_alone():
    recording = stacked(subgoals.WORLD, Random(), n_lives=1)
    recording = recording.isel(step=slice(0, 5))
    all_, none = always(recording, True), always(recording, False)
    np.testing.assert_allclose(subgoals.points_gained("across")(all_, none), 100)
    np.testing.assert_allclose(subgoals.points_gained("same")(all_, none), 0)
    np.testing.assert_allclose(subgoals.points_more("across")(all_, none, all_, none), 0)
    np.testing.assert_allclose(subgoals.points_more("across")(all_, none, none, all_), 200)
    drawing, table = subgoals.FIGURES[0].draw(dict.fromkeys(subgoals.FIGURES[0].needs, all_))
    assert len(drawing.axes) == 2
    assert (table["value"] == 100).all()
