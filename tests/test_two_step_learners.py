"""Learners of two-step tasks: against plain loops, exact calculations and the published numbers."""

import itertools
from collections import defaultdict
from math import exp
from types import SimpleNamespace

import numpy as np
import pytest

from fastslow.models.learners.two_step_cue import RewardAsCue
from fastslow.models.learners.two_step_hybrid import (
    Hybrid,
    TwoStepPlanner,
    TwoStepSarsa,
    first_stage_logits,
    sarsa_update,
)
from fastslow.models.learners.two_step_observer import TwoStepObserver, better_state_update
from fastslow.models.learners.two_step_q import TwoStepQ, q_update
from fastslow.tasks import Bandit, Lanes
from fastslow.tasks.two_step import TwoStep
from fastslow.tasks.two_step_drifting import DriftingTwoStep

LEARNERS = (TwoStepQ, RewardAsCue, TwoStepSarsa, TwoStepPlanner, Hybrid, TwoStepObserver)
STEPWISE = TwoStep(encoding="stepwise")
every_learner = pytest.mark.parametrize("learner", LEARNERS)


def live(task, agent, n, seed):
    """Trials of `n` lives, (n_trials, n) each: choices, outcomes, policies, values."""
    agent.begin(task, n, Lanes(seed, n, "agent"))
    play = task.play(n, Lanes(seed, n, "task"))
    now, rows = next(play), []
    for _ in range(task.n_steps):
        stage, labels = now.labels["stage"][0], now.labels
        action, trace = agent.act(now)
        now = play.send(action)
        assert not now.outcomes["missed"].any()
        assert np.allclose(trace["policy"].sum(axis=1), 1)
        if stage == 0:
            assert (trace["policy"] == [0, 0, 1]).all()
        if stage == 1:
            rows.append({name: now.outcomes[name] for name in ("common", "state")})
            rows[-1] |= {"first": action, "reward": now.reward, "belief": trace.get("belief", 0)}
            rows[-1] |= {"policy": trace["policy"][:, :2], "value": trace["value"]}
            rows[-1] |= {"second": 0 * action, "policy_2": trace["policy"], **labels}
        if stage == 2:
            choice = np.minimum(action, task.n_second - 1)
            rows[-1] |= {"second": choice, "policy_2": trace["policy"], "reward": now.reward}
    agent.act(now)
    return SimpleNamespace(**{name: np.array([row[name] for row in rows]) for name in rows[0]})


def stay_cells(life, last=None):
    """P(stay) after C+, R+, C-, R- over pairs of trials, and standard errors over lives."""
    stay = (life.first[1:] == life.first[:-1])[:last]
    cells = []
    for rewarded, common in itertools.product((1, 0), (1, 0)):
        pairs = (life.common[:-1] == common) & (life.reward[:-1] == rewarded)
        pairs = pairs[:last]
        p = stay[pairs].mean()
        excess = ((stay - p) * pairs).sum(axis=0)
        cells.append((p, np.sqrt((excess**2).sum()) / pairs.sum()))
    return np.array(cells).T


def interaction(cells):
    return cells[0] - cells[1] - cells[2] + cells[3]


def reward_index(cells):
    return cells[0] + cells[1] - cells[2] - cells[3]


# Plain loops, one life at a time: what each learner should do, written without arrays.


def softmax(*logits):
    weights = [exp(x) for x in logits]
    return [w / sum(weights) for w in weights]


def plain_q(task, trials):
    q = [0.0, 0.0]
    for first, _, _, reward in trials:
        yield softmax(5 * q[0], 5 * q[1]), [0.5, 0.5]
        q[first] += 0.5 * (reward - q[first])


def plain_cue(task, trials):
    q, cue = defaultdict(lambda: [0.0, 0.0]), "none"
    for first, state, _, reward in trials:
        yield softmax(10 * q[cue][0], 10 * q[cue][1]), [0.5, 0.5]
        q[cue][first] += 0.1 * (reward - q[cue][first])
        cue = (state, reward)


def plain_hybrid(w):
    def policies(task, trials):
        q1, q2, previous, p = [0.0, 0.0], [[0.0] * task.n_second for _ in (0, 1)], None, 0
        agree, disagree = 0, 0
        for first, state, second, reward in trials:
            congruent = 1.0
            if task.mapping == "random":
                odds = (task.p_common / (1 - task.p_common)) ** (agree - disagree)
                congruent = odds / (1 + odds)
            p = congruent * task.p_common + (1 - congruent) * (1 - task.p_common)
            logits = []
            for a in (0, 1):
                planned = p * max(q2[a]) + (1 - p) * max(q2[1 - a])
                mixed = w * planned + (1 - w) * q1[a]
                logits.append(5.19 * mixed + 0.11 * 5.19 * (a == previous))
            q = q2[state]
            second_policy = softmax(*(3.69 * v for v in q)) if len(q) == 2 else [0.5, 0.5]
            yield softmax(*logits), second_policy
            error_1, error_2 = q[second] - q1[first], reward - q[second]
            q1[first] += 0.54 * error_1 + 0.54 * 0.57 * error_2
            q[second] += 0.42 * error_2
            agree, disagree = agree + (first == state), disagree + (first != state)
            previous = first

    return policies


def plain_observer(task, trials):
    """Bayes' rule over every possible sequence of reversals, one by one: slow and exact."""
    worlds = {(start, 1): 0.5 for start in (0, 1)}  # (better state, trials it has lasted)
    agree = 0
    for first, state, _, reward in trials:
        belief = sum(p for (better, _), p in worlds.items() if better == 0)
        lead = (1 if task.mapping == "congruent" else np.sign(agree)) * (belief - 0.5)
        yield [0.5, 0.5] if abs(lead) < 1e-9 else [float(lead > 0), float(lead < 0)], [0.5, 0.5]
        after = defaultdict(float)
        for (better, lasted), p in worlds.items():
            pays = task.p_reward if better == state else 1 - task.p_reward
            p *= pays if reward else 1 - pays
            reverses = task.p_reversal if lasted >= task.min_block else 0
            after[better, lasted + 1] += p * (1 - reverses)
            after[1 - better, 1] += p * reverses
        total = sum(after.values())
        worlds = {world: p / total for world, p in after.items()}
        agree += 1 if first == state else -1


PLAIN = [
    (TwoStepQ(), plain_q),
    (RewardAsCue(), plain_cue),
    (Hybrid(), plain_hybrid(0.39)),
    (TwoStepSarsa(), plain_hybrid(0)),
    (TwoStepPlanner(), plain_hybrid(1)),
    (TwoStepObserver(), plain_observer),
]
WORLDS = {
    "compressed": TwoStep(n_trials=40),
    "stepwise": TwoStep(n_trials=40, encoding="stepwise"),
    "wang2016": TwoStep.wang2016(),
    "miller": TwoStep.miller(n_trials=60),
    "drifting": DriftingTwoStep(n_trials=40),
}


PLAYED = [
    pytest.param(agent, plain, task, id=f"{type(agent).__name__}-{name}")
    for agent, plain in PLAIN
    for name, task in WORLDS.items()
    if task.n_second == 1 or agent.chooses_twice
]


@pytest.mark.parametrize(("agent", "plain", "task"), PLAYED)
def test_policies_are_those_of_a_plain_loop(agent, plain, task, seed):
    life = live(task, agent, 5, seed)
    for lane in range(5):
        trials = zip(*(x[:, lane] for x in (life.first, life.state, life.second, life.reward)),
                     strict=True)  # fmt: skip
        first, second = map(np.array, zip(*plain(task, trials), strict=True))
        assert np.allclose(life.policy[:, lane], first, atol=1e-9)
        if task.n_stages > 1:
            assert np.allclose(life.policy_2[:, lane, :2], second, atol=1e-9)


@every_learner
def test_choices_follow_the_policy(learner, seed):
    life = live(TwoStep(), learner(), 200, seed)
    p = life.policy[:, :, 1]
    spread = np.sqrt((p * (1 - p)).sum())
    assert abs((life.first - p).sum()) <= 4 * spread + 1e-9
    assert (np.abs(life.first - p) < 1).all()  # nothing impossible is done


@every_learner
def test_a_life_depends_on_its_seed_and_not_on_lives_before(learner, seed):
    agent = learner()
    once = live(TwoStep.miller(n_trials=30), agent, 4, seed)
    live(TwoStep(n_trials=30), agent, 9, seed + 1)
    again = live(TwoStep.miller(n_trials=30), agent, 4, seed)
    more = live(TwoStep.miller(n_trials=30), learner(), 20, seed)
    for name in ("first", "reward", "policy", "value"):
        assert np.array_equal(getattr(once, name), getattr(again, name))
        assert np.array_equal(getattr(once, name), getattr(more, name)[:, :4])


@every_learner
def test_both_encodings_are_learned_alike(learner, seed):
    one, other = (live(task, learner(), 1000, seed) for task in (TwoStep(), STEPWISE))
    (a, a_se), (b, b_se) = stay_cells(one), stay_cells(other)
    assert (np.abs(a - b) <= 4 * np.hypot(a_se, b_se)).all()


@pytest.mark.parametrize("task", [TwoStep(), STEPWISE], ids=["compressed", "stepwise"])
def test_model_free_control_of_wang_2018(task, seed):
    """Row W18-5e: .957/.876/.549/.734 and .636 a trial, to the spec's .02."""
    life = live(task, TwoStepQ(), 1000, seed)
    cells, _ = stay_cells(life)
    assert np.abs(cells - [0.957, 0.876, 0.549, 0.734]).max() < 0.02
    se = life.reward.mean(axis=0).std() / np.sqrt(1000)
    assert abs(life.reward.mean() - 0.636) < 4 * se + 0.0005
    assert reward_index(cells) > 0.3


@pytest.mark.parametrize(
    ("agent", "cells"),
    [
        (Hybrid(), [0.835, 0.784, 0.609, 0.665]),
        (Hybrid(w=0), [0.902, 0.896, 0.686, 0.683]),
        (Hybrid(w=1), [0.750, 0.596, 0.602, 0.749]),
    ],
    ids=["medians", "w=0", "w=1"],
)
def test_hybrid_in_the_task_of_daw_2011(agent, cells, seed):
    """Row H-2, to its .05; the planner alone shows no reward index, SARSA alone no interaction."""
    measured, se = stay_cells(live(DriftingTwoStep(), agent, 400, seed))
    assert np.abs(measured - cells).max() < 0.05
    margin = 4 * np.sqrt((se**2).sum())
    if agent.w == 0:
        assert abs(interaction(measured)) < 0.05 < reward_index(measured)
    elif agent.w == 1:
        assert abs(reward_index(measured)) < 0.05 < interaction(measured)
    else:
        assert interaction(measured) > margin
        assert reward_index(measured) > margin


@pytest.mark.parametrize("task", WORLDS.values(), ids=WORLDS)
def test_pure_hybrids_are_the_pure_learners(task, seed):
    for w, pure in ((0, TwoStepSarsa()), (1, TwoStepPlanner())):
        one, other = live(task, Hybrid(w=w), 20, seed), live(task, pure, 20, seed)
        assert np.array_equal(one.first, other.first)
        assert np.array_equal(one.reward, other.reward)
        assert np.allclose(one.policy, other.policy)
        assert np.allclose(one.value, other.value)
    mixed = live(task, Hybrid(), 20, seed)
    assert not np.allclose(mixed.policy, one.policy)


@pytest.mark.parametrize(
    "agent",
    [
        TwoStepQ(inverse_temperature=0),
        TwoStepQ(learning_rate=0),
        RewardAsCue(inverse_temperature=0),
        RewardAsCue(learning_rate=0),
        TwoStepObserver(inverse_temperature=0),
        Hybrid(inverse_temperature_1=0, perseveration=0),
        Hybrid(learning_rate_1=0, learning_rate_2=0, perseveration=0),
        TwoStepSarsa(learning_rate_1=0, perseveration=0),
        TwoStepPlanner(learning_rate_2=0, perseveration=0),
    ],
)
def test_nothing_learned_or_used_is_chance(agent, seed):
    assert (live(TwoStep(n_trials=20), agent, 10, seed).policy == 0.5).all()


def test_eligibility_carries_the_reward_to_the_first_stage(seed):
    """With lambda = 1 and no second-stage learning, SARSA is the bandit learner."""
    settings = {"inverse_temperature_1": 5.0, "perseveration": 0.0, "learning_rate_1": 0.5}
    sarsa = TwoStepSarsa(**settings, learning_rate_2=0.0, eligibility=1.0)
    one, other = (live(TwoStep(), agent, 10, seed) for agent in (sarsa, TwoStepQ()))
    assert np.allclose(one.policy, other.policy)
    # and with lambda = 0 it learns nothing from the reward itself
    blind = live(
        TwoStep(), TwoStepSarsa(**settings, learning_rate_2=0.0, eligibility=0.0), 10, seed
    )
    assert (blind.policy == 0.5).all()


def test_perseveration_alone_repeats_with_its_own_probability(seed):
    agent = Hybrid(inverse_temperature_1=0, perseveration=1.0)
    life = live(TwoStep(), agent, 200, seed)
    stay = life.first[1:] == life.first[:-1]
    p = 1 / (1 + exp(-1))
    assert abs(stay.mean() - p) < 4 * np.sqrt(p * (1 - p) / stay.size)


def observer_cells_2016():
    """Stay cells of the ideal observer of Wang et al. 2016, summed over all it can meet.

    What counts is the evidence d: outcomes that speak for state 0 less those for state 1.
    """
    task = TwoStep.wang2016()
    now = {0: 1.0}  # evidence -> probability, state 0 being the better one (by symmetry)
    stays, pairs = np.zeros((2, 2)), np.zeros((2, 2))

    def choices(d):
        return {0: 0.5, 1: 0.5} if d == 0 else {int(d < 0): 1.0}

    for trial in range(task.n_trials):
        after = defaultdict(float)
        for d, p in now.items():
            for (first, p_first), state, rewarded in itertools.product(
                choices(d).items(), (0, 1), (0, 1)
            ):
                common = int(state == first)
                p_state = task.p_common if common else 1 - task.p_common
                p_pay = task.p_reward if state == 0 else 1 - task.p_reward
                path = p * p_first * p_state * (p_pay if rewarded else 1 - p_pay)
                then = d + (1 if (state == 0) == bool(rewarded) else -1)
                after[then] += path
                if trial < task.n_trials - 1:
                    pairs[rewarded, common] += path
                    stays[rewarded, common] += path * choices(then).get(first, 0)
        now = after
    return (stays / pairs)[[1, 1, 0, 0], [1, 0, 1, 0]]


def test_ideal_observer_of_wang_2016(seed):
    """The first pair is 1/0/0/1 exactly; pooled pairs are not, as the sum over all paths shows."""
    life = live(TwoStep.wang2016(), TwoStepObserver(), 4000, seed)
    first, _ = stay_cells(life, last=1)
    assert np.array_equal(first, [1, 0, 0, 1])
    exact = observer_cells_2016()
    assert np.round(exact, 3).tolist() == [1, 0.509, 0.509, 1]
    pooled, se = stay_cells(life)
    assert (np.abs(pooled - exact) <= 4 * se).all()


def test_ideal_observer_of_wang_2018_is_inside_the_published_band(seed):
    life = live(TwoStep(), TwoStepObserver(), 1000, seed)
    cells, _ = stay_cells(life)
    assert min(cells[0], cells[3]) >= 0.95
    assert (np.abs(cells[1:3] - 0.635) < 0.105).all()  # [.53, .74], row W18-5a
    assert abs(reward_index(cells)) < 0.1
    assert interaction(cells) > 0.5


def test_belief_is_calibrated_and_nobody_beats_the_observer(seed):
    life = live(TwoStep(), TwoStepObserver(), 1000, seed)
    low = (life.belief > 0.2) & (life.belief < 0.4)
    truth, belief = life.better_state[low] == 0, life.belief[low]
    assert abs((truth - belief).sum()) < 4 * np.sqrt((belief * (1 - belief)).sum())
    for other in (*LEARNERS[:-1], lambda: TwoStepObserver(inverse_temperature=5)):
        earned = live(TwoStep(), other(), 1000, seed).reward.mean(axis=0)
        best = life.reward.mean(axis=0)
        assert earned.mean() < best.mean() - 4 * np.hypot(earned.std(), best.std()) / 1000**0.5


def test_value_is_the_reward_expected_by_the_observer(seed):
    life = live(TwoStep(), TwoStepObserver(), 500, seed)
    p = life.value
    assert abs((life.reward - p).sum()) < 4 * np.sqrt((p * (1 - p)).sum())


def test_reward_as_cue_looks_like_a_planner_and_is_none(seed):
    """Akam, Costa & Dayan 2015: the interaction without a model; gone where no cue tells."""
    cells, _ = stay_cells(live(TwoStep(), RewardAsCue(), 400, seed))
    bandit, _ = stay_cells(live(TwoStep(), TwoStepQ(), 400, seed))
    assert interaction(cells) > 0.5 > interaction(bandit)
    assert abs(reward_index(cells)) < 0.3 < reward_index(bandit)
    blind, se = stay_cells(live(TwoStep(p_reward=0.5), RewardAsCue(), 400, seed))
    assert abs(interaction(blind)) < 4 * np.sqrt((se**2).sum())


def test_recorded_errors_are_those_that_sarsa_learns_from(seed):
    """With fixation reward + next value - value is d1 at the first stage and d2 at the second."""
    agent, task, n = TwoStepSarsa(), TwoStep(n_trials=30, encoding="stepwise"), 5
    agent.begin(task, n, Lanes(seed, n, "agent"))
    play = task.play(n, Lanes(seed, n, "task"))
    now, rewards, values, actions, q1s, q2s = next(play), [], [], [], [], []
    for _ in range(task.n_steps):
        action, trace = agent.act(now)
        q1s.append(agent._q1)
        q2s.append(agent._q2)
        values.append(trace["value"])
        actions.append(action)
        now = play.send(action)
        rewards.append(now.reward)
    values.append(agent.act(now)[1]["value"])
    q1s.append(agent._q1)
    q2s.append(agent._q2)
    values, rewards, actions = map(np.array, (values, rewards, actions))
    rpe = rewards + agent.discount * values[1:] - values[:-1]
    lanes = np.arange(n)
    for t in range(1, task.n_steps, 3):
        learned = (q1s[t + 2] - q1s[t])[lanes, actions[t]]
        assert np.allclose(learned, 0.54 * (rpe[t] + 0.57 * rpe[t + 1]))
        assert np.allclose((q2s[t + 2] - q2s[t]).sum(axis=(1, 2)), 0.42 * rpe[t + 1])
    agent.begin(TwoStep(), n, Lanes(seed, n))
    assert agent.discount == 0


@pytest.mark.parametrize("p_common", [0.8, 1])
def test_inference_of_the_mapping_survives_long_lives(p_common, seed):
    """Log odds of thousands of trials overflow nothing, and a certain mapping takes one trial."""
    task = TwoStep(n_trials=1500, mapping="random", p_common=p_common)
    life = live(task, TwoStepObserver(), 6, seed)
    assert np.isfinite(life.policy).all()
    assert (life.first == life.best_action)[1:].mean() > 0.5


@pytest.mark.parametrize("learner", [TwoStepObserver, TwoStepPlanner, Hybrid])
def test_a_drawn_mapping_is_inferred(learner, seed):
    life = live(TwoStep.miller(n_trials=200), learner(), 400, seed)
    good = (life.first == life.best_action)[20:]
    rates = [good[:, life.congruent[0] == which].mean(axis=0) for which in (True, False)]
    for rate in rates:
        assert rate.mean() - 4 * rate.std() / np.sqrt(rate.size) > 0.5
    a, b = rates
    assert abs(a.mean() - b.mean()) < 4 * np.sqrt(a.var() / a.size + b.var() / b.size)


def test_updates_are_pure_and_take_a_parameter_for_each_lane(seed):
    rng = np.random.default_rng(seed)
    n = 6
    first, state, second = rng.integers(0, 2, (3, n))
    reward, rate_1, rate_2, eligibility, kappa = rng.random((5, n))
    q1, q2, belief = rng.random((n, 2)), rng.random((n, 2, 2)), rng.random((n, 2, 3))
    kept = [x.copy() for x in (q1, q2, belief)]
    new_1, new_2 = sarsa_update(q1, q2, first, state, second, reward, rate_1, rate_2, eligibility)
    logits = first_stage_logits(q1, first, rate_1, kappa)
    new_q = q_update(q1, first, reward, rate_1)
    better_state_update(belief, state, reward.round(), 0.9, 0.1)
    for before, after in zip(kept, (q1, q2, belief), strict=True):
        assert np.array_equal(before, after)
    for i in range(n):
        one = slice(i, i + 1)
        alone = sarsa_update(
            q1[one], q2[one], first[one], state[one], second[one], reward[one],
            rate_1[i], rate_2[i], eligibility[i],
        )  # fmt: skip
        assert np.array_equal(alone[0][0], new_1[i])
        assert np.array_equal(alone[1][0], new_2[i])
        assert np.array_equal(q_update(q1[one], first[one], reward[one], rate_1[i])[0], new_q[i])
        alone = first_stage_logits(q1[one], first[one], rate_1[i], kappa[i])
        assert np.array_equal(alone[0], logits[i])


@every_learner
def test_a_task_of_another_kind_is_refused(learner):
    with pytest.raises(TypeError, match=f"{learner.__name__} plays TwoStep .* got Bandit"):
        learner().begin(Bandit(), 2, Lanes(0, 2))


@pytest.mark.parametrize("learner", [TwoStepQ, RewardAsCue, TwoStepObserver])
def test_second_stage_choices_are_refused_by_those_who_make_none(learner):
    with pytest.raises(ValueError, match=r"DriftingTwoStep asks for: take Hybrid"):
        learner().begin(DriftingTwoStep(), 2, Lanes(0, 2))
