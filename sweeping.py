"""One experiment under every combination of some settings: run, and measured seed by seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .data.specification import setting
from .experiment import (
    DivergedError,
    Report,
    Work,
    missing_seeds,
    run_in_processes,
    run_seeds,
)
from .papers import find_experiment
from .papers.changes import configured
from .papers.declaration import Experiment
from .papers.measuring import Outcome, check_outcome, measured, named
from .papers.runs import Run, folder_of

if TYPE_CHECKING:
    import pandas as pd


def sweep(
    experiment: str | Experiment,
    settings: Mapping[str, Iterable[Any]],
    seeds: Iterable[int] | None = None,
    *,
    outcome: str | Outcome | None = None,
    profile: str = "quick",
    out: str | Path | None = None,
    jobs: int = 1,
    force: bool = False,
    device: str = "cpu",
    report: Report | None = None,
    finished: Callable[[int, int], None] | None = None,
) -> pd.DataFrame:
    """Run an experiment under every combination of settings, and measure each seed.

    Each combination is an ordinary run with a folder of its own, which is kept and found again.

    Parameters
    ----------
    experiment : str or Experiment
    settings : mapping of str to values
        `{"agent.n_units": [16, 32], "training.learning_rate": [0.001, 0.003]}`, with the names
        that `run(changes=...)` takes; one value holds for all combinations.
    seeds : iterable of int, optional
        By default as many as the profile says.
    outcome : str or callable, optional
        A name that `analysis.outcomes.outcome` knows, or a function from a recording, with its
        leading dimension `seed`, to one number a seed. By default the reward of a trial, of a
        step where the task does not number its trials. A name that no recording can have is refused
        before anything is run; all else is tried on the first seed that is finished.
    profile, out, force, device
        As for `run`.
    jobs : int
        Processes among which combinations and seeds are spread; results are the same for any
        number.
    report : callable, optional
        As for `run`, with one job; with several `finished` is called in its place.
    finished : callable, optional
        With several jobs, called with how many groups of seeds are done, and how many there are.

    Returns
    -------
    pandas.DataFrame
        One row a combination and seed: the settings, `seed`, the outcome under its name,
        `diverged` (training did; the outcome is NaN) and `run`, its folder. Means and intervals
        over seeds are `analysis.sweeps.summarize`, the figure `analysis.sweeps.draw_sweep`.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    if profile not in ("quick", "full"):
        raise ValueError(f"profile must be quick or full, got '{profile}'")
    if callable(outcome) and named(outcome) in ("seed", "diverged", "run"):
        raise ValueError(f"the table has a column {named(outcome)}; call the outcome otherwise")
    found = combinations(experiment, settings)
    declared = [e for _, e in found]
    wanted = list(declared[0].seeds(profile)) if seeds is None else sorted(set(seeds))
    if not wanted:
        raise ValueError("seeds names none; leave it out for those of the profile")
    for e in declared:
        check_outcome(e, outcome)
    tried = _tried([] if force else [(e, folder_of(e, out), wanted) for e in declared], outcome)
    work = missing_work(declared, wanted, out, jobs, force)
    for _, folder, _ in work:
        folder.open()
    n_done = 0

    def after(group: Work) -> None:
        nonlocal tried, n_done
        n_done += 1
        if finished is not None and jobs > 1:
            finished(n_done, len(work))
        tried = tried or _tried([group], outcome)

    if jobs == 1:
        for group in work:
            run_seeds(*group, force, report, device)
            after(group)
    elif work:
        run_in_processes(work, min(jobs, len(work)), force, None, device, after)
    return _measured(found, wanted, outcome, out)


def _tried(work: Iterable[Work], outcome: str | Outcome | None) -> bool:
    """Measure one finished seed, if there is one: what is wrong with the outcome stops the rest."""
    if outcome is None:
        return True
    for e, folder, seeds in work:
        missing = missing_seeds(e, folder, seeds)
        there = [seed for seed in folder.seeds() if seed in seeds and seed not in missing]
        if there:
            measured(Run(e, folder, there[:1]), outcome)
            return True
    return False


def combinations(
    experiment: str | Experiment, settings: Mapping[str, Iterable[Any]]
) -> list[tuple[dict[str, Any], Experiment]]:
    """The experiment under every combination of settings, with their values, all of them checked.

    Raises
    ------
    ValueError
        If a setting is unknown or has no value, if there is one combination only, or if two of
        them are the same.
    """
    experiment = find_experiment(experiment) if isinstance(experiment, str) else experiment
    listed = {name: [_text(value) for value in values] for name, values in settings.items()}
    for name, texts in listed.items():
        if not texts:
            raise ValueError(f"setting {name} has no value")
    declared: dict[Path, str] = {}
    found = []
    for chosen in product(*listed.values()):
        changes = [f"{name}={text}" for name, text in zip(listed, chosen, strict=True)]
        changed, said = configured(experiment, changes), ", ".join(changes)
        path = folder_of(changed).path
        if path in declared:
            raise ValueError(
                f"{declared[path]} and {said} are the same experiment; leave one of them out"
            )
        declared[path] = said
        values = dict(zip(listed, chosen, strict=True))
        found.append(
            ({name: _value(changed, name, text) for name, text in values.items()}, changed)
        )
    if len(found) == 1:
        raise ValueError(
            "a sweep needs a setting with several values, such as agent.n_units=16,32; "
            "one combination is run by  fastslow run"
        )
    return found


def missing_work(
    declared: Iterable[Experiment],
    wanted: list[int],
    out: str | Path | None,
    jobs: int,
    force: bool = False,
) -> list[Work]:
    """What has to be run, in enough groups of seeds to give each of the jobs one."""
    missing = []
    for e in declared:
        folder = folder_of(e, out)
        seeds = wanted if force else missing_seeds(e, folder, wanted)
        if seeds:
            missing.append((e, folder, seeds))
    n = -(-jobs // len(missing)) if missing else 1
    return [(e, f, seeds[i::n]) for e, f, seeds in missing for i in range(n) if seeds[i::n]]


def _text(value: Any) -> str:
    """A value as `--set` takes it."""
    if isinstance(value, str):
        return value
    return repr(value.item() if hasattr(value, "item") else value)


def _measured(
    found: list[tuple[dict[str, Any], Experiment]],
    wanted: list[int],
    outcome: str | Outcome | None,
    out: str | Path | None,
) -> pd.DataFrame:
    import pandas as pd

    runs = []
    for _, e in found:
        folder = folder_of(e, out)
        failed = set(folder.seeds("diverged"))
        runs.append(Run(e, folder, [s for s in wanted if s not in failed], sorted(failed)))
    outcome = outcome or _usual(runs)
    rows = []
    for (values, _), run in zip(found, runs, strict=True):
        values_of = dict(zip(run.seeds, measured(run, outcome) if run.seeds else [], strict=True))
        rows += [
            {
                **values,
                "seed": seed,
                named(outcome): values_of.get(seed, float("nan")),
                "diverged": seed in run.failed,
                "run": str(run.folder.path),
            }
            for seed in wanted
        ]
    return pd.DataFrame(rows)


def _usual(runs: list[Run]) -> str:
    """Reward of a trial where the task numbers its trials, else of a step."""
    run = next((run for run in runs if run.seeds), None)
    if run is None:
        raise DivergedError("training diverged in every seed of every combination")
    return "reward_per_trial" if "trial" in run.test_on_demand("") else "reward_per_step"


def _value(experiment: Experiment, name: str, text: str) -> Any:
    """A setting as it stands in a table."""
    if name in ("task", "agent"):
        return text
    value = setting(experiment, name)
    return value if isinstance(value, bool | int | float | str) else repr(value)
