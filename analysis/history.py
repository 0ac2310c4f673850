"""Regressions of choice on the trials before it.

These read the sequence of retained trials: an excluded trial is taken out and closes the gap, an
ignored one (no choice) keeps its place and predicts nothing. No lag reaches into another session
or episode, and the first trials of each serve as history only.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from .trials import choice_trials, per_subject, two_step_trials

MIN_TRIALS = 60  # chosen: below this a choice-history kernel of 12 weights is mostly penalty


def ridge_logistic(predictors: np.ndarray, outcome: np.ndarray, ridge: float) -> np.ndarray:
    """Fit a logistic regression with an intercept, all coefficients penalized, the intercept too.

    Minimizes -log likelihood + ridge / 2 * sum of squared coefficients; predictors are taken as
    they are, not standardized.

    Parameters
    ----------
    predictors : (n, p) array
    outcome : (n,) array of 0 and 1
    ridge : float
        Above 0, which keeps the estimate finite whatever the data.

    Returns
    -------
    (1 + p,) array, log odds, intercept first

    Examples
    --------
    >>> ridge_logistic(np.zeros((4, 0)), np.array([0, 1, 1, 1]), ridge=1e-9).round(3).tolist()
    [1.099]
    """
    x, y = np.asarray(predictors, float), np.asarray(outcome, float)
    if x.ndim != 2 or y.shape != (len(x),):
        raise ValueError(f"predictors must be (n, p) and outcome (n,), got {x.shape} and {y.shape}")
    if len(y) == 0:
        raise ValueError("there is no trial to regress")
    if not np.isin(y, (0.0, 1.0)).all() or not np.isfinite(x).all():
        raise ValueError("outcome must be 0 or 1 and predictors finite: drop other trials first")
    x = np.concatenate([np.ones((len(x), 1)), x], axis=1)

    def derivatives(b: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        eta = x @ b
        p = 1 / (1 + np.exp(-np.clip(eta, -700, 700)))
        loss = float(np.sum(np.logaddexp(0, eta) - y * eta))
        return loss, x.T @ (p - y), (x.T * (p * (1 - p))) @ x

    return _newton(derivatives, x.shape[1], ridge)


def lagged_regression(
    recording: xr.Dataset, n_lags: int = 5, ridge: float = 0.1, control_better: bool = False
) -> xr.Dataset:
    """Regress first-stage choice on earlier choices by what followed them (two-step task).

    Choices are -1 and +1; each lag has four weights, one for each kind of outcome.

    Parameters
    ----------
    control_better : bool
        Add whether the previous choice was the better option (+-1/2, times that choice), which
        absorbs what block reversals alone produce (Akam, Costa & Dayan 2015,
        doi:10.1371/journal.pcbi.1004648); needs `best_action`.

    Returns
    -------
    Dataset with dims ([seed])
        `weight` (further dims lag, transition, reward), `intercept`, `n_trials`; sums over lags:
        `planning_index`, `model_free_index`, `perseveration`, `common_stay_index`; all log odds.

    References
    ----------
    Miller, Botvinick & Brody 2017, doi:10.1038/nn.4613 (who fit without a penalty)
    """
    table = two_step_trials(recording)
    if control_better and "best_action" not in table:
        raise KeyError("control_better needs 'best_action', which these trials do not have")
    options = _options(table)
    if len(options) > 2:
        raise ValueError(f"lagged_regression needs two first-stage options, got {options.tolist()}")

    def fit(trials: xr.Dataset) -> xr.Dataset:
        past = _sequence(trials)
        choice = _signed(past.choice, options)
        cells = [
            choice * ((past.common == common) & followed)
            for common in (1, 0)
            for followed in (past.rewarded, past.unrewarded)
        ]
        columns = [_lagged(cell, lag) for lag in range(1, n_lags + 1) for cell in cells]
        if control_better:
            better = np.where(past.choice == past.best, 0.5, -0.5) * (past.best >= 0)
            columns.append(_lagged(choice * better, 1))
        use = past.predicted(n_lags)
        if not use.any():
            raise ValueError(
                f"lagged_regression: a subject has no session of more than {n_lags} trials"
            )
        b = ridge_logistic(np.stack([c[use] for c in columns], axis=1), choice[use] > 0, ridge)
        result = xr.Dataset({"intercept": b[0], "n_trials": int(use.sum())})
        weight = b[1 : 1 + 4 * n_lags].reshape(n_lags, 2, 2)
        result["weight"] = (("lag", "transition", "reward"), weight)
        if control_better:
            result["better_weight"] = b[-1]
        return result

    result = per_subject(table, fit).assign_coords(
        lag=np.arange(1, n_lags + 1), transition=["common", "rare"], reward=[1, 0]
    )
    total = result["weight"].sum("lag")
    common, rare = (total.sel(transition=name, drop=True) for name in ("common", "rare"))
    result["planning_index"] = _won_less_lost(common - rare)
    result["model_free_index"] = _won_less_lost(common + rare)
    result["perseveration"] = (common + rare).sum("reward")
    result["common_stay_index"] = (common - rare).sum("reward")
    return result.assign_attrs(ridge=ridge, units="log odds", n_lags=n_lags)


def choice_history(recording: xr.Dataset, n_lags: int = 6, ridge: float = 1.0) -> xr.Dataset:
    """Weights of earlier rewarded and unrewarded choices on the next choice.

    With two options a logistic regression on choices of -1 and +1; with more a conditional logit
    on which option was chosen, without a bias. Read `unrewarded` with care: negative, omissions
    push the choice away; positive, choices are repeated whatever they earned.

    Returns
    -------
    Dataset with dims ([seed])
        `rewarded` and `unrewarded` (further dim lag), log odds; `intercept` (two options only);
        `n_trials`. NaN, with a warning, for subjects of fewer than 60 predicted trials.
    """
    table = choice_trials(recording)
    options = _options(table)
    two = len(options) <= 2

    def fit(trials: xr.Dataset) -> xr.Dataset:
        past = _sequence(trials)
        use = past.predicted(n_lags)
        n_trials = int(use.sum())
        b = np.full(two + 2 * n_lags, np.nan)
        if n_trials >= MIN_TRIALS and two:
            choice = _signed(past.choice, options)
            columns = [_lagged(choice * won, k)[use] for k, won in past.kinds(n_lags)]
            b = ridge_logistic(np.stack(columns, axis=-1), choice[use] > 0, ridge)
        elif n_trials >= MIN_TRIALS:
            chosen = past.choice[..., None] == options
            columns = [_lagged(chosen * won[..., None], k)[use] for k, won in past.kinds(n_lags)]
            b = _conditional_logit(np.stack(columns, axis=-1), chosen[use].argmax(axis=1), ridge)
        weight = b[int(two) :].reshape(n_lags, 2)
        result = xr.Dataset({"n_trials": n_trials})
        result["rewarded"], result["unrewarded"] = ("lag", weight[:, 0]), ("lag", weight[:, 1])
        if two:
            result["intercept"] = b[0]
        return result

    result = per_subject(table, fit)
    short = result["n_trials"] < MIN_TRIALS
    if bool(short.all()):
        raise ValueError(f"choice_history: no subject has {MIN_TRIALS} predicted trials")
    if bool(short.any()):
        warnings.warn(
            f"choice_history: {int(short.sum())} of {short.size} subjects have fewer than "
            f"{MIN_TRIALS} predicted trials and are NaN",
            stacklevel=2,
        )
    return result.assign_coords(lag=np.arange(1, n_lags + 1)).assign_attrs(
        ridge=ridge, units="log odds"
    )


@dataclass(frozen=True)
class _Sequence:
    """Retained trials of one subject, (sessions, trials), excluded ones closed up at the end."""

    retained: np.ndarray
    choice: np.ndarray
    reward: np.ndarray
    common: np.ndarray
    best: np.ndarray

    @property
    def rewarded(self) -> np.ndarray:
        return self.retained & (self.reward > 0)

    @property
    def unrewarded(self) -> np.ndarray:
        return self.retained & (self.reward <= 0)

    def predicted(self, n_lags: int) -> np.ndarray:
        """Trials with a choice that have `n_lags` trials before them."""
        enough = np.arange(self.choice.shape[1]) >= n_lags
        return np.asarray(self.retained & (self.choice >= 0) & enough)

    def kinds(self, n_lags: int) -> Iterator[tuple[int, np.ndarray]]:
        """Each lag with the rewarded trials, then with the unrewarded ones."""
        for lag in range(1, n_lags + 1):
            yield lag, self.rewarded
            yield lag, self.unrewarded


def _sequence(trials: xr.Dataset) -> _Sequence:
    retained = trials["valid"].values
    order = np.argsort(~retained, axis=-1, kind="stable")

    def close_up(name: str) -> np.ndarray:
        if name not in trials:
            return np.full(retained.shape, -1)
        return np.take_along_axis(trials[name].values, order, axis=-1)

    return _Sequence(*(close_up(n) for n in ("valid", "choice", "reward", "common", "best_action")))


def _options(table: xr.Dataset) -> np.ndarray:
    """Return the options chosen anywhere in the table, in order."""
    choice = table["choice"].values[table["valid"].values]
    options = np.unique(choice[choice >= 0])
    if len(options) == 0:
        raise ValueError("no valid trial holds a choice")
    return options


def _signed(choice: np.ndarray, options: np.ndarray) -> np.ndarray:
    """-1 and +1 for the two options, 0 for none."""
    return np.where(choice < 0, 0.0, np.where(choice == options[-1], 1.0, -1.0))


def _lagged(values: np.ndarray, lag: int) -> np.ndarray:
    """What held `lag` trials earlier, 0 before the first trial; trials are the second axis."""
    past = np.zeros(values.shape)
    past[:, lag:] = values[:, :-lag]
    return past


def _won_less_lost(cells: xr.DataArray) -> xr.DataArray:
    return cells.sel(reward=1, drop=True) - cells.sel(reward=0, drop=True)


def _conditional_logit(x: np.ndarray, chosen: np.ndarray, ridge: float) -> np.ndarray:
    """Weights b of P(i) proportional to exp(x[:, i] @ b); x is (n, options, p)."""
    rows = np.arange(len(x))

    def derivatives(b: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        u = x @ b
        u -= u.max(axis=1, keepdims=True)
        p = np.exp(u) / np.exp(u).sum(axis=1, keepdims=True)
        expected = np.einsum("ni,nip->np", p, x)
        loss = float(-np.log(p[rows, chosen]).sum())
        hessian = np.einsum("ni,nip,niq->pq", p, x, x, optimize=True) - expected.T @ expected
        return loss, (expected - x[rows, chosen]).sum(axis=0), hessian

    return _newton(derivatives, x.shape[2], ridge)


def _newton(
    derivatives: Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]],
    size: int,
    ridge: float,
    tolerance: float = 1e-8,
) -> np.ndarray:
    """Minimize loss + ridge / 2 * |b|^2; a step that overshoots is halved."""
    if not ridge > 0:
        raise ValueError(f"ridge must be above 0, got {ridge}")

    def penalized(b: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        loss, gradient, hessian = derivatives(b)
        return loss + ridge / 2 * b @ b, gradient + ridge * b, hessian + ridge * np.eye(size)

    b = np.zeros(size)
    loss, gradient, hessian = penalized(b)
    for _ in range(200):
        step = np.linalg.solve(hessian, gradient)
        while True:
            new_loss, new_gradient, new_hessian = penalized(b - step)
            if new_loss <= loss + 1e-9 * (1 + abs(loss)) or np.abs(step).max() < tolerance:
                break
            step = step / 2
        b, loss, gradient, hessian = b - step, new_loss, new_gradient, new_hessian
        if np.abs(step).max() < tolerance:
            return b
    raise ValueError(f"the regression did not converge; raise ridge (now {ridge})")
