"""The closed loop as a paper: its measures on planted recordings, its arms, and its figures."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from fastslow.models.hippocampus.sources import NoReplay, ShuffledOrder
from fastslow.models.hippocampus.spiking import Decoded
from fastslow.papers.closed_loop import (
    excited_goal,
    index_figure,
    line,
    line_figure,
    matched,
    measures,
    paper,
    unseen,
    winding,
    winding_figure,
    worth,
)

N_ATTEMPTS, N_SEEDS, SHORTEST = 10, 3, 19


def recording(moves: np.ndarray, n_events=1, n_near=1) -> xr.Dataset:
    """Rests after attempts that took `moves` (n_seeds, n_attempts), one life each."""
    n_seeds, n_attempts = moves.shape
    shape = (n_seeds, n_attempts, 2)
    dims = ("seed", "episode", "step")
    planning = np.tile([0, 2], (*shape[:2], 1))

    def at_end(values, fill=0) -> tuple:
        full = np.full(shape, fill)
        full[..., 1] = values
        return dims, full

    return xr.Dataset(
        {
            "planning": (dims, planning),
            "active": (dims, np.ones(shape, bool)),
            "attempt": (dims, np.broadcast_to(np.arange(n_attempts)[:, None], shape)),
            "shortest_path": (dims, np.broadcast_to([SHORTEST, 0], shape)),
            "n_moves": at_end(moves),
            "n_events": at_end(n_events),
            "n_events_near": at_end(n_near),
            "n_steps_read": at_end(18),
            "n_steps_dropped": at_end(2),
        },
        coords={"seed": np.arange(n_seeds), "life": ("episode", np.zeros(n_attempts, int))},
    )


@pytest.fixture
def planted() -> xr.Dataset:
    moves = np.full((N_SEEDS, N_ATTEMPTS), 20)
    moves[:, 0] = 300
    moves[1, 1:] = 30
    return recording(moves)


def test_moves_of_the_first_attempt_do_not_count(planted):
    assert measures.steps(planted).tolist() == [180.0, 270.0, 180.0]
    slow = planted.assign(n_moves=2 * planted.n_moves)
    assert measures.times_as_many(slow, planted).tolist() == [2.0] * 3


def test_an_attempt_without_a_reward_is_an_error(planted):
    lost = planted.assign(planning=planted.planning.where(planted.attempt != 3, 0))
    with pytest.raises(ValueError, match="an attempt ended without a reward: raise max_steps"):
        measures.steps(lost)


def test_shares(planted):
    assert measures.near_goal(planted).tolist() == [1.0] * 3
    assert measures.dropped(planted) == pytest.approx([2 / 18] * 3)
    assert measures.share_of_rests(planted).tolist() == [1.0] * 3
    half = recording(np.full((2, 4), 20), n_events=2, n_near=1)
    none = recording(np.full((2, 4), 20), n_events=0, n_near=0)
    assert measures.near_goal(half).tolist() == [0.5] * 2
    assert measures.near_goal(none).tolist() == [0.0] * 2
    assert measures.share_of_rests(none).tolist() == [0.0] * 2
    assert measures.nearer(half, none).tolist() == [0.5] * 2


def test_a_wave_begins_where_the_first_step_begins_that_is_replayed():
    """A seed whose waves set out from the goal and from 11, one from beside the goal, and none."""
    left, right = 0, 1
    backups = {
        "replay_state": [18, 17, 10, 17, 18], "replay_action": [right, right, right, right, left],
        "event_of": [0, 0, 1, 2, 2],
    }  # fmt: skip
    replayed = xr.Dataset(
        {
            **{name: ("backup", np.array(values)) for name, values in backups.items()},
            "replay_seed": ("replay_event", np.array([0, 0, 1])),
            "goal": (("seed", "episode", "step"), np.full((3, 1, 2), line.GOAL)),
        },
        coords={"seed": [0, 1, 2]},
    )
    assert measures.replayed_from_goal(replayed).tolist() == [0.5, 1.0, 0.0]


def test_on_unseen_seeds_nothing_else_is_changed():
    seen = {e.name: e for e in (*line.EXPERIMENTS, *winding.EXPERIMENTS, *matched.EXPERIMENTS)}
    for again in unseen.EXPERIMENTS:
        name = again.name.removeprefix("closed_loop/unseen_")
        also = {"line_none": "none"}.get(name, name)
        matching = [f"closed_loop/{kind}{also}" for kind in ("matched_", "")]
        first = next(seen[n] for n in matching if n in seen)
        settings = {k: getattr(first, k) for k in ("name", "first_seed", "full", "reproduced")}
        assert replace(again, **settings) == first
        assert not set(again.seeds("full")) & set(first.seeds("full"))
    for signature in unseen.SIGNATURES:
        assert all("/unseen_" in source for source in signature.sources)


def test_arms_differ_in_what_they_name_only():
    intact = line.ARMS["goal_cued"][0]
    for name, (agent, _) in line.ARMS.items():
        assert (agent.network, agent.wander, agent.summed) == (
            intact.network, intact.wander, intact.summed,
        ), name  # fmt: skip
        assert (agent.learning_rate, agent.discount, agent.inverse_temperature) == (1.0, 0.9, 5.0)
    assert intact.replay == Decoded()
    assert line.ARMS["shuffled"][0].replay == ShuffledOrder(Decoded())
    assert line.ARMS["none"][0].replay == NoReplay()
    assert line.WORLD.n_backups == line.WORLD.graph.n_states
    for tonic in excited_goal.EXPERIMENTS:
        assert tonic.task == replace(line.WORLD, n_attempts=1)


def test_every_source_of_a_signature_is_an_experiment():
    known = {
        f"{experiment.name}@{test}".rstrip("@")
        for experiment in paper.experiments
        for test in experiment.all_tests
    }
    needed = {s for signature in paper.signatures for s in signature.sources}
    needed |= {need for figure in paper.figures for need in figure.needs}
    assert needed <= known


def test_learning_is_drawn(planted):
    recordings = {f"closed_loop/{arm}": planted for arm in line_figure.ARMS}
    drawing, table = line_figure.draw_curves(recordings)
    plt.close(drawing)
    totals = table[table.source == "shuffled"].moves_2_to_10.dropna()
    assert totals.tolist() == [180.0, 270.0, 180.0]


def test_a_rest_is_drawn_with_the_path_that_is_read(planted):
    """Cells fire from the last field to the first; a line through them is drawn."""
    n_place = line.NETWORK.n_pyramidal // 2
    neuron = np.repeat(np.arange(n_place)[::-1], 2)
    time = 5.0 + 0.12 + np.arange(len(neuron)) * 0.5 / len(neuron)
    shape = planted.planning.shape
    planted = planted.assign(
        clock=(planted.planning.dims, np.full(shape, 5.0)),
        cued_state=(planted.planning.dims, np.full(shape, 19)),
        time=("spike", time), neuron=("spike", neuron), lane=("spike", np.zeros(len(neuron), int)),
        spike_seed=("spike", np.zeros(len(neuron), int)),
    )  # fmt: skip
    recordings = {f"closed_loop/{arm}": planted for arm in line_figure.RESTS}
    drawing, table = line_figure.draw_rest(recordings)
    plt.close(drawing)
    assert table[table.source == "goal_cued"].state.tolist() == list(range(19, -1, -1))
    nothing = planted.assign(n_events=0 * planted.n_events)
    with pytest.raises(ValueError, match="the first seed has no rest with a sharp wave"):
        line_figure.draw_rest(dict.fromkeys(recordings, nothing))


def test_the_index_is_drawn(planted):
    visits = planted.isel(step=[0]).assign(
        exposure=(
            ("seed", "episode", "step"),
            np.resize([1, 2, 3], (N_SEEDS, planted.sizes["episode"], 1)),
        )
    )
    visits = visits.assign(reward=visits.exposure * 2.0, active=visits.exposure > 0)
    drawing, table = index_figure.draw_index(dict.fromkeys(index_figure.WAYS, visits))
    plt.close(drawing)
    at_second = table[table.exposure == 2].reward_by_exposure
    assert len(at_second) == 2 * N_SEEDS
    assert (at_second == 4).all()


# --- the winding corridor ---


def steps_made(n_moves, attempts) -> xr.Dataset:
    """One seed whose episodes hold so many moves, and a rest after each."""
    width = max(n_moves) + 1
    active = np.arange(width) <= np.array(n_moves)[:, None]
    phase = (np.arange(width) == np.array(n_moves)[:, None]).astype(np.int8)
    attempt = np.where(active, np.array(attempts)[:, None], -1)
    dims = ("seed", "episode", "step")
    arrays = {"active": active, "phase": phase, "attempt": attempt}
    return xr.Dataset({name: (dims, a[None]) for name, a in arrays.items()}, coords={"seed": [0]})


def test_moves_are_counted_without_rests_and_first_attempts():
    slow, fast = steps_made([90, 30, 20], range(3)), steps_made([90, 5, 5], range(3))
    assert measures.moves(slow).values.tolist() == [[90, 30, 20]]
    assert measures.times_the_moves(slow, fast).tolist() == [5.0]
    lives = steps_made([8, 12], [0, 0])  # of one attempt each: all count
    assert measures.times_the_moves(lives, slow, fast, fast).tolist() == [(20 + 50) / (10 + 10)]


def test_arms_of_the_corridor_differ_in_what_they_name_only():
    by_name = {e.name.removeprefix("closed_loop/"): e for e in winding.EXPERIMENTS}
    for name, intact in (("fast_slow", winding.FAST_SLOW), ("prefrontal", winding.PREFRONTAL)):
        for arm in winding.SUMMARIES:
            if name == "prefrontal" and arm in winding.ONLY_FAST_SLOW:
                continue
            agent = by_name[f"{name}_{arm}"].agent
            assert replace(agent, ca3=intact.ca3, lesions=()) == intact, arm
            assert agent.ca3.network == line.NETWORK
            changed = {
                setting
                for setting in ("replay", "cue", "flat", "wander", "summed", "alpha")
                if getattr(agent.ca3, setting) != getattr(intact.ca3, setting)
            }
            expected = {"goal_cued": set(), "start_cued": {"cue"}, "no_plasticity": {"flat"}}
            assert changed == expected.get(arm, {"replay"})
    assert winding.PREFRONTAL.every == 50


def test_the_corridor_has_one_way():
    graph = winding.ATTEMPTS.course.graphs[0]
    assert graph.adjacency.any(axis=1).sum() == winding.N_PLACES
    assert len(graph.shortest_path(0, 24)) - 1 == winding_figure.SHORTEST == winding.N_PLACES - 1
    assert winding.LIFE.course.graphs[0] == graph


def test_the_corridor_is_drawn():
    names = {need for figure in winding.FIGURES for need in figure.needs}
    planted = {
        name: steps_made([60, 20, 16], range(3)) if "fast_slow" in name else steps_made([16], [0])
        for name in names
    }
    drawing, table = winding_figure.draw_winding(planted)
    plt.close(drawing)
    life = table[(table.agent == "fast_slow") & (table.arm == "none")]
    assert life["mean"].tolist() == [60, 20, 16]
    assert set(table[table.agent == "prefrontal"].x) == {25, 50, 75, 100}


# --- what a backup is worth ---


def told(states, value, visits) -> xr.Dataset:
    """One seed with one rest after `visits` moves from each state, that replayed `states`."""
    n = len(visits)
    position = np.repeat(np.arange(n), visits)
    steps = len(position) + 1
    resting = np.arange(steps) == steps - 1
    dims = ("seed", "episode", "step")
    arrays = {
        "active": np.ones(steps, bool), "phase": resting.astype(np.int8),
        "planning": 2 * resting, "position": np.append(position, n - 1),
    }  # fmt: skip
    zeros = np.zeros(1, int)
    return xr.Dataset(
        {
            **{name: (dims, a[None, None]) for name, a in arrays.items()},
            "value_of_backup": ((*dims, "state"), np.where(resting[:, None], value, 0)[None, None]),
            "replay_episode": ("replay_event", zeros), "replay_seed": ("replay_event", zeros),
            "replay_step": ("replay_event", zeros + steps - 1),
            "replay_state": ("backup", states), "replay_action": ("backup", 0 * states),
            "event_of": ("backup", 0 * states),
        },
        coords={"seed": [0]},
    )  # fmt: skip


def test_worth_is_a_rank_correlation_over_states_that_can_be_left():
    n = worth.GOAL + 1
    value = np.arange(n, dtype=float)
    states = np.repeat(np.arange(n - 1), np.arange(n - 1))
    for visits, expected in ((np.arange(n), 1.0), (np.arange(n)[::-1] + 1, -1.0)):
        recording = told(states, value, visits)
        assert worth.worth(recording) == pytest.approx([1.0])
        assert worth.beyond_occupancy(recording) == pytest.approx([1.0 - expected])
    assert worth.worth(told(states, -value, np.arange(n))) == pytest.approx([-1.0])
