"""Regressions on past trials: a general optimizer agrees, planted weights are found, permuted not."""

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import minimize

from fastslow.analysis import history


def table(choice: np.ndarray, reward: np.ndarray, **more: np.ndarray) -> xr.Dataset:
    """Trials of one subject, (session, trial); a choice of -1 is an ignored trial."""
    variables = {"valid": np.ones(choice.shape, bool), "choice": choice, "reward": reward, **more}
    return xr.Dataset({name: (("session", "trial"), v) for name, v in variables.items()})


def random_table(rng: np.random.Generator, n_options: int = 2) -> xr.Dataset:
    choice = rng.integers(-1, n_options, size=(3, 60))
    reward = np.where(choice < 0, np.nan, rng.random(choice.shape) < 0.5)
    valid = rng.random(choice.shape) < 0.9
    common = rng.integers(2, size=choice.shape)
    return table(choice, reward, common=common, valid=valid)


def sequences(trials: xr.Dataset) -> list[list[tuple[int, float, int]]]:
    """Retained trials of each session in order: choice, reward, common."""
    return [
        [
            (int(c), float(r), int(k))
            for c, r, k, v in zip(s["choice"], s["reward"], s["common"], s["valid"], strict=True)
            if v
        ]
        for s in (trials.isel(session=i) for i in range(trials.sizes["session"]))
    ]


def test_ridge_logistic_equals_general_optimizers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(200, 3)), rng.random(200) < 0.4
    design = np.c_[np.ones(200), x]
    for ridge in (0.01, 1.0, 100.0):

        def loss(b: np.ndarray, ridge: float = ridge) -> float:
            return np.sum(np.logaddexp(0, design @ b) - y * (design @ b)) + ridge / 2 * b @ b

        found = history.ridge_logistic(x, y, ridge)
        np.testing.assert_allclose(found, minimize(loss, np.zeros(4), tol=1e-12).x, atol=1e-4)
        p = 1 / (1 + np.exp(-design @ found))
        np.testing.assert_allclose(design.T @ (p - y) + ridge * found, 0, atol=1e-6)

    import statsmodels.api as sm

    plain = sm.Logit(y.astype(float), design).fit(disp=0)
    np.testing.assert_allclose(history.ridge_logistic(x, y, 1e-9), plain.params, atol=1e-6)


def test_ridge_logistic_stays_finite_when_the_outcome_never_changes() -> None:
    x = np.linspace(-50, 50, 101)[:, None]
    for y in (np.ones(101), x[:, 0] > 0):
        found = history.ridge_logistic(x, y, 1e-4)
        p = 1 / (1 + np.exp(-np.c_[np.ones(101), x] @ found))
        gradient = np.c_[np.ones(101), x].T @ (p - y) + 1e-4 * found
        np.testing.assert_allclose(gradient, 0, atol=1e-6)


def test_misuse_of_ridge_logistic_is_named() -> None:
    x, y = np.zeros((3, 1)), np.array([0, 1, 1])
    with pytest.raises(ValueError, match="ridge must be above 0"):
        history.ridge_logistic(x, y, 0)
    with pytest.raises(ValueError, match="outcome must be 0 or 1"):
        history.ridge_logistic(x, y * 2, 1)
    with pytest.raises(ValueError, match=r"got \(3, 1\) and \(2,\)"):
        history.ridge_logistic(x, y[:2], 1)
    with pytest.raises(ValueError, match="no trial"):
        history.ridge_logistic(x[:0], y[:0], 1)


def test_lagged_regression_equals_its_definition(seed: int) -> None:
    trials = random_table(np.random.default_rng(seed))
    x, y = [], []
    for session in sequences(trials):
        for t in range(5, len(session)):
            if session[t][0] < 0:
                continue
            row = [1.0]
            for k in range(1, 6):
                choice, reward, common = session[t - k]
                for cell in ((1, 1), (1, 0), (0, 1), (0, 0)):
                    row.append((2 * choice - 1) * (choice >= 0 and (common, reward) == cell))
            x.append(row)
            y.append(session[t][0])
    x, y = np.array(x), np.array(y, float)
    best = minimize(
        lambda b: np.sum(np.logaddexp(0, x @ b) - y * (x @ b)) + 0.05 * b @ b,
        np.zeros(21),
        tol=1e-12,
    ).x
    found = history.lagged_regression(trials)
    np.testing.assert_allclose(found["intercept"], best[0], atol=1e-4)
    np.testing.assert_allclose(found["weight"].values.ravel(), best[1:], atol=1e-4)
    assert found["n_trials"] == len(y)
    common_won, common_lost, rare_won, rare_lost = best[1:].reshape(5, 4).sum(0)
    for name, value in {
        "planning_index": common_won - common_lost - rare_won + rare_lost,
        "model_free_index": common_won + rare_won - common_lost - rare_lost,
        "perseveration": common_won + rare_won + common_lost + rare_lost,
        "common_stay_index": common_won + common_lost - rare_won - rare_lost,
    }.items():
        assert float(found[name]) == pytest.approx(value, abs=1e-3)


def planted(rng: np.random.Generator, planner: bool) -> xr.Dataset:
    """Two seeds whose choice follows the last outcome, through the transition or regardless."""
    choice, reward, common = (np.zeros((2, 8, 300)) for _ in range(3))
    common[:], reward[:] = rng.random(common.shape) < 0.7, rng.random(common.shape) < 0.5
    for t in range(1, 300):
        sign = 2 * reward[..., t - 1] - 1
        if planner:
            sign = sign * (2 * common[..., t - 1] - 1)
        stay = rng.random(sign.shape) < 1 / (1 + np.exp(-1.5 * sign))
        choice[..., t] = np.where(stay, choice[..., t - 1], 1 - choice[..., t - 1])
    dims = ("seed", "episode", "trial")
    return xr.Dataset(
        {
            "valid": (dims, np.ones(choice.shape, bool)),
            "choice": (dims, choice.astype(int)),
            "reward": (dims, reward),
            "common": (dims, common.astype(int)),
        }
    )


def test_planted_planning_is_found_and_model_free_is_not_taken_for_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    planner = history.lagged_regression(planted(rng, planner=True))
    model_free = history.lagged_regression(planted(rng, planner=False))
    assert planner["planning_index"].dims == ("seed",)
    # an index sums 20 weights, each of variance 1 / (n * share of the cell * p (1 - p)); at lag 1
    # the four true weights are 1.5 in size
    p, n = 1 / (1 + np.exp(-1.5)), 8 * 295
    error = 4 * np.sqrt(sum(5 / (n * share / 2 * p * (1 - p)) for share in (0.7, 0.7, 0.3, 0.3)))
    np.testing.assert_allclose(planner["planning_index"], 6, atol=error)
    np.testing.assert_allclose(planner["model_free_index"], 0, atol=error)
    np.testing.assert_allclose(model_free["model_free_index"], 6, atol=error)
    np.testing.assert_allclose(model_free["planning_index"], 0, atol=error)


def test_control_for_the_better_option_takes_up_what_it_explains(seed: int) -> None:
    rng = np.random.default_rng(seed)
    best = (rng.random((6, 300)) < 0.05).cumsum(-1) % 2
    choice = np.where(rng.random(best.shape) < 0.85, best, 1 - best)
    trials = table(
        choice, 1.0 * (rng.random(best.shape) < 0.5), common=rng.integers(2, size=best.shape)
    )
    with pytest.raises(KeyError, match="control_better needs 'best_action'"):
        history.lagged_regression(trials, control_better=True)
    trials["best_action"] = (("session", "trial"), best)
    found = history.lagged_regression(trials, control_better=True)
    assert found["better_weight"] > 1
    assert "better_weight" not in history.lagged_regression(trials)


def test_choice_history_recovers_planted_weights_and_permuted_rewards_tell_nothing(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    rewarded, unrewarded = np.array([1.2, 0.6]), np.array([-0.5, 0.3])
    choice, reward = np.zeros((40, 250), int), 1.0 * (rng.random((40, 250)) < 0.5)
    for t in range(2, 250):
        drive = 0.2 * np.ones(40)
        for k in (1, 2):
            sign = 2 * choice[:, t - k] - 1
            drive += sign * np.where(
                reward[:, t - k] > 0, rewarded[k - 1], unrewarded[k - 1]
            )  # fmt: skip
        choice[:, t] = rng.random(40) < 1 / (1 + np.exp(-drive))
    found = history.choice_history(table(choice, reward), n_lags=2)
    error = 4 / np.sqrt(40 * 248 * 0.5 * 0.1)  # half the trials each, p(1-p) above .1
    np.testing.assert_allclose(found["rewarded"], rewarded, atol=error)
    np.testing.assert_allclose(found["unrewarded"], unrewarded, atol=error)
    np.testing.assert_allclose(found["intercept"], 0.2, atol=error)

    shuffled = history.choice_history(
        table(choice, rng.permuted(reward.ravel()).reshape(reward.shape)), n_lags=2
    )
    np.testing.assert_allclose(shuffled["rewarded"], shuffled["unrewarded"], atol=1.5 * error)


def test_choice_history_of_three_options_equals_its_definition(seed: int) -> None:
    trials = random_table(np.random.default_rng(seed), n_options=3)
    x, y = [], []
    for session in sequences(trials):
        for t in range(6, len(session)):
            if session[t][0] >= 0:
                x.append(
                    [
                        [
                            (session[t - k][0] == i) * (session[t - k][1] == won)
                            for k in range(1, 7)
                            for won in (1, 0)
                        ]
                        for i in range(3)
                    ]
                )
                y.append(session[t][0])
    x, y = np.array(x, float), np.array(y)

    def loss(b: np.ndarray) -> float:
        u = x @ b
        return -np.sum(u[np.arange(len(y)), y] - np.log(np.exp(u).sum(1))) + 0.5 * b @ b

    best = minimize(loss, np.zeros(12), tol=1e-12).x
    found = history.choice_history(trials)
    assert "intercept" not in found
    np.testing.assert_allclose(found["rewarded"], best[::2], atol=1e-4)
    np.testing.assert_allclose(found["unrewarded"], best[1::2], atol=1e-4)


def test_subjects_with_few_trials_are_left_out_and_said_so() -> None:
    rng = np.random.default_rng(0)
    trials = xr.concat([random_table(rng), random_table(rng)], "subject")
    trials["valid"][1] = False
    with pytest.warns(UserWarning, match="1 of 2 subjects have fewer than 60"):
        found = history.choice_history(trials)
    assert np.isnan(found["rewarded"].isel(subject=1)).all()
    assert np.isfinite(found["rewarded"].isel(subject=0)).all()
    with pytest.raises(ValueError, match="no subject has 60 predicted trials"):
        history.choice_history(trials.isel(trial=slice(20)))
    with pytest.raises(ValueError, match="no session of more than 5 trials"):
        history.lagged_regression(random_table(rng).isel(trial=slice(5)))
    with pytest.raises(ValueError, match=r"needs two first-stage options, got \[0, 1, 2\]"):
        history.lagged_regression(random_table(rng, n_options=3))
    with pytest.raises(ValueError, match="no valid trial holds a choice"):
        history.choice_history(table(np.full((1, 9), -1), np.full((1, 9), np.nan)))
