"""Equations of CA3 for Brian2, and what a run sets in them; `ca3` says what the network is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .ca3_parameters import (
    BASKET,
    BASKET_BASKET,
    BASKET_PYRAMIDAL,
    CUE_STEP,
    EXCITATORY,
    INHIBITORY,
    MOSSY,
    PYRAMIDAL_BASKET,
    RECURRENT,
    Cell,
    Condition,
)

if TYPE_CHECKING:
    from .ca3 import CA3

CELL = """
    dv/dt = (-leak*(v - v_rest) + leak*slope*exp((v - v_threshold)/slope) - w
             + current - synaptic) / capacitance : volt (unless refractory)
    dw/dt = (coupling*(v - v_rest) - w) / t_adaptation : amp
    leak : siemens (shared, constant)
    capacitance : farad (shared, constant)
    v_rest : volt (shared, constant)
    v_reset : volt (shared, constant)
    v_threshold : volt (shared, constant)
    slope : volt (shared, constant)
    t_refractory : second (shared, constant)
    coupling : siemens (shared, constant)
    adaptation : amp (shared, constant)
    t_adaptation : second (shared, constant)
    current : amp (shared, constant)
"""
PYRAMIDAL_CELL = """
    synaptic = (g_recurrent + g_mossy + cue(t, i))*(v - E_exc) + g_inhibition*(v - E_inh) : amp
    mossy_weight : siemens (shared, constant)
    mossy_rate : Hz (shared, constant)
"""
BASKET_CELL = """
    synaptic = g_excitation*(v - E_exc) + g_inhibition*(v - E_inh) : amp
"""
GATE = """
    dx_{name}/dt = -x_{name} / ({decay}*ms) : siemens
    dg_{name}/dt = (x_{name} - g_{name}) / ({rise}*ms) : siemens
"""


def build_network(model: CA3, b: Any) -> tuple[Any, dict[str, Any]]:
    """The Brian2 network of `model`, and its groups by name; `b` is brian2."""
    wiring, n = model.wiring, model.n_pyramidal
    clock = b.Clock(model.time_step * b.second, name="clock_of_ca3")
    namespace = {
        "E_exc": EXCITATORY * b.mV,
        "E_inh": INHIBITORY * b.mV,
        "cue": b.TimedArray(
            np.zeros((model.n_cue_steps, n)) * b.siemens, dt=CUE_STEP * b.second, name="cue"
        ),
    }

    def group(name: str, size: int, equations: str, gates: dict[str, Any]) -> Any:
        dynamics = "".join(
            GATE.format(name=gate, rise=path.rise, decay=path.decay) for gate, path in gates.items()
        )
        return b.NeuronGroup(
            size, CELL + equations + dynamics, threshold="v > v_threshold + 5*slope",
            reset="v = v_reset; w += adaptation", refractory="t_refractory",
            method="exponential_euler", namespace=namespace, name=name, clock=clock,
        )  # fmt: skip

    pyramidal = group(
        "pyramidal", n, PYRAMIDAL_CELL,
        {"recurrent": RECURRENT, "mossy": MOSSY, "inhibition": BASKET_PYRAMIDAL},
    )  # fmt: skip
    basket = group(
        "basket", model.n_basket, BASKET_CELL,
        {"excitation": PYRAMIDAL_BASKET, "inhibition": BASKET_BASKET},
    )  # fmt: skip
    mossy = pyramidal.run_regularly(
        f"x_mossy += {MOSSY.norm!r}*mossy_weight*int(rand() < mossy_rate*dt)", name="mossy"
    )

    def synapses(name: str, source: Any, target: Any, gate: str, path: Any, per_cell: str) -> Any:
        made = b.Synapses(
            source, target, f"weight : siemens ({per_cell}constant)",
            on_pre=f"x_{gate}_post += {path.norm!r}*weight", delay=path.delay * b.ms, name=name,
            clock=clock,
        )  # fmt: skip
        i, j = getattr(wiring, name)
        made.connect(i=i, j=j)
        return made

    parts = {
        "pyramidal": pyramidal,
        "basket": basket,
        "recurrent": synapses("recurrent", pyramidal, pyramidal, "recurrent", RECURRENT, ""),
        "pyramidal_basket": synapses(
            "pyramidal_basket", pyramidal, basket, "excitation", PYRAMIDAL_BASKET, "shared, "
        ),
        "basket_pyramidal": synapses(
            "basket_pyramidal", basket, pyramidal, "inhibition", BASKET_PYRAMIDAL, "shared, "
        ),
        "basket_basket": synapses(
            "basket_basket", basket, basket, "inhibition", BASKET_BASKET, "shared, "
        ),
        "pyramidal_spikes": b.SpikeMonitor(pyramidal, name="pyramidal_spikes"),
        "basket_spikes": b.SpikeMonitor(basket, name="basket_spikes"),
    }
    network = b.Network(*parts.values(), mossy)
    return network, parts | {"cue": namespace["cue"]}


def arguments(weights: np.ndarray, cue: np.ndarray, condition: Condition) -> dict[str, Any]:
    """What a run sets, by the name of group and variable, in SI units."""
    cell = {f"pyramidal.{k}": v for k, v in _si(condition.pyramidal).items()}
    nano = 1e-9
    return cell | {
        "pyramidal.mossy_weight": condition.mossy_weight * nano,
        "pyramidal.mossy_rate": condition.mossy_rate,
        "pyramidal.current": condition.current * 1e-12,
        "pyramidal.v": condition.pyramidal.rest * 1e-3,
        "pyramidal_basket.weight": condition.pyramidal_basket * nano,
        "basket_pyramidal.weight": condition.basket_pyramidal * nano,
        "basket_basket.weight": condition.basket_basket * nano,
        "recurrent.weight": weights * (condition.recurrent * nano),
        "cue.values": cue * nano,
    }


def _si(cell: Cell) -> dict[str, float]:
    """The constants of a cell by the names that the equations give them, in SI units."""
    milli, nano, pico = 1e-3, 1e-9, 1e-12
    return {
        "leak": cell.leak * nano, "capacitance": cell.capacitance * pico,
        "v_rest": cell.rest * milli, "v_reset": cell.reset * milli,
        "v_threshold": cell.threshold * milli, "slope": cell.slope * milli,
        "t_refractory": cell.refractory * milli, "coupling": cell.coupling * nano,
        "adaptation": cell.adaptation * pico, "t_adaptation": cell.adaptation_time * milli,
    }  # fmt: skip


def fixed() -> dict[str, float]:
    """What every run sets beside its arguments: basket cells, and potentials at rest."""
    cell = {f"basket.{name}": value for name, value in _si(BASKET).items()}
    return cell | {"basket.v": BASKET.rest * 1e-3}


__all__ = ["BASKET_CELL", "CELL", "GATE", "PYRAMIDAL_CELL", "arguments", "build_network", "fixed"]
