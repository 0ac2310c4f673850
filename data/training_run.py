"""Training that survives interruption: learning curves, checkpoints and weights on disk."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from ..models.training import Checkpoint, Progress, Trainer, fastest_engine
from .store import RunFolder, atomic_write, read_arrays, weights_file, write_arrays

N_LOGGED = 200  # rows of a learning curve
CHECKPOINT_FILE = "checkpoint.safetensors"
CHECKPOINT_EVERY = 10.0  # seconds

Report = Callable[[Any, Sequence[int], Progress], None]


def train(
    experiment: Any,
    folder: RunFolder,
    seeds: Sequence[int],
    report: Report | None = None,
    device: str = "cpu",
) -> dict[int, int]:
    """Train the seeds that have no weights yet, continuing from checkpoints where there are any.

    Returns
    -------
    dict of int to int
        Seeds that diverged, with the batch at which they did.
    """
    waiting = [s for s in seeds if not folder.seed_path(s, weights_file()).exists()]
    diverged: dict[int, int] = {}
    for group in _by_batch(folder, waiting).values():
        diverged |= _train_together(experiment, folder, group, report, device)
    return diverged


def _by_batch(folder: RunFolder, seeds: Iterable[int]) -> dict[int, list[int]]:
    """Seeds by the batch of their checkpoint: a population advances in step."""
    groups = defaultdict(list)
    for seed in seeds:
        path = folder.seed_path(seed, CHECKPOINT_FILE)
        groups[int(_read_checkpoint(folder, seed)["batch"]) if path.exists() else 0].append(seed)
    return dict(sorted(groups.items()))


def _train_together(
    experiment: Any, folder: RunFolder, seeds: Sequence[int], report: Report | None, device: str
) -> dict[int, int]:
    settings = experiment.training
    engine = fastest_engine(device, experiment.agent.core)
    trainer = Trainer(experiment.task, experiment.agent, settings, seeds, engine)
    curves: dict[int, list[dict[str, float]]] = {seed: [] for seed in seeds}
    saved = {s: folder.seed_path(s, CHECKPOINT_FILE) for s in seeds}
    if all(path.exists() for path in saved.values()):
        trainer.restore({seed: _read_checkpoint(folder, seed) for seed in saved})
        curves = {seed: _read_curve(folder, seed, trainer.batch) for seed in seeds}
    else:
        _save_snapshot(folder, trainer, 0.0)
    every = max(1, settings.n_batches // N_LOGGED)
    snapshots = _snapshot_batches(experiment)
    window: list[Progress] = []
    good = _checkpoints(trainer)
    last_saved = perf_counter()
    try:
        for progress in trainer.run():
            window.append(progress)
            for share in snapshots.get(progress.batch, ()):
                _save_snapshot(folder, trainer, share)
            if progress.batch % every == 0 or progress.batch == settings.n_batches:
                _log(curves, seeds, window)
                window = []
                good |= _checkpoints(trainer)
                if report is not None:
                    report(experiment, seeds, progress)
                if perf_counter() - last_saved > CHECKPOINT_EVERY:
                    _save(folder, good, curves)
                    last_saved = perf_counter()
    finally:  # also when interrupted: what is saved is the state at the last row of the curve
        _save(folder, good, curves)
    for index, seed in enumerate(seeds):
        if seed not in trainer.diverged:
            weights = trainer.population.weights(index)
            write_arrays(folder.seed_path(seed, weights_file()), weights)
    return trainer.diverged


def _checkpoints(trainer: Trainer) -> dict[int, Checkpoint]:
    """Of all seeds that have not diverged; none where a run begins anew once it is interrupted."""
    going = [seed for seed in trainer.seeds if seed not in trainer.diverged]
    return {seed: trainer.checkpoint(seed) for seed in going if trainer.resumes}


def _snapshot_batches(experiment: Any) -> dict[int, list[float]]:
    """Batches after which the snapshots that tests ask for are taken."""
    n = experiment.training.n_batches
    batches = defaultdict(list)
    for share in sorted({test.snapshot for test in experiment.all_tests.values()} - {0.0, 1.0}):
        batches[max(1, round(share * n))].append(share)
    return batches


def _save_snapshot(folder: RunFolder, trainer: Trainer, share: float) -> None:
    for index, seed in enumerate(trainer.seeds):
        path = folder.seed_path(seed, weights_file(share))
        write_arrays(path, trainer.population.weights(index))


def _save(folder: RunFolder, checkpoints: dict[int, Checkpoint], curves: dict) -> None:
    for seed, rows in curves.items():
        _write_curve(folder.seed_path(seed, "training.csv"), rows)
    for seed, checkpoint in checkpoints.items():
        path = folder.seed_path(seed, CHECKPOINT_FILE)
        write_arrays(path, {**checkpoint, "key": _key(folder)})


def _read_checkpoint(folder: RunFolder, seed: int) -> Checkpoint:
    """The checkpoint of a seed, if it is one of this very run."""
    path = folder.seed_path(seed, CHECKPOINT_FILE)
    checkpoint = read_arrays(path)
    if not np.array_equal(checkpoint.pop("key", np.empty(0)), _key(folder)):
        raise ValueError(f"{path} is a checkpoint of other settings; delete it, or use --force")
    return checkpoint


def _key(folder: RunFolder) -> np.ndarray:
    return np.frombuffer(folder.path.name.encode(), np.uint8)


def _log(curves: dict, seeds: Sequence[int], window: list[Progress]) -> None:
    """Add a row to each seed's curve: means over the batches since the last one."""
    last = window[-1]
    for index, seed in enumerate(seeds):
        row: dict[str, float] = {
            "batch": last.batch, "update": last.updates, "episodes": last.lives, "steps": last.steps,
        }  # fmt: skip
        for name in ("reward", "policy_loss", "value_loss", "entropy", "gradient_norm"):
            row[name] = float(np.mean([p.measured[name][index] for p in window]))
        for trial, reward in enumerate(_by_trial(window, index), start=1):
            row[f"reward_trial_{trial}"] = reward
        row["seconds"] = round(sum(p.seconds for p in window), 4)
        curves[seed].append(row)


def _by_trial(window: list[Progress], index: int) -> list[float]:
    """Mean reward of each trial that this seed came to; 0 for batches in which it did not."""
    rows = [p.measured["reward_trial"][index] for p in window]
    table = np.full((len(rows), max(len(row) for row in rows)), np.nan)
    for at, row in enumerate(rows):
        table[at, : len(row)] = row
    reached = np.flatnonzero(~np.isnan(table).all(axis=0))
    return np.nan_to_num(table).mean(axis=0)[: reached[-1] + 1].tolist() if len(reached) else []


def _write_curve(path: Path, rows: list[dict[str, float]]) -> None:
    longest = max(rows, key=len, default={"batch": 0.0})
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(longest))
    writer.writeheader()
    writer.writerows(rows)
    atomic_write(path, lambda part: part.write_text(text.getvalue()))


def _read_curve(folder: RunFolder, seed: int, batch: int) -> list[dict[str, float]]:
    """The curve up to `batch`; integers stay integers, so that rewriting it changes nothing."""
    with folder.seed_path(seed, "training.csv").open(newline="") as file:
        rows = [{k: _number(v) for k, v in row.items() if v} for row in csv.DictReader(file)]
    return [row for row in rows if row["batch"] <= batch]


def _number(text: str) -> float:
    return int(text) if text.lstrip("-").isdigit() else float(text)
