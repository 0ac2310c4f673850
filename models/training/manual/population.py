"""`Population` in pure torch with back-propagation written by hand: what trains where nothing compiles.

Activations lie in buffers made once, [feature, lane], with the operations of `steps`. Slot t of
the buffers is before step t. One matrix holds all weights of a seed: its rows are the gates and
then the read-out (policy and value), its columns [hidden | 1 | inputs]. The read-out of step t
stands in slot t + 1 with the gates of the step after it, since both read the same hidden state: so
one product a step gives all gradients of weights, and one the gradient of the state before.

On a graphics card the same work is recorded as CUDA graphs, one for each step and one for the
update, since launching its small operations would take longer than they do. That path has been
written but not yet run on a card; only the processor's has.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ... import cores
from ...cores import GATES, Weights
from ..autograd import require_device
from ..population import MEASURED, Shape, UpdateSettings
from .choice import Choice
from .device import Mirror, Recorder
from .layout import Layout
from .learning import Constants, Optimizer, credit
from .steps import STEPS, Buffers

CHUNK_FLOATS = 400_000  # gate gradients of the steps prepared at once stay in the cache


class ManualPopulation:
    """`Population` in torch without autograd; see there.

    Parameters
    ----------
    shape : Shape
    device : str
        "cpu" or "cuda".
    """

    @torch.inference_mode()
    def __init__(self, shape: Shape, device: str = "cpu") -> None:
        require_device(device)
        self.shape, self.device = shape, torch.device(device)
        self._layout = layout = Layout(shape)
        n_seeds, n_lanes, n_steps, n_units = (
            shape.n_seeds, shape.n_lanes, shape.n_steps, shape.n_units,
        )  # fmt: skip
        multiple = 32 if n_units % 2 else 16  # so that blocks are whole vectors; see `Sigmoid`
        lanes = -(-n_lanes // multiple) * multiple
        slots = n_steps + 2

        self._inputs = Mirror((n_steps + 1, n_seeds, n_lanes, shape.n_inputs), self.device)
        self.inputs = self._inputs.array.reshape(n_steps + 1, -1, shape.n_inputs)
        self._recalled: Mirror | None = None
        self.reinstated: np.ndarray | None = None
        if "reinstatement" in GATES[shape.core]:
            self._recalled = Mirror((n_steps + 1, n_seeds, n_lanes, n_units), self.device)
            self.reinstated = self._recalled.array.reshape(n_steps + 1, -1, n_units)
        self._first = Mirror((n_steps + 1, n_seeds, lanes), self.device, torch.bool)
        self._draw = Mirror((n_seeds, lanes), self.device)
        self._earned = Mirror((3, n_steps, n_seeds, lanes), self.device)
        self._constants = Constants(self.device)
        self._action = self._zeros(n_steps, n_seeds, 1, lanes, dtype=torch.int64)
        self._measured = self._zeros(len(MEASURED), n_seeds)

        self._parameters = self._zeros(n_seeds, layout.size)
        self._gradient = self._zeros(n_seeds, layout.size)
        self._optimizer = Optimizer(self._parameters)
        self._doubling = torch.from_numpy(layout.doubling).to(self.device)
        self._forward = self._zeros(n_seeds, layout.n_gates, layout.depth)
        self._initial_cell = self._zeros(n_seeds, n_units, 1)

        has_cell = "cell" in cores.state_names(shape.core)
        state = (n_seeds, n_units, lanes)
        states = (slots if has_cell else 0, *state)
        self._sums = self._zeros(slots, n_seeds, layout.n_rows, lanes)
        chunk = max(1, min(n_steps, CHUNK_FLOATS // (n_seeds * layout.n_rows * lanes)))
        self._at = at = Buffers(
            n_units=n_units,
            rows=self._zeros(slots, n_seeds, layout.depth, lanes),
            gates=self._sums[:, :, : layout.n_gates].unflatten(2, (-1, n_units)),
            cell=self._zeros(*states),
            squashed=self._zeros(*states),
            memory=self._zeros(0 if self._recalled is None else slots, *state),
            d_hidden=self._zeros(*state),
            d_cell=self._zeros(*state),
            scratch=self._zeros(3, chunk, *state),
        )
        at.rows[:, :, n_units] = 1
        self._left = self._zeros(slots, *state)  # hidden states that an episode's start replaces
        self._core = STEPS[shape.core](at)
        self._outputs = self._sums[:, :, layout.n_gates :]
        self._step_views = [
            (
                self._inputs.device[t].transpose(1, 2), at.rows[t, :, n_units + 1 :, :n_lanes],
                at.rows[t], self._sums[t, :, : layout.n_gates],
                at.rows[t + 1, :, : n_units + 1], self._outputs[t + 1],
            )
            for t in range(n_steps + 1)
        ]  # fmt: skip
        self._choice = Choice(self._draw.device, shape.n_actions)
        self._choice_views = [
            (self._outputs[t + 1, :, : shape.n_actions], self._action[t]) for t in range(n_steps)
        ]
        self._actions_known = self._action[:, :, 0, :n_lanes].unbind()
        self._back_views = [(self._sums[t], at.rows[t].transpose(1, 2)) for t in range(slots)]
        self._weight_gradient = layout.matrix(self._gradient)
        self._head = layout.matrix(self._parameters)[:, layout.n_gates :, : n_units + 1]
        self._back = layout.matrix(self._parameters)[:, :, :n_units].transpose(1, 2)
        self._now = n_steps  # the slot that holds the current state
        self._begins = [False] * (n_steps + 1)  # steps where some lane starts an episode
        self._work = Recorder(self.device)

    # ---------------------------------------------------------------- forward

    @torch.inference_mode()
    def step(self, t: int, first: np.ndarray, draw: np.ndarray) -> np.ndarray:
        """See `Population.step`."""
        if not 0 <= t < self.shape.n_steps:
            raise ValueError(f"step must be in [0, {self.shape.n_steps}), got {t}")
        if t == 0:
            self._at.hidden(0).copy_(self._at.hidden(self._now))
            if len(self._at.cell):
                self._at.cell[0].copy_(self._at.cell[self._now])
        self._send(t, first)
        self._lanes(self._draw.array)[...] = self._by_seed(draw)
        self._draw.send()
        self._work.run(("step", t, self._begins[t]), lambda: self._advance(t))
        self._now = t + 1
        return self._actions_known[t].flatten().cpu().numpy()

    @torch.inference_mode()
    def look(self, first: np.ndarray) -> None:
        """See `Population.look`."""
        t = self.shape.n_steps
        self._send(t, first)
        self._work.run(("look", self._begins[t]), self._look)

    def _send(self, t: int, first: np.ndarray) -> None:
        self._inputs.send(t)
        if self._recalled is not None:
            self._recalled.send(t)
        # A recorded graph cannot choose, so there every step may start episodes.
        self._begins[t] = self.device.type == "cuda" or bool(first.any())
        if self._begins[t]:
            self._lanes(self._first.array[t])[...] = self._by_seed(first)
            self._first.send(t)

    def _advance(self, t: int) -> None:
        """Step t of all networks, and their choice."""
        self._forward_step(t)
        self._choice(*self._choice_views[t])

    def _look(self) -> None:
        t = self.shape.n_steps
        kept = self._at.hidden(t).clone(), self._at.cell[t : t + 1].clone()
        self._forward_step(t)
        self._at.hidden(t).copy_(kept[0])
        self._at.cell[t : t + 1].copy_(kept[1])

    def _forward_step(self, t: int) -> None:
        at, shape = self._at, self.shape
        inputs, place, row, sums, hidden, outputs = self._step_views[t]
        place.copy_(inputs)
        if self._recalled is not None:
            at.memory[t, :, :, : shape.n_lanes].copy_(self._recalled.device[t].transpose(1, 2))
        if self._begins[t]:
            first, state = self._first.device[t][:, None], at.hidden(t)
            self._left[t].copy_(state)
            state.copy_(torch.where(first, self._layout.initial(self._parameters, 0), state))
            if len(at.cell):
                at.cell[t].copy_(torch.where(first, self._initial_cell, at.cell[t]))
        torch.bmm(self._forward, row, out=sums)
        self._core.forward(t)
        torch.bmm(self._head, hidden, out=outputs)

    # ---------------------------------------------------------------- backward

    @torch.inference_mode()
    def update(
        self,
        reward: np.ndarray,
        discount: np.ndarray,
        active: np.ndarray,
        settings: UpdateSettings,
    ) -> dict[str, np.ndarray]:
        """See `Population.update`."""
        for place, array in zip(self._earned.array, (reward, discount, active), strict=True):
            self._lanes(place)[...] = self._by_seed(array)
        self._earned.send()
        self._constants.set(settings)
        self._optimizer.prepare(settings)
        self._work.run(("update", settings.optimizer), lambda: self._improve(settings.optimizer))
        measured = self._measured.cpu().numpy().astype(float)
        self._optimizer.count += np.isfinite(measured[-1])
        return dict(zip(MEASURED, measured, strict=True))

    def _improve(self, optimizer: str) -> None:
        losses = credit(self._outputs[1:], self._action, self._earned.device, self._constants)
        self._back_propagate()
        self._measured[:3] = losses
        self._measured[3] = self._optimizer.descend(
            optimizer, self._gradient, losses, self._constants
        )
        self._refresh()

    def _back_propagate(self) -> None:
        """The gradient of all weights, from the last step to the first."""
        layout, at, n_steps = self._layout, self._at, self.shape.n_steps
        self._gradient.zero_()
        at.gates[n_steps] = 0  # the look beyond the last step gives no gradient
        self._outputs[0] = 0  # before the first step nothing was chosen
        at.d_cell.zero_()
        self._meet(n_steps, begins=False)  # after a look the state is what it was
        torch.bmm(self._back, self._sums[n_steps], out=at.d_hidden)
        chunk = at.scratch.shape[1]
        for begin in reversed(range(0, n_steps, chunk)):
            end = min(begin + chunk, n_steps)
            self._core.prepare(begin, end)
            for t in reversed(range(begin, end)):
                past = self._core.backward(t)
                self._meet(t, self._begins[t])
                if self._begins[t]:
                    self._stop(t, past)
                torch.bmm(self._back, self._back_views[t][0], out=at.d_hidden)
                if past is not None:
                    at.d_hidden.add_(past)
        for junk in layout.unused(self._gradient):
            junk.zero_()

    def _meet(self, t: int, begins: bool) -> None:
        """Add the product of the gradients in slot t with the row that they came from."""
        gradient, (sums, row) = self._weight_gradient, self._back_views[t]
        if not begins:
            gradient.baddbmm_(sums, row)
            return
        # Where an episode starts, the read-out saw another hidden state.
        gates, n_units = self._layout.n_gates, self.shape.n_units
        gradient[:, :gates].baddbmm_(sums[:, :gates], row)
        gradient[:, gates:, :n_units].baddbmm_(sums[:, gates:], self._left[t].transpose(1, 2))
        one = slice(n_units, n_units + 1)
        gradient[:, gates:, one].baddbmm_(sums[:, gates:], row[:, :, one])

    def _stop(self, t: int, past: Tensor | None) -> None:
        """Where an episode starts, credit belongs to the learned initial state."""
        layout, first = self._layout, self._first.device[t]
        starts, goes_on = first.float()[:, :, None], ~first[:, None]
        gates = self._sums[t, :, : layout.n_gates]
        arrived = torch.bmm(self._back[:, :, : layout.n_gates], gates)
        if past is not None:
            arrived += past
            past.mul_(goes_on)
        layout.initial(self._gradient, 0).baddbmm_(arrived, starts)
        gates.mul_(goes_on)
        if len(self._at.cell):
            layout.initial(self._gradient, 1).baddbmm_(self._at.d_cell, starts)
            self._at.d_cell.mul_(goes_on)

    def _refresh(self) -> None:
        """Derive what the forward steps use from the weights."""
        layout = self._layout
        gates = layout.matrix(self._parameters)[:, : layout.n_gates]
        torch.mul(gates, self._doubling, out=self._forward)
        torch.mul(layout.initial(self._parameters, 1), 2, out=self._initial_cell)

    # ---------------------------------------------------------------- in and out

    def weights(self, index: int) -> dict[str, np.ndarray]:
        """See `Population.weights`."""
        return self._layout.read(self._parameters[index])

    def gradient(self, index: int) -> dict[str, np.ndarray]:
        """The gradient of one seed's last update by name, before clipping."""
        return self._layout.read(self._gradient[index])

    def optimizer(self, index: int) -> dict[str, np.ndarray]:
        """See `Population.optimizer`."""
        state = {"count": np.array(self._optimizer.count[index])}
        for group, flat in (("mean", self._optimizer.mean), ("square", self._optimizer.square)):
            for name, array in self._layout.read(flat[index]).items():
                state[f"{group}/{name}"] = array
        return state

    def state(self, index: int) -> dict[str, np.ndarray]:
        """See `Population.state`."""
        n = self.shape.n_lanes
        hidden = self._at.hidden(self._now)[index, :, :n]
        state = {"hidden": hidden.T.cpu().numpy().copy()}
        if len(self._at.cell):
            state["cell"] = self._at.cell[self._now, index, :, :n].T.cpu().numpy() / 2
        return state

    @torch.inference_mode()
    def load(
        self,
        index: int,
        weights: Weights,
        optimizer: Weights | None = None,
        state: Weights | None = None,
    ) -> None:
        """See `Population.load`."""
        self._parameters[index] = self._layout.write(weights)
        for group, flat in (("mean", self._optimizer.mean), ("square", self._optimizer.square)):
            flat[index] = 0
            if optimizer:
                flat[index] = self._layout.write(
                    {name: optimizer[f"{group}/{name}"] for name in weights}
                )
        self._optimizer.count[index] = optimizer["count"] if optimizer else 0
        n = self.shape.n_lanes
        places = {"hidden": self._at.hidden(self._now)[index, :, :n]}
        if len(self._at.cell):
            places["cell"] = self._at.cell[self._now, index, :, :n]
        for name, place in places.items():
            scale = 2 if name == "cell" else 1
            place.copy_(torch.tensor(scale * np.asarray(state[name]).T if state else 0.0))
        self._refresh()

    def _zeros(self, *size: int, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.zeros(size, dtype=dtype, device=self.device)

    def _lanes(self, array: np.ndarray) -> np.ndarray:
        """The part of (..., padded lanes) that the caller knows."""
        return array[..., : self.shape.n_lanes]

    def _by_seed(self, array: np.ndarray) -> np.ndarray:
        return array.reshape(*array.shape[:-1], self.shape.n_seeds, self.shape.n_lanes)
