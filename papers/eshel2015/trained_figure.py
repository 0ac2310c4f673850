"""Dopamine neurons of trained networks: what the circuit makes of their rewards and values.

No recording holds these spikes: the circuit is simulated when the figure is drawn, on trials taken
from the recordings of two tasks of Wang et al. 2018, all of them at once, always with the same
random numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...models.dopamine.circuit import CUE, REWARD, DopamineCircuit
from ..declaration import Figure as DeclaredFigure

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

TASKS = {"wang2018/bandit": "bandit", "wang2018/two_step": "two-step task"}
N_TRIALS = 60  # of each kind
VOLUME = 5.0  # ul for a reward of 1; that of the conditioning figure
OUTER = 0.25  # share of trials called unexpected, and expected
KINDS = {  # rewarded, expected: label, color, line
    (True, False): ("rewarded, unexpected", "model_free", "-"),
    (True, True): ("rewarded, expected", "network", "-"),
    (False, False): ("unrewarded, unexpected", "model_free", ":"),
    (False, True): ("unrewarded, expected", "network", ":"),
}


def expected_reward(recording: xr.Dataset, discount: float) -> xr.DataArray:
    """Reward that the network expects of each trial, if its value is that of equal ones to come.

    The value before the choice over what a reward of 1 in each of the steps that are left would be
    worth; unlike reward less prediction error, it does not depend on the outcome.
    """
    left = recording["active"].isel(step=slice(None, None, -1)).cumsum("step")
    left = left.isel(step=slice(None, None, -1))
    worth = (1 - discount**left) / (1 - discount)
    return (recording["value"] / worth.where(recording["active"])).clip(0, 1)


def chosen_trials(
    reward: np.ndarray, expected: np.ndarray, n: int, rng: np.random.Generator
) -> dict[tuple[bool, bool], np.ndarray]:
    """Trials (up to n indices) of each kind: rewarded or not, most or least expected.

    Expected are the trials in the upper quarter of `expected`, unexpected those in the lowest.
    """
    low, high = np.nanquantile(expected, [OUTER, 1 - OUTER])
    found = {}
    for rewarded, announced in KINDS:
        here = (expected >= high) if announced else (expected <= low)
        index = np.flatnonzero(here & ((reward > 0) == rewarded))
        found[rewarded, announced] = rng.permutation(index)[:n]
    return found


def draw_trained(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Histograms of the dopamine neurons for each kind of trial, one panel a task."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, TWO_COLUMNS, letter

    drawing, axes = plt.subplots(1, 2, figsize=(0.75 * TWO_COLUMNS, 2.0), sharey=True)
    tables = []
    for ax, (source, title), text in zip(axes, TASKS.items(), "ab", strict=True):
        table = responses(recordings[source], _discount(source))
        for label, color, line in KINDS.values():
            shown = table[table.kind == label]
            ax.plot(shown.time, shown.rate, line, color=COLORS[color], label=label)
        for at in (CUE, REWARD):
            ax.axvline(at, color="0.7", linewidth=0.5, linestyle="--", zorder=0)
        ax.set(title=title, xlabel="time (s)")
        letter(ax, text)
        tables.append(table.assign(source=source))
    axes[0].set_ylabel("dopamine neurons (Hz)")
    axes[0].legend(loc="upper left", handlelength=1.6)
    return drawing, pd.concat(tables, ignore_index=True)


def responses(recording: xr.Dataset, discount: float, n: int = N_TRIALS) -> pd.DataFrame:
    """Mean rate of the circuit's dopamine neurons by kind of trial and time, Hz and s."""
    import pandas as pd

    told = (recording["reward"], expected_reward(recording, discount))
    reward, expected = (array.where(recording["active"]).values.ravel() for array in told)
    kinds = chosen_trials(reward, expected, n, np.random.default_rng(0))
    trials = np.concatenate(list(kinds.values()))
    dopamine, _ = DopamineCircuit().run(VOLUME * np.maximum(reward[trials], 0), expected[trials])
    time, rate = dopamine.histogram()
    tables, first = [], 0
    for kind, index in kinds.items():
        if not len(index):
            raise ValueError(f"no trial is {KINDS[kind][0]}: record more")
        own = rate[first : first + len(index)]
        first += len(index)
        tables.append(
            pd.DataFrame({"kind": KINDS[kind][0], "time": time, "rate": own.mean(axis=0)})
        )
    return pd.concat(tables, ignore_index=True)


def _discount(source: str) -> float:
    from .. import find_experiment

    training = find_experiment(source).training
    if training is None:
        raise ValueError(f"{source} has no training whose discount its values follow")
    return training.discount


FIGURES = (
    DeclaredFigure(
        name="eshel2015/trained_networks",
        caption=(
            "What the spiking circuit makes of the rewards and values of trained networks, in the "
            "bandit and in the two-step task: trials in the lowest (unexpected) and highest "
            "(expected) quarter of what the value before the choice says of this trial, 60 of each "
            "kind, bins of 20 ms; dashes: choice and reward. The circuit is simulated on recorded "
            "trials when the figure is drawn. Before a choice in the two-step task that value hardly "
            "differs between trials, as either state is soon known to pay, and so do the responses."
        ),
        needs=tuple(TASKS),
        draw=draw_trained,
    ),
)
