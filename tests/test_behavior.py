"""Trials, staying, regret and reversal curves against plain loops and automata of known behavior."""

import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import fastslow.analysis as analysis
from fastslow.analysis import behavior, comparison, regret, reversal, tables
from fastslow.analysis.trials import by_trial, choice_trials, trials, two_step_trials


def make_recording(
    choice: np.ndarray,
    reward: np.ndarray,
    common: np.ndarray | None = None,
    state: np.ndarray | None = None,
    n_active: np.ndarray | None = None,
    **labels: np.ndarray,
) -> xr.Dataset:
    """One step a trial; all arrays are ([seed,] episode, step)."""
    dims = ("seed", "episode", "step")[3 - choice.ndim :]
    steps = np.broadcast_to(np.arange(choice.shape[-1]), choice.shape)
    length = choice.shape[-1] if n_active is None else n_active[..., None]
    active = steps < length
    names = {"common": common, "state": state, **labels}
    data = {
        "active": active,
        "trial": np.where(active, steps, -1),
        "action": np.where(active, choice, -1),
        "reward": np.where(active, reward, np.nan).astype(np.float32),
        "stage": np.where(active, 1, -1),
    }
    for name, values in names.items():
        if values is not None:
            data[name] = np.where(active, values, np.nan if values.dtype.kind == "f" else -1)
    coords = {"seed": np.arange(10, 10 + choice.shape[0])} if choice.ndim == 3 else {}
    return xr.Dataset({name: (dims, values) for name, values in data.items()}, coords)


def random_two_step(seed: int, shape: tuple[int, ...], ragged: bool = False) -> xr.Dataset:
    rng = np.random.default_rng(seed)
    choice, common = rng.integers(2, size=(2, *shape))
    reward = (rng.random(shape) < 0.5).astype(float)
    n_active = rng.integers(1, shape[-1] + 1, shape[:-1]) if ragged else None
    return make_recording(choice, reward, common, choice ^ (1 - common), n_active)


def to_stepwise(compressed: xr.Dataset) -> xr.Dataset:
    """The same choices with a step each for fixation, first and second stage."""
    none = {"action": 2, "reward": 0, "common": -1, "state": -1}
    dims = compressed["action"].dims

    def interleave(*rows: np.ndarray) -> tuple:
        values = np.stack(np.broadcast_arrays(*rows), axis=-1)
        return dims, values.reshape(*values.shape[:-2], -1)

    data = {name: compressed[name].values for name in ("active", "trial", *none)}
    return xr.Dataset(
        {
            "active": interleave(data["active"], data["active"], data["active"]),
            "trial": interleave(data["trial"], data["trial"], data["trial"]),
            "stage": interleave(np.zeros_like(data["trial"]), 1, 2),
            "action": interleave(np.full_like(data["action"], 2), data["action"], 0),
            "reward": interleave(np.zeros_like(data["reward"]), 0, data["reward"]),
            "common": interleave(np.full_like(data["common"], -1), data["common"], -1),
            "state": interleave(np.full_like(data["state"], -1), data["state"], -1),
            "missed": interleave(np.zeros(data["active"].shape, bool), False, False),
        },
        compressed.coords,
    )


def stay_loop(recording: xr.Dataset) -> np.ndarray:
    """Stay probability (transition, reward) of one seed, trial by trial."""
    counts, stays = np.zeros((2, 2)), np.zeros((2, 2))
    for episode in range(recording.sizes["episode"]):
        rows = recording.isel(episode=episode)
        for t in range(1, recording.sizes["step"]):
            if not (rows["active"][t] and rows["active"][t - 1]):
                continue
            cell = (0 if rows["common"][t - 1] == 1 else 1, 0 if rows["reward"][t - 1] > 0 else 1)
            counts[cell] += 1
            stays[cell] += int(rows["action"][t] == rows["action"][t - 1])
    return stays / counts


def test_stay_probability_equals_a_plain_loop_with_ragged_episodes(seed: int) -> None:
    recording = random_two_step(seed, (2, 7, 20), ragged=True)
    stay = behavior.stay_probability(recording)
    assert stay.dims == ("seed", "transition", "reward")
    assert stay["transition"].values.tolist() == ["common", "rare"]
    assert stay["reward"].values.tolist() == [1, 0]
    assert stay["seed"].values.tolist() == [10, 11]
    for i in range(2):
        np.testing.assert_allclose(stay[i], stay_loop(recording.isel(seed=i)))
    np.testing.assert_array_equal(
        behavior.stay_probability(recording.isel(seed=1)).values, stay[1].values
    )


def test_both_encodings_and_a_table_of_animals_give_the_same(seed: int) -> None:
    recording = random_two_step(seed, (3, 8, 15), ragged=True)
    stay = behavior.stay_probability(recording)
    np.testing.assert_array_equal(behavior.stay_probability(to_stepwise(recording)), stay)

    rows = recording.to_dataframe().reset_index().query("active")
    animals = tables.table_trials(
        rows, choice="action", subject="seed", session="episode", common="common"
    )
    again = behavior.stay_probability(animals)
    assert again.dims == ("subject", "transition", "reward")
    np.testing.assert_array_equal(again, stay)


@pytest.mark.parametrize(
    ("stays", "interaction", "reward_effect", "transition_effect"),
    [
        ([[0.9, 0.3], [0.4, 0.8]], 1.0, 0.2, 0.0),  # a planner
        ([[0.9, 0.2], [0.9, 0.2]], 0.0, 1.4, 0.0),  # model-free
        ([[0.9, 0.9], [0.2, 0.2]], 0.0, 0.0, 1.4),
    ],
)
def test_indices_are_the_contrasts_of_the_four_cells(
    stays: list, interaction: float, reward_effect: float, transition_effect: float
) -> None:
    stay = xr.DataArray(
        stays, {"transition": ["common", "rare"], "reward": [1, 0]}, ("transition", "reward")
    )
    for shuffled in (stay, stay.isel(transition=[1, 0], reward=[1, 0]).T):
        assert behavior.reward_by_transition_interaction(shuffled) == pytest.approx(interaction)
        assert behavior.reward_index(shuffled) == pytest.approx(reward_effect)
        assert behavior.transition_index(shuffled) == pytest.approx(transition_effect)


def test_missed_trials_take_both_their_pairs_with_them() -> None:
    choice = np.array([[0, 0, 1, 1, 1]])
    recording = make_recording(
        choice, np.ones((1, 5)), np.ones((1, 5), int), missed=np.array([[0, 0, 1, 0, 0]], bool)
    )
    table = two_step_trials(recording)
    assert table["valid"].values.tolist() == [[True, True, False, True, True]]
    with pytest.warns(UserWarning, match="3 of 4 values rest on no pair .* common, reward 0"):
        stay = behavior.stay_probability(recording)
    assert stay["n_pairs"].values.tolist() == [[2, 0], [0, 0]]
    assert stay.sel(transition="common", reward=1) == 1
    assert np.isnan(behavior.reward_index(stay))


def test_a_wrong_key_after_the_choice_excludes_the_trial_but_one_at_fixation_does_not() -> None:
    recording = to_stepwise(random_two_step(0, (1, 4)))
    recording["missed"][0, 3 * 1 + 0] = True
    recording["missed"][0, 3 * 2 + 1] = True
    recording["missed"][0, 3 * 3 + 2] = True
    assert choice_trials(recording)["valid"].values.tolist() == [[True, True, False, False]]


def test_no_pair_at_all_is_an_error() -> None:
    recording = random_two_step(0, (3, 1))
    with pytest.raises(ValueError, match="no pair of neighboring valid trials"):
        behavior.stay_probability(recording)
    with pytest.raises(KeyError, match="not a two-step task"):
        behavior.stay_probability(recording.drop_vars("common"))


def test_stay_regression_equals_a_penalized_general_optimizer(seed: int) -> None:
    from scipy.optimize import minimize

    recording = random_two_step(seed, (6, 40))
    weights = behavior.stay_regression(recording, ridge=0.01)
    x, y = [], []
    for e in range(6):
        a, r, c = (recording[name][e].values for name in ("action", "reward", "common"))
        for t in range(1, 40):
            r_sign, c_sign = 2 * r[t - 1] - 1, 2 * c[t - 1] - 1
            x.append([1, r_sign, c_sign, r_sign * c_sign])
            y.append(a[t] == a[t - 1])
    x, y = np.array(x), np.array(y, float)

    def loss(b: np.ndarray) -> float:
        return np.sum(np.logaddexp(0, x @ b) - y * (x @ b)) + 0.005 * b @ b

    best = minimize(loss, np.zeros(4), tol=1e-12)
    np.testing.assert_allclose(weights, best.x, atol=1e-4)
    assert loss(weights.values) <= loss(best.x) + 1e-9
    assert weights["coefficient"].values.tolist()[-1] == "interaction"


def test_win_stay_lose_shift_of_the_automaton_and_of_random_choice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    reward = (rng.random((30, 100)) < 0.5).astype(float)
    choice = np.zeros((30, 100), int)
    for t in range(1, 100):
        choice[:, t] = np.where(reward[:, t - 1] > 0, choice[:, t - 1], 1 - choice[:, t - 1])
    exact = behavior.win_stay_lose_shift(make_recording(choice, reward))
    assert exact["win_stay"] == 1
    assert exact["lose_shift"] == 1
    assert float(exact["switch"]) == pytest.approx((choice[:, 1:] != choice[:, :-1]).mean())

    chance = behavior.win_stay_lose_shift(
        make_recording(rng.integers(2, size=choice.shape), reward)
    )
    n = 30 * 99 * 0.4  # fewer pairs than either outcome has
    for name in ("win_stay", "lose_shift", "switch"):
        assert abs(float(chance[name]) - 0.5) < 4 * np.sqrt(0.25 / n)


def test_pseudo_regret_equals_a_plain_loop_in_a_restless_ragged_bandit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape, n_active = (2, 5, 12), rng.integers(1, 13, (2, 5))
    n_active[0, 0] = 12
    choice = rng.integers(3, size=shape)
    means = rng.random((3, *shape))
    labels = {f"arm_mean_{i}": means[i] for i in range(3)}
    best = means.argmax(axis=0)
    recording = make_recording(
        choice, np.zeros(shape), n_active=n_active, best_action=best, **labels
    )
    found, pulls = regret.pseudo_regret(recording), regret.suboptimal_pulls(recording)
    assert found.dims == ("seed", "episode", "trial")
    right = np.zeros((2, 12, 2))
    for s in range(2):
        for e in range(5):
            total, n_worse = 0.0, 0
            for t in range(12):
                if t >= n_active[s, e]:
                    assert np.isnan(found[s, e, t])
                    continue
                total += max(means[i, s, e, t] for i in range(3)) - means[choice[s, e, t], s, e, t]
                n_worse += choice[s, e, t] != best[s, e, t]
                right[s, t] += choice[s, e, t] == best[s, e, t], 1
                assert float(found[s, e, t]) == pytest.approx(total, abs=1e-6)
                assert pulls[s, e, t] == n_worse
    with np.errstate(invalid="ignore"):
        curve = right[..., 0] / right[..., 1]
    np.testing.assert_allclose(regret.choice_curve(recording), curve)


def test_regret_misuse_is_named() -> None:
    plain = make_recording(np.zeros((1, 3), int), np.zeros((1, 3)))
    with pytest.raises(KeyError, match="arm_mean_0"):
        regret.pseudo_regret(plain)
    with pytest.raises(KeyError, match="best_action"):
        regret.choice_curve(plain)
    mean = np.full((1, 3), 0.5)
    with pytest.raises(ValueError, match="action 2 has no arm"):
        regret.pseudo_regret(
            make_recording(np.full((1, 3), 2), mean, arm_mean_0=mean, arm_mean_1=mean)
        )


def test_reversal_curve_of_a_chooser_that_is_two_trials_late() -> None:
    best = np.array([[0] * 10 + [1] * 10 + [0] * 10])
    choice = np.concatenate([best[:, :1], best[:, :1], best[:, :-2]], axis=1)
    recording = make_recording(choice, np.zeros(best.shape), best_action=best)
    curve = reversal.reversal_curve(recording)
    assert curve.sel(lag=slice(-5, -1)).values.tolist() == [0] * 5
    assert curve.sel(lag=[0, 1]).values.tolist() == [0, 0]
    assert curve.sel(lag=slice(2, 9)).values.tolist() == [1] * 8
    assert curve["n_reversals"].sel(lag=[-5, 9, 10]).values.tolist() == [2, 2, 0]
    with pytest.raises(ValueError, match="never reverses"):
        reversal.reversal_curve(make_recording(choice, 0.0 * choice, best_action=0 * best))


def test_reversal_curve_equals_its_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    best = (rng.random((2, 4, 40)) < 0.1).cumsum(-1) % 3
    choice = rng.integers(3, size=best.shape)
    curve = reversal.reversal_curve(
        make_recording(choice, 0.0 * choice, best_action=best), before=4, after=6
    )
    for s in range(2):
        for k in range(-4, 7):
            hits = []
            for e in range(4):
                g, c = best[s, e], choice[s, e]
                for t in range(1, 40):
                    low, high = (t, t + k) if k >= 0 else (t + k, t - 1)
                    constant = low >= 0 and high < 40 and len(set(g[low : high + 1])) == 1
                    if g[t] != g[t - 1] and constant:
                        hits.append(c[t + k] == g[t])
            expected = np.mean(hits) if hits else np.nan
            np.testing.assert_allclose(curve.isel(seed=s).sel(lag=k), expected)


def test_block_curve_of_a_perseverating_chooser() -> None:
    best = np.repeat(np.array([[0, 1, 2]]), 4, axis=1)
    choice = np.array([[0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2]])
    curve = reversal.block_curve(make_recording(choice, 0.0 * choice, best_action=best), 4)
    np.testing.assert_allclose(curve["correct"], [1 / 3, 2 / 3, 1, 1])
    assert curve["perseveration"].values.tolist() == [1, 0.5, 0, 0]
    recording = make_recording(choice, 0.0 * choice, best_action=best)
    with pytest.raises(ValueError, match="do not divide"):
        reversal.block_curve(recording, 5)
    with pytest.raises(ValueError, match="changes within blocks"):
        reversal.block_curve(recording, 6)


def test_trials_align_to_choice_outcome_and_start_and_mark_the_outside() -> None:
    recording = to_stepwise(random_two_step(0, (2, 3, 4), ragged=True))
    n_steps = recording.sizes["step"]
    recording["hidden"] = (
        ("seed", "episode", "step", "unit"),
        np.arange(2 * 3 * n_steps * 2, dtype=np.float32).reshape(2, 3, n_steps, 2),
    )
    n_trials = int(recording["active"].sum()) // 3
    view = trials(recording)
    assert view["hidden"].dims == ("trial", "time", "unit")
    assert view.sizes["trial"] == n_trials
    assert "trial" not in view.coords
    assert view.to_dataframe().index.names == ["trial", "time", "unit"]
    assert view["time"].values.tolist() == [-1, 0, 1]
    assert (view["stage"].sel(time=0) == 1).all()
    one = view.isel(trial=-1)
    row = recording.sel(seed=int(one["seed"])).isel(episode=int(one["episode"]))
    step = 3 * int(one["trial_number"]) + 1
    np.testing.assert_array_equal(one["hidden"], row["hidden"][step - 1 : step + 2])

    assert (trials(recording, "outcome")["stage"].sel(time=0) == 2).all()
    assert (trials(recording, "start")["stage"].sel(time=0) == 0).all()
    wide = trials(recording, window=(3, 2))
    assert wide["time"].values.tolist() == [-3, -2, -1, 0, 1, 2]
    assert np.isnan(wide["hidden"].sel(time=[-3, -2, 2])).all()
    np.testing.assert_array_equal(wide["hidden"].sel(time=[-1, 0, 1]), view["hidden"])

    grid = by_trial(recording, "hidden")
    assert grid.dims == ("seed", "episode", "trial", "unit")
    assert int(np.isfinite(grid[..., 0]).sum()) == n_trials
    np.testing.assert_array_equal(
        grid.values[np.isfinite(grid.values[..., 0])], view["hidden"].sel(time=0)
    )


def test_misuse_of_trials_is_named() -> None:
    recording = to_stepwise(random_two_step(0, (1, 4)))
    with pytest.raises(ValueError, match="align must be choice, outcome or start, got 'cue'"):
        trials(recording, "cue")
    with pytest.raises(ValueError, match="window must be"):
        trials(recording, window=(-1, 1))
    with pytest.raises(ValueError, match="no 'stage' to say"):
        trials(recording.drop_vars("stage"))
    with pytest.raises(ValueError, match="'stage' is never 1"):
        trials(recording.assign(stage=0 * recording["stage"]))
    with pytest.raises(KeyError, match="no 'trial'"):
        trials(recording.drop_vars("trial"))
    with pytest.raises(ValueError, match="'trial' must rise within an episode, got 0 after 3"):
        trials(xr.concat([recording, recording], "step"))
    with pytest.raises(ValueError, match="no active row"):
        trials(recording.assign(active=xr.zeros_like(recording["active"])))
    with pytest.raises(KeyError, match="no 'hidden' by episode and step"):
        by_trial(recording, "hidden")


def test_table_gaps_exclusions_and_sessions_break_pairs() -> None:
    table = pd.DataFrame(
        {
            "subject": ["a"] * 6 + ["b"] * 2,
            "session": ["x", "x", "x", "y", "y", "y", "x", "x"],
            "trial": [1, 2, 4, 1, 2, 3, 7, 8],
            "choice": [0, 0, 0, 1, 1, np.nan, 1, 0],
            "reward": [1, 0, 1, 1, 1, np.nan, 1, 0],
            "broken": [0, 0, 0, 0, 0, 0, 0, 0],
        }
    )
    animals = tables.table_trials(table, session="session", excluded="broken")
    with pytest.warns(UserWarning, match="lose_shift: 2 of 2 values rest on no pair .* subject a"):
        result = behavior.win_stay_lose_shift(animals)
    assert result["win_stay"].values.tolist() == [1, 0]  # 1-2 in x and y; 2-4 and y3 are no pairs
    assert result["switch"].values.tolist() == [0, 1]

    fewer = tables.table_trials(
        table, session="session", excluded=np.array([0, 1, 0, 0, 0, 0, 0, 0])
    )
    assert fewer.attrs["n_excluded"] == 1
    assert int(fewer["valid"].sum()) == 7
    assert not fewer["valid"].sel(subject="a", trial=2).isel(session=0)


def test_misuse_of_tables_is_named() -> None:
    table = pd.DataFrame({"subject": "a", "trial": [1, 1], "choice": [0, 1], "reward": 1})
    with pytest.raises(ValueError, match="trial 1 of subject 'a' occurs twice"):
        tables.table_trials(table)
    with pytest.raises(KeyError, match="no column 'choice1'"):
        tables.table_trials(table, choice="choice1")
    with pytest.raises(KeyError, match="no column 'missed'"):
        tables.table_trials(table, excluded="missed")
    with pytest.raises(ValueError, match="all 2 rows are excluded"):
        tables.table_trials(table, excluded=np.ones(2))
    with pytest.raises(ValueError, match="excluded must be 2 times 0 or 1"):
        tables.table_trials(table, excluded=np.array([2, 0]))
    with pytest.raises(TypeError, match="'choice' must hold whole numbers, got 'X'"):
        tables.table_trials(table.assign(choice=["X", "Y"], trial=[1, 2]))
    with pytest.raises(ValueError, match=r"from 0, got 0\.5"):
        tables.table_trials(table.assign(choice=[0.5, 1], trial=[1, 2]))
    with pytest.raises(ValueError, match="'trial' is empty in retained row 1"):
        tables.table_trials(table.assign(trial=[1, np.nan]))


def test_standing_and_mahalanobis_against_direct_formulas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    subjects, agents = rng.normal(size=(50, 4)) @ rng.normal(size=(4, 4)), rng.normal(size=(8, 4))
    gap = agents.mean(0) - subjects.mean(0)
    expected = np.sqrt(gap @ np.linalg.inv(np.cov(subjects.T)) @ gap)
    assert comparison.mahalanobis_distance(agents, subjects) == pytest.approx(expected)
    one = comparison.standing(agents[:, 0], subjects[:, 0])
    assert one.z == pytest.approx(gap[0] / subjects[:, 0].std(ddof=1))
    below = comparison.standing([-1.5], [-2.0, -1.0, 0.0, 3.0])
    assert below.share_beyond == 0.25
    assert comparison.split_half_reliability([1, 2, 3], [2, 4, 6]) == pytest.approx(1)


def test_misuse_of_comparison_is_named() -> None:
    with pytest.raises(ValueError, match="subjects hold 1 values that are not finite"):
        comparison.standing([1.0], [0.0, np.nan, 1.0])
    with pytest.raises(ValueError, match="do not differ"):
        comparison.standing([1.0], [2.0, 2.0])
    with pytest.raises(ValueError, match="3 subjects do not span 4 measures"):
        comparison.mahalanobis_distance(np.zeros((2, 4)), np.eye(4)[:3])


def test_no_warning_where_every_cell_is_filled() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        analysis.behavior.stay_probability(random_two_step(0, (20, 50)))
        analysis.behavior.win_stay_lose_shift(random_two_step(0, (20, 50)))
