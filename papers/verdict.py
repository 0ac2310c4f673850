"""The verdict on a signature: a t interval over seeds, and controls that must and must not show it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .declaration import Signature

if TYPE_CHECKING:
    import xarray as xr

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Measurement:
    """What a signature measures in one source: one number for each seed, and their interval.

    `interval` is None where no interval can be given: fewer than two seeds, or a seed that
    failed.
    """

    source: str
    seeds: tuple[float, ...]
    mean: float
    interval: tuple[float, float] | None

    def inside(self, low: float | None, high: float | None) -> bool:
        """Whether the whole interval lies within [low, high]."""
        if self.interval is None:
            return False
        return (low is None or self.interval[0] >= low) and (
            high is None or self.interval[1] <= high
        )

    def outside(self, low: float | None, high: float | None) -> bool:
        """Whether the whole interval lies below or above [low, high]."""
        if self.interval is None:
            return False
        return (low is not None and self.interval[1] < low) or (
            high is not None and self.interval[0] > high
        )


@dataclass(frozen=True)
class Verdict:
    """`shown`, `absent`, `undiagnostic` or `unclear`, and why."""

    signature: Signature
    verdict: str
    reason: str
    measured: Measurement
    shows: Measurement | None
    shows_not: Measurement | None
    beside: tuple[Measurement, ...] = ()

    def to_json(self) -> str:
        """One line with what `fastslow check --json` promises."""
        s, m = self.signature, self.measured
        controls = {
            role: {
                "source": c.source,
                "mean": _number(c.mean),
                "ci": c.interval,
                "seeds": [_number(value) for value in c.seeds],
            }
            for role, c in (("shows", self.shows), ("shows_not", self.shows_not))
            if c is not None
        }
        line = {
            "signature": s.name, "published": s.published, "measured": _number(m.mean),
            "ci": m.interval,
            "low": s.low, "high": s.high, "verdict": self.verdict,
            "seeds": [_number(value) for value in m.seeds], "controls": controls,
        }  # fmt: skip
        return json.dumps(line)


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return value if np.isfinite(value) else None


def measure(
    signature: Signature, source: str | Sequence[str], recordings: Mapping[str, xr.Dataset]
) -> Measurement:
    """Apply a signature's measure to a source; a seed that is not finite is a failure."""
    sources = (source,) if isinstance(source, str) else tuple(source)
    found = [recordings[s] for s in sources]
    failed = {
        seed for recording in found for seed in json.loads(recording.attrs.get("failed", "[]"))
    }
    if len(found) > 1:  # compared seed by seed: the seeds that all of them have
        common = sorted(set.intersection(*(set(recording.seed.values) for recording in found)))
        if not common:
            raise ValueError(f"{signature.name}: {' and '.join(sources)} have no seed in common")
        found = [recording.sel(seed=common) for recording in found]
    values = np.atleast_1d(np.asarray(signature.measure(*found), float))
    return measurement(" and ".join(sources), np.append(values, [np.nan] * len(failed)))


def measurement(source: str, values: np.ndarray) -> Measurement:
    """Mean and t interval of one number per seed."""
    from ..analysis.statistics import t_interval

    interval = None
    if len(values) > 1 and np.isfinite(values).all():
        found = t_interval(values, CONFIDENCE)
        interval = (float(found.low), float(found.high))
    return Measurement(source, tuple(map(float, values)), float(np.mean(values)), interval)


def judge(signature: Signature, recordings: Mapping[str, xr.Dataset]) -> Verdict:
    """The verdict on a signature, given the recordings of its sources.

    `shown`: the whole interval lies inside, the positive control's inside, the negative
    control's outside. `undiagnostic`: the negative control passes too. `absent`: the whole
    interval lies outside. Else `unclear`.
    """
    measured = measure(signature, signature.subject, recordings)
    shows = signature.shows and measure(signature, signature.shows, recordings)
    shows_not = signature.shows_not and measure(signature, signature.shows_not, recordings)
    verdict, reason = _decide(signature, measured, shows or None, shows_not or None)
    beside = tuple(measure(signature, source, recordings) for source in signature.beside)
    return Verdict(signature, verdict, reason, measured, shows or None, shows_not or None, beside)


def _decide(
    signature: Signature,
    measured: Measurement,
    shows: Measurement | None,
    shows_not: Measurement | None,
) -> tuple[str, str]:
    bounds = (signature.low, signature.high)
    if measured.interval is None:
        failed = not np.isfinite(measured.seeds).all()
        return "unclear", "a seed failed" if failed else "an interval needs two seeds or more"
    if shows_not is not None and shows_not.inside(*bounds):
        return "undiagnostic", f"the negative control {shows_not.source} passes too"
    if measured.outside(*bounds):
        return "absent", "the whole interval lies outside"
    if not measured.inside(*bounds):
        return "unclear", "the interval crosses a bound"
    if shows is not None and not shows.inside(*bounds):
        return "unclear", f"the positive control {shows.source} does not show it"
    if shows_not is not None and not shows_not.outside(*bounds):
        return "unclear", f"the negative control {shows_not.source} is not clearly outside"
    return "shown", "the whole interval lies inside, and the controls behave"


def wrong_by_chance(verdicts: Sequence[Verdict]) -> float:
    """Expected number of `shown` or `absent` verdicts wrong by chance, at most 5 % of each."""
    return (1 - CONFIDENCE) * sum(v.verdict in ("shown", "absent") for v in verdicts)


__all__ = ["Measurement", "Verdict", "judge", "measure", "measurement", "wrong_by_chance"]
