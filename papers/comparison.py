"""Networks and learners beside animals and people: one set of measures, computed once for both."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.catalogue import DATASETS
from ..data.facts import Summary, summary, unknown
from ..data.loaders import load_dataset
from ..data.own_table import read_own_table
from .summaries import SAMPLES, STAY_CELLS, bandit_measures, two_step_measures

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

TWO_STEP = (
    *STAY_CELLS, "reward_by_transition_interaction", "reward_index", "transition_index",
    "planning_index", "model_free_index",
)  # fmt: skip
BANDIT = ("win_stay", "lose_shift", "switch")
"""What is compared, in the order of the table."""

FEW_SUBJECTS = 20  # chosen: five for each of the four cells, below which a covariance is rough


@dataclass(frozen=True)
class Comparison:
    """Where the seeds of an agent stand among subjects.

    Attributes
    ----------
    agents, data : str
        What is compared with what.
    table : DataFrame
        One row a measure: `agents` (mean over `n_seeds`), `data` and `se` (mean over
        `n_subjects`), `z` = (agents - data) / SD between subjects, `share_beyond`: share of
        subjects farther out than the agents' mean. NaN where it cannot be known.
    distance : float or None
        Mahalanobis distance of the four stay probabilities.
    notes : tuple of str
        What a reader has to know: samples, exclusions, what was assumed.
    seeds, subjects : DataFrame
        The measures of each seed and each subject; `subjects` is None where only the summary of a
        data set is there.
    """

    agents: str
    data: str
    table: pd.DataFrame
    distance: float | None
    notes: tuple[str, ...]
    seeds: pd.DataFrame
    subjects: pd.DataFrame | None

    def __str__(self) -> str:
        rows = [("", "agents", "data +- SE", "z", "beyond")]
        for name, row in self.table.iterrows():
            rows.append(
                (
                    str(name),
                    f"{row.agents:.3f}",
                    f"{row.data:.3f} +- {row.se:.3f}",
                    _or_dash(row.z, "+.2f"),
                    _or_dash(row.share_beyond, ".0%"),
                )
            )
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = [f"{self.agents}  |  {self.data}"]
        for first, *rest in rows:
            cells = [first.ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
            lines.append("  ".join(cells))
        if self.distance is not None:
            lines.append(
                f"Mahalanobis distance of the four stay probabilities: {self.distance:.2f}"
            )
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def draw(self) -> Any:
        """The matplotlib figure."""
        from .comparison_figure import draw_comparison

        return draw_comparison(self)


def compare(
    recording: xr.Dataset,
    name: str,
    data: str | Path | pd.DataFrame,
    *,
    sample: str | None = None,
    **columns: Any,
) -> Comparison:
    """Compare a recording with a data set of the catalogue or with a user's own table.

    Parameters
    ----------
    recording : Dataset with a leading dim seed
    name : str
        What the recording is called.
    data : name in `DATASETS`, path of a csv file, or DataFrame
        A data set is read by trial from FASTSLOW_DATA where it is there, else its summary is used.
    sample : str, optional
        Of a data set: "standard" by default, or "attentive" people.
    columns
        Of an own table, see `data.own_table.read_own_table`.
    """
    two_step = "common" in recording
    wanted = TWO_STEP if two_step else BANDIT
    seeds = _measure_recording(recording, wanted, name)
    if isinstance(data, str) and data in DATASETS:
        group = _from_catalogue(data, sample or "standard", wanted, name, columns)
    else:
        group = _from_table(data, sample, two_step, columns)
    table, lacking = _table(seeds, group, wanted)
    distance, about = _distance(seeds, group) if two_step else (None, [])
    return Comparison(
        agents=f"{name}, {len(seeds)} seed{'s' if len(seeds) > 1 else ''}",
        data=f"{group.label}, {group.n} subjects",
        table=table,
        distance=distance,
        notes=(*group.notes, *lacking, *about),
        seeds=seeds,
        subjects=group.subjects,
    )


@dataclass(frozen=True)
class _Group:
    """Animals or people: each subject's measures, or only their summary."""

    label: str
    n: int
    notes: tuple[str, ...]
    subjects: pd.DataFrame | None = None
    summary: Summary | None = None

    def estimate(self, name: str) -> tuple[float, float, int]:
        """Mean, SD and number of subjects."""
        if self.summary is not None:
            found = self.summary[name]
            return found.mean, found.sd, found.n
        values = self.values(name)
        if len(values) < 2:
            raise ValueError(f"{name}: {len(values)} subjects have it; a spread needs two")
        return float(values.mean()), float(values.std(ddof=1)), len(values)

    def values(self, name: str) -> np.ndarray:
        """One value for each subject that has it, none from a summary."""
        return np.array([]) if self.subjects is None else self.subjects[name].dropna().to_numpy()


def _from_catalogue(
    data: str, sample: str, wanted: tuple[str, ...], name: str, columns: Mapping[str, Any]
) -> _Group:
    given = [column for column, value in columns.items() if value]
    if given:
        raise ValueError(
            f"{data} is in the catalogue and its columns are known: leave out {', '.join(given)}"
        )
    _check_sample(data, sample, wanted, name)
    label = f"{data} ({DATASETS[data].task}; sample {sample})"
    subjects = _subjects(data, sample)
    if subjects is not None:
        return _Group(label, len(subjects), (), subjects)
    short = summary(data, sample)
    note = (
        "data from the summary that comes with fastslow; the share beyond needs the trials in the "
        "folder FASTSLOW_DATA"
    )
    return _Group(label, short.n_subjects, (note,), summary=short)


def _from_table(
    data: str | Path | pd.DataFrame, sample: str | None, two_step: bool, columns: Mapping[str, Any]
) -> _Group:
    if isinstance(data, str) and "." not in data and not Path(data).exists():
        raise ValueError(unknown("data set or csv file", data, DATASETS))
    if sample is not None:
        raise ValueError("a sample belongs to a data set of the catalogue, not to an own table")
    given = {column: value for column, value in columns.items() if value}
    frame, notes = read_own_table(data, two_step=two_step, **given)
    subjects = _measure_table(frame, two_step)
    label = Path(data).name if isinstance(data, str | Path) else "own table"
    return _Group(label, len(subjects), tuple(notes), subjects)


def _measure_recording(recording: xr.Dataset, wanted: tuple[str, ...], name: str) -> pd.DataFrame:
    from ..analysis.trials import choice_trials

    try:
        trials = choice_trials(recording)
    except (ValueError, KeyError) as error:
        raise ValueError(f"{name} has no choices to compare: {error.args[0]}") from error
    seeds = _measures(trials, "common" in recording)[list(wanted)]
    for measure in wanted:
        if seeds[measure].isna().any():
            lacking = ", ".join(map(str, seeds.index[seeds[measure].isna()]))
            raise ValueError(f"{name}: no trial speaks to {measure} in seeds {lacking}")
    return seeds


def _measure_table(frame: pd.DataFrame, two_step: bool) -> pd.DataFrame:
    from ..analysis.tables import table_trials

    session = "session" if "session" in frame else None
    common = "common" if two_step else None
    return _measures(table_trials(frame, session=session, common=common), two_step)


def _measures(trials: xr.Dataset, two_step: bool) -> pd.DataFrame:
    """One row a seed or subject; a measure without a trial is NaN."""
    with warnings.catch_warnings():  # what is NaN is said by those who use it
        warnings.filterwarnings("ignore", message=r".* rest on no pair")
        return _joined((two_step_measures if two_step else bandit_measures)(trials))


def _joined(measured: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    return pd.concat(measured.values(), axis=1)


def _check_sample(data: str, sample: str, wanted: tuple[str, ...], name: str) -> None:
    if data not in SAMPLES:
        usable = ", ".join(SAMPLES)
        raise ValueError(f"{data} describes no population; data sets to compare with: {usable}")
    if sample not in SAMPLES[data]:
        raise ValueError(f"{unknown(f'sample of {data}', sample, SAMPLES[data])} (--sample)")
    if not set(wanted) <= set(summary(data, sample).quantities):
        raise ValueError(
            f"{name} is compared by {wanted[0]} and the like, which {data} "
            f"({DATASETS[data].task}) does not have"
        )


def _subjects(data: str, sample: str) -> pd.DataFrame | None:
    """Each subject's measures, None where the trials are not on this machine."""
    declared = SAMPLES[data][sample]
    if not os.environ.get("FASTSLOW_DATA"):
        return None
    try:
        frame = load_dataset(data, declared.measured_on or declared.exclude, declared.table)
    except FileNotFoundError:
        return None
    return _joined(declared.measure(frame))


def _table(
    seeds: pd.DataFrame, group: _Group, wanted: tuple[str, ...]
) -> tuple[pd.DataFrame, list[str]]:
    """One row a measure, and which subjects lack which."""
    import pandas as pd

    from ..analysis.comparison import standing

    rows, notes = {}, []
    for name in wanted:
        agents, values = seeds[name].to_numpy(), group.values(name)
        mean, sd, n = group.estimate(name)
        if group.subjects is not None and n < group.n:
            missing = group.subjects.index[group.subjects[name].isna()]
            who = ", ".join(map(str, missing[:5])) + (", ..." if len(missing) > 5 else "")
            notes.append(f"{name}: no trial speaks to it in {len(missing)} subjects ({who})")
        if sd == 0:
            notes.append(f"{name}: the subjects do not differ from each other, so there is no z")
        known = len(values) > 0 and sd > 0
        rows[name] = {
            "agents": agents.mean(), "n_seeds": len(agents), "data": mean, "se": sd / np.sqrt(n),
            "n_subjects": n, "sd": sd, "z": (agents.mean() - mean) / sd if sd > 0 else np.nan,
            "share_beyond": standing(agents, values).share_beyond if known else np.nan,
        }  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure"), notes


def _distance(seeds: pd.DataFrame, group: _Group) -> tuple[float | None, list[str]]:
    """Mahalanobis distance of the four cells, or why there is none."""
    from ..analysis.comparison import mahalanobis_distance, profile_distance

    cells = list(STAY_CELLS)
    agents, n = seeds[cells].to_numpy(), group.n
    if group.subjects is not None:
        complete = group.subjects[cells].dropna().to_numpy()
        n = len(complete)
        try:
            distance = mahalanobis_distance(agents, complete)
        except ValueError as error:
            return None, [f"no Mahalanobis distance: {error}"]
    elif group.summary is not None and group.summary.stay_covariance is not None:
        profile = [group.summary[cell].mean for cell in cells]
        distance = profile_distance(agents.mean(axis=0), profile, group.summary.stay_covariance)
    else:
        return None, [f"no Mahalanobis distance: {group.label} comes without a covariance"]
    rough = f"the Mahalanobis distance rests on {n} subjects: its covariance is rough"
    return distance, [rough] if n < FEW_SUBJECTS else []


def _or_dash(number: float, form: str) -> str:
    return "-" if np.isnan(number) else format(number, form)


__all__ = ["Comparison", "compare"]
