"""One step of each recurrent core in torch, forward and back, in place in buffers made beforehand.

All arrays of a step are (n_seeds, feature, lane). A step is one product of the row
[hidden | 1 | inputs] with the weights, then a few operations on whole blocks of gates; going back,
`prepare` turns the gates of many steps into the factors by which gradients are multiplied, so that
a step needs a handful of operations more. Views are made once: slicing costs as much as arithmetic.

torch's tanh is ten times slower than its sigmoid, so tanh(x) is 2 sigmoid(2x) - 1: the caller
doubles the weights of the blocks in `DOUBLED`, and cells are kept doubled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

# Blocks of gates in the order of their rows. A GRU's candidate is driven by inputs in one block and
# by units in another. What an LSTM's cell gradient multiplies comes first, in one piece.
BLOCKS: dict[str, tuple[str, ...]] = {
    "vanilla": ("candidate",),
    "gru": ("reset", "update", "driven", "recurrent"),
    "lstm": ("input", "forget", "candidate", "output"),
    "episodic_lstm": ("input", "forget", "reinstatement", "candidate", "output"),
}
DOUBLED = ("candidate", "driven", "recurrent")
UNDIVIDED = 32_768  # elements that torch's operations never divide among threads

sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input  # a, s: a s (1 - s)
tanh_backward = torch.ops.aten.tanh_backward.grad_input  # a, y: a (1 - y^2)


@dataclass(frozen=True)
class Buffers:
    """Where the activations of a segment are; slot t is before step t, of `slots` in all.

    `rows` (slots, n_seeds, n_units + 1 + n_inputs, lanes); `gates` (slots, n_seeds, blocks,
    n_units, lanes), activations and then gradients; for LSTMs `cell` (doubled), `squashed` = tanh
    of the cell after the step, and `memory`, all (slots, n_seeds, n_units, lanes). `d_hidden` and
    `d_cell` (n_seeds, n_units, lanes) are the gradients of the state that is on its way back.
    `scratch` (3, chunk, n_seeds, n_units, lanes) serves the steps of one `prepare`.
    """

    n_units: int
    rows: Tensor
    gates: Tensor
    cell: Tensor
    squashed: Tensor
    memory: Tensor
    d_hidden: Tensor
    d_cell: Tensor
    scratch: Tensor

    @property
    def steps(self) -> range:
        """Every step, and the look beyond them."""
        return range(len(self.gates) - 1)

    def hidden(self, slot: int) -> Tensor:
        return self.rows[slot, :, : self.n_units]


class Sigmoid:
    """The logistic function on a block, written to another; each seed's bits as if it were alone.

    torch computes whole vectors and what is left over by different formulas. So a block is given to
    it in parts that leave nothing over and that it does not divide among threads.
    """

    def __init__(self, x: Tensor, out: Tensor) -> None:
        self.pairs = list(zip(_parts(x.flatten(1)), _parts(out.flatten(1)), strict=True))

    def __call__(self) -> None:
        for x, out in self.pairs:
            torch.sigmoid(x, out=out)


def _parts(x: Tensor) -> list[Tensor]:
    n_seeds, size = x.shape
    if x.is_cuda or n_seeds * size <= UNDIVIDED:
        return [x]
    if size <= UNDIVIDED:
        return list(x.split(UNDIVIDED // size))
    return [part for row in x for part in row.split(UNDIVIDED)]


class Core(Protocol):
    """One step of all networks, forward and back."""

    def forward(self, t: int) -> None:
        """From the sums of step t in `gates` to the activations, and the hidden state after it."""

    def prepare(self, begin: int, end: int) -> None:
        """Turn the activations of some steps into what their gradients are multiplied with."""

    def backward(self, t: int) -> Tensor | None:
        """Turn these factors into the gradients of step t's sums.

        What reaches the hidden state before other than through the weights is returned.
        """


class Vanilla:
    """hidden = tanh(sum)."""

    def __init__(self, at: Buffers) -> None:
        self.at = at
        self.minus_one = -torch.ones((), device=at.rows.device)
        self.views = [
            (Sigmoid(at.gates[t], at.gates[t]), at.gates[t, :, 0], at.hidden(t + 1))
            for t in at.steps
        ]

    def forward(self, t: int) -> None:
        sigmoid, s, hidden = self.views[t]
        sigmoid()
        torch.add(self.minus_one, s, alpha=2, out=hidden)

    def prepare(self, begin: int, end: int) -> None:
        s = self.at.gates[begin:end]  # tanh = 2s - 1, so 1 - tanh^2 = 4 s (1 - s)
        four = torch.full((), 4.0, device=s.device).expand_as(s)
        sigmoid_backward(four, s, grad_input=s)

    def backward(self, t: int) -> Tensor | None:
        self.views[t][1].mul_(self.at.d_hidden)
        return None


class Gru:
    """hidden = (1 - update) candidate + update hidden, candidate = tanh(driven + reset recurrent)."""

    def __init__(self, at: Buffers) -> None:
        self.at = at
        self.minus_one = -torch.ones((), device=at.rows.device)
        self.kept = torch.empty_like(at.d_hidden)
        self.views = []
        for t in at.steps:
            reset, update, candidate, recurrent = at.gates[t].unbind(1)
            both = at.gates[t, :, :2]
            self.views.append(
                (
                    Sigmoid(both, both), Sigmoid(candidate, candidate), reset, update, candidate,
                    recurrent, at.hidden(t), at.hidden(t + 1),
                )
            )  # fmt: skip

    def forward(self, t: int) -> None:
        open_, squash, reset, update, candidate, recurrent, before, after = self.views[t]
        open_()
        candidate.addcmul_(reset, recurrent)
        squash()
        torch.add(self.minus_one, candidate, alpha=2, out=candidate)
        torch.lerp(candidate, before, update, out=after)

    def prepare(self, begin: int, end: int) -> None:
        reset, update, candidate, recurrent = self.at.gates[begin:end].unbind(2)
        before = self.at.rows[begin:end, :, : self.at.n_units]
        carried, difference, factor = (part[: end - begin] for part in self.at.scratch)
        carried.copy_(update)
        torch.sub(before, candidate, out=difference)
        tanh_backward(1 - update, candidate, grad_input=factor)
        sigmoid_backward(difference, update, grad_input=update)
        candidate.copy_(factor)
        recurrent.mul_(factor).mul_(0.5)  # the sum of the units was doubled
        torch.mul(factor, reset, out=difference)
        sigmoid_backward(recurrent, reset, grad_input=reset)
        recurrent.copy_(difference)

    def backward(self, t: int) -> Tensor | None:
        d_hidden = self.at.d_hidden
        self.at.gates[t].mul_(d_hidden[:, None])
        return torch.mul(d_hidden, self.at.scratch[0, t % self.at.scratch.shape[1]], out=self.kept)


class Lstm:
    """cell = forget cell + input candidate [+ reinstatement memory], hidden = output tanh(cell)."""

    def __init__(self, at: Buffers) -> None:
        self.at = at
        self.minus_one = -torch.ones((), device=at.rows.device)
        self.views = []
        for t in at.steps:
            input_, forget, *reinstatement, candidate, output = at.gates[t].unbind(1)
            self.views.append(
                (
                    Sigmoid(at.gates[t], at.gates[t]), Sigmoid(at.cell[t + 1], at.squashed[t]),
                    input_, forget, candidate, output, at.cell[t], at.cell[t + 1], at.squashed[t],
                    at.hidden(t + 1),
                    [(gate, at.memory[t]) for gate in reinstatement],
                )
            )  # fmt: skip
        closing, leaking, _ = at.scratch  # chunks begin at multiples of their length
        self.back_views = [
            (
                at.gates[t, :, :-1], at.gates[t, :, -1],
                closing[t % len(closing)], leaking[t % len(closing)],
            )
            for t in at.steps
        ]  # fmt: skip
        self.d_cell_of_blocks = at.d_cell[:, None]

    def forward(self, t: int) -> None:
        (
            open_, squash, input_, forget, candidate, output, before, cell, squashed, hidden,
            reinstatement,
        ) = self.views[t]  # fmt: skip
        open_()
        torch.add(self.minus_one, candidate, alpha=2, out=candidate)
        torch.mul(forget, before, out=cell)
        cell.addcmul_(input_, candidate, value=2)
        for gate, memory in reinstatement:
            cell.addcmul_(gate, memory, value=2)
        squash()
        torch.add(self.minus_one, squashed, alpha=2, out=squashed)
        torch.mul(output, squashed, out=hidden)

    def prepare(self, begin: int, end: int) -> None:
        at, steps = self.at, slice(begin, end)
        input_, forget, *reinstatement, candidate, output = at.gates[steps].unbind(2)
        closing, leaking, spare = (part[: end - begin] for part in at.scratch)
        squashed = at.squashed[steps]
        tanh_backward(output, squashed, grad_input=closing)
        sigmoid_backward(squashed, output, grad_input=output)
        leaking.copy_(forget)
        sigmoid_backward(at.cell[steps], forget, grad_input=forget)
        forget.mul_(0.5)  # the cell was doubled
        sigmoid_backward(candidate, input_, grad_input=spare)
        tanh_backward(input_, candidate, grad_input=candidate)
        input_.copy_(spare)
        for gate in reinstatement:
            sigmoid_backward(at.memory[steps], gate, grad_input=gate)

    def backward(self, t: int) -> Tensor | None:
        by_cell, by_hidden, closing, leaking = self.back_views[t]
        d_hidden, d_cell = self.at.d_hidden, self.at.d_cell
        d_cell.addcmul_(d_hidden, closing)
        by_cell.mul_(self.d_cell_of_blocks)
        by_hidden.mul_(d_hidden)
        d_cell.mul_(leaking)
        return None


STEPS: dict[str, Callable[[Buffers], Core]] = {
    "vanilla": Vanilla,
    "gru": Gru,
    "lstm": Lstm,
    "episodic_lstm": Lstm,
}
