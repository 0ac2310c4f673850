"""An episodic network that is told how sure its memory is, and may make its keys itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...tasks import Task, stream
from .. import cores
from .episodic import EpisodicPrefrontal, columns

_N_MIXTURES = 8


@dataclass
class FamiliarPrefrontal(EpisodicPrefrontal):
    """An episodic network that is also told how familiar its context is.

    One more input is the confidence of the memory: 1 for a context met before, less for one that
    only looks like it, 0 for none. With it the network can learn how far to trust what comes
    back, and needs no threshold. Ours; the paper's gate sees neither key nor confidence.

    Parameters
    ----------
    retrieval : {"tanh", "linear"}
        What enters the cell through the gate: tanh of the state that was stored, as in two public
        re-implementations, or that state itself, the equation of the paper. A memory that always
        answers needs the former: states that are put back into states that are stored again
        would grow without bound.
    """

    parts: ClassVar[dict[str, str]] = {
        **EpisodicPrefrontal.parts,
        "familiarity": "every context seems as familiar as one met before",
        "observed_keys": "contexts are compared by what the network makes of them at first sight",
        "specific_keys": f"contexts are compared by {_N_MIXTURES} random mixtures of their features",
    }

    retrieval: str = "tanh"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.retrieval not in ("tanh", "linear"):
            raise ValueError(f"retrieval must be tanh or linear, got '{self.retrieval}'")

    def retrieved(self, value: np.ndarray) -> np.ndarray:
        return np.tanh(value) if self.retrieval == "tanh" else value

    def input_slices(self, task: Task) -> dict[str, slice]:
        slices = super().input_slices(task)
        end = slices["done"].stop
        return slices | {"familiarity": slice(end, end + 1)}

    def n_inputs(self, task: Task) -> int:
        return self.input_slices(task)["familiarity"].stop

    def embedding(self, task: Task) -> Callable[[np.ndarray], np.ndarray] | None:
        at = columns("key", self.key, task)
        if "specific_keys" in self.lesions:
            size = (at.stop - at.start, _N_MIXTURES)
            mixtures = np.random.default_rng(stream(0, "mixtures")).normal(size=size)
            return lambda key: key @ mixtures
        if "observed_keys" in self.lesions:
            row = self.input_slices(task)["observation"].start + np.arange(at.start, at.stop)
            return lambda key: self._first_hidden(task, key, row)
        return None

    def _first_hidden(self, task: Task, key: np.ndarray, row: np.ndarray) -> np.ndarray:
        """Hidden state (n, n_units) after a first step in which nothing but the key was seen."""
        weights, n = self._trained(), len(key)
        inputs = np.zeros((n, self.n_inputs(task)), np.float32)
        inputs[:, row] = key
        state = {
            name: np.repeat(weights[f"initial_{name}"][None], n, axis=0)
            for name in cores.state_names(self.core)
        }
        nothing = np.zeros((n, self.n_units), np.float32)
        after, _ = cores.step(self.core, weights, inputs, {**state, "reinstated": nothing})
        return after["hidden"]
