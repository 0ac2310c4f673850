"""A finished run as a page of text: settings by part, seeds, files and rewards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ..data.progress import seed_ranges
from .runs import Run


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
    """When each seed was finished, how long its group of seeds took, and what each test earned."""
    from ..analysis.outcomes import reward_per_episode

    tests = list(run.experiment.all_tests)
    rewards = [reward_per_episode(run.test_on_demand(name)).values for name in tests]
    heads = ["seed", "finished", "seconds", *(name or "main" for name in tests)]
    rows = [heads]
    for i, seed in enumerate(run.seeds):
        when = run.folder.seed_path(seed, "finished.json").stat().st_mtime
        seconds = run.provenance[str(seed)].get("seconds")
        earned = [f"{reward[i]:.2f}" for reward in rewards]
        rows.append(
            [str(seed), f"{datetime.fromtimestamp(when):%Y-%m-%d %H:%M}", str(seconds), *earned]
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    yield "seconds: until it was finished, from the start of the seeds run with it; then reward per episode by test"
    for row in rows:
        yield "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))


FILES = {
    "recording.nc": "the main test: behavior, and activations where they were recorded",
    "weights.safetensors": "trained weights",
    "training.csv": "learning curve",
    "checkpoint.safetensors": "what an interrupted training goes on from",
    "finished.json": "versions, machine, time",
}


def _files(run: Run) -> Iterator[str]:
    for path in sorted(run.folder.seed_path(run.seeds[0]).iterdir()):
        said = FILES.get(path.name)
        if path.name.startswith("recording-"):
            said = f"test {path.stem.removeprefix('recording-')}"
        elif path.name.startswith("weights-"):
            said = f"weights after {path.stem.removeprefix('weights-')} of training"
        if said:
            yield f"  {path.name:<24}  {path.stat().st_size / 1e6:7.2f} MB  {said}"
