"""How probable choices are: by hand, by a plain loop, and to the very agent that made them."""

from math import exp, log

import numpy as np
import pytest

import fastslow as fs
from fastslow.models.learners import random_stay as null
from fastslow.models.learners import rescorla_wagner_likelihood as rw
from fastslow.models.learners import two_step_likelihood as two_step
from fastslow.models.learners.choices import Choices, previous_choice
from fastslow.papers.choice_models import MODELS, choice_model
from fastslow.papers.choice_tables import choice_table, choices
from fastslow.tasks import Bandit, InformativeArm
from fastslow.tasks.two_step import TwoStep
from fastslow.tasks.two_step_drifting import DriftingTwoStep

HYBRID = {
    "learning_rate_1": 0.5, "learning_rate_2": 0.4, "eligibility": 0.6, "inverse_temperature_1": 4.0,
    "inverse_temperature_2": 3.0, "w": 0.3, "perseveration": 0.2,
}  # fmt: skip
RW = {
    "learning_rate_gain": 0.6, "learning_rate_loss": 0.2, "inverse_temperature": 3.0,
    "perseveration": 0.5, "forgetting": 0.1,
}  # fmt: skip


def random_choices(seed, two=False, n=3, sessions=2, n_trials=40, n_options=2):
    """Choices of nobody, with trials that were not made, and sessions of different length."""
    rng = np.random.default_rng(seed)
    shape = (n, sessions, n_trials)
    choice = rng.integers(n_options, size=shape)
    choice[rng.random(shape) < 0.1] = -1
    choice[:, 1, 25:] = -1
    second = np.where((choice >= 0) & (rng.random(shape) > 0.05), rng.integers(2, size=shape), -1)
    return Choices(
        choice, np.where(choice >= 0, rng.integers(2, size=shape), np.nan), n_options,
        np.where(choice >= 0, rng.random(shape) < 0.7, -1).astype(int), second if two else None, 0.7,
    )  # fmt: skip


def softmax(logits):
    weights = [exp(v) for v in logits]
    return [w / sum(weights) for w in weights]


def plain_rw(p, trials, subject):
    total = 0.0
    for choice, reward in zip(trials.choice[subject], trials.reward[subject], strict=True):
        q, previous = [0.5] * trials.n_options, None
        for c, r in zip(choice, reward, strict=True):
            if c < 0:
                continue
            logits = [
                p["inverse_temperature"] * v + p.get("perseveration", 0) * (i == previous)
                for i, v in enumerate(q)
            ]
            total += log(softmax(logits)[c])
            error = r - q[c]
            loss = p.get("learning_rate_loss", p["learning_rate_gain"])
            for i in range(len(q)):
                if i == c:
                    q[i] += (p["learning_rate_gain"] if error > 0 else loss) * error
                else:
                    q[i] += p.get("forgetting", 0) * (0.5 - q[i])
            previous = c
    return total


def plain_hybrid(p, trials, subject):
    total, two = 0.0, trials.second is not None
    for s in range(trials.choice.shape[1]):
        q1, q2, previous = [0.0, 0.0], [[0.0] * (2 if two else 1) for _ in "ab"], None
        for t in range(trials.choice.shape[2]):
            at = subject, s, t
            a, r = trials.choice[at], trials.reward[at]
            if a < 0:
                continue
            logits = []
            for i in (0, 1):
                planned = 0.7 * max(q2[i]) + 0.3 * max(q2[1 - i])
                mixed = p["w"] * planned + (1 - p["w"]) * q1[i]
                stay = p["perseveration"] * (i == previous)
                logits.append(p["inverse_temperature_1"] * mixed + stay)
            total += log(softmax(logits)[a])
            previous = a
            state = a if trials.common[at] else 1 - a
            i = trials.second[at] if two else 0
            if i < 0:
                continue
            if two:
                total += log(softmax([p["inverse_temperature_2"] * v for v in q2[state]])[i])
            error_1, error_2 = q2[state][i] - q1[a], r - q2[state][i]
            q1[a] += p["learning_rate_1"] * (error_1 + p["eligibility"] * error_2)
            q2[state][i] += p["learning_rate_2"] * error_2
    return total


def test_rescorla_wagner_by_hand():
    """Win on option 0, then 0 again: Q = (.75, .5) after the first trial."""
    trials = Choices(np.array([[[0, 0]]]), np.array([[[1.0, 0.0]]]), 2)
    parameters = {"learning_rate_gain": 0.5, "inverse_temperature": 4.0, "perseveration": 1.0}
    found = np.exp(rw.choice_log_probabilities(parameters, trials)[0, 0])
    np.testing.assert_allclose(found, [0.5, 1 / (1 + exp(-(4 * 0.25 + 1)))])


def test_hybrid_by_hand():
    """Choice 0, common, option 1 pays: then Q2(0) = (0, .4), Q1 = (.5 x .6, 0)."""
    trials = Choices(
        np.array([[[0, 0]]]), np.array([[[1.0, 0.0]]]), 2, np.array([[[1, 1]]]),
        np.array([[[1, 1]]]), 0.7,
    )  # fmt: skip
    first, second = two_step.choice_log_probabilities(HYBRID, trials)
    gap = 4 * (0.3 * (0.7 - 0.3) * 0.4 + 0.7 * 0.3) + 0.2
    np.testing.assert_allclose(np.exp(first[0, 0]), [0.5, 1 / (1 + exp(-gap))])
    np.testing.assert_allclose(np.exp(second[0, 0]), [0.5, 1 / (1 + exp(-3 * 0.4))])


def test_random_stay_by_hand():
    trials = Choices(np.array([[[2, 2, -1, 0, 0]]]), np.zeros((1, 1, 5)), 3)
    found = null.log_likelihood({"p_stay": 0.8}, trials)
    np.testing.assert_allclose(np.exp(found), 1 / 3 * 0.8 * 0.1 * 0.8)
    two = Choices(
        np.array([[[0, 1, 0]]]), np.zeros((1, 1, 3)), 2, np.ones((1, 1, 3), int),
        np.array([[[1, 1, 1]]]), 0.7,
    )  # fmt: skip
    found = null.log_likelihood({"p_stay": 0.8, "p_stay_2": 0.9}, two)
    np.testing.assert_allclose(np.exp(found), (1 / 2 * 0.2 * 0.2) * (1 / 2 * 1 / 2 * 0.9))


@pytest.mark.parametrize("n_options", [2, 4])
@pytest.mark.parametrize("dropped", [(), ("forgetting",), ("perseveration", "learning_rate_loss")])
def test_rescorla_wagner_against_a_plain_loop(n_options, dropped, seed):
    trials = random_choices(seed, n_options=n_options)
    parameters = {name: value for name, value in RW.items() if name not in dropped}
    found = rw.log_likelihood(parameters, trials)
    np.testing.assert_allclose(found, [plain_rw(parameters, trials, i) for i in range(3)])


@pytest.mark.parametrize("two", [True, False])
def test_hybrid_against_a_plain_loop(two, seed):
    trials = random_choices(seed, two)
    found = two_step.log_likelihood(HYBRID, trials)
    np.testing.assert_allclose(found, [plain_hybrid(HYBRID, trials, i) for i in range(3)])


@pytest.mark.parametrize("likelihood", [rw.log_likelihood, two_step.log_likelihood])
def test_subjects_have_parameters_of_their_own(likelihood, seed):
    trials = random_choices(seed, two=True)
    names = RW if likelihood is rw.log_likelihood else HYBRID
    drawn = np.random.default_rng(seed).random((len(names), 3))
    parameters = dict(zip(names, drawn, strict=True))
    together = likelihood(parameters, trials)
    for i in range(3):
        own = {name: float(value[i]) for name, value in parameters.items()}
        np.testing.assert_allclose(likelihood(own, trials.take(np.array([i]))), together[[i]])


def test_without_inverse_temperature_choices_are_at_chance(seed):
    trials = random_choices(seed, two=True)
    cold = {"inverse_temperature": 0.0, "perseveration": 0.0}
    np.testing.assert_allclose(rw.log_likelihood(RW | cold, trials.first_stage()),
                               trials.first_stage().chance)  # fmt: skip
    cold = {"inverse_temperature_1": 0.0, "inverse_temperature_2": 0.0, "perseveration": 0.0}
    assert (trials.n_choices > (trials.choice >= 0).sum(axis=(1, 2))).all()
    second_made = (trials.second >= 0).sum(axis=(1, 2))
    expected = -((trials.choice >= 0).sum(axis=(1, 2)) + second_made) * log(2)
    np.testing.assert_allclose(two_step.log_likelihood(HYBRID | cold, trials), expected)
    np.testing.assert_allclose(trials.chance, expected)


def test_the_ends_of_w_are_the_pure_learners(seed):
    trials = random_choices(seed, two=True)
    for name, w in (("sarsa", 0.0), ("planner", 1.0)):
        model = choice_model(name, second_stage=True)
        own = {p: HYBRID[p] for p in model.names} | dict(model.fixed)
        np.testing.assert_allclose(
            model.log_likelihood(own, trials),
            two_step.log_likelihood(HYBRID | {"w": w}, trials),
        )


def test_previous_choices_skip_trials_without_one():
    choice = np.array([[-1, 0], [1, 1], [-1, -1], [-1, 0]])
    np.testing.assert_array_equal(previous_choice(choice), [[-1, -1], [-1, 0], [1, 1], [1, 1]])


# what is fitted is what is simulated --------------------------------------------------------------

N = 20


def lived(task, agent, seed):
    return fs.simulate(task, agent, N, seed=seed, record="behavior")


def by_subject(recording):
    """Each life as a subject of its own, with one session."""
    table = choice_table(recording)[0].rename(episode="subject")
    return table.expand_dims("session", 1)


def drawn(name, seed, second_stage=False):
    """Natural parameters of N subjects from the prior, with those that are fixed."""
    model = choice_model(name, second_stage)
    x = np.random.default_rng(seed).normal(*model.prior, (N, len(model.names)))
    return model.natural(x) | {k: np.full(N, v) for k, v in model.fixed.items()}


@pytest.mark.parametrize("name", [n for n, m in MODELS.items() if not m.of_two_step])
@pytest.mark.parametrize("task", [Bandit(40), InformativeArm(40)], ids=["two", "eleven"])
def test_the_policy_of_an_agent_is_what_the_likelihood_says_of_bandits(name, task, seed):
    parameters = drawn(name, seed)
    recording = lived(task, MODELS[name].agent(parameters), seed)
    policy = np.take_along_axis(recording.policy.values, recording.action.values[..., None], axis=2)
    trials = choices(by_subject(recording), name)
    assert trials.n_options == task.action.n
    found = MODELS[name].log_likelihood(parameters, trials)
    np.testing.assert_allclose(found, np.log(policy[..., 0]).sum(axis=1), rtol=1e-5)


@pytest.mark.parametrize("name", [n for n, m in MODELS.items() if m.of_two_step])
@pytest.mark.parametrize(
    "task",
    [DriftingTwoStep(60), TwoStep(60, encoding="stepwise", mapping="congruent")],
    ids=["people", "rats"],
)
def test_the_policy_of_an_agent_is_what_the_likelihood_says_of_two_steps(name, task, seed):
    two = task.n_second == 2
    parameters = drawn(name, seed, second_stage=two)
    recording = lived(task, MODELS[name].agent(parameters), seed)
    policy = np.take_along_axis(recording.policy.values, recording.action.values[..., None], axis=2)
    scored = recording.stage.values >= 1 if two else recording.stage.values == 1
    trials = choices(by_subject(recording), name, p_common=task.p_common)
    assert (trials.second is not None) == two
    found = MODELS[name].log_likelihood(parameters, trials)
    expected = np.where(scored, np.log(policy[..., 0]), 0).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_mistakes_are_named():
    trials = random_choices(0)
    with pytest.raises(ValueError, match="no choice model 'rw3'; did you mean .rw."):
        choice_model("rw3")
    bandit = Choices(trials.choice, trials.reward, 2, p_common=0.7)
    with pytest.raises(ValueError, match="no `common`, the transition"):
        two_step.log_likelihood(HYBRID, bandit)
    with pytest.raises(ValueError, match="needs `p_common`, got None"):
        two_step.log_likelihood(HYBRID, Choices(trials.choice, trials.reward, 2, trials.common))
    with pytest.raises(ValueError, match=r"p_stay must be in \[0, 1\], got 2"):
        null.RandomStay(2)
