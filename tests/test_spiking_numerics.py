"""The CA3 network: what must not depend on the time step, units, and damage done to it."""

from dataclasses import replace

import numpy as np
import pytest

from fastslow.models.hippocampus.ca3 import CA3
from fastslow.models.hippocampus.ca3_parameters import NO_ADAPTATION, SHARP_WAVE, Condition
from fastslow.models.hippocampus.lesioned_ca3 import LesionedCA3
from fastslow.models.hippocampus.spikes import Spikes

N = 120
SMALL = CA3(n_pyramidal=N, n_basket=10, duration=0.15, target="numpy")
QUIET = Condition(mossy_rate=0.0)  # all that is random


def cued(network: CA3, n_cells: int = 40) -> np.ndarray:
    cue = np.zeros((network.n_cue_steps, network.n_pyramidal))
    cue[1, :n_cells] = 25.0
    return cue


def test_half_the_time_step_gives_the_same_spikes():
    """Cells excite one another and are inhibited; without noise only the steps can differ."""
    weights = np.full((N, N), 0.5)
    coarse, fine = (
        replace(SMALL, time_step=step).run(weights, 0, cued(SMALL), QUIET) for step in (1e-4, 5e-5)
    )
    assert len(coarse.time) > 100
    assert abs(len(coarse.time) / len(fine.time) - 1) < 0.05
    first = [
        np.array([s.time[s.neuron == cell].min(initial=np.inf) for cell in range(N + 10)])
        for s in (coarse, fine)
    ]
    both = np.isfinite(first).all(axis=0)
    np.testing.assert_array_equal(*np.isfinite(first))
    # exponential Euler is of first order: a spike moves by a few steps
    np.testing.assert_allclose(first[0][both], first[1][both], atol=5e-4)
    weaker = SMALL.run(weights / 10, 0, cued(SMALL), QUIET)
    assert len(weaker.time) < 0.8 * len(fine.time)  # it is not the cue alone


def test_conductances_in_other_units_are_refused():
    import brian2 as b

    weights = np.full((N, N), 0.5)
    with pytest.raises(ValueError, match=r"weights must be in nS, the largest is 5e-10 nS"):
        SMALL.run(weights * 1e-9, 0)
    with pytest.raises(ValueError, match=r"cue must be in nS.*given in siemens"):
        SMALL.run(weights, 0, cued(SMALL) * 1e-9)
    with pytest.raises(TypeError, match=r"weights must be plain numbers in nS, got a quantity"):
        SMALL.run(weights * b.nS, 0)
    with pytest.raises(TypeError, match=r"cue must be plain numbers in nS.*cue / nS"):
        SMALL.run(weights, 0, cued(SMALL) * b.nS)


# ---------------------------------------------------------------- damage


@pytest.fixture
def asked(monkeypatch):
    """What an intact network is asked; every cell fires once."""
    found = {}

    def run(self, weights, seed, cue=None, condition=SHARP_WAVE):
        found.update(weights=weights, cue=cue, condition=condition)
        neuron = np.arange(self.n_pyramidal + self.n_basket)
        return Spikes(neuron / 1e4, neuron)

    monkeypatch.setattr(CA3, "run", run)
    return found


def test_removed_cells_have_no_synapses_no_cue_and_no_voice(asked):
    network = LesionedCA3(n_pyramidal=N, n_basket=10, duration=0.15, removed=0.25)
    spikes = network.run(np.ones((N, N)), 0, cued(network))
    source, target = network.wiring.recurrent
    gone = ~network.alive
    assert gone.sum() == N // 4
    np.testing.assert_array_equal(asked["weights"] == 0, gone[source] | gone[target])
    assert not asked["cue"][:, gone].any()
    assert asked["cue"][1, :40][network.alive[:40]].all()
    np.testing.assert_array_equal(
        spikes.neuron, [*np.flatnonzero(network.alive), *range(N, N + 10)]
    )
    more = replace(network, removed=0.5)
    assert not (more.alive & gone).any()


def test_shuffling_keeps_the_weights_and_loses_their_places(asked, seed):
    network = LesionedCA3(n_pyramidal=N, n_basket=10, duration=0.15, shuffled=True)
    weights = np.random.default_rng(seed).random(len(network.wiring.recurrent[0]))
    network.run(weights, seed)
    first = asked["weights"]
    np.testing.assert_allclose(np.sort(first), np.sort(weights))
    assert abs(np.corrcoef(first, weights)[0, 1]) < 4 / np.sqrt(len(weights))
    network.run(weights, seed + 1)
    np.testing.assert_array_equal(asked["weights"], first)


def test_without_damage_nothing_changes(asked):
    network = LesionedCA3(n_pyramidal=N, n_basket=10, duration=0.15)
    weights = np.ones(len(network.wiring.recurrent[0]))
    spikes = network.run(weights, 0, cued(network))
    np.testing.assert_array_equal(asked["weights"], weights)
    np.testing.assert_array_equal(asked["cue"], cued(network))
    assert asked["condition"] == SHARP_WAVE
    assert len(spikes.time) == N + 10
    replace(network, adapting=False).run(weights, 0)
    assert asked["condition"] == NO_ADAPTATION
    np.testing.assert_array_equal(
        network.wiring.recurrent, CA3(n_pyramidal=N, n_basket=10).wiring.recurrent
    )


def test_a_share_that_is_none_is_refused():
    with pytest.raises(ValueError, match=r"removed is a share of cells in \[0, 1\), got 1"):
        LesionedCA3(removed=1.0)
