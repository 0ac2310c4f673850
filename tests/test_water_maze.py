"""The contextual water maze: steps to the hidden goal by exposure, and a memory keyed by the barcode."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.analysis.exposure import steps_to_goal_by_exposure
from fastslow.models.learners import Random
from fastslow.models.prefrontal.familiarity import FamiliarPrefrontal
from fastslow.papers.ritter2018.water_maze import N_PLACES, NETWORK, TASK
from fastslow.tasks import Bandit, check_task
from fastslow.tasks.navigation import Arena


def test_contract(seed):
    check_task(TASK, seed=seed)


def test_steps_against_a_plain_loop(seed):
    task = Arena(size=3, n_contexts=3, n_exposures=3, n_finds=2, max_steps=12, barcode_size=4)
    life = fs.simulate(task, Random(), n_lives=20, seed=seed)
    counted = {1: [], 2: [], 3: []}
    for visit in range(life.sizes["episode"]):
        one, steps = life.isel(episode=visit), 0
        for step in np.flatnonzero(one.active):
            steps += 1
            if one.solved[step]:
                break
        counted[int(one.exposure[0])].append(steps)
    found = steps_to_goal_by_exposure(life)
    np.testing.assert_allclose(found, [np.mean(counted[e]) for e in (1, 2, 3)])
    with pytest.raises(KeyError, match="no outcome 'solved'"):
        steps_to_goal_by_exposure(fs.simulate(Bandit(n_trials=2), Random(), 2))


def test_a_memory_comes_back_with_its_barcode_wherever_the_animal_is(seed):
    task = Arena(size=3, n_contexts=3, n_exposures=3, n_finds=1, max_steps=9, barcode_size=10)
    agent = FamiliarPrefrontal(n_units=6, key=(9, 19)).initialized(task, seed)
    life = fs.simulate(task, agent, 10, seed, record=("confidence", "observation")).isel(step=0)
    again = (life.exposure > 1) & life.observation[:, 9:19].any("feature")
    np.testing.assert_allclose(life.confidence.values[again.values], 1, atol=1e-5)
    assert (life.confidence.values[(life.exposure == 1).values] < 0.999).all()


def test_the_key_of_the_experiment_is_the_barcode(seed):
    life = fs.simulate(TASK, Random(), n_lives=3, seed=seed)
    first, last = NETWORK.key
    assert (first, last) == (N_PLACES, TASK.observation_size - 1)
    code = life.observation.isel(feature=slice(first, last))
    for visit in range(life.sizes["episode"]):
        active = code[visit][life.active[visit].values]
        assert (active == active[0]).all()
