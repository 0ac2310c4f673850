"""Recovery of parameters and models, and models set side by side."""

import numpy as np
import pytest
from scipy.special import betainc

import fastslow as fs
from fastslow.analysis.model_comparison import compare_models, model_frequencies
from fastslow.analysis.recovery import draw_recovery
from fastslow.data.recording import stack
from fastslow.models.learners import QLearner
from fastslow.papers.choice_models import choice_model
from fastslow.papers.choice_recovery import (
    lived_by,
    recovered_models,
    recovered_parameters,
    simulated,
)
from fastslow.tasks import Bandit
from fastslow.tasks.reversal_bandit import ReversalBandit
from fastslow.tasks.two_step import TwoStep
from fastslow.tasks.two_step_drifting import DriftingTwoStep

TASK = ReversalBandit(150, reversals=(30, 60, 90, 120))
N = 60

# Some subject may have a start that nobody shares: that is what the warning is for.
lonely_starts = pytest.mark.filterwarnings("ignore:.*only one of .* starts:UserWarning")


def by_chance(n):
    """A rank correlation that unrelated numbers of n subjects exceed once in 30,000 times."""
    return 4 / np.sqrt(n - 1)


def subjects(agent, n, seed):
    """Lives of one agent, each as a subject of its own."""
    lives = fs.simulate(TASK, agent, n, seed=seed, record="behavior")
    return stack({i: lives.isel(episode=[i]) for i in range(n)})


@lonely_starts
def test_planted_parameters_are_found_and_permuted_ones_are_not(seed):
    found = recovered_parameters("rw_stick", TASK, N, n_starts=2, seed=seed)
    assert (found.spearman > by_chance(N)).all()
    order = np.random.default_rng(seed).permutation(N)
    for name in found.parameter.values:
        one = found.sel(parameter=name)
        shuffled = one.true.values[order].argsort().argsort()
        ranks = one.recovered.values.argsort().argsort()
        assert abs(np.corrcoef(shuffled, ranks)[0, 1]) < by_chance(N)


@lonely_starts
def test_the_weights_of_the_hybrid_are_found(seed):
    found = recovered_parameters("hybrid", DriftingTwoStep(201), 100, n_starts=1, seed=seed)
    for name in ("model_based_weight", "model_free_weight", "inverse_temperature_2"):
        assert float(found.spearman.sel(parameter=name)) > by_chance(100)
    true = found.true.sel(parameter="w") * found.true.sel(parameter="inverse_temperature_1")
    np.testing.assert_allclose(true, found.true.sel(parameter="model_based_weight"))


def test_what_was_fitted_is_planted():
    lives = subjects(QLearner(0.5), 5, seed=0)
    like = fs.fit(lives, "rw", n_starts=1)
    found = recovered_parameters("rw", TASK, like=like, n_starts=1)
    np.testing.assert_allclose(found.true, like.estimates.natural)


def test_fitted_agents_live_again_with_their_own_parameters():
    like = fs.fit(subjects(QLearner(0.5), 3, seed=0), "rw_stick", n_starts=1)
    like.estimates["natural"][:, like.model.names.index("perseveration")] = [50.0, -50.0, 50.0]
    action = lived_by(like, TASK).action.squeeze("episode")
    stays = (action.diff("step") == 0).mean("step")
    np.testing.assert_array_equal(stays, [1, 0, 1])


def test_sessions_belong_to_their_subject(seed):
    parameters = {
        "learning_rate_gain": np.array([0.0, 0.9]),
        "inverse_temperature": np.full(2, 9.0),
    }
    trials = simulated("rw", Bandit(200, arms="easy"), n_sessions=3)(parameters, seed)
    assert trials.choice.shape == (2, 3, 200)
    better = trials.reward.mean(axis=(1, 2))
    assert better[1] - better[0] > 4 * np.sqrt(2 * 0.25 / 600)
    two = simulated("hybrid", TwoStep(30, encoding="compressed", mapping="congruent"), n_sessions=2)
    model = choice_model("hybrid")
    planted = {name: np.full(3, 0.5) for name in model.names}
    assert two(planted, seed).common.shape == (3, 2, 30)


@lonely_starts
def test_models_are_told_apart(seed):
    n = 30
    found = recovered_models(["random_stay", "rw"], TASK, n, n_starts=1, seed=seed)
    np.testing.assert_allclose(found.confusion.sum("best"), 1)
    np.testing.assert_allclose(found.inversion.sum("simulated"), 1)
    for name in found.best.values:
        own = float(found.confusion.sel(simulated=name, best=name))
        assert own > 0.5 + 4 * np.sqrt(0.25 / n)
    other = found.confusion.sel(simulated="rw", best="random_stay")
    expected = other / (other + found.confusion.sel(simulated="random_stay", best="random_stay"))
    np.testing.assert_allclose(found.inversion.sel(simulated="rw", best="random_stay"), expected)


def test_the_figure_shows_what_was_found(tmp_path):
    found = recovered_parameters("rw_stick", Bandit(30), 8, n_starts=1)
    drawing = draw_recovery(found)
    assert len(drawing.axes) == 3
    for ax, name in zip(drawing.axes, found.parameter.values, strict=True):
        x, y = ax.lines[0].get_data()
        np.testing.assert_array_equal(x, found.true.sel(parameter=name))
        np.testing.assert_array_equal(y, found.recovered.sel(parameter=name))
        assert ax.get_xlabel() == "simulated"
    drawing.savefig(tmp_path / "recovery.png")


def test_recovery_of_two_subjects_is_refused():
    with pytest.raises(ValueError, match="needs at least 3 subjects, got 2"):
        recovered_parameters("rw", TASK, 2)


# models side by side -----------------------------------------------------------------------------


def test_the_frequencies_of_clear_evidence_are_counts(seed):
    """Certain assignments: a Dirichlet of 1 + counts, whose exceedance is a beta integral."""
    evidence = np.array([[0.0, -200.0]] * 9 + [[-200.0, 0.0]] * 3)
    found = model_frequencies(evidence, np.random.default_rng(seed))
    np.testing.assert_allclose(found.frequency, [10 / 14, 4 / 14], rtol=1e-6)
    p = 1 - betainc(10, 4, 0.5)
    assert abs(found.exceedance[0] - p) < 4 * np.sqrt(p * (1 - p) / 100_000)
    # evidence of the counts, B(10, 4) against 2^-12, is what the bound is for certain assignments
    from math import factorial

    alike = 1 / (1 + 2**12 * factorial(9) * factorial(3) / factorial(13))
    assert found.chance == pytest.approx(alike, rel=1e-6)
    protected = found.exceedance * (1 - alike) + alike / 2
    np.testing.assert_allclose(found.protected, protected)


def test_models_without_a_difference_are_equally_common(seed):
    found = model_frequencies(np.zeros((20, 4)), np.random.default_rng(seed))
    np.testing.assert_allclose(found.frequency, 0.25)
    assert found.chance > 0.5
    np.testing.assert_allclose(found.protected, 0.25, atol=0.01)


@lonely_starts
def test_a_table_of_models(seed):
    each = subjects(QLearner(0.6, inverse_temperature=6.0), 6, seed)
    fits = [fs.fit(each, name, n_starts=1) for name in ("random_stay", "rw")]
    table = compare_models(fits, np.random.default_rng(seed))
    assert list(table.index) == ["rw", "random_stay", "chance"]
    assert table.n_best["rw"] == 6
    for one in fits:
        row = table.loc[one.model.name]
        assert row.bic == pytest.approx(one.table.bic.sum())
        assert row.per_choice == pytest.approx(one.table.log_likelihood.sum() / 900)
    assert table.log_likelihood["chance"] == pytest.approx(900 * np.log(0.5))
    assert table.bic_above_best.min() == 0
    assert table.exceedance["rw"] > 0.9


def test_only_fits_of_the_same_choices_are_compared():
    recording = fs.simulate(DriftingTwoStep(30), fs.models.learners.Hybrid(), 2, record="behavior")
    rng = np.random.default_rng(0)
    fits = [fs.fit(recording, name, n_starts=1) for name in ("rw", "hybrid")]
    with pytest.raises(ValueError, match=r"do not explain the same choices \(60 and 120\)"):
        compare_models(fits, rng)
    with pytest.raises(ValueError, match="at least two models, each once"):
        compare_models(fits[:1], rng)
    with pytest.raises(ValueError, match="at least two models, each once"):
        compare_models([fits[0], fits[0]], rng)
