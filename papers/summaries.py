"""Summaries of the behavioral data sets, computed with the analyses that agents go through.

    python -m fastslow.papers.summaries miller_rat_twostep

reads the data set from $FASTSLOW_DATA and writes `data/summary/miller_rat_twostep.toml`: means,
standard deviations, standard errors and covariances over subjects, never a subject's own values.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.catalogue import dataset
from ..data.facts import unknown
from ..data.loaders import load_dataset

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

STAY_CELLS = (
    "stay_common_rewarded", "stay_rare_rewarded", "stay_common_unrewarded", "stay_rare_unrewarded"
)  # fmt: skip
"""The four cells in the order of the covariance."""

Measured = dict[str, "pd.DataFrame"]
"""For each unit, one row a subject and one column a quantity."""


@dataclass(frozen=True)
class Sample:
    """Which trials are summarized, and how each subject is measured."""

    measure: Callable[[pd.DataFrame], Measured]
    exclude: str = "standard"
    table: str | None = None
    measured_on: str | None = None  # the sample that keeps ignored trials in place, for lags


def two_step(frame: pd.DataFrame) -> Measured:
    """What `two_step_measures` finds in a table of animals or people."""
    from ..analysis.tables import table_trials

    session = "session" if "session" in frame else None
    return two_step_measures(
        table_trials(frame, choice="choice1", common="common", session=session)
    )


def two_step_measures(trials: xr.Dataset) -> Measured:
    """Stay probabilities, their contrasts and the two regressions, for each subject or seed."""
    import pandas as pd

    from ..analysis import behavior, history

    stay = behavior.stay_probability(trials)
    subjects = stay[stay.dims[0]].to_numpy()
    cells = {
        name: stay.sel(transition=transition, reward=reward).to_numpy()
        for name, transition, reward in zip(
            STAY_CELLS, ("common", "rare") * 2, (1, 1, 0, 0), strict=True
        )
    }
    contrasts = {
        contrast.__name__: contrast(stay).to_numpy()
        for contrast in (
            behavior.reward_by_transition_interaction,
            behavior.reward_index,
            behavior.transition_index,
        )
    }
    weights = behavior.stay_regression(trials, ridge=0.01)
    lagged = history.lagged_regression(trials, n_lags=5, ridge=0.1)
    odds = {
        f"stay_weight_{name}": weights.sel(coefficient=name).to_numpy()
        for name in weights["coefficient"].to_numpy()
    } | {
        name: lagged[name].to_numpy()
        for name in ("planning_index", "model_free_index", "perseveration", "common_stay_index")
    }
    return {
        "probability": pd.DataFrame(cells, index=subjects),
        "difference of probabilities": pd.DataFrame(contrasts, index=subjects),
        "log odds": pd.DataFrame(odds, index=subjects),
    }


def two_step_people(frame: pd.DataFrame) -> Measured:
    """As `two_step`, and what people do at the second stage."""
    measured = two_step(frame)
    measured["probability"] = measured["probability"].join(second_stage_stay(frame))
    rare, common = (
        frame[frame["common"] == kind].groupby("subject", sort=False)["rt2"].median()
        for kind in (0, 1)
    )
    measured["s"] = (rare - common).to_frame("rt_cost")
    return measured


def second_stage_stay(frame: pd.DataFrame) -> pd.DataFrame:
    """Probability of repeating the second-stage choice at the next visit of the same state."""
    import pandas as pd

    visits = frame.groupby(["subject", "state2"], sort=False)
    last_choice, last_reward = visits["choice2"].shift(), visits["reward"].shift()
    stay = (frame["choice2"] == last_choice).where(last_choice.notna())
    return pd.DataFrame(
        {
            f"second_stage_stay_{name}": stay[last_reward == reward]
            .astype(float)
            .groupby(frame["subject"], sort=False)
            .mean()
            for name, reward in (("rewarded", 1), ("unrewarded", 0))
        }
    )


def reversal(frame: pd.DataFrame) -> Measured:
    """Learning curve within blocks of 15, and win-stay, lose-shift."""
    import pandas as pd

    from ..analysis.reversal import block_curve
    from ..analysis.tables import table_trials

    trials = table_trials(frame, best_action="correct_option")
    curve = block_curve(trials, block_length=15)
    columns = {
        f"{name}_{position}": curve[name].sel(position=position).to_numpy()
        for name in ("correct", "perseveration")
        for position in curve["position"].to_numpy()
    }
    measured = pd.DataFrame(columns, index=trials["subject"].to_numpy())
    return {"probability": measured.join(bandit_measures(trials)["probability"])}


def bandit_measures(trials: xr.Dataset) -> Measured:
    """Win-stay, lose-shift and switching, for each subject or seed."""
    import pandas as pd

    from ..analysis.behavior import win_stay_lose_shift

    wins = win_stay_lose_shift(trials)
    columns = {str(name): wins[name].to_numpy() for name in wins}
    subjects = wins[next(iter(wins.sizes))].to_numpy()
    return {"probability": pd.DataFrame(columns, index=subjects)}


def bandit(frame: pd.DataFrame) -> Measured:
    """Win-stay, lose-shift, and the choice-history kernel, for each subject."""
    import pandas as pd

    from ..analysis import history
    from ..analysis.tables import table_trials

    trials = table_trials(frame.assign(choice=frame["choice"].map({"X": 0, "Y": 1, "Z": 2})))
    kernel = history.choice_history(trials, n_lags=6, ridge=1.0)
    subjects = trials["subject"].to_numpy()
    weights = {
        f"history_{name}_{lag}": kernel[name].sel(lag=lag).to_numpy()
        for name in ("rewarded", "unrewarded")
        for lag in kernel["lag"].to_numpy()
    }
    return {
        **bandit_measures(trials),
        "log odds": pd.DataFrame(weights, index=subjects),
    }


def learning_rate(frame: pd.DataFrame) -> Measured:
    """Update of a slider divided by its prediction error, overall and by time since a change.

    The rate is the slope through the origin of update on error. Time since the last change point
    counts from the first one inside a session on, since the start of a session is flagged too.
    """
    import pandas as pd

    session = ["subject", "session_idx"]
    before = frame.groupby(session, sort=False)["estimate"].shift()
    error = frame["outcome"] - before
    product, square = (frame["estimate"] - before) * error, error**2
    changed = (frame["did_change_point_occur"] == 1) & (frame["outcome_idx"] > 0)
    n_changes = changed.groupby([frame[name] for name in session], sort=False).cumsum()
    since = frame.groupby([*session, n_changes], sort=False).cumcount().where(n_changes > 0)

    def rate(use: pd.Series) -> pd.Series:
        by = frame.loc[use, "subject"]
        return (
            product[use].groupby(by, sort=False).sum() / square[use].groupby(by, sort=False).sum()
        )

    rates = {"learning_rate": rate(before.notna())} | {
        f"learning_rate_{k}_after_change": rate(before.notna() & (since == k)) for k in range(16)
    }
    miss = (frame["estimate"] - frame["hidden_parameter"]).abs()
    correlation = pd.Series(
        {
            subject: person["estimate"].corr(person["hidden_parameter"])
            for subject, person in frame.groupby("subject", sort=False)
        }
    )
    return {
        "1": pd.DataFrame(rates | {"correlation_with_truth": correlation}),
        "slider range": miss.groupby(frame["subject"], sort=False)
        .mean()
        .to_frame("error_to_truth"),
    }


SAMPLES: dict[str, dict[str, Sample]] = {
    "miller_rat_twostep": {"standard": Sample(two_step)},
    "zorowitz2023_twostep": {
        "standard": Sample(two_step_people),
        "attentive": Sample(two_step_people, "attentive"),
    },
    "zorowitz2023_reversal": {
        "standard": Sample(reversal),
        "attentive": Sample(reversal, "attentive"),
    },
    "foucault2024_adaprob": {
        "probability": Sample(learning_rate, table="ada_prob_trials"),
        "magnitude": Sample(learning_rate, table="ada_pos_trials"),
    },
    "cavanagh2015_bandit3": {"standard": Sample(bandit, measured_on="lagged")},
}
"""The samples that are summarized; not the mice, whose nine sessions describe no population."""


def summarize(name: str) -> dict[str, Any]:
    """Summarize a data set from $FASTSLOW_DATA; the content of its summary file.

    Returns
    -------
    dict
        `dataset`, `license`, `citation`, and for each of `samples` the numbers of subjects and
        trials, the sha256 of the table, what each rule excluded, the quantities and, for two-step
        tasks, the covariance between subjects of the four stay probabilities.
    """
    if name not in SAMPLES:
        raise ValueError(unknown("summary of data set", name, SAMPLES))
    entry = dataset(name)
    content: dict[str, Any] = {
        "dataset": name, "license": entry.license, "citation": entry.citation, "samples": {}
    }  # fmt: skip
    for label, sample in SAMPLES[name].items():
        frame = load_dataset(name, sample.exclude, sample.table)
        measured = sample.measure(
            load_dataset(name, sample.measured_on, sample.table) if sample.measured_on else frame
        )
        found: dict[str, Any] = {
            "n_subjects": int(frame["subject"].nunique()),
            "n_trials": len(frame),
            "sha256": frame.attrs["sha256"],
            "excluded": frame.attrs["excluded"],
            "quantities": {
                quantity: estimate(values.to_numpy(), unit)
                for unit, columns in measured.items()
                for quantity, values in columns.items()
            },
        }
        if set(STAY_CELLS) <= set(measured.get("probability", ())):
            cells = measured["probability"][list(STAY_CELLS)].dropna()
            found["stay_covariance"] = {
                "order": list(STAY_CELLS),
                "n": len(cells),
                "value": np.cov(cells.to_numpy().T, ddof=1).tolist(),
            }
        content["samples"][label] = found
    return content


def estimate(values: np.ndarray, unit: str) -> dict[str, Any]:
    """Mean, SD, SE and count over subjects; a subject without a value is not counted.

    Examples
    --------
    >>> estimate(np.array([1.0, 3.0, np.nan]), "s")["mean"]
    2.0
    """
    values = np.asarray(values, float)
    values = values[~np.isnan(values)]
    if len(values) < 2:
        raise ValueError(f"a spread needs at least 2 subjects, got {len(values)}")
    sd = float(values.std(ddof=1))
    numbers = {
        "mean": float(values.mean()), "sd": sd, "se": sd / len(values) ** 0.5, "n": len(values),
        "unit": unit,
    }  # fmt: skip
    if (values < 0).any() or unit != "probability":
        numbers["share_positive"] = float((values > 0).mean())
    return numbers


def as_toml(content: dict[str, Any]) -> str:
    """Write a summary as TOML, numbers to six digits."""
    lines = [
        f"# Written by: python -m fastslow.papers.summaries {content['dataset']}",
        "# Means over subjects, se = sd / sqrt(n), sd with ddof 1.",
        *(f"{name} = {_inline(content[name])}" for name in ("dataset", "license", "citation")),
    ]
    for label, found in content["samples"].items():
        lines += ["", f"[samples.{label}]"]
        lines += [
            f"{name} = {_inline(found[name])}" for name in ("n_subjects", "n_trials", "sha256")
        ]
        for part in ("excluded", "stay_covariance", "quantities"):
            if part in found:
                lines += ["", f"[samples.{label}.{part}]"]
                lines += [f"{_key(name)} = {_inline(v)}" for name, v in found[part].items()]
    return "\n".join(lines) + "\n"


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, int):
        return str(value)
    number = f"{value:.6g}"
    return number if any(c in number for c in ".en") else f"{number}.0"


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() else _inline(name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Summarize behavioral data sets.")
    parser.add_argument("dataset", choices=list(SAMPLES), nargs="+")
    folder = Path(__file__).parents[1] / "data" / "summary"
    for name in parser.parse_args().dataset:
        (folder / f"{name}.toml").write_text(as_toml(summarize(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
