"""The episodic two-step task, and the analyses of reminders and exposures."""

import numpy as np
import pytest
import xarray as xr

import fastslow as fs
from fastslow.analysis.behavior import reward_by_transition_interaction, stay_probability
from fastslow.analysis.exposure import curve_by_exposure, gate_by_usefulness, reward_by_exposure
from fastslow.analysis.reminders import episodic_stay_probability, incremental_stay_probability
from fastslow.data.recording import stack
from fastslow.models import EpisodicPrefrontal
from fastslow.models.agent import Agent
from fastslow.models.contract import check_agent
from fastslow.models.learners import Random
from fastslow.models.training import ActorCritic, Trainer
from fastslow.models.training.autograd import AutogradPopulation
from fastslow.models.training.fused import FusedPopulation, available
from fastslow.tasks import Bandit, EpisodicTwoStep, Lanes, check_task

TASK = EpisodicTwoStep()
ENGINES = [
    AutogradPopulation,
    pytest.param(
        FusedPopulation, marks=pytest.mark.skipif(not available(), reason="no C++ compiler")
    ),
]

# ------------------------------------------------------------------ the task


@pytest.mark.parametrize("task", [TASK, EpisodicTwoStep(n_trials=6, n_bits=3)])
def test_task_contract(task, seed):
    check_task(task, seed=seed)


def test_an_episode_is_what_the_task_says(seed):
    life = fs.simulate(TASK, Random(), 30, seed)
    cued = life.cued_trial.values
    assert (cued[:, :50] == -1).all()
    np.testing.assert_array_equal(np.sort(cued[:, 50:], axis=1), np.tile(np.arange(50), (30, 1)))
    observed, state, reward = (life[n].values for n in ("observation", "state", "reward"))
    n_same = 0
    for e in range(30):
        codes = observed[e, 1:51, slice(*TASK.barcode_columns)]  # shown after the visit
        assert len(np.unique(codes, axis=0)) == 50
        assert not observed[e, :50, slice(*TASK.cue_columns)].any()
        for trial in range(50, 100):
            past = cued[e, trial]
            np.testing.assert_array_equal(observed[e, trial, slice(*TASK.cue_columns)], codes[past])
            if state[e, trial] == state[e, past]:
                n_same += 1
                assert reward[e, trial] == reward[e, past]
    assert n_same > 0
    reached = observed[:, 1:, :2].argmax(axis=2)
    np.testing.assert_array_equal(reached, state[:, :-1])


def test_rewards_and_transitions_have_their_probabilities(seed):
    life = fs.simulate(TASK, Random(), 200, seed).isel(step=slice(0, 50))
    n = life.reward.size
    for share, p in (
        (life.common.values.mean(), 0.9),
        (life.reward.values[(life.state == life.better_state).values].mean(), 0.9),
        (life.reward.values[(life.state != life.better_state).values].mean(), 0.1),
    ):
        assert abs(share - p) < 4 * np.sqrt(p * (1 - p) / (n / 3))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_trials": 7}, "n_trials must be even and at least 2, got 7"),
        ({"n_bits": 5}, "n_bits must be at most 52 and enough for 50 barcodes, got 5"),
        ({"p_common": 80}, r"p_common must be in \[0.5, 1\], got 80"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        EpisodicTwoStep(**settings)


# ------------------------------------------------------------------ the agent


def agent_for(task, **settings):
    return EpisodicPrefrontal(
        n_units=5, key=task.cue_columns, written_key=task.barcode_columns, write="step",
        threshold=0.99, **settings,
    )  # fmt: skip


def test_the_cue_brings_back_the_state_after_the_cued_visit(seed):
    agent = agent_for(TASK).initialized(TASK, seed)
    play = TASK.play(3, Lanes(seed, 3))
    agent.begin(TASK, 3, Lanes(seed, 3, "agent"))
    now, cells = next(play), []
    for _ in range(100):
        action, trace = agent.act(now)
        cells.append(trace["cell"].copy())
        for lane in range(3):
            past = now.labels["cued_trial"][lane]
            expected = cells[past + 1][lane] if past >= 0 else np.zeros(5)
            np.testing.assert_array_equal(agent._memory._recalled[lane], expected)
        now = play.send(action)


def test_agent_contract(seed):
    task = EpisodicTwoStep(n_trials=10, n_bits=4)
    check_agent(agent_for(task).initialized(task, seed), task, seed=seed)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("unroll", [None, 5])
def test_training_acts_as_simulation_does(engine, unroll, seed):
    task = EpisodicTwoStep(n_trials=20, n_bits=5)
    settings = ActorCritic(n_lives=6, n_lanes=6, unroll=unroll, learning_rate=0.0)
    (progress,) = Trainer(task, agent_for(task), settings, [seed], engine).run()
    alone = agent_for(task).initialized(task, seed)
    play = task.play(6, Lanes(seed, 6, "task"))
    alone.begin(task, 6, Lanes(seed, 6, "agent"))
    now, earned = next(play), np.zeros(6)
    for _ in range(task.n_steps):
        now = play.send(alone.act(now)[0])
        earned += now.reward
    assert progress.measured["reward"][0] == pytest.approx(earned.mean())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"write": "trial"}, "write must be episode or step, got 'trial'"),
        ({"key": (0, 30)}, "key must name columns of the observation, which has 22, got"),
        ({"written_key": (2, 5)}, "written_key must have as many columns as key"),
    ],
)
def test_wrong_agents(settings, message):
    with pytest.raises(ValueError, match=message):
        EpisodicPrefrontal(**{"n_units": 5, "key": (12, 22), **settings}).memory(
            TASK, 2, Lanes(0, 2)
        )


# ------------------------------------------------------------------ the analyses


class Reminded(Agent):
    """Repeats the cued trial's choice by its outcome, as one who plans would; no influence else."""

    def begin(self, task, n, rng):
        self._rng, self._history = rng, []

    def act(self, now):
        n = len(now.first)
        if self._history:
            self._history[-1] |= {"reward": now.reward, "common": now.outcomes["common"]}
        action = (self._rng.random() < 0.5).astype(np.int64)
        for lane in np.flatnonzero(now.labels["cued_trial"] >= 0):
            past = self._history[now.labels["cued_trial"][lane]]
            repeat = past["reward"][lane] == past["common"][lane]
            action[lane] = past["action"][lane] if repeat else 1 - past["action"][lane]
        self._history.append({"action": action.copy()})
        return action, {"policy": np.full((n, 2), 0.5)}


def test_a_planted_episodic_influence_is_found_and_no_other(seed):
    life = stack({k: fs.simulate(TASK, Reminded(), 60, seed + k) for k in (0, 1)})
    stay = episodic_stay_probability(life)
    assert stay.dims == ("seed", "transition", "reward")
    np.testing.assert_array_equal(stay.values, [[[1, 0], [0, 1]]] * 2)
    np.testing.assert_array_equal(reward_by_transition_interaction(stay), [2, 2])
    random = episodic_stay_probability(fs.simulate(TASK, Random(), 60, seed))
    counts = 60 * 50 / 2 * 0.1  # rare, with or without reward: the fewest
    assert (abs(random - 0.5) < 4 * np.sqrt(0.25 / counts)).all()


def test_incremental_influence_is_the_usual_one_restricted(seed):
    """Without cues it equals `stay_probability` of the first half."""
    life = fs.simulate(TASK, Random(), 40, seed)
    half = life.isel(step=slice(0, 50))
    np.testing.assert_allclose(
        incremental_stay_probability(life, cued=False), stay_probability(half)
    )


def exposures():
    """Two episodes of each exposure: rewards 0 and 1 at exposure 1, 2 and 2 at exposure 2."""
    reward = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    return xr.Dataset(
        {
            "reward": (("episode", "step"), reward),
            "active": (("episode", "step"), np.ones((4, 2), bool)),
            "exposure": (("episode", "step"), [[1, 1], [1, 1], [2, 2], [2, 2]]),
            "action": (("episode", "step"), [[0, 1], [1, 1], [1, 1], [1, 1]]),
            "best_action": (("episode", "step"), np.ones((4, 2), int)),
            "reinstated_action": (("episode", "step"), [[-1, -1], [0, 0], [1, 1], [1, 1]]),
            "reinstatement": (("episode", "step"), [[0.9, 0.9], [0.2, 0.4], [0.6, 0.8], [0.5, 0.5]]),
        }
    )  # fmt: skip


def test_by_exposure_and_by_usefulness_by_hand():
    recording = exposures()
    reward = reward_by_exposure(recording)
    np.testing.assert_allclose(reward, [0.5, 2])
    np.testing.assert_array_equal(reward.n_episodes, [2, 2])
    np.testing.assert_allclose(curve_by_exposure(recording), [[0.5, 0], [1, 1]])
    np.testing.assert_allclose(curve_by_exposure(recording, "best"), [[0.5, 1], [1, 1]])
    np.testing.assert_allclose(gate_by_usefulness(recording), [0.3, 0.6])
    two = xr.concat([recording, recording], dim="seed")
    assert reward_by_exposure(two).transpose("seed", ...).shape == (2, 2)
    assert curve_by_exposure(two).dims == ("seed", "exposure", "step")


def test_misuse_of_the_analyses():
    with pytest.raises(ValueError, match="variable must be reward or best, got 'choice'"):
        curve_by_exposure(exposures(), "choice")
    with pytest.raises(KeyError, match="the recording has no label 'exposure'"):
        reward_by_exposure(fs.simulate(Bandit(n_trials=3), Random(), 2))
