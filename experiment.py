"""Run an experiment: train, test with frozen weights, keep every finished seed, resume the others."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import partial
from importlib import metadata
from multiprocessing import get_context
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from time import perf_counter
from typing import Any

from .data.progress import ProgressLine, in_notebook
from .data.store import RunFolder, make_folder
from .models.prefrontal import Prefrontal
from .models.threads import shared_threads
from .models.training import Progress, fastest_engine
from .papers import find_experiment
from .papers.changes import configured, load_again
from .papers.declaration import Experiment
from .papers.runs import Run, folder_of, recording_file, tested_agent

_TOGETHER = 8  # seeds simulated side by side; more would take memory rather than less time
Report = Callable[[Experiment, Sequence[int], Progress], None]
Work = tuple[Experiment, RunFolder, Sequence[int]]
"""Seeds of an experiment that are run together."""


class DivergedError(ValueError):
    """Training of some seeds ended in numbers that are not finite."""


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
        run_in_processes(
            [(experiment, folder, g) for g in groups], len(groups), force, report, device
        )
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


def run_in_processes(
    work: Sequence[Work],
    n_processes: int,
    force: bool = False,
    report: Report | None = None,
    device: str = "cpu",
    finished: Callable[[Work], None] | None = None,
) -> None:
    """Run groups of seeds, of one experiment or several, each group in one of so many processes.

    `finished` is called with each group when it is done. What cannot be sent to another process is
    a ValueError.
    """
    for experiment, _, _ in work:
        _check_sendable(experiment)
    own = [str(m.__file__) for n, m in sys.modules.items() if n.startswith("fastslow_user_")]
    prepare = partial(load_again, own)
    pool = ProcessPoolExecutor(n_processes, get_context("spawn"), initializer=prepare)
    try:
        with shared_threads(n_processes):
            jobs = {pool.submit(run_seeds, *group, force, report, device): group for group in work}
        for job in as_completed(jobs):
            job.result()
            if finished is not None:
                finished(jobs[job])
    except BrokenProcessPool as error:
        raise RuntimeError(
            f"{work[0][0].name}: a process ended before its seeds were done: memory ran out, or a "
            "task, agent or function was defined in a notebook, where other processes do not find "
            "it (put it into a file); jobs=1 runs without other processes"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _check_sendable(experiment: Experiment) -> None:
    try:
        ForkingPickler.dumps(experiment)
    except Exception as error:  # whatever a user's class raises when it is packed
        said = str(error).partition("\n")[0]
        raise ValueError(
            f"{experiment.name} cannot be sent to other processes ({said}): a lambda, or a function "
            "or class defined within a function, has no name by which they find it; define it with "
            "def or class at the top of a file, or run with jobs=1"
        ) from None


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
            make_folder(folder.seed_path(seed))
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
