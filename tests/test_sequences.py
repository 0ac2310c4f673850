"""Replayed sequences: planted ones are found and shuffled ones not; coverage, steps, diffusion."""

import numpy as np
import pytest
import xarray as xr

import fastslow as fs
from fastslow.analysis.learning_curves import first_of_two_shortest, moves_by_lap
from fastslow.analysis.sequences import by_episode, count_events, find_sequences, replay_periods
from fastslow.analysis.trajectories import (
    coverage,
    displacement_exponent,
    occupancy,
    relate,
    replay_counts,
    step_sizes,
)
from fastslow.models.replay_agents import TabularQ
from fastslow.tasks.navigation import GridWorld, linear_track, open_maze

UP, DOWN, RIGHT, LEFT = range(4)
TRACK = linear_track().layouts[0].graph
MAZE = open_maze().layouts[0].graph


def plant(n_periods, direction, rng, length=7):
    """Random backups on the upper lane with one run among them; (states, actions, where it is)."""
    states = rng.integers(10, 20, size=(n_periods, 20))  # walls: they link with nothing
    actions = np.full(states.shape, UP)
    begin = rng.integers(0, 20 - length, size=n_periods)
    for p, b in enumerate(begin):
        run = np.arange(1, 1 + length)
        states[p, b : b + length] = run if direction == "forward" else run[::-1]
        actions[p, b : b + length] = RIGHT
    return states, actions, begin


@pytest.mark.parametrize("direction", ["forward", "reverse"])
@pytest.mark.parametrize("length", [5, 9])
def test_planted_sequences_are_found(direction, length):
    states, actions, begin = plant(50, direction, np.random.default_rng(0), length)
    found = find_sequences(states, actions, TRACK.next_state)
    assert found.period.tolist() == list(range(50))
    assert found["first"].tolist() == begin.tolist()
    assert set(found.length) == {length}
    assert set(found.direction) == {direction}
    ends = (1, length) if direction == "forward" else (length, 1)
    assert set(zip(found.start_state, found.end_state, strict=True)) == {ends}


@pytest.mark.parametrize("direction", ["forward", "reverse"])
def test_permuted_backups_hold_no_sequences(direction):
    rng = np.random.default_rng(1)
    states, actions, _ = plant(300, direction, rng)
    order = rng.permuted(np.tile(np.arange(20), (300, 1)), axis=1)
    states, actions = (np.take_along_axis(a, order, axis=1) for a in (states, actions))
    # four links in a row by chance: at most 16 places, 6 / 20 backups of the run at each, and so on
    assert len(find_sequences(states, actions, TRACK.next_state)) <= 1


def test_short_runs_are_left_out():
    states, actions, _ = plant(10, "forward", np.random.default_rng(2), length=4)
    assert find_sequences(states, actions, TRACK.next_state).empty
    found = find_sequences(states, actions, TRACK.next_state, min_length=4, n_permutations=0)
    assert len(found) == 10


def test_runs_that_random_orders_give_as_well_are_not_significant():
    """To and fro between two cells: every order of the same backups is as linked."""
    states = np.array([[3, 4, 3, 4, 3, 4]])
    actions = np.array([[RIGHT, LEFT, RIGHT, LEFT, RIGHT, LEFT]])
    assert len(find_sequences(states, actions, TRACK.next_state, n_permutations=0)) == 1
    assert find_sequences(states, actions, TRACK.next_state).empty


def test_a_turn_splits_a_run():
    ahead, back = np.arange(0, 6), np.arange(8, 2, -1)
    states = np.concatenate([ahead, back])[None]
    found = find_sequences(states, np.full(states.shape, RIGHT), TRACK.next_state)
    assert found.direction.tolist() == ["forward", "reverse"]
    assert found.length.tolist() == [6, 6]


def test_decoded_states_need_no_actions():
    follows = np.eye(30, k=1, dtype=bool)
    decoded = np.array([7, 20, 1, 2, 3, 4, 5, 28, 15, 14, 13, 12, 11])
    times = np.arange(13) * 0.01
    found = find_sequences(decoded, follows=follows, times=times)
    assert found.direction.tolist() == ["forward", "reverse"]
    np.testing.assert_allclose(found.begin, [0.02, 0.08])
    np.testing.assert_allclose(found.duration, 0.04)
    either = find_sequences(decoded, follows=follows | follows.T)
    assert either.direction.tolist() == ["either", "either"]
    shuffled = decoded[np.random.default_rng(0).permutation(13)]
    assert find_sequences(shuffled, follows=follows).empty


def test_padding_links_with_nothing():
    states = np.array([[1, 2, 3, 4, 5, -1, -1], [1, 2, 3, 4, -1, -1, -1]])
    actions = np.where(states >= 0, RIGHT, -1)
    found = find_sequences(states, actions, TRACK.next_state)
    assert found.period.tolist() == [0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give actions and next_state"),
        (
            {"actions": np.zeros(3, int), "next_state": TRACK.next_state},
            r"actions must be \(1, 6\)",
        ),
        ({"actions": np.full(6, -1), "next_state": TRACK.next_state}, "actions are unknown"),
    ],
)
def test_misuse_is_answered(settings, message):
    with pytest.raises(ValueError, match=message):
        find_sequences(np.arange(6), **settings)


# --- recordings ---


@pytest.fixture(scope="module")
def recording() -> xr.Dataset:
    return fs.simulate(linear_track(n_attempts=8), TabularQ(), 4, seed=0)


def test_periods_hold_the_backups_of_a_rest(recording):
    periods = replay_periods(recording)
    assert periods.sizes["backup"] == 20
    assert (periods.state.values >= 0).all()
    assert set(periods.planning.values) == {1, 2}
    slow: dict[tuple[int, int], list[int]] = {}
    for state, event in zip(recording.replay_state.values, recording.event_of.values, strict=True):
        at = int(recording.replay_episode[event]), int(recording.replay_step[event])
        slow.setdefault(at, []).append(int(state))
    for i in range(periods.sizes["period"]):
        at = int(periods.episode[i]), int(periods.step[i])
        assert periods.state.values[i].tolist() == slow[at]


def test_events_are_counted_where_they_happened(recording):
    events = count_events(recording, TRACK.next_state)
    assert events.sizes == {"episode": 32, "when": 2, "direction": 2}
    rate = events.mean("episode")
    assert rate.sel(when="start", direction="forward") > 0.4
    assert rate.sel(when="end", direction="forward") == 0
    assert rate.sel(when="end", direction="reverse") > 0.2
    first_laps = by_episode(recording, "attempt").values == 0
    assert not events.sel(when="start").values[first_laps].any()  # no reward yet
    periods = replay_periods(recording)
    by_hand = find_sequences(periods.state.values, periods.action.values, TRACK.next_state)
    assert int(events.sum()) == len(by_hand)


def test_no_replay_is_no_event_and_periods_say_so():
    silent = fs.simulate(linear_track(n_attempts=3), TabularQ().without("replay"), 2)
    assert not count_events(silent, TRACK.next_state).any()
    with pytest.raises(ValueError, match="holds no replay"):
        replay_periods(silent)
    with pytest.raises(ValueError, match="no label 'planning'"):
        count_events(silent.drop_vars("planning"), TRACK.next_state)


def test_laps_get_their_moves(recording):
    moves = moves_by_lap(recording)
    acting = recording.active & (recording.phase == 0)
    length = acting.sum("step").values - 9
    np.testing.assert_array_equal(moves.values[0].ravel(), length)
    two = first_of_two_shortest(recording).values[0]
    for life, laps in enumerate(moves.values[0]):
        pairs = [k + 1 for k in range(7) if laps[k] == 0 and laps[k + 1] == 0]
        assert two[life] == (pairs[0] if pairs else 9)
    with pytest.raises(ValueError, match="no 'n_moves'"):
        moves_by_lap(recording.drop_vars("n_moves"))


def test_counts_and_occupancy(recording):
    counts = replay_counts(recording, 30)
    assert counts.sum() == recording.sizes["backup"]
    assert not counts[10:20].any()
    moved = occupancy(recording, 30)
    assert moved.sum() == int((recording.active & (recording.phase == 0)).sum())
    assert moved[9] == moved[20] == 0


# --- shape of trajectories ---

OPEN = GridWorld(size=40).layouts[0].graph


def walk(n, rng, step):
    """(n, 200) states of walks in a 40 x 40 arena whose steps `step` gives."""
    at, path = np.full((n, 2), 20.0), []
    for _ in range(200):
        path.append(at.copy())
        at = (at + step(rng, n)) % 40
    cells = np.array(path).astype(int)
    return (cells[..., 0] * 40 + cells[..., 1]).T


def test_diffusion_and_straight_runs_have_their_exponents():
    around = np.arange(40)[:, None] - np.arange(40)
    around = np.minimum(abs(around), 40 - abs(around))
    distances = np.hypot(around[:, None, :, None], around[None, :, None, :]).reshape(1600, 1600)
    moves = np.array([[0, 1], [0, -1], [1, 0], [-1, 0]])
    rng = np.random.default_rng(0)
    diffuse = walk(400, rng, lambda r, n: moves[r.integers(4, size=n)])
    assert displacement_exponent(diffuse, distances, max_lag=20) == pytest.approx(1, abs=0.1)
    straight = walk(20, rng, lambda r, n: np.tile([0, 1], (n, 1)))
    assert displacement_exponent(straight, distances, max_lag=15) == pytest.approx(2, abs=1e-6)
    shuffled = rng.permuted(straight, axis=1)
    assert abs(displacement_exponent(shuffled, distances, max_lag=15)) < 0.2


def test_coverage_and_step_size_by_hand():
    states = np.array([[0, 1, 2, 2], [0, 9, -1, -1]])
    np.testing.assert_allclose(coverage(states, 20), [3 / 20, 2 / 20])
    sizes = step_sizes(states, TRACK.distances)
    np.testing.assert_array_equal(sizes[0], [1, 1, 0])
    assert sizes[1, 0] == 9
    assert np.isnan(sizes[1, 1:]).all()
    assert np.isnan(step_sizes(np.array([0, 25]), TRACK.distances)).all()  # no way leads there
    with pytest.raises(ValueError, match="below n_states=2, got 2"):
        coverage(np.array([0, 2]), 2)
    with pytest.raises(ValueError, match="0 of 2 lags"):
        displacement_exponent(np.array([5, 5, 5, 5]), TRACK.distances)
    with pytest.raises(ValueError, match="ints"):
        coverage(np.array([0.5, 2]), 2)


def test_relation_is_found_and_gone_when_permuted():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(3)
    value = rng.random(45)
    counts = rng.poisson(20 * value)
    found = relate(counts, value, rng)
    assert found.correlation == pytest.approx(spearmanr(counts, value).statistic)
    assert found.beyond_chance
    missed = sum(
        relate(rng.permutation(counts), value, rng, n_permutations=200).beyond_chance
        for _ in range(100)
    )
    assert missed <= 5 + 4 * np.sqrt(100 * 0.05 * 0.95)
    with pytest.raises(ValueError, match="same in all states"):
        relate(np.ones(5), value[:5], rng)
    with pytest.raises(ValueError, match="three states or more"):
        relate(np.arange(2), np.arange(2), rng)
