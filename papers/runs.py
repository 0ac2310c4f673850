"""Finished runs: where they lie, what was recorded and learned, and what figures ask of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.specification import specification
from ..data.store import SCHEMA, RunFolder, read_arrays, weights_file
from ..models.prefrontal import Prefrontal
from . import find_experiment, find_figure
from .declaration import Experiment, Signature, Test, experiment_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def runs_folder(out: str | Path | None = None) -> Path:
    """Where runs are kept: `out`, else `$FASTSLOW_RUNS`, else `runs` below the working directory."""
    return Path(out or os.environ.get("FASTSLOW_RUNS") or "runs")


def folder_of(experiment: Experiment, out: str | Path | None = None) -> RunFolder:
    """The folder of an experiment; its key covers task, agent, training, tests and schema."""
    spec = {
        "task": specification(experiment.task),
        "agent": specification(experiment.agent),
        "training": specification(experiment.training),
        "tests": {name: specification(test) for name, test in experiment.all_tests.items()},
        "schema": SCHEMA,
    }
    return RunFolder(runs_folder(out), experiment.name, spec)


class Run:
    """Finished seeds of one experiment.

    Attributes
    ----------
    seeds : tuple of int
    failed : tuple of int
        Seeds whose training diverged; a verdict counts them as failures.
    recording : xarray.Dataset
        The main recording, stacked over seeds.
    training : pandas.DataFrame
        Learning curves: one row for each seed and logged update.
    """

    def __init__(
        self,
        experiment: Experiment,
        folder: RunFolder,
        seeds: Sequence[int],
        failed: Sequence[int] = (),
    ) -> None:
        self.experiment, self.folder, self.seeds = experiment, folder, tuple(seeds)
        self.failed = tuple(failed)

    def __repr__(self) -> str:
        return f"Run({self.experiment.name!r}, seeds={self.seeds}, path={str(self.folder.path)!r})"

    def _repr_html_(self) -> str:
        from .notebook_view import run_html

        return run_html(self)

    @property
    def provenance(self) -> dict[str, Any]:
        """How each seed came about: versions, machine, wall time."""
        found = self.folder.provenance()
        return {str(seed): found[str(seed)] for seed in self.seeds}

    @cached_property
    def recording(self) -> xr.Dataset:
        return self.test("")

    def test(self, name: str) -> xr.Dataset:
        """One of the experiment's tests, stacked over seeds."""
        return self.test_on_demand(name).load()

    def test_on_demand(self, name: str) -> xr.Dataset:
        """As `test`, but a variable is read from the files of the seeds when it is first used."""
        from ..data.recording import open_recording, stack_on_demand

        if name not in self.experiment.all_tests:
            known = ", ".join(filter(None, self.experiment.all_tests)) or "none"
            raise KeyError(f"{self.experiment.name} has no test '{name}'; it has {known}")
        file = recording_file(name)
        stacked = stack_on_demand(
            {seed: open_recording(self.folder.seed_path(seed, file)) for seed in self.seeds}
        )
        stacked.attrs["failed"] = json.dumps(self.failed)
        return stacked

    @cached_property
    def training(self) -> pd.DataFrame:
        import pandas as pd

        curves = {
            seed: pd.read_csv(self.folder.seed_path(seed, "training.csv")) for seed in self.seeds
        }
        # the copy joins its many columns into one block
        return pd.concat(curves, names=["seed"]).copy().reset_index("seed")

    def weights(self, seed: int, snapshot: float = 1.0) -> dict[str, Any]:
        """Trained weights of one seed by name, or those after a share of training."""
        return read_arrays(self.folder.seed_path(seed, weights_file(snapshot)))

    def agent(self, seed: int) -> Any:
        """The trained agent of one seed."""
        return tested_agent(self.experiment, self.folder, seed, Test())


def tested_agent(experiment: Experiment, folder: RunFolder, seed: int, test: Test) -> Any:
    """The agent of one seed as a test takes it: its weights, without what is lesioned."""
    agent: Any = experiment.agent
    if isinstance(agent, Prefrontal):
        untrained = experiment.training is None or test.snapshot == 0
        agent = (
            agent.initialized(experiment.task, seed)
            if untrained
            else agent.with_weights(
                read_arrays(folder.seed_path(seed, weights_file(test.snapshot)))
            )
        )
    return agent.without(*test.without) if test.without else agent


def recording_file(test: str) -> str:
    """Name of the file that holds a test of one seed."""
    return f"recording-{test}.nc" if test else "recording.nc"


def figure(name: str, out: str | Path | None = None) -> Any:
    """Draw a figure from finished runs; never trains, says what to run instead."""
    declared = find_figure(name)
    drawing, _ = declared.draw(recordings(declared.needs, out))
    return drawing


def recordings(sources: Iterable[str], out: str | Path | None = None) -> dict[str, Any]:
    """The stacked recordings of sources, `paper/experiment` or `paper/experiment@test`.

    Their variables are read when they are first used, so that many fit in memory.

    Raises
    ------
    MissingRunError
        If an experiment has no finished seed.
    """
    sources = tuple(sources)
    refuse_missing(sources, out)
    loaded: dict[str, Any] = {}
    for source in sources:
        name, _, test = source.partition("@")
        loaded[source] = finished(name, out).test_on_demand(test)
    return loaded


def _where(out: str | Path | None) -> str:
    return f" --out {out}" if out else ""


def refuse_missing(sources: Iterable[str], out: str | Path | None = None) -> None:
    """Raise MissingRunError if an experiment that these sources need has no finished seed."""
    missing = missing_runs(sources, out)
    if missing:
        have = "has" if len(missing) == 1 else "have"
        said = ", ".join(missing) if len(missing) <= 3 else f"{len(missing)} experiments"
        names = " ".join(missing)
        raise MissingRunError(f"{said} {have} not been run: run  fastslow run {names}{_where(out)}")


def missing_runs(sources: Iterable[str], out: str | Path | None = None) -> list[str]:
    """Experiments that these sources need and of which no seed is finished."""
    names = dict.fromkeys(source.partition("@")[0] for source in sources)
    return [name for name in names if not folder_of(find_experiment(name), out).seeds()]


def have_run(
    signatures: Iterable[Signature], out: str | Path | None = None
) -> tuple[list[Signature], list[Signature]]:
    """Signatures all of whose experiments have a finished seed, and the others."""
    signatures = list(signatures)
    missing = {*missing_runs([source for s in signatures for source in s.sources], out)}
    ready = [s for s in signatures if not missing & {experiment_of(x) for x in s.sources}]
    return ready, [s for s in signatures if s not in ready]


class MissingRunError(ValueError):
    """An experiment that is needed has not been run."""


def finished(experiment: str | Experiment, out: str | Path | None = None) -> Run:
    """The finished seeds of an experiment, of those that a profile asks for."""
    experiment = find_experiment(experiment) if isinstance(experiment, str) else experiment
    folder = folder_of(experiment, out)
    seeds, failed = (
        [seed for seed in folder.seeds(mark) if seed in experiment.seeds("full")]
        for mark in ("finished", "diverged")
    )
    if not seeds:
        preset = folder.path == folder_of(find_experiment(experiment.name), out).path
        these, same = ("", "") if preset else (" with these settings", " with the same --set")
        raise MissingRunError(
            f"{experiment.name} has not been run{these}: run  fastslow run {experiment.name}"
            f"{_where(out)}{same}"
        )
    return Run(experiment, folder, seeds, failed)
