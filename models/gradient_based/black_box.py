"""A recurrent network that reads points and then predicts: the black box beside gradient steps.

Nothing is assumed about how it learns from what it reads; slow learning finds that (Hochreiter, Younger &
Conwell 2001, doi:10.1007/3-540-44668-0_13; Botvinick et al. 2019, doi:10.1016/j.tics.2019.02.006).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from ...tasks import Sinusoids, stream
from .. import cores
from ..learner import Policy
from .slow_learning import batches, state_size

Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class BlackBox:
    """Weights of a long short-term memory that reads points, and how they were learned.

    In slow learning it is asked for a point after each of those that it reads.

    Parameters
    ----------
    world : Sinusoids
        What slow learning meets: `n_shown` points to read and as many that are asked for.
    n_updates, n_lanes : int
        Updates of Adam, and sinusoids in each; together as many as `Initialization` meets.
    learning_rate : float
        Of Adam; falls linearly to 0.
    n_units : int
        19 have 1,768 weights with one x; the network that takes gradient steps has 1,761.
    """

    world: Sinusoids = field(default_factory=lambda: Sinusoids(n_shown=10))
    n_updates: int = 12_500
    n_lanes: int = 100
    learning_rate: float = 0.02
    n_units: int = 19

    def __post_init__(self) -> None:
        for name, least in (("n_updates", 0), ("n_lanes", 1), ("n_units", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be at least {least}, got {getattr(self, name)}")

    def learner(self, seeds: Sequence[int], n: int, n_steps: int) -> Recurrent:
        """The learner of `n` lanes of each seed, which takes no gradient steps."""
        own = [read_well(self, seed) for seed in seeds]
        return Recurrent({name: np.stack([w[name] for w in own]) for name in own[0]})


@dataclass(frozen=True)
class Recurrent:
    """A `Learner` that reads its points in order; each question is put to the state after them.

    Parameters
    ----------
    weights : dict of (n_seeds, ...) arrays
        `input_weights`, `recurrent_weights`, `bias`, `output_weights`, `output_bias`; lanes are
        ordered seed by seed.
    """

    weights: Weights = field(repr=False)

    def adapt(self, data: Mapping[str, np.ndarray]) -> Policy:
        state, target = data["state"], data["target"]
        n_units = self.weights["output_weights"].shape[-2]
        now = {name: np.zeros((len(state), n_units), np.float32) for name in ("hidden", "cell")}
        for k in range(state.shape[1]):
            now = self._step(shown(state[:, k], target[:, k]), now)
        return lambda states: np.stack(
            [self._read(self._step(question(states[:, q]), now)) for q in range(states.shape[1])],
            axis=1,
        )

    def _step(self, inputs: np.ndarray, now: cores.State) -> cores.State:
        wide = {name: self._by_seed(array) for name, array in now.items()}
        after, _ = cores.step("lstm", self.weights, self._by_seed(inputs), wide)
        return {name: array.reshape(-1, array.shape[-1]) for name, array in after.items()}

    def _read(self, now: cores.State) -> np.ndarray:
        hidden = self._by_seed(now["hidden"])
        output = hidden @ self.weights["output_weights"] + self.weights["output_bias"][:, None]
        return output.reshape(-1, output.shape[-1])

    def _by_seed(self, array: np.ndarray) -> np.ndarray:
        return array.reshape(len(self.weights["bias"]), -1, array.shape[-1])


def shown(state: Any, target: Any) -> np.ndarray:
    """What the network reads of a point: its state, its target, and 1."""
    return np.concatenate([state, target, np.ones_like(target)], axis=-1)


def question(state: Any) -> np.ndarray:
    """What the network reads of a question: its state, and zeros."""
    return np.concatenate(
        [state, np.zeros_like(state[..., :1]), np.zeros_like(state[..., :1])], axis=-1
    )


def fresh_weights(n_inputs: int, n_units: int, seed: int) -> Weights:
    """Uniform within 1 / sqrt(n_units), biases 0 but that of the forget gate, 1; float32."""
    generator = np.random.default_rng(stream(seed, "weights"))
    shapes = {
        "input_weights": (n_inputs, 4 * n_units),
        "recurrent_weights": (n_units, 4 * n_units),
        "bias": (4 * n_units,),
        "output_weights": (n_units, 1),
        "output_bias": (1,),
    }
    scale = 1 / np.sqrt(n_units)
    weights = {
        name: generator.uniform(-scale, scale, shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    for name in ("bias", "output_bias"):
        weights[name][:] = 0
    weights["bias"][n_units : 2 * n_units] = 1
    return weights


@lru_cache(maxsize=16)
def read_well(settings: BlackBox, seed: int) -> Weights:
    """The weights that slow learning ends with; the same whenever it is asked for."""
    import torch

    fresh = fresh_weights(state_size(settings.world) + 2, settings.n_units, seed)
    weights = {name: torch.tensor(array, requires_grad=True) for name, array in fresh.items()}
    optimizer = torch.optim.Adam(weights.values(), settings.learning_rate)
    falls = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, max(settings.n_updates, 1))
    stream_of = batches(settings.world, seed, settings.n_lanes, settings.n_updates)
    for (state, target), (asked, answer) in stream_of:
        read, put = (
            torch.from_numpy(a.swapaxes(0, 1).copy())
            for a in (shown(state, target), question(asked))
        )
        error = _answers(weights, read, put) - torch.from_numpy(answer.swapaxes(0, 1).copy())
        optimizer.zero_grad()
        (error**2).mean().backward()
        torch.nn.utils.clip_grad_norm_(weights.values(), 1.0)  # chosen
        optimizer.step()
        falls.step()
    found = {name: array.detach().numpy() for name, array in weights.items()}
    if not all(np.isfinite(array).all() for array in found.values()):
        raise ValueError(
            f"slow learning of seed {seed} diverged; try a smaller learning_rate than "
            f"{settings.learning_rate}"
        )
    return found


def _answers(weights: dict[str, Any], read: Any, put: Any) -> Any:
    """Answers (n_points, n, 1) to one question after each point that was read, as torch tensors."""
    import torch

    n_units = weights["output_weights"].shape[0]
    hidden = cell = read.new_zeros(read.shape[1], n_units)
    states = []
    for driven in read @ weights["input_weights"] + weights["bias"]:
        hidden, cell = _torch_step(weights, driven, hidden, cell)
        states.append((hidden, cell))
    hidden, cell = (torch.stack(arrays) for arrays in zip(*states, strict=True))
    hidden, _ = _torch_step(weights, put @ weights["input_weights"] + weights["bias"], hidden, cell)
    return hidden @ weights["output_weights"] + weights["output_bias"]


def _torch_step(weights: dict[str, Any], driven: Any, hidden: Any, cell: Any) -> tuple[Any, Any]:
    """As `cores.step`, with gradients."""
    total = driven + hidden @ weights["recurrent_weights"]
    n_units = cell.shape[-1]
    entered, kept, let_out = total[..., :-n_units].sigmoid().chunk(3, -1)
    cell = kept * cell + entered * total[..., -n_units:].tanh()
    return let_out * cell.tanh(), cell
