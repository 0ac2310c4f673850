"""What units tell about a variable: cross-validated decoding against a permutation null."""

from __future__ import annotations

import numpy as np
import xarray as xr

from .statistics import permutation_p
from .trials import by_trial, per_subject


def decode(
    recording: xr.Dataset,
    target: str | xr.DataArray,
    *,
    rng: np.random.Generator,
    variable: str = "hidden",
    align: str = "choice",
    classes: bool | None = None,
    penalty: float = 1.0,
    n_folds: int = 5,
    n_permutations: int = 99,
    max_trials: int = 5000,
) -> xr.Dataset:
    """Decode a label from the units, trial by trial, for each seed.

    Whole episodes are held out, and whole episodes are exchanged in the null, so that what trials
    of an episode share, and what changes with trial number alone, is never counted as coding.

    Parameters
    ----------
    recording : Dataset with dims ([seed,] episode, step, unit)
    target : str or DataArray with dims ([seed,] episode, trial)
        A variable of the recording, read on the aligned row, or one value a trial such as
        `trials.choice_trials(recording)["best_action"]`; NaN, or a negative integer, is none.
    rng : Generator
        Draws the folds, the permutations and the episodes kept.
    variable : str
        The units.
    align : "choice", "outcome" or "start"
        Row of the trial on which the units are read.
    classes : bool, optional
        Logistic regression, scored by balanced accuracy (mean recall of the classes), or ridge
        regression, scored by held-out R squared. By default integers and booleans are classes.
    penalty : float
        Strength of the L2 penalty on the weights of standardized units.
    n_folds, n_permutations : int
    max_trials : int
        Bounds time and memory: episodes are left out at random until no more trials remain.

    Returns
    -------
    Dataset with dims ([seed])
        `score`; `null` (further dim permutation), scores after permutation; `p`, one-sided, never
        below 1 / (n_permutations + 1); `chance`, the score without information; `n_trials`.
    """
    units = by_trial(recording, variable, align)
    if isinstance(target, str):
        if target not in recording:
            raise KeyError(
                f"the recording has no '{target}'; it has {', '.join(map(str, recording))}"
            )
        kind = recording[target].dtype.kind
        target = by_trial(recording, target, align)
    else:
        kind = target.dtype.kind
    if set(target.dims) != set(units.dims[:-1]) or target.shape != units.shape[:-1]:
        raise ValueError(
            f"target must have dims {units.dims[:-1]} and shape {units.shape[:-1]}, "
            f"got {target.dims} and {target.shape}"
        )
    if classes is None:
        classes = kind in "iub"
    if kind in "iu":
        target = target.where(target >= 0)

    def one_seed(data: xr.Dataset) -> xr.Dataset:
        x = data["units"].transpose("episode", "trial", ...).values
        y = data["target"].transpose("episode", "trial").values.astype(float)
        keep = _episodes(x, y, max_trials, n_folds, rng)
        x, y = x[keep], y[keep]
        fold = rng.permutation(np.arange(len(x)) % n_folds)
        score, n_trials = _score(x, y, fold, classes, penalty)
        null = [
            _score(x, y[rng.permutation(len(y))], fold, classes, penalty)[0]
            for _ in range(n_permutations)
        ]
        known = np.unique(y[np.isfinite(y)])
        result = xr.Dataset(
            {"score": score, "chance": 1 / len(known) if classes else 0.0, "n_trials": n_trials}
        )
        result["null"] = ("permutation", np.array(null))
        result["p"] = float(permutation_p(score, null))
        return result

    data = xr.Dataset({"units": units, "target": target})
    result = per_subject(data, one_seed)
    measure = "balanced accuracy" if classes else "R squared, held out"
    return result.assign_attrs(variable=variable, align=align, measure=measure, n_folds=n_folds)


def _episodes(
    x: np.ndarray, y: np.ndarray, max_trials: int, n_folds: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw the episodes to use, at most `max_trials` trials together."""
    n_trials = (np.isfinite(y) & np.isfinite(x[..., 0])).sum(axis=1)
    order = rng.permutation(len(x))
    order = order[n_trials[order] > 0]
    kept = order[n_trials[order].cumsum() <= max_trials]
    if len(kept) < n_folds:
        raise ValueError(
            f"decode needs at least {n_folds} episodes with the target, got {len(kept)} "
            f"(of {len(order)}; max_trials={max_trials})"
        )
    return np.sort(kept)


def _score(
    x: np.ndarray, y: np.ndarray, fold: np.ndarray, classes: bool, penalty: float
) -> tuple[float, int]:
    """Score predictions of held-out episodes, all folds together."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.metrics import balanced_accuracy_score, r2_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    use = np.isfinite(y) & np.isfinite(x[..., 0])
    x, y, fold = x[use], y[use], np.broadcast_to(fold[:, None], use.shape)[use]
    if len(np.unique(y)) < 2:
        raise ValueError("decode needs a target that varies; it is the same on every trial")
    predicted = np.empty(len(y))
    for held_out in np.unique(fold):
        train, test = fold != held_out, fold == held_out
        if len(np.unique(y[train])) == 1:  # nothing to tell apart in this fold
            predicted[test] = y[train][0]
            continue
        model = (
            LogisticRegression(C=1 / penalty, max_iter=1000) if classes else Ridge(alpha=penalty)
        )
        model = make_pipeline(StandardScaler(), model).fit(x[train], y[train])
        predicted[test] = model.predict(x[test])
    score = balanced_accuracy_score(y, predicted) if classes else r2_score(y, predicted)
    return float(score), len(y)
