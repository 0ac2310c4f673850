"""What prioritized replay represents, learning in the open maze, and more reverse after more reward."""

import numpy as np
import pytest
import xarray as xr

from fastslow.papers.mattar2018 import measures, reward_without_gain
from fastslow.papers.mattar2018.learning import extra_moves, times_extra_moves

START, GOALS = [0, 29], [9, 20]  # of the track's two lanes, row by row
BEFORE_GOAL = [8, 21]


def visited(moves, replayed, n_seeds=2) -> xr.Dataset:
    """Two naive laps that are stuck at the first start, then two of each lane with `moves`.

    `replayed` is backed up at the end of each of the later laps, and cell 3 of the naive ones.
    """
    laps = [[0] * len(moves[0])] * 2 + [moves[lap % 2] for lap in range(4)]
    shape = (n_seeds, len(laps), len(laps[0]) + 1)
    dims = ("seed", "episode", "step")
    position, phase = np.zeros(shape, int), np.zeros(shape, int)
    position[..., :-1] = laps
    phase[..., -1] = 1  # at rest
    lane = np.arange(len(laps))[:, None] % 2

    def constant(values):
        return dims, np.broadcast_to(values, shape)

    paths = [[3]] * 2 + [replayed] * 4
    n = [len(path) for path in paths] * n_seeds
    events = {
        "replay_seed": ("replay_event", np.repeat(np.arange(n_seeds), len(laps))),
        "replay_episode": ("replay_event", np.tile(np.arange(len(laps)), n_seeds)),
        "replay_step": ("replay_event", np.full(len(n), shape[2] - 1)),
        "event_of": ("backup", np.repeat(np.arange(len(n)), n)),
        "replay_state": ("backup", np.concatenate(paths * n_seeds)),
        "replay_action": ("backup", np.zeros(sum(n), int)),
    }
    return xr.Dataset(
        {
            "position": (dims, position),
            "phase": (dims, phase),
            "active": constant(True),
            "attempt": constant(np.arange(len(laps))[:, None]),
            "start": constant(np.array(START)[lane]),
            "goal": constant(np.array(GOALS)[lane]),
            **events,
        },
        {"seed": np.arange(n_seeds), "life": ("episode", np.zeros(len(laps), int))},
    )


LANES = (list(range(9)), list(range(29, 20, -1)))  # nine moves each, straight on


def test_goal_and_start_are_found_in_the_world():
    recording = visited(LANES, [3])
    assert measures.cells(recording, "track", "goal").tolist() == BEFORE_GOAL
    assert measures.cells(recording, "track", "start").tolist() == START


def test_a_planted_preference_is_measured_exactly():
    """Of ten backups six at the last cell and one at the start; each is visited in 1 of 9 moves."""
    recording = visited(LANES, [8, 8, 8, 21, 21, 21, 0, 4, 5, 6])
    assert measures.over_represented("goal")(recording) == pytest.approx([0.6 * 9] * 2)
    assert measures.over_represented("start")(recording) == pytest.approx([0.1 * 9] * 2)


def test_naive_laps_do_not_count():
    visits, backups = measures.shares(visited(LANES, [8]), "track")
    assert visits[0, 0] == pytest.approx(1 / 18)
    assert backups[0, 3] == 0
    np.testing.assert_allclose([visits.sum(1), backups.sum(1)], 1)


def test_uniform_replay_prefers_nothing(seed):
    """The same backups dealt out over all visited cells; tolerance of a share of as many draws."""
    drawn = np.random.default_rng(seed).permutation(np.resize(np.ravel(LANES), 1000)).tolist()
    recording = visited(LANES, drawn)
    p = 1 / 9
    for place in ("goal", "start"):
        found = measures.over_represented(place)(recording)
        assert (abs(found - 1) * p < 4 * np.sqrt(p * (1 - p) / 1000)).all()


def learned(moves: np.ndarray) -> xr.Dataset:
    """Rests at the end of laps that took `moves` (n_seeds, n_laps) moves, nine being the shortest."""
    dims, shape = ("seed", "episode", "step"), (*moves.shape, 1)
    laps = np.broadcast_to(np.arange(moves.shape[1])[:, None], shape)
    return xr.Dataset(
        {
            "planning": (dims, np.full(shape, 2)),
            "attempt": (dims, laps),
            "shortest_path": (dims, np.full(shape, 9)),
            "n_moves": (dims, moves[..., None]),
        },
        {
            "seed": np.arange(len(moves)),
            "life": ("episode", np.zeros(moves.shape[1], int)),
        },
    )


def test_area_under_the_learning_curve_leaves_the_first_lap_out():
    curve = learned(np.array([[500, 19, 10, 9], [90, 9, 9, 11]]))
    assert extra_moves(curve).tolist() == [11.0, 2.0]
    twice = learned(np.array([[500, 29, 11, 9], [90, 9, 9, 13]]))
    assert times_extra_moves(twice, curve).tolist() == [2.0, 2.0]


def test_added_reverse_events(monkeypatch):
    """A planted difference is found; without events, where the ratio fails, it is 0."""
    rates = {"planted": (np.array([0.1, 0.0]), np.array([0.7, 0.5])), "none": (np.zeros(2),) * 2}
    monkeypatch.setattr(measures.Rate, "by_last_reward", lambda self, recording: rates[recording])
    assert reward_without_gain.added_reverse("planted") == pytest.approx([0.6, 0.5])
    assert reward_without_gain.added_reverse("none").tolist() == [0.0, 0.0]
    with np.errstate(invalid="ignore"):
        ratio = measures.altered_to_normal(measures.REVERSE_END)("none")
    assert not np.isfinite(ratio).any()
