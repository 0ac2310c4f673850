"""The reference engine: torch autograd, one readable page; what every other engine is tested against."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from .. import cores
from ..cores import GATES, Weights
from .population import Shape, UpdateSettings

ADAM_FIRST_DECAY = 0.9


def require_device(device: str) -> None:
    """Raise ValueError where torch does not find the device."""
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"device '{device}' is not here: torch finds no CUDA device; use cpu")


class AutogradPopulation:
    """`Population` in torch autograd; see there. `device` is "cpu" or "cuda"."""

    def __init__(
        self, shape: Shape, dtype: torch.dtype = torch.float32, device: str = "cpu"
    ) -> None:
        require_device(device)
        self.shape, self.dtype, self.device = shape, dtype, torch.device(device)
        n = shape.n_seeds * shape.n_lanes
        self.inputs = np.zeros((shape.n_steps + 1, n, shape.n_inputs), np.float32)
        self.reinstated = (
            np.zeros((shape.n_steps + 1, n, shape.n_units), np.float32)
            if "reinstatement" in GATES[shape.core]
            else None
        )
        shapes = cores.weight_shapes(shape.core, shape.n_inputs, shape.n_units, shape.n_actions)
        self._weights = {
            name: self._zeros(shape.n_seeds, *size).requires_grad_()
            for name, size in shapes.items()
        }
        self._optimizer = [self._fresh_optimizer() for _ in range(shape.n_seeds)]
        self._state = {
            name: self._zeros(shape.n_seeds, shape.n_lanes, shape.n_units)
            for name in cores.state_names(shape.core)
        }
        self._value: list[Tensor] = []
        self._log_policy: list[Tensor] = []
        self._action: list[Tensor] = []
        self._bootstrap = self._zeros(shape.n_seeds, shape.n_lanes)

    def step(self, t: int, first: np.ndarray, draw: np.ndarray) -> np.ndarray:
        if t == 0:
            self._state = {name: array.detach() for name, array in self._state.items()}
            self._value, self._log_policy, self._action = [], [], []
        self._state, log_policy, value = self._forward(t, first)
        passed = log_policy.detach().exp().cumsum(-1)[..., :-1] <= self._lanes(draw)[..., None]
        action = passed.sum(-1)
        self._value.append(value)
        self._log_policy.append(log_policy)
        self._action.append(action)
        return action.cpu().numpy().reshape(-1)

    def look(self, first: np.ndarray) -> None:
        with torch.no_grad():
            _, _, self._bootstrap = self._forward(self.shape.n_steps, first)

    def update(
        self,
        reward: np.ndarray,
        discount: np.ndarray,
        active: np.ndarray,
        settings: UpdateSettings,
    ) -> dict[str, np.ndarray]:
        value, log_policy = torch.stack(self._value), torch.stack(self._log_policy)
        taken = log_policy.gather(-1, torch.stack(self._action)[..., None])[..., 0]
        counts = self._lanes(active)
        advantage = self._advantage(self._lanes(reward), self._lanes(discount), value, settings)
        n_active = counts.sum((0, 2)).clamp(min=1)

        def mean(x: Tensor) -> Tensor:
            return (x * counts).sum((0, 2)) / n_active

        policy_loss = -mean(advantage * taken)
        value_loss = mean((advantage + value.detach() - value) ** 2)
        entropy = -mean((log_policy.exp() * log_policy).sum(-1))
        loss = (
            policy_loss + settings.value_weight / 2 * value_loss - settings.entropy_weight * entropy
        )
        found = torch.autograd.grad(loss.sum(), list(self._weights.values()))
        gradients = dict(zip(self._weights, found, strict=True))
        norm = torch.stack([g.flatten(1).square().sum(1) for g in gradients.values()]).sum(0).sqrt()
        norm = torch.where(torch.isfinite(norm + loss), norm, torch.nan).detach()
        for seed in range(self.shape.n_seeds):
            if torch.isfinite(norm[seed]):
                scale = min(1.0, settings.max_gradient_norm / max(float(norm[seed]), 1e-12))
                self._descend(seed, {k: g[seed] * scale for k, g in gradients.items()}, settings)
        measured = {
            "policy_loss": policy_loss, "value_loss": value_loss, "entropy": entropy,
            "gradient_norm": norm,
        }  # fmt: skip
        return {name: x.detach().cpu().numpy().astype(float) for name, x in measured.items()}

    def weights(self, index: int) -> dict[str, np.ndarray]:
        return {
            name: array[index].detach().cpu().numpy().astype(np.float32)
            for name, array in self._weights.items()
        }

    def optimizer(self, index: int) -> dict[str, np.ndarray]:
        return {name: array.cpu().numpy().copy() for name, array in self._optimizer[index].items()}

    def state(self, index: int) -> dict[str, np.ndarray]:
        return {
            name: array[index].detach().cpu().numpy().copy() for name, array in self._state.items()
        }

    def load(
        self,
        index: int,
        weights: Weights,
        optimizer: Weights | None = None,
        state: Weights | None = None,
    ) -> None:
        with torch.no_grad():
            for name, array in self._weights.items():
                array[index] = self._tensor(weights[name])
            for name, array in self._state.items():
                array = array.detach().clone()
                array[index] = self._tensor(state[name]) if state else 0
                self._state[name] = array
        self._optimizer[index] = (
            {name: self._tensor(array) for name, array in optimizer.items()}
            if optimizer
            else self._fresh_optimizer()
        )

    def _lanes(self, array: np.ndarray) -> Tensor:
        """The caller's flat lane axis as (..., n_seeds, n_lanes)."""
        array = np.ascontiguousarray(array).reshape(
            *array.shape[:-1], self.shape.n_seeds, self.shape.n_lanes
        )
        return self._tensor(array).to(self.dtype)

    def _tensor(self, array: np.ndarray) -> Tensor:
        """A copy of an array on the device."""
        return torch.tensor(np.asarray(array), device=self.device)

    def _zeros(self, *size: int) -> Tensor:
        return torch.zeros(*size, dtype=self.dtype, device=self.device)

    def _forward(self, t: int, first: np.ndarray) -> tuple[dict[str, Tensor], Tensor, Tensor]:
        """The state after input row t, the log policy and the value."""
        w, core, n_units = self._weights, self.shape.core, self.shape.n_units
        shape = (self.shape.n_seeds, self.shape.n_lanes, -1)
        reset = self._tensor(first).reshape(shape[:2])[..., None]
        state = {
            name: torch.where(reset, w[f"initial_{name}"][:, None], array)
            for name, array in self._state.items()
        }
        inputs = self._tensor(self.inputs[t]).to(self.dtype).reshape(shape)
        driven = inputs @ w["input_weights"] + w["bias"][:, None]
        recurrent = state["hidden"] @ w["recurrent_weights"]
        if core == "vanilla":
            state = {"hidden": torch.tanh(driven + recurrent)}
        elif core == "gru":
            both = torch.sigmoid((driven + recurrent)[..., : 2 * n_units])
            inner = recurrent[..., 2 * n_units :] + w["candidate_bias"][:, None]
            candidate = torch.tanh(driven[..., 2 * n_units :] + both[..., :n_units] * inner)
            update = both[..., n_units:]
            state = {"hidden": (1 - update) * candidate + update * state["hidden"]}
        else:
            total = (driven + recurrent).split(n_units, -1)
            gate = {name: torch.sigmoid(x) for name, x in zip(GATES[core], total, strict=True)}
            cell = gate["forget"] * state["cell"] + gate["input"] * torch.tanh(total[-1])
            if self.reinstated is not None:
                memory = self._tensor(self.reinstated[t]).to(self.dtype).reshape(shape)
                cell = cell + gate["reinstatement"] * memory
            state = {"hidden": gate["output"] * torch.tanh(cell), "cell": cell}
        logits = state["hidden"] @ w["policy_weights"] + w["policy_bias"][:, None]
        value = state["hidden"] @ w["value_weights"] + w["value_bias"][:, None]
        return state, torch.log_softmax(logits, -1), value[..., 0]

    def _advantage(
        self, reward: Tensor, discount: Tensor, value: Tensor, settings: UpdateSettings
    ) -> Tensor:
        value = torch.cat([value.detach(), self._bootstrap[None]])
        error = reward + settings.discount * discount * value[1:] - value[:-1]
        running, total = torch.zeros_like(error[0]), torch.empty_like(error)
        for t in reversed(range(len(error))):
            running = error[t] + settings.discount * settings.trace_decay * discount[t] * running
            total[t] = running
        return total

    def _fresh_optimizer(self) -> dict[str, Tensor]:
        """Zeros; RMSProp's start at 1 is kept as an offset in `_descend`."""
        state = {"count": torch.zeros((), dtype=torch.int64)}
        for name, array in self._weights.items():
            state[f"mean/{name}"] = torch.zeros_like(array[0]).detach()
            state[f"square/{name}"] = torch.zeros_like(array[0]).detach()
        return state

    def _descend(self, seed: int, gradients: dict[str, Tensor], settings: UpdateSettings) -> None:
        state = self._optimizer[seed]
        state["count"] += 1
        count = int(state["count"])
        b1, b2 = ADAM_FIRST_DECAY, settings.squared_decay
        with torch.no_grad():
            for name, g in gradients.items():
                square = state[f"square/{name}"]
                square += (1 - b2) * (g * g - square)
                if settings.optimizer == "adam":
                    mean = state[f"mean/{name}"]
                    mean += (1 - b1) * (g - mean)
                    change = (mean / (1 - b1**count)) / (
                        (square / (1 - b2**count)).sqrt() + settings.epsilon
                    )
                else:  # RMSProp; a start at 1 instead of 0 adds b2**count to the mean square
                    change = g / (square + b2**count + settings.epsilon).sqrt()
                self._weights[name][seed] -= settings.learning_rate * change
