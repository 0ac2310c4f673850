"""The engine without a compiler: what is its own; what all engines promise is in test_engines.py."""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
import pytest
import torch

from fastslow.models import cores
from fastslow.models.prefrontal import Prefrontal
from fastslow.models.training import ActorCritic, Trainer, fastest_engine
from fastslow.models.training.fused import build
from fastslow.models.training.manual import ManualPopulation
from fastslow.models.training.manual.steps import Sigmoid
from fastslow.models.training.population import Shape
from fastslow.tasks import Bandit


@pytest.fixture
def threads():
    """Sets torch's number of threads, and puts it back."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def trained(engine, seeds=(0, 1)):
    settings = ActorCritic(n_lives=64, n_lanes=16)
    trainer = Trainer(Bandit(n_trials=10), Prefrontal(n_units=8), settings, seeds, engine)
    list(trainer.run())
    return trainer.population


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize(("n_seeds", "size"), [(1, 96), (5, 7_680), (3, 40_960), (2, 98_304)])
def test_sigmoids_of_a_seed_do_not_depend_on_its_place(n_seeds, size, n_threads, threads, seed):
    threads(n_threads)
    generator = torch.Generator().manual_seed(seed)
    row = 4 * torch.randn(1, 1, size, generator=generator)
    alone, crowd = row.clone(), row.expand(n_seeds, 2, size).clone()[:, :1]
    Sigmoid(alone, alone)()
    Sigmoid(crowd, crowd)()
    assert torch.equal(crowd, alone.expand_as(crowd))
    torch.testing.assert_close(alone, torch.sigmoid(row))


@pytest.mark.parametrize("core", ["lstm", "gru"])
def test_one_and_two_threads_agree(core, threads, seed):
    shape = Shape(core, n_inputs=4, n_units=48, n_actions=2, n_seeds=2, n_lanes=272, n_steps=5)
    generator = np.random.default_rng(seed)
    inputs = generator.normal(size=(5, 544, 4))
    draw, reward = generator.random((2, 5, 544))
    found = []
    settings = ActorCritic().update_settings(0)
    sizes = cores.weight_shapes(core, 4, 48, 2)
    weights = {name: generator.normal(0, 0.2, size) for name, size in sizes.items()}
    for n_threads in (1, 2):
        threads(n_threads)
        population = ManualPopulation(shape)
        for index in range(2):
            population.load(index, weights)
        for t in range(5):
            population.inputs[t] = inputs[t]
            population.step(t, np.full(544, t == 0), draw[t])
        population.update(reward, np.ones((5, 544)), np.ones((5, 544), bool), settings)
        found.append(population.weights(1))
    for name, array in found[0].items():
        np.testing.assert_array_equal(found[1][name], array, err_msg=name)


def test_is_chosen_and_announced_where_there_is_no_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("CXX", "no-such-compiler")
    build.load.cache_clear()
    try:
        with pytest.warns(UserWarning, match="training with torch.*found no 'no-such-compiler'"):
            engine = fastest_engine()
    finally:
        build.load.cache_clear()
    assert engine.func is ManualPopulation
    assert trained(engine).weights(0)["bias"].shape == (32,)


def test_a_card_that_is_not_here():
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(ValueError, match="device 'cuda' is not here"):
        fastest_engine("cuda")
    with pytest.raises(ValueError, match="device 'cuda' is not here"):
        ManualPopulation(Shape("lstm", 1, 8, 2, 1, 4, 3), device="cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_graphics_card_gives_the_same_up_to_rounding():
    """Five updates: the first by itself, the second recorded, the others replayed."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a fall-back from graphs would be announced
        there = trained(partial(ManualPopulation, device="cuda"))
    here = trained(ManualPopulation)
    for name, array in here.weights(1).items():
        np.testing.assert_allclose(there.weights(1)[name], array, rtol=1e-3, atol=1e-4)
