"""Fitting: a problem with a known answer, one optimizer after the other, and subjects of every kind."""

import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

import fastslow as fs
from fastslow import cli, papers
from fastslow.analysis.choice_models import Model, Parameter
from fastslow.analysis.fitting import curvature, fit
from fastslow.analysis.group_fitting import fit_group
from fastslow.analysis.minimization import minimize_together
from fastslow.data.recording import stack
from fastslow.models.learners import QLearner
from fastslow.models.learners.choices import Choices
from fastslow.papers.choice_models import MODELS, choice_model
from fastslow.papers.choice_tables import choice_table, choices
from fastslow.papers.declaration import Experiment, Paper, Test
from fastslow.tasks import Bandit
from fastslow.tasks.two_step import TwoStep

RW = {"learning_rate_gain": 0.6, "inverse_temperature": 4.0}


class Measured:
    """Normal measurements of each subject, whose posterior under a normal prior is known."""

    def __init__(self, values):
        self.values = np.asarray(values)  # (n, n_measurements)
        self.n_choices = np.full(len(self.values), self.values.shape[1])
        self.chance = np.zeros(len(self.values))
        self.size = self.values.shape[1]

    def __len__(self):
        return len(self.values)

    def take(self, subjects):
        return Measured(self.values[subjects])


def normal_likelihood(parameters, trials):
    return norm.logpdf(trials.values, parameters["mean"][:, None]).sum(axis=1)


NORMAL = Model("normal", (Parameter("mean", "identity", 1.0, 2.0),), normal_likelihood)


@pytest.fixture(scope="module")
def bandit():
    """Four seeds of one learner; recorded as networks are."""
    agent = QLearner(**RW)
    task = Bandit(60)
    return stack({s: fs.simulate(task, agent, 5, seed=s, record="behavior") for s in range(4)})


def test_minimizing_together_is_minimizing_one_by_one(seed):
    rng = np.random.default_rng(seed)
    starts, curve = rng.normal(size=(9, 2)), rng.uniform(1, 9, size=9)

    def rosenbrock(which, x):
        a, b = x.T
        gap = b - a**2
        gradient = np.stack([-4 * curve[which] * a * gap - 2 * (1 - a), 2 * curve[which] * gap], 1)
        return curve[which] * gap**2 + (1 - a) ** 2, gradient

    points, values = minimize_together(rosenbrock, starts)
    for i in range(9):

        def one(x, i=i):
            value, gradient = rosenbrock(np.array([i]), x[None])
            return float(value[0]), gradient[0]

        options = {"ftol": 1e-9, "gtol": 1e-4, "maxiter": 500}
        alone = minimize(one, starts[i], jac=True, method="L-BFGS-B", options=options)
        np.testing.assert_allclose(points[i], alone.x, rtol=1e-6)
        assert values[i] == pytest.approx(alone.fun, abs=1e-12)


def test_an_error_in_the_function_reaches_the_caller():
    def broken(which, x):
        raise FloatingPointError("no such value")

    with pytest.raises(FloatingPointError, match="no such value"):
        minimize_together(broken, np.zeros((5, 2)))


def test_the_posterior_of_normal_measurements_is_exact(seed):
    rng = np.random.default_rng(seed)
    trials = Measured(rng.normal(2, 1, size=(6, 30)))
    found = fit(NORMAL, trials, rng, n_starts=3).estimates
    precision = 30 + 1 / 4
    expected = (trials.values.sum(axis=1) + 1 / 4) / precision
    np.testing.assert_allclose(found.natural[:, 0], expected, atol=1e-4)
    np.testing.assert_allclose(found.error[:, 0], precision**-0.5, rtol=1e-4)
    log_likelihood = normal_likelihood({"mean": expected}, trials)
    np.testing.assert_allclose(found.log_likelihood, log_likelihood, atol=1e-4)
    np.testing.assert_allclose(found.bic, -2 * log_likelihood + np.log(30), atol=1e-3)
    np.testing.assert_allclose(found.aic, -2 * log_likelihood + 2, atol=1e-3)
    assert (found.n_agreed == 3).all()


def test_the_group_prior_of_normal_measurements_is_that_of_maximum_likelihood(seed):
    """With equal counts: group mean = grand mean, group variance = variance of means - 1 / count."""
    rng = np.random.default_rng(seed)
    trials = Measured(rng.normal(rng.normal(3, 1.5, size=(40, 1)), 1, size=(40, 20)))
    found = fit_group(NORMAL, trials, rng, n_starts=2)
    (prior,) = found.model.parameters
    means = trials.values.mean(axis=1)
    assert prior.mean == pytest.approx(means.mean(), abs=5e-3)
    assert prior.sd == pytest.approx(np.sqrt(means.var() - 1 / 20), abs=2e-2)
    assert "group prior after" in found.notes[-1]
    shrunk = found.estimates.unbounded.values[:, 0]
    assert shrunk.std() < means.std()


def test_map_agrees_with_a_general_optimizer(bandit):
    trials = choices(choice_table(bandit)[0], "rw_stick")
    model = choice_model("rw_stick")
    found = fit(model, trials, np.random.default_rng(0), n_starts=3).estimates
    for i in range(2):
        one = trials.take(np.array([i]))
        slow = minimize(lambda x, t=one: model.cost(x[None], t)[0], model.prior[0],
                        method="Nelder-Mead", options={"fatol": 1e-9, "xatol": 1e-6})  # fmt: skip
        assert found.log_posterior.values[i] == pytest.approx(-slow.fun, abs=1e-4)
        np.testing.assert_allclose(found.unbounded[i], slow.x, atol=0.01)


def test_the_curvature_is_that_of_finite_differences_of_gradients(bandit):
    trials = choices(choice_table(bandit)[0], "rw")
    model = choice_model("rw")
    x = np.array([[0.3, 1.1]] * 4)
    found = curvature(model, trials, x)
    np.testing.assert_allclose(found, found.transpose(0, 2, 1), rtol=1e-3, atol=1e-3)
    for j, step in enumerate(np.eye(2) * 0.01):
        second = (
            model.cost(x + step, trials) + model.cost(x - step, trials) - 2 * model.cost(x, trials)
        )
        np.testing.assert_allclose(found[:, j, j], second / 0.01**2, rtol=0.02)


def test_a_subject_does_not_depend_on_who_is_fitted_beside(bandit):
    together = fs.fit(bandit, "rw2", n_starts=3).estimates
    alone = fs.fit(bandit.isel(seed=[2]), "rw2", n_starts=3).estimates
    np.testing.assert_allclose(alone.unbounded[0], together.unbounded[2], atol=1e-3)
    again = fs.fit(bandit, "rw2", n_starts=3).estimates
    np.testing.assert_array_equal(again.unbounded, together.unbounded)


def test_the_learner_that_was_simulated_is_found(bandit):
    """Within four standard errors on the unbounded scale."""
    found = fs.fit(bandit, "rw", n_starts=3)
    assert list(found.table.index) == [0, 1, 2, 3]
    for name, true in RW.items():
        parameter = next(p for p in found.model.parameters if p.name == name)
        own = found.estimates.sel(parameter=name)
        assert (abs(own.unbounded - parameter.unbounded(true)) < 4 * own.error).all()
    assert (found.table.log_likelihood > found.table.chance).all()


def as_table(recording):
    trials = fs.analysis.trials.choice_trials(recording)
    names = [n for n in ("choice", "reward", "common") if n in trials]
    table = trials[names].to_dataframe().reset_index()
    return table.rename(columns={"seed": "subject", "episode": "session"})


def test_a_table_and_a_recording_of_the_same_trials_give_the_same_fit(bandit, tmp_path):
    as_table(bandit).to_csv(tmp_path / "mine.csv", index=False)
    agents = fs.fit(bandit, "rw_stick", n_starts=2)
    animals = fs.fit(tmp_path / "mine.csv", "rw_stick", n_starts=2)
    np.testing.assert_allclose(agents.estimates.unbounded, animals.estimates.unbounded, atol=1e-3)
    assert list(animals.table.index) == ["0", "1", "2", "3"]
    imported = fs.data.imported.import_table(tmp_path / "mine.csv")[0]
    again = fs.fit(imported, "rw_stick", n_starts=2)
    np.testing.assert_array_equal(again.estimates.unbounded, animals.estimates.unbounded)


def test_rats_and_agents_of_two_step_tasks_take_the_form_without_second_choices():
    agent = fs.models.learners.Hybrid()
    task = TwoStep(50, mapping="congruent", encoding="compressed")
    recording = fs.simulate(task, agent, 6, record="behavior")
    found = fs.fit(recording, "hybrid", n_starts=2, p_common=0.8)
    assert "inverse_temperature_2" not in found.table
    weights = found.table.model_based_weight + found.table.model_free_weight
    np.testing.assert_allclose(weights, found.table.inverse_temperature_1)
    assert found.table.n_choices.sum() == 6 * 50
    assert "p_common = 0.800" in str(found)


def test_the_command_prints_and_keeps_the_table(bandit, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    as_table(bandit).rename(columns={"choice": "port"}).to_csv("mine.csv", index=False)
    line = ["fit", "mine.csv", "--model", "rw", "--choice", "port", "--starts", "2"]
    assert cli.main([*line, "--out", "runs"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("rw, 4 subjects, 1200 choices")
    assert "runs/fits/mine-rw.csv" in out
    text = (tmp_path / "runs/fits/mine-rw.csv").read_text()
    assert text.startswith("subject,learning_rate_gain,inverse_temperature,log_likelihood")


def test_several_models_are_compared_on_the_command_line(bandit, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    as_table(bandit).to_csv("mine.csv", index=False)
    line = ["fit", "mine.csv", "--model", "random_stay,rw", "--starts", "2", "--out", "runs"]
    assert cli.main(line) == 0
    out = capsys.readouterr().out
    assert [row.split()[0] for row in out.splitlines()[-3:]] == ["rw", "random_stay", "chance"]
    with pytest.raises(SystemExit, match="2"):
        cli.main(["fit", "mine.csv", "--model", "rw,rw_stik"])
    assert "no choice model 'rw_stik'; did you mean 'rw_stick'?" in capsys.readouterr().err


def test_the_run_of_an_experiment_is_fitted(tmp_path, monkeypatch, capsys):
    declared = Experiment(
        "toy/arms", "a learner", Bandit(40), QLearner(**RW), recording=Test(n_lives=4), quick=2
    )
    paper = Paper("toy", "Toy et al.", (declared,), (), ())
    monkeypatch.setattr(papers, "PAPERS", {"toy": paper})
    monkeypatch.setenv("FASTSLOW_RUNS", str(tmp_path))
    with pytest.raises(ValueError, match="toy/arms has not been run"):
        fs.fit("toy/arms", "rw")
    run = fs.run("toy/arms", seeds=range(2))
    by_run = fs.fit(run, "rw", n_starts=2).estimates
    np.testing.assert_array_equal(fs.fit("toy/arms", "rw", n_starts=2).estimates.natural,
                                  by_run.natural)  # fmt: skip
    assert cli.main(["fit", "toy/arms", "--model", "rw", "--starts", "2"]) == 0
    assert str(tmp_path / "fits/toy/arms-rw.csv") in capsys.readouterr().out


def test_real_data_of_every_choice_task_are_fitted(data_folder):
    """A few starts of the null model and one more: chance is beaten."""
    for name, model in {
        "cavanagh2015_bandit3": "rw_stick", "aind_mouse_foraging": "rw_stick",
    }.items():  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = fs.fit(name, model, n_starts=1).table
        assert (found.log_likelihood - found.chance).sum() > 0
    people = choices(choice_table("zorowitz2023_twostep")[0], "hybrid")
    assert people.p_common == pytest.approx(0.7, abs=0.01)
    assert people.n_choices.max() == 402


def test_the_page_on_fitting_runs(capsys):
    page = (Path(__file__).parent.parent / "docs" / "fitting.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    scope = {}
    exec(block, scope)
    assert capsys.readouterr().out.startswith("rw, 1 subjects, 3000 choices")
    for name, true in RW.items():  # what the page says comes out
        own = scope["found"].estimates.sel(parameter=name)
        (parameter,) = [p for p in scope["found"].model.parameters if p.name == name]
        assert (abs(own.unbounded - parameter.unbounded(true)) < 4 * own.error).all()
    for line in re.findall(r"^    fastslow (.*)$", page, re.MULTILINE):
        assert cli.parser().parse_args(line.split()).command
    assert all(f"`{name}`" in page for name in MODELS)


# mistakes ----------------------------------------------------------------------------------------


def test_mistakes_say_what_to_do(bandit, tmp_path, monkeypatch):
    monkeypatch.setenv("FASTSLOW_RUNS", str(tmp_path))
    with pytest.raises(ValueError, match="no choice model 'rw3'"):
        fs.fit(bandit, "rw3")
    with pytest.raises(ValueError, match="hybrid is a model of two-step tasks"):
        fs.fit(bandit, "hybrid")
    with pytest.raises(ValueError, match="leave out choice"):
        fs.fit(bandit, "rw", choice="port")
    with pytest.raises(ValueError, match="holds no choices to fit"):
        fs.fit("foucault2024_adaprob", "rw")
    with pytest.raises(ValueError, match="did you mean 'miller_rat_twostep'"):
        fs.fit("miller_rat_two_step", "rw")
    with pytest.raises(ValueError, match="n_starts must be at least 1, got 0"):
        fs.fit(bandit, "rw", n_starts=0)
    with pytest.raises(ValueError, match="scale must be one of logistic, exp, identity, got 'log'"):
        Parameter("beta", "log", 0, 1)
    with pytest.raises(ValueError, match="sd must be above 0, got 0"):
        Parameter("beta", "exp", 0, 0)
    with pytest.raises(ValueError, match="a group has at least 2 subjects, got 1"):
        fs.fit(bandit.isel(seed=[0]), "rw", group=True)
    nothing = Choices(np.full((1, 1, 4), -1), np.zeros((1, 1, 4)), 2)
    with pytest.raises(ValueError, match="1 subjects have no choice to fit"):
        fit(choice_model("rw"), nothing, np.random.default_rng(0))


def test_a_lonely_start_is_told():
    """A likelihood with two tops, one of them higher and rarely found."""

    def two_tops(parameters, trials):
        x = parameters["mean"]
        return 10 * np.logaddexp(-((x - 1) ** 2), 2 - 4 * (x + 6) ** 2)

    model = Model("tops", (Parameter("mean", "identity", 1.0, 9.0),), two_tops)
    rng = np.random.default_rng(1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = [fit(model, Measured(np.zeros((1, 2))), rng, n_starts=3) for _ in range(20)]
    lonely = sum(int(one.estimates.n_agreed[0]) == 1 for one in found)
    assert lonely > 0
    assert len(caught) == lonely
    assert "only one of 3 starts reached the best end" in str(caught[0].message)
