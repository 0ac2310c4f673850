"""Figures of rest after the track: raster and posterior, spectra, weights against distance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from .measures import LENGTH, spectrum
from .rests import N_PLACES, Rest, rests, track_events

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TRACK = "ecker2022/track"
PER_BIN = LENGTH / N_PLACES  # m
SHOWN = 4  # events
CONDITIONS = {
    TRACK: ("learned weights", "network"),
    f"{TRACK}@no_adaptation": ("no adaptation", "model_free"),
    f"{TRACK}@gamma": ("gamma state", "blind"),
    f"{TRACK}@scattered": ("times dealt out", "blind"),
    f"{TRACK}@asymmetric": ("asymmetric rule", "model_free"),
}


def draw_raster(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Spikes of the first seed's rest by place of their field, and posteriors of its events."""
    import matplotlib.pyplot as plt

    from ...analysis.style import TWO_COLUMNS, letter

    rest = next(rests(recordings[TRACK]))
    drawing = plt.figure(figsize=(TWO_COLUMNS, 3.0))
    grid = drawing.add_gridspec(2, 2, width_ratios=(3, 2), height_ratios=(3, 1))
    raster = drawing.add_subplot(grid[0, 0])
    rate = drawing.add_subplot(grid[1, 0], sharex=raster)
    _raster(raster, rest)
    table = _rate(rate, rest)
    raster.tick_params(labelbottom=False)
    letter(raster, "a")
    panels = grid[:, 1].subgridspec(2, 2)
    _posteriors(drawing, panels, rest)
    return drawing, table


def _raster(ax: Axes, rest: Rest) -> None:
    from ...analysis.style import COLORS

    tuning = rest.tuning(N_PLACES, turn_midway=False).values
    placed = tuning.max(axis=0) > 2  # Hz: others have no field
    middle = (tuning.argmax(axis=0) + 0.5) * PER_BIN
    own = (rest.time >= rest.begin[0]) & (rest.neuron < rest.n_pyramidal)
    neuron = rest.neuron[own]
    shown = placed[neuron]
    spread = np.random.default_rng(0).uniform(-0.5, 0.5, rest.n_pyramidal) * PER_BIN
    ax.plot(
        rest.time[own][shown] - rest.begin[0], (middle + spread)[neuron[shown]], ",",
        color=COLORS["network"], alpha=0.6, rasterized=True,
    )  # fmt: skip
    ax.set(ylabel="place of field (m)", ylim=(0, LENGTH))


def _rate(ax: Axes, rest: Rest) -> pd.DataFrame:
    from ...analysis.sharp_waves import THRESHOLD, population_rate
    from ...analysis.style import COLORS

    own = rest.neuron < rest.n_pyramidal
    rate = population_rate(rest.time[own], rest.n_pyramidal, rest.begin[0], rest.end[0], 0.02)
    time = rate.time - rest.begin[0]
    ax.plot(time, rate, color=COLORS["network"], lw=0.7)
    ax.axhline(THRESHOLD, color="0.6", lw=0.6, ls=":")
    ax.set(xlabel="time at rest (s)", ylabel="rate (Hz)", xlim=(0, float(time[-1])), ylim=(0, None))
    return rate.assign_coords(time=time).to_dataframe().reset_index()


def _posteriors(drawing: Figure, panels: object, rest: Rest) -> None:
    from ...analysis.place_decoding import BIN, posterior, spike_counts
    from ...analysis.style import letter

    tuning, table = rest.tuning(N_PLACES, turn_midway=False), track_events(rest)
    chosen = _chosen(table)
    if not len(chosen):
        raise ValueError("the first seed has no sharp wave to show")
    for i, event in enumerate(chosen.itertuples()):
        ax = drawing.add_subplot(panels[i // 2, i % 2])  # type: ignore[index]
        counts = spike_counts(rest.time, rest.neuron, rest.n_pyramidal, event.begin, event.end)
        shown = posterior(counts, tuning).values.T
        wide = 1000 * BIN * shown.shape[1]
        ax.imshow(
            shown, origin="lower", aspect="auto", cmap="magma_r", vmin=0, vmax=1,
            extent=(0, wide, 0, LENGTH),
        )  # fmt: skip
        ax.set(title=f"{event.direction}, R {event.score:.2f}", xlim=(0, wide), ylim=(0, LENGTH))
        ax.set_xlabel("time (ms)" if i // 2 == (len(chosen) - 1) // 2 else "")
        ax.set_ylabel("place (m)" if i % 2 == 0 else "")
        if i == 0:
            letter(ax, "b")


def _chosen(table: pd.DataFrame) -> pd.DataFrame:
    """The first events of each direction, in order of time."""
    import pandas as pd

    halves = [table[table.direction == d].head(SHOWN // 2) for d in ("forward", "reverse")]
    both = pd.concat(halves)
    more = table.drop(both.index).head(SHOWN - len(both))
    return pd.concat([both, more]).sort_index()


def draw_spectra(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Spectra of both populations in three conditions, one line a seed."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.sharp_waves import RIPPLE
    from ...analysis.style import COLORS, ONE_COLUMN, letter

    drawing, axes = plt.subplots(1, 2, figsize=(ONE_COLUMN, 1.9), sharex=True)
    tables = []
    for ax, population, text in zip(axes, ("basket", "pyramidal"), "ab", strict=True):
        ax.axvspan(*RIPPLE, color="0.92", lw=0)
        for source in recordings:
            label, color = CONDITIONS[source]
            for seed, rest in enumerate(rests(recordings[source])):
                power = spectrum(rest, population, whole_if_none=True)
                if power is None:
                    continue
                power = power.where(power.frequency > 0, drop=True)
                share = power / power.sum()
                ax.plot(
                    share.frequency, 100 * share, color=COLORS[color], lw=0.7,
                    label=label if seed == 0 else None,
                )  # fmt: skip
                tables.append(
                    pd.DataFrame(
                        {
                            "source": source, "population": population, "seed": seed,
                            "frequency": share.frequency, "share": share.values,
                        }
                    )
                )  # fmt: skip
        ax.set(xlabel="frequency (Hz)", xlim=(0, 350), ylim=(0, None), title=f"{population} cells")
        letter(ax, text)
    axes[0].set_ylabel("share of power (%)")
    axes[0].legend(handlelength=1, loc="upper left", borderaxespad=0.1)
    return drawing, pd.concat(tables, ignore_index=True)


def draw_weights(recordings: Mapping[str, xr.Dataset]) -> tuple[Figure, pd.DataFrame]:
    """Mean weight by distance of fields, one line a seed."""
    import matplotlib.pyplot as plt
    import pandas as pd

    from ...analysis.style import COLORS, ONE_COLUMN

    drawing, ax = plt.subplots(figsize=(0.7 * ONE_COLUMN, 1.9))
    tables = []
    for source, recording in recordings.items():
        label, color = CONDITIONS[source]
        shown = recording.weight_by_distance.isel(episode=0)
        for seed, number in enumerate(recording.seed.values):
            rows = shown.isel(seed=seed).values
            weight = rows[np.isfinite(rows).any(axis=1)][0]
            distance = (np.arange(len(weight)) + 0.5) / len(weight) * LENGTH
            ax.plot(
                distance, weight, color=COLORS[color], label=label if seed == 0 else None, lw=0.8
            )
            tables.append(
                pd.DataFrame(
                    {"source": source, "seed": number, "distance": distance, "weight": weight}
                )
            )
    ax.set(xlabel="distance of fields (m)", ylabel="weight (nS)", xlim=(0, LENGTH), ylim=(0, None))
    ax.legend(handlelength=1)
    return drawing, pd.concat(tables, ignore_index=True)
