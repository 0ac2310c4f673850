"""Trained networks that come with the toolkit: load them, and make them from finished runs.

`fastslow reproduce --profile full --ship` writes `data/trained/`; the seeds that failed are shipped too.
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.store import RunFolder, atomic_write, read_arrays, weights_file, write_arrays
from ..models.prefrontal import Prefrontal
from . import find_experiment
from .declaration import Experiment

if TYPE_CHECKING:
    import xarray as xr

TRAINED = Path(__file__).parent.parent / "data" / "trained"


class Shipped:
    """The trained networks of one experiment; recordings are simulated when asked for.

    Attributes
    ----------
    experiment : Experiment
    seeds : tuple of int
    about : dict
        Where the networks come from: key of the run, versions, seconds of training.
    recording : xarray.Dataset
        The experiment's main recording, stacked over seeds.
    """

    def __init__(self, experiment: Experiment, path: Path) -> None:
        self.experiment, self._path = experiment, path
        self.about = json.loads((path / "about.json").read_text())
        self.seeds = tuple(int(seed) for seed in self.about["seeds"])

    def __repr__(self) -> str:
        return f"Shipped({self.experiment.name!r}, seeds={self.seeds})"

    def weights(self, seed: int) -> dict[str, Any]:
        """Trained weights of one seed by name."""
        if seed not in self.seeds:
            raise KeyError(f"{self.experiment.name} comes with seeds {self.seeds}, not {seed}")
        return read_arrays(self._path / f"seed={seed}.safetensors")

    def agent(self, seed: int) -> Prefrontal:
        """The trained network of one seed."""
        agent = self.experiment.agent
        assert isinstance(agent, Prefrontal)  # only networks are shipped
        return agent.with_weights(self.weights(seed))

    @cached_property
    def recording(self) -> xr.Dataset:
        return self.test("")

    def test(self, name: str, n_lives: int | None = None) -> xr.Dataset:
        """One of the experiment's tests, simulated anew; the same bytes as when it was run."""
        from ..data.recording import stack
        from ..data.simulate import simulate

        tests = self.experiment.all_tests
        if name not in tests:
            known = ", ".join(filter(None, tests)) or "none"
            raise KeyError(f"{self.experiment.name} has no test '{name}'; it has {known}")
        test = tests[name]
        if test.snapshot not in (0, 1):
            raise ValueError(
                f"test '{name}' is of the network after {test.snapshot:.0%} of training, which does "
                f"not come with the toolkit: run  fastslow run {self.experiment.name}"
            )
        task = self.experiment.task
        recordings = {}
        for seed in self.seeds:
            agent = self.agent(seed)
            if test.snapshot == 0:
                agent = agent.initialized(task, seed)
            agent = agent.without(*test.without)
            recordings[seed] = simulate(
                test.task or task, agent, n_lives or test.n_lives, seed, test.record, test.paired
            )
        return stack(recordings)


def load(name: str) -> Shipped:
    """Load the trained networks of an experiment that come with the toolkit.

    Examples
    --------
    >>> net = load("wang2018/two_step")
    >>> net.agent(0).n_units
    48
    """
    experiment = find_experiment(name)
    path = TRAINED / name
    if not (path / "about.json").exists():
        there = ", ".join(shipped_names()) or "none"
        raise ValueError(
            f"{name} does not come trained (there are {there}): run  fastslow run {name}"
        )
    return Shipped(experiment, path)


def shipped_names() -> list[str]:
    """Experiments whose trained networks come with the toolkit."""
    return sorted(
        path.parent.relative_to(TRAINED).as_posix() for path in TRAINED.rglob("about.json")
    )


def ship(experiment: Experiment, folder: RunFolder, verdicts: dict[str, str]) -> Path:
    """Copy the weights of all finished seeds of a run into the toolkit."""
    path = TRAINED / experiment.name
    about = {"key": folder.path.name, "seeds": folder.provenance(), "verdicts": verdicts}
    for seed in folder.seeds():
        weights = read_arrays(folder.seed_path(seed, weights_file()))
        write_arrays(path / f"seed={seed}.safetensors", weights)
    text = json.dumps(about, indent=1) + "\n"
    atomic_write(path / "about.json", lambda part: part.write_text(text))
    return path
