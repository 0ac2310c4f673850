"""How each peer is run: as a script that trains, times itself, and prints one line of JSON."""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from typing import Protocol

import numpy as np
from setting import BEST_REWARD, CRITERION, Setting

N_TEST_EPISODES = 1000


class Peer(Protocol):
    """A trainer of `Setting`; it takes `per_call` updates at a time."""

    per_call: int

    def train(self, n_updates: int) -> float:
        """Train, wait for the end, and return the mean reward of the episodes played."""

    def regret(self, n_episodes: int) -> float:
        """Mean regret over at least `n_episodes` new episodes with frozen weights."""


def throughput(peer: Peer, setting: Setting, seconds: float, repeats: int) -> dict:
    """Training steps per second, all seeds together, in each of `repeats` stretches of `seconds`."""
    peer.train(peer.per_call)  # compiles
    n_updates, took = peer.per_call, 0.0
    while True:  # as many updates as fill a stretch
        start = time.perf_counter()
        peer.train(n_updates)
        took = time.perf_counter() - start
        if took > seconds / 2:
            break
        n_updates *= 2
    n_updates = peer.per_call * max(1, round(n_updates / peer.per_call * seconds / took))
    rates = []
    for _ in range(repeats):
        start = time.perf_counter()
        peer.train(n_updates)
        rates.append(n_updates * setting.steps_per_update / (time.perf_counter() - start))
    return {"steps_per_second": rates}


def time_to_criterion(
    peer: Peer, setting: Setting, criterion: float, check_every: int, started: float
) -> dict:
    """Train until the regret with frozen weights is below `criterion`.

    It is tested every `check_every` updates, or after the next multiple of what the peer takes at
    once. Testing takes time, so it is left out while the reward in training is far from what the
    criterion needs.
    """
    n_updates, check_every = 0, -(-check_every // peer.per_call) * peer.per_call
    while True:
        reward = peer.train(check_every)
        n_updates += check_every
        if BEST_REWARD * setting.n_trials - reward > 2 * criterion:
            continue
        regret = peer.regret(N_TEST_EPISODES)
        steps = n_updates * setting.steps_per_update
        seconds = time.time() - started
        print(f"{seconds:.2f} s, {steps} steps: regret {regret:.3f}", file=sys.stderr, flush=True)
        if regret < criterion:
            return {"seconds": seconds, "regret": regret, "steps": steps}


def kilobytes() -> float:
    """The most memory that this process has had."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if sys.platform == "darwin" else most


def main(make: Callable[..., Peer], **options: dict) -> None:
    """Run a peer's script; `make(setting, seeds, **options)` gets what its own `options` say."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("measure", choices=["throughput", "time_to_criterion"])
    for field in fields(Setting):
        kind = type(field.default)
        parser.add_argument(f"--{field.name}", type=kind, default=field.default)
    parser.add_argument("--first_seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1.0, help="length of a timed stretch")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--criterion", type=float, default=CRITERION, help="regret to go below")
    parser.add_argument("--check_every", type=int, default=16, help="updates between tests")
    parser.add_argument("--started", type=float, default=time.time(), help="time of the start")
    for name, option in options.items():
        parser.add_argument(f"--{name}", **option)
    said = vars(parser.parse_args())
    setting = Setting(**{field.name: said[field.name] for field in fields(Setting)})
    seeds = range(said["first_seed"], said["first_seed"] + setting.n_seeds)
    peer = make(setting, seeds, **{name: said[name] for name in options})
    if said["measure"] == "throughput":
        result = throughput(peer, setting, said["seconds"], said["repeats"])
    else:
        result = time_to_criterion(
            peer, setting, said["criterion"], said["check_every"], said["started"]
        )
    result["megabytes"] = (kilobytes() + getattr(peer, "kilobytes", 0)) / 1024
    print(json.dumps(result, default=lambda x: np.asarray(x).tolist()))
