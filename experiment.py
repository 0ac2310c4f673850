"""Run an experiment: train, test with frozen weights, keep every finished seed, resume the others."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

from .data.progress import ProgressLine, in_notebook
from .data.specification import override
from .data.store import RunFolder
from .models.agent import Agent
from .models.prefrontal import Prefrontal
from .models.threads import shared_threads
from .models.training import Progress, fastest_engine
from .papers import find_experiment
from .papers.declaration import Experiment
from .papers.runs import Run, folder_of, recording_file, tested_agent

_TOGETHER = 8  # seeds simulated side by side; more would take memory rather than less time
Report = Callable[[Experiment, Sequence[int], Progress], None]


class DivergedError(ValueError):
    """Training of some seeds ended in numbers that are not finite."""


def load_own(kind: str, reference: str) -> Any:
    """The user's "task" or "agent" `Class` of a file, from `file.py:Class`."""
    from importlib.util import module_from_spec, spec_from_file_location

    file, _, name = reference.rpartition(":")
    path = Path(file).resolve()
    if not file.endswith(".py") or not path.is_file():
        raise ValueError(f"{kind} must be file.py:Class with an existing file, got '{reference}'")
    spec = spec_from_file_location(f"fastslow_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be imported")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
        own = getattr(module, name)()
    except AttributeError as error:
        raise ValueError(f"{path} has no {kind} '{name}' ({error})") from error
    except Exception as error:
        raise ValueError(f"{path} does not run: {type(error).__name__}: {error}") from error
    if kind == "task" and not hasattr(own, "play"):
        raise ValueError(f"{path}: '{name}' is not a task, it has no play; see docs/own_task.md")
    if kind == "agent" and not isinstance(own, Agent):
        raise ValueError(f"{path}: '{name}' does not derive from fastslow.Agent")
    return own


def _load_again(files: Sequence[str]) -> None:
    """Import the users' files that the parent process has imported."""
    for file in files:
        with suppress(ValueError):
            load_own("task", f"{file}:")


def configured(experiment: Experiment, changes: Iterable[str]) -> Experiment:
    """The experiment with settings changed, each as `path.to.setting=value`."""
    for change in changes:
        path, equals, text = change.partition("=")
        if not equals:
            raise ValueError(f"a setting is changed by name=value, got '{change}'")
        if path == "task":
            # tests on other tasks belong to the preset
            tests = {name: test for name, test in experiment.tests.items() if test.task is None}
            experiment = replace(experiment, task=load_own("task", text), tests=tests)
        elif path == "agent":
            experiment = _with_agent(experiment, load_own("agent", text))
        else:
            experiment = override(experiment, path, text)
    return experiment


def _with_agent(experiment: Experiment, agent: Agent) -> Experiment:
    """The experiment with another agent, trained if it is a network, in the tests that it can take."""
    training = experiment.training if isinstance(agent, Prefrontal) else None
    tests = {
        name: test
        for name, test in experiment.tests.items()
        if set(test.without) <= set(agent.parts) and (training or test.snapshot == 1)
    }
    recording = replace(experiment.recording, without=())
    return replace(experiment, agent=agent, training=training, tests=tests, recording=recording)


def run(
    experiment: str | Experiment,
    seeds: Iterable[int] | None = None,
    *,
    profile: str = "quick",
    changes: Iterable[str] = (),
    out: str | Path | None = None,
    jobs: int = 1,
    force: bool = False,
    device: str = "cpu",
    report: Report | None = None,
) -> Run:
    """Train, test and record the seeds of an experiment that are not finished yet.

    Parameters
    ----------
    experiment : str or Experiment
    seeds : iterable of int, optional
        By default as many as the profile says.
    profile : {"quick", "full"}
    changes : iterable of str
        Settings to change, `agent.n_units=64`; the result is another run, beside the preset's.
    out : path, optional
        Folder of all runs, see `runs_folder`.
    jobs : int
        Processes among which seeds and cores are spread; results are the same for any number. A
        script that asks for more than one needs the line `if __name__ == "__main__":`.
    force : bool
        Forget finished seeds and compute them again.
    device : {"cpu", "cuda"}
        Where networks are trained; a graphics card pays for many seeds only.
    report : callable, optional
        Called with the experiment, its seeds and the `Progress` after each logged batch; by
        default a notebook shows a line of progress, and nothing is said elsewhere. With several
        jobs it is copied to each, so it must be picklable.

    Returns
    -------
    Run
    """
    experiment = find_experiment(experiment) if isinstance(experiment, str) else experiment
    experiment = configured(experiment, changes)
    if profile not in ("quick", "full"):
        raise ValueError(f"profile must be quick or full, got '{profile}'")
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    wanted = list(experiment.seeds(profile)) if seeds is None else sorted(set(seeds))
    folder = folder_of(experiment, out).open()
    missing = wanted if force else missing_seeds(experiment, folder, wanted)
    groups = [g for g in (missing[i::jobs] for i in range(jobs)) if g]
    if len(groups) > 1:
        _run_in_processes(experiment, folder, groups, force, report, device)
    elif groups:
        if report is None and in_notebook():
            report = ProgressLine()
        run_seeds(experiment, folder, groups[0], force, report, device)
    failed = {
        seed: folder.read_mark(seed, "diverged")["batch"] for seed in folder.seeds("diverged")
    }
    failed = {seed: batch for seed, batch in failed.items() if seed in wanted}
    if failed:
        said = ", ".join(f"seed {seed} at batch {batch}" for seed, batch in failed.items())
        raise DivergedError(
            f"{experiment.name}: training diverged ({said}: loss or gradient not finite); the last "
            f"good checkpoint is kept in {folder.path}; try a smaller training.learning_rate or "
            "training.max_gradient_norm"
        )
    return Run(experiment, folder, wanted)


def missing_seeds(experiment: Experiment, folder: RunFolder, wanted: Iterable[int]) -> list[int]:
    """Those of the wanted seeds that are not finished, or of which a file is gone.

    A seed that diverged is not tried again: it would diverge again.
    """
    files = [recording_file(name) for name in experiment.all_tests]
    done = set(folder.seeds("diverged")) | {
        seed
        for seed in folder.seeds()
        if all(folder.seed_path(seed, file).exists() for file in files)
    }
    return [seed for seed in wanted if seed not in done]


def _run_in_processes(
    experiment: Experiment,
    folder: RunFolder,
    groups: Sequence[Sequence[int]],
    force: bool,
    report: Report | None,
    device: str,
) -> None:
    own = [str(m.__file__) for n, m in sys.modules.items() if n.startswith("fastslow_user_")]
    prepare = partial(_load_again, own)
    with ProcessPoolExecutor(len(groups), get_context("spawn"), initializer=prepare) as pool:
        with shared_threads(len(groups)):
            jobs = [
                pool.submit(run_seeds, experiment, folder, g, force, report, device) for g in groups
            ]
        for job in jobs:
            job.result()


def run_seeds(
    experiment: Experiment,
    folder: RunFolder,
    seeds: Sequence[int],
    force: bool = False,
    report: Report | None = None,
    device: str = "cpu",
) -> None:
    """Train these seeds as one population, then test each with frozen weights.

    Seeds that diverge are marked and have no recordings.
    """
    if experiment.training is not None:
        assert isinstance(experiment.agent, Prefrontal)  # only networks are trained
        # An engine that is not here is noticed before anything is forgotten.
        fastest_engine(device, experiment.agent.core)
    with ExitStack() as locks:
        for seed in seeds:
            folder.seed_path(seed).mkdir(parents=True, exist_ok=True)
            locks.enter_context(folder.locked(seed))
            if force:
                _forget(folder, seed)
        start = perf_counter()
        diverged: dict[int, int] = {}
        if experiment.training is not None:
            from .data.training_run import train

            diverged = train(experiment, folder, seeds, report, device)
        for seed, batch in diverged.items():
            folder.mark(seed, "diverged", {"batch": batch})
        trained = [seed for seed in seeds if seed not in diverged]
        together = _TOGETHER if experiment.agent.lanes_apart else 1
        for i in range(0, len(trained), together):
            group = trained[i : i + together]
            test_seeds(experiment, folder, group)
            for seed in group:
                folder.finish(seed, _provenance(perf_counter() - start))


def test_seeds(experiment: Experiment, folder: RunFolder, seeds: Sequence[int]) -> None:
    """Record every test of these seeds that is not there yet, side by side where there are several."""
    from .data.recording import save
    from .data.simulate import simulate_together

    for name, test in experiment.all_tests.items():
        path = {seed: folder.seed_path(seed, recording_file(name)) for seed in seeds}
        missing = [seed for seed in seeds if not path[seed].exists()]
        if not missing:
            continue
        agent = tested_agent(experiment, folder, missing[0], test)
        found = simulate_together(
            test.task or experiment.task, agent, test.n_lives, missing, test.record, test.paired
        )
        for seed, recording in found.items():
            if isinstance(agent, Prefrontal):
                recording.attrs["weights"] = agent.weights_hash
            save(recording, path[seed])


test_seeds.__test__ = False  # type: ignore[attr-defined]


def _forget(folder: RunFolder, seed: int) -> None:
    for path in folder.seed_path(seed).iterdir():
        if path.suffix in (".nc", ".csv", ".safetensors", ".json"):
            path.unlink()


def _provenance(seconds: float) -> dict[str, Any]:
    """How a seed came about: versions, machine, wall time of its population."""
    packages = ("fastslow", "numpy", "scipy", "xarray", "torch")
    return {
        "seconds": round(seconds, 2),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "system": platform.system(),
        "versions": {name: metadata.version(name) for name in packages},
    }
