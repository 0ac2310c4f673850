"""The demonstration: shipped networks do the two-step task with frozen weights, beside rats and people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .shipped import load
from .wang2018.two_step_figure import CELLS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

EXPERIMENT = "wang2018/two_step"
N_EPISODES = 300


def demo(folder: Path) -> tuple[pd.DataFrame, Path]:
    """Run 300 frozen episodes of each shipped network; return the stay table and the figure's path."""
    from ..analysis.style import paper_style
    from ..data.store import atomic_write
    from .wang2018.two_step import FIGURES

    recordings = {source: _recorded(source) for source in FIGURES[0].needs}
    with paper_style():
        drawing, _ = FIGURES[0].draw(recordings)
        path = folder / "demo_two_step.png"
        atomic_write(path, lambda part: drawing.savefig(part, format="png"))
    return stay_table(recordings[EXPERIMENT]), path


def _recorded(source: str) -> xr.Dataset:
    """Shipped networks and learners alike, a few episodes each."""
    from ..data.recording import stack
    from ..data.simulate import simulate
    from . import find_experiment

    experiment = find_experiment(source)
    if experiment.training is not None:
        return load(source).test("", n_lives=N_EPISODES if source == EXPERIMENT else 100)
    return stack(
        {s: simulate(experiment.task, experiment.agent, 100, s, record=()) for s in range(4)}
    )


def stay_table(recording: xr.Dataset) -> pd.DataFrame:
    """Stay probabilities of the networks beside the published ones, rats and people."""
    import pandas as pd

    from ..analysis.behavior import stay_probability
    from ..data.facts import published, summary

    stay = stay_probability(recording).mean("seed")
    fact = published("wang2018/two_step_stay")
    rats, people = summary("miller_rat_twostep"), summary("zorowitz2023_twostep", "attentive")
    rows = {}
    for transition, reward in CELLS:
        rewarded = "rewarded" if reward else "unrewarded"
        cell = f"stay_{transition}_{rewarded}"
        rows[f"{transition}, {rewarded}"] = {
            "networks": float(stay.sel(transition=transition, reward=reward)),
            "published": fact.at(transition=transition, reward=reward),
            "rats": rats[cell].mean,
            "people": people[cell].mean,
        }
    return pd.DataFrame(rows).T
