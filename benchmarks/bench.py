"""Compare this toolkit with eager torch, JAX and RecurrentPPO on a bandit, side by side in one run.

    make bench                    everything, about half an hour
    make bench ARGS=--quick       every part, each too short to quote

Prints one table a section and writes each as CSV. Nothing else should run on the machine. All
processes get the same cores; each peer's script (`ours.py`, `jax_a2c.py` ...) can be run alone.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from peak import peak_of_one_core
from setting import CRITERION, Setting
from table import text, with_ratios, write_csv

HERE = Path(__file__).parent
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Job:
    """A peer's script with the settings it is run with."""

    script: str
    name: str
    settings: Mapping[str, object]

    def run(
        self, measure: str, n_threads: int, timeout: float | None = None, **more: object
    ) -> dict | None:
        """What the script measured, or None if it was stopped after `timeout` seconds."""
        started = time.time()
        options = {**self.settings, **more, "started": started}
        command = [sys.executable, str(HERE / self.script), measure]
        command += [part for name, value in options.items() for part in (f"--{name}", str(value))]
        environment = os.environ | dict.fromkeys(THREAD_VARIABLES, str(n_threads))
        pin = None
        if hasattr(os, "sched_setaffinity"):
            cores = sorted(os.sched_getaffinity(0))[:n_threads]

            def pin() -> None:
                os.sched_setaffinity(0, cores)

        try:
            done = subprocess.run(
                command, env=environment, preexec_fn=pin, timeout=timeout,
                capture_output=True, text=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return None
        finally:
            took = time.time() - started
            print(f"{self.name}, {measure}: {took:.1f} s", file=sys.stderr, flush=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])


def job(script: str, name: str, **settings: object) -> Job:
    return Job(script, name, settings)


OURS = job("ours.py", "fastslow", n_lanes=64)
OUR_POPULATION = job("ours.py", "fastslow", n_lanes=64, n_seeds=4)
WIDER = [job("ours.py", "fastslow", n_lanes=lanes, n_seeds=4) for lanes in (128, 256)]
WITHOUT_COMPILER = [
    job("ours.py", "fastslow in torch", engine="manual", n_lanes=lanes, n_seeds=seeds)
    for seeds, lanes in ((4, 64), (1, 16), (1, 64), (1, 256))
]
VARIANTS = {"hand": "JAX by hand", "scan": "JAX scan"}
JAX = [
    job("jax_a2c.py", name, variant=variant, n_lanes=lanes)
    for variant, name in VARIANTS.items()
    for lanes in (16, 64, 128, 256, 1024)
]
JAX_POPULATIONS = [
    job(
        "jax_a2c.py", f"{name}, {population}",
        variant=variant, population=population, n_lanes=lanes, n_seeds=4,
    )
    for variant, name in VARIANTS.items() for population in ("cores", "vmap") for lanes in (64, 128)
]  # fmt: skip
TORCH = [job("torch_a2c.py", "eager torch", n_lanes=lanes) for lanes in (64, 1024)]
TORCH_POPULATION = job("torch_a2c.py", "eager torch", n_lanes=64, n_seeds=4)
PPO = job("recurrent_ppo.py", "RecurrentPPO", n_lanes=8)

# Lanes with which each engine waits least; all seeds count, none is chosen.
TO_CRITERION = [
    job("ours.py", "fastslow", n_lanes=32, check_every=25),
    job("ours.py", "fastslow in torch", engine="manual", n_lanes=32, check_every=25),
    job("jax_a2c.py", "JAX by hand", variant="hand", n_lanes=32, check_every=24),
    job("jax_a2c.py", "JAX by hand", variant="hand", n_lanes=64, check_every=16),
    job("jax_a2c.py", "JAX scan", variant="scan", n_lanes=64, check_every=16),
    job("torch_a2c.py", "eager torch", n_lanes=64, check_every=16),
    job("recurrent_ppo.py", "RecurrentPPO", n_lanes=8, check_every=1),
]

SCALING = {
    "n_lanes": (16, 32, 64, 128, 256, 1024),
    "n_units": (16, 32, 48, 64, 128, 256),
    "n_seeds": (1, 2, 4, 8, 16),
    "n_threads": (1, 2, 4, 8),
    "n_trials": (25, 100, 400),
}


@dataclass(frozen=True)
class Effort:
    """How long everything is measured; peers are stopped after `patience` times our time."""

    n_threads: int
    seconds: float
    repeats: int
    rounds: int
    seeds: int
    criterion: float
    patience: float


def measure(jobs: Sequence[Job], effort: Effort, n_threads: int | None = None) -> list[dict]:
    """What each job's script measured, in `rounds` turns: what slows the machine slows all alike."""
    n_threads = n_threads or effort.n_threads
    turns = [
        [
            job.run("throughput", n_threads, seconds=effort.seconds, repeats=effort.repeats)
            for job in jobs
        ]
        for _ in range(effort.rounds)
    ]
    return [
        {
            "steps_per_second": [rate for result in results for rate in result["steps_per_second"]],
            "megabytes": max(result["megabytes"] for result in results),
        }
        for results in zip(*turns, strict=True)
    ]


def throughput_rows(
    jobs: Sequence[Job], effort: Effort, peak: float, n_threads: int | None = None
) -> list[dict]:
    """Median training steps per second, all seeds together, and its share of what is possible."""
    rows = []
    for job, result in zip(jobs, measure(jobs, effort, n_threads), strict=True):
        settings = {k: v for k, v in job.settings.items() if k in Setting.__dataclass_fields__}
        setting, rates = Setting(**settings), result["steps_per_second"]
        median = statistics.median(rates)
        limit = peak * (n_threads or effort.n_threads)
        rows.append({
            "peer": job.name, "seeds": setting.n_seeds, "lanes": setting.n_lanes,
            "units": setting.n_units, "trials": setting.n_trials,
            "threads": n_threads or effort.n_threads,
            "steps/s": median, "slowest": min(rates), "fastest": max(rates),
            "share of limit": median * setting.operations_per_step / limit,
            "MB": result["megabytes"],
        })  # fmt: skip
    return rows


def compare_throughput(effort: Effort, peak: float) -> list[dict]:
    """All peers; ratios say how many times faster this toolkit is with a process a core, the first row."""
    spread = [
        Job("ours.py", "fastslow, cores", {**one.settings, "jobs": effort.n_threads})
        for one in (OUR_POPULATION, *WIDER)
    ]
    jobs = [
        *spread, OUR_POPULATION, *WIDER, OURS, *WITHOUT_COMPILER, *JAX_POPULATIONS, *JAX, TORCH_POPULATION, *TORCH,
        PPO,
    ]  # fmt: skip
    return with_ratios(throughput_rows(jobs, effort, peak), "steps/s")


def compare_time(effort: Effort) -> list[dict]:
    """Seconds from process start until the criterion: the median of several seeds, each in turn.

    Where half the seeds were stopped, the median is a lower bound and marked '>'.
    """
    rows: list[dict] = []
    limit = None  # ours is first and sets it
    for job in TO_CRITERION:
        results: list[dict | None] = []
        for seed in range(effort.seeds):
            if results.count(None) > effort.seeds / 2:
                break  # the median is beyond the limit, whatever the others take
            settings = {"first_seed": seed, "criterion": effort.criterion}
            results.append(job.run("time_to_criterion", effort.n_threads, limit, **settings))
        seconds = [limit if result is None else result["seconds"] for result in results]
        median = statistics.median(seconds)
        reached = [result for result in results if result is not None]
        limit = limit or effort.patience * median
        rows.append({
            "peer": job.name, "lanes": job.settings["n_lanes"], "regret below": effort.criterion,
            "seeds": len(results), "reached": len(reached),
            "": ">" if median >= limit else "",
            "seconds": median, "fastest": min(seconds), "slowest": max(seconds),
            "share of it ours takes": rows[0]["seconds"] / median if rows else 1.0,
            "steps": statistics.median(r["steps"] for r in reached) if reached else None,
            "MB": max(r["megabytes"] for r in reached) if reached else None,
        })  # fmt: skip
    return rows


def scaling(effort: Effort, peak: float) -> Iterator[tuple[str, list[dict]]]:
    """How this toolkit's throughput changes with one setting, the others as in `OUR_POPULATION`."""
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    for name, values in SCALING.items():
        if name == "n_threads":
            counts = [n for n in values if n <= (n_cores or 1)]
            yield name, [throughput_rows([OUR_POPULATION], effort, peak, n)[0] for n in counts]
        else:
            jobs = [
                Job("ours.py", "fastslow", {**OUR_POPULATION.settings, name: n}) for n in values
            ]
            yield name, throughput_rows(jobs, effort, peak)


def summary(throughput: list[dict], times: list[dict]) -> list[dict]:
    """Each peer at its best: steps per second beside seconds to the criterion, and ours in ratio."""
    rows = []
    for peer in dict.fromkeys(row["peer"].split(", ")[0] for row in throughput):
        fastest = max(
            (row for row in throughput if row["peer"].split(", ")[0] == peer),
            key=lambda row: row["steps/s"],
        )
        soonest = min((row for row in times if row["peer"] == peer), key=lambda row: row["seconds"])
        rows.append({
            "peer": peer,
            "steps/s": fastest["steps/s"], "seeds": fastest["seeds"], "lanes": fastest["lanes"],
            "": soonest[""], "seconds to criterion": soonest["seconds"],
            "lanes then": soonest["lanes"],
        })  # fmt: skip
    for row in rows:
        row["ours, times the steps/s"] = rows[0]["steps/s"] / row["steps/s"]
        row["ours, times the speed to criterion"] = (
            row["seconds to criterion"] / rows[0]["seconds to criterion"]
        )
    return rows


def claims(throughput: list[dict], times: list[dict]) -> list[dict]:
    """What the toolkit promises, with what was found; JAX is taken at its best."""

    def best(rows: list[dict], name: str, column: str, choose=max, **where: object) -> float:
        found = [
            row[column] for row in rows
            if row["peer"].startswith(name) and all(row[k] == v for k, v in where.items())
        ]  # fmt: skip
        return choose(found)

    one = {"seeds": 1, "lanes": 64}
    population = best(throughput, "fastslow", "steps/s", seeds=4)
    ours, jax, ppo = (
        best(times, name, "seconds", min) for name in ("fastslow", "JAX", "RecurrentPPO")
    )
    return [
        {
            "claim": "4 seeds, steps/s, times the best JAX (any batch, also a population)",
            "promised": ">= 2", "found": population / best(throughput, "JAX", "steps/s"),
        },
        {
            "claim": "1 seed, 64 lanes, steps/s, times JAX",
            "promised": ">= 1.3",
            "found": best(throughput, "fastslow", "steps/s", **one)
            / best(throughput, "JAX", "steps/s", **one),
        },
        {"claim": "seconds to the criterion, share of JAX's", "promised": "<= 0.4", "found": ours / jax},
        {
            "claim": "seconds to the criterion, share of RecurrentPPO's",
            "promised": "<= 0.02", "found": ours / ppo,  # at most, where RecurrentPPO was stopped
        },
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="too short to quote; regret < 8")
    parser.add_argument("--threads", type=int, default=2, help="cores for each process (2)")
    parser.add_argument("--out", type=Path, default=Path("runs/bench"), help="folder of the CSVs")
    said = parser.parse_args()
    if said.quick:
        effort = Effort(
            said.threads, seconds=0.1, repeats=3, rounds=1, seeds=1, criterion=8.0, patience=5
        )
    else:
        effort = Effort(
            said.threads,
            seconds=0.5,
            repeats=4,
            rounds=3,
            seeds=5,
            criterion=CRITERION,
            patience=50,
        )

    def show(name: str, title: str, rows: list[dict]) -> None:
        print(f"\n{title}\n\n{text(rows)}", flush=True)
        write_csv(said.out / f"{name}.csv", rows)

    peak, method = peak_of_one_core()
    print(f"arithmetic limit of a core: {peak / 1e9:.0f} GFLOP/s ({method})")
    print(f"a training step takes {Setting().operations_per_step / 1e3:.1f} kFLOP in products")
    throughput = compare_throughput(effort, peak)
    show("throughput", "training steps per second, all seeds together", throughput)
    times = compare_time(effort)
    show(
        "criterion", "from process start to the criterion, imports and compilation included", times
    )
    show("summary", "side by side, each peer at its best", summary(throughput, times))
    show("claims", "what is promised", claims(throughput, times))
    for name, rows in scaling(effort, peak):
        show(f"scaling_{name}", f"scaling with {name}", rows)


if __name__ == "__main__":
    main()
