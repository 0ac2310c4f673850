"""A finished run as a page of text: settings by part, seeds, files and rewards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..data.progress import seed_ranges
from ..data.store import weights_file
from ..data.training_run import CHECKPOINT_FILE
from .runs import Run, recording_file


def run_text(run: Run) -> str:
    """What a run is made of, for `fastslow show`."""
    lines = [
        f"{run.experiment.name}: {run.experiment.summary}",
        f"  folder  {run.folder.path}",
        f"  seeds   {seed_ranges(run.seeds)} finished"
        + (f", {seed_ranges(run.failed)} diverged" if run.failed else ""),
        *_software(run),
        *_settings(run.folder.spec),
        "",
        *_seeds(run),
        "",
        *_rewards(run),
        "",
        f"files of a seed, in {run.folder.seed_path(run.seeds[0]).name} ...",
        *_files(run),
    ]
    return "\n".join(lines)


def _software(run: Run) -> Iterator[str]:
    said = set()
    for about in run.provenance.values():
        versions = " ".join(f"{name} {v}" for name, v in about.get("versions", {}).items())
        said.add(f"{versions}, Python {about.get('python')}, {about.get('system')}")
    yield from (f"  made by {text}" for text in sorted(said))


def _settings(spec: Mapping[str, Any]) -> Iterator[str]:
    for part in ("task", "agent", "training"):
        settings = dict(spec[part] or {})
        yield ""
        yield f"{part}  {settings.pop('class', 'none')}"
        width = max(map(len, settings), default=0)
        for name, value in settings.items():
            yield f"  {name:<{width}}  {_value(value)}"
    yield ""
    yield "tests"
    width = max(len(name or "main") for name in spec["tests"])
    for name, test in spec["tests"].items():
        usual = {"class": test["class"], "task": None, "without": [], "snapshot": 1}
        said = [f"{k}={_value(v)}" for k, v in test.items() if k not in usual or v != usual[k]]
        yield f"  {name or 'main':<{width}}  {', '.join(said)}"


def _value(value: Any) -> str:
    """A setting in a line: a part with settings of its own as a call."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{name}={_value(v)}" for name, v in value.items() if name != "class")
        return f"{value.get('class', '')}({inner})"
    if isinstance(value, list):
        return f"({', '.join(map(_value, value))})"
    return str(value)


def _seeds(run: Run) -> Iterator[str]:
    """When each seed was finished, and how long its group of seeds took."""
    yield "seconds: until a seed was finished, from the start of the seeds run with it"
    yield f"  {'seed':>4}  {'finished':>16}  seconds"
    for seed in run.seeds:
        when = run.folder.seed_path(seed, "finished.json").stat().st_mtime
        seconds = run.provenance[str(seed)].get("seconds")
        yield f"  {seed:>4}  {datetime.fromtimestamp(when):%Y-%m-%d %H:%M}  {seconds!s:>7}"


def _rewards(run: Run) -> Iterator[str]:
    """What each test earned: a line each, since there may be dozens."""
    from ..analysis.outcomes import reward_per_episode

    yield "reward per episode by test: mean, and lowest to highest of the seeds"
    width = max(len(name or "main") for name in run.experiment.all_tests)
    for name in run.experiment.all_tests:
        earned = reward_per_episode(run.test_on_demand(name)).values
        low, high = earned.min(), earned.max()
        yield f"  {name or 'main':<{width}}  {earned.mean():8.2f}  {low:.2f} to {high:.2f}"


FILES = {
    recording_file(""): "the main test: behavior, and activations where they were recorded",
    weights_file(): "trained weights",
    "training.csv": "learning curve",
    CHECKPOINT_FILE: "what an interrupted training goes on from",
    "finished.json": "versions, machine, time",
}


def _files(run: Run) -> Iterator[str]:
    paths = sorted(run.folder.seed_path(run.seeds[0]).iterdir())
    width = max(len(path.name) for path in paths)
    for path in paths:
        said = FILES.get(path.name)
        if path.name.startswith("recording-"):
            said = f"test {path.stem.removeprefix('recording-')}"
        elif path.name.startswith("weights-"):
            said = f"weights after {path.stem.removeprefix('weights-')} of training"
        if said:
            yield f"  {path.name:<{width}}  {path.stat().st_size / 1e6:7.2f} MB  {said}"
