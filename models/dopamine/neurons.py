"""An animal whose dopamine neurons are recorded in classical conditioning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ...tasks import Lanes, Task, TimeStep
from ...tasks.conditioning import Conditioning
from ..agent import Agent, Trace
from .circuit import (
    BASELINE,
    CUE_RESPONSE,
    END,
    GABA_DELAY,
    OMISSION_RESPONSE,
    REWARD_RESPONSE,
    DopamineCircuit,
)

BIN = 0.02  # s
N_BINS = round(END / BIN)


@dataclass
class DopamineNeurons(Agent):
    """A well-trained animal: it expects what the cue announces, and its neurons are recorded.

    For tasks such as `Conditioning`. All trials are those of one animal, the seed, with its own
    neurons. They are simulated together, out of one source of noise: unlike other agents' lanes, a
    trial depends on how many there are beside it.

    The trace of the step at which the reward is found out holds mean rates over the neurons of
    the trial, Hz: `dopamine_baseline`, `dopamine_cue`, `dopamine_reward`, `dopamine_omission`,
    `gaba_baseline`, `gaba_delay`, (n,) each; the rates of the single dopamine neurons at the
    reward, less their baseline, `dopamine_cells` (n, n_cells); and `histogram`, (n, n_bins), in
    bins of 20 ms. At the first step they are NaN.

    Parameters
    ----------
    circuit : DopamineCircuit
    light : float, Hz
        Added to the rate of the GABA neurons while the light is on.
    """

    parts: ClassVar[dict[str, str]] = {
        "expectation": "the GABA neurons do not know what was announced",
        "reward": "no drive from the reward",
        "cue": "no drive from the cue",
    }

    circuit: DopamineCircuit = field(default_factory=lambda: DopamineCircuit(gain_spread=0.3))
    light: float = 0.0

    def begin(self, task: Task, n: int, rng: Lanes) -> None:
        if not isinstance(task, Conditioning):
            raise TypeError(
                f"DopamineNeurons needs a Conditioning task, whose cues announce rewards, "
                f"got {type(task).__name__}"
            )
        if len(rng.seeds) != 1:
            raise ValueError(f"DopamineNeurons is one animal: give one seed, got {rng.seeds}")
        self._n = n
        self._seed = int(rng.random()[0] * 2**31)
        self._announced = np.zeros(n)

    def act(self, now: TimeStep) -> tuple[np.ndarray, Trace]:
        found_out = now.active & ~now.first
        if found_out.any():
            trace = self._record(now.reward.astype(float))
        else:
            if now.first.any():
                self._announced = now.observation[:, 0].astype(float)
            trace = self._record(None)
        return np.zeros(self._n, np.int64), trace

    def _record(self, reward: np.ndarray | None) -> Trace:
        n, n_cells = self._n, self.circuit.n_cells
        if reward is None:
            blank = np.full(n, np.nan, np.float32)
            names = ("dopamine_baseline", "dopamine_cue", "dopamine_reward", "dopamine_omission",
                     "gaba_baseline", "gaba_delay")  # fmt: skip
            return dict.fromkeys(names, blank) | {
                "dopamine_cells": np.full((n, n_cells), np.nan, np.float32),
                "histogram": np.full((n, N_BINS), np.nan, np.float32),
            }
        announced, nothing = self._announced, np.zeros(n)
        expected = nothing if "expectation" in self.lesions else announced
        cue = nothing if "cue" in self.lesions else announced
        given = nothing if "reward" in self.lesions else reward
        dopamine, gaba = self.circuit.run(given, expected, cue, self.light, self._seed)
        rates = {
            "dopamine_baseline": dopamine.rate(BASELINE),
            "dopamine_cue": dopamine.rate(CUE_RESPONSE),
            "dopamine_reward": dopamine.rate(REWARD_RESPONSE),
            "dopamine_omission": dopamine.rate(OMISSION_RESPONSE),
            "gaba_baseline": gaba.rate(BASELINE),
            "gaba_delay": gaba.rate(GABA_DELAY),
        }
        cells = rates["dopamine_reward"] - rates["dopamine_baseline"]
        return {name: rate.mean(axis=1, dtype=np.float32) for name, rate in rates.items()} | {
            "dopamine_cells": cells.astype(np.float32),
            "histogram": dopamine.histogram(BIN)[1].astype(np.float32),
        }
