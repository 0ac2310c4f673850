"""The bandit tasks do what their docstrings, their Methods sections, say."""

import re

import numpy as np
import pytest

from fastslow.tasks import Bandit, Lanes
from fastslow.tasks.informative_arm import InformativeArm
from fastslow.tasks.restless import RestlessBandit, StableVolatileBandit, reflect


def live(task, n, seed, action=None):
    """Stacked labels, actions and rewards of one life, each (n_steps, n); random choices."""
    lanes, choices = Lanes(seed, n), Lanes(seed, n, "choices")
    play = task.play(n, lanes)
    now, labels, actions, rewards = next(play), [], [], []
    for _ in range(task.n_steps):
        labels.append(now.labels)
        actions.append(choices.integers(task.action.n) if action is None else np.full(n, action))
        now = play.send(actions[-1])
        rewards.append(now.reward)
    names = labels[0]
    stacked = {name: np.stack([row[name] for row in labels]) for name in names}
    return stacked, np.array(actions), np.array(rewards)


def expect_mean(x, mean, sd):
    """The mean of independent numbers is within four standard errors of what it should be."""
    assert abs(np.mean(x) - mean) < 4 * sd / np.sqrt(np.size(x))


def expect_paid_with_probability(labels, actions, rewards):
    p = np.where(actions == 0, labels["arm_mean_0"], labels["arm_mean_1"])
    assert set(np.unique(rewards)) <= {0, 1}
    assert abs((rewards - p).sum()) < 4 * np.sqrt((p * (1 - p)).sum())
    for low, high in ((0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        where = (p >= low) & (p < high)
        if where.any():
            spread = 4 * np.sqrt((p * (1 - p))[where].sum())
            assert abs((rewards - p)[where].sum()) < spread


SD_UNIFORM = np.sqrt(1 / 12)


class TestBandit:
    def test_independent_arms_are_both_uniform(self, seed):
        labels, *_ = live(Bandit(1, "independent"), 4000, seed)
        first, second = labels["arm_mean_0"], labels["arm_mean_1"]
        for p in (first, second):
            expect_mean(p, 1 / 2, SD_UNIFORM)
            expect_mean((p - 1 / 2) ** 2, 1 / 12, np.sqrt(1 / 180))
        expect_mean((first - 1 / 2) * (second - 1 / 2), 0, 1 / 12)

    def test_uniform_arms_add_up_to_one(self, seed):
        labels, *_ = live(Bandit(1, "uniform"), 4000, seed)
        assert (labels["arm_mean_0"] + labels["arm_mean_1"] == 1).all()
        expect_mean(labels["arm_mean_0"], 1 / 2, SD_UNIFORM)
        expect_mean((labels["arm_mean_0"] - 1 / 2) ** 2, 1 / 12, np.sqrt(1 / 180))

    @pytest.mark.parametrize(("arms", "p"), [("easy", 0.9), ("medium", 0.75), ("hard", 0.6)])
    def test_fixed_arms_swap_sides_at_random(self, seed, arms, p):
        labels, *_ = live(Bandit(1, arms), 2000, seed)
        first = labels["arm_mean_0"]
        np.testing.assert_allclose(np.unique(first), [1 - p, p])
        np.testing.assert_allclose(first + labels["arm_mean_1"], 1)
        expect_mean(first > 0.5, 1 / 2, 1 / 2)

    @pytest.mark.parametrize("arms", ["independent", "uniform", "hard"])
    def test_arms_are_fixed_and_pay_with_their_probability(self, seed, arms):
        labels, actions, rewards = live(Bandit(30, arms), 300, seed)
        assert (labels["arm_mean_0"] == labels["arm_mean_0"][0]).all()
        assert (labels["best_action"] == (labels["arm_mean_1"] > labels["arm_mean_0"])).all()
        assert (labels["trial"] == np.arange(30)[:, None]).all()
        expect_paid_with_probability(labels, actions, rewards)

    def test_nothing_is_observed(self):
        assert Bandit().observation_size == 0
        assert next(Bandit().play(3, Lanes(0, 3))).observation.shape == (3, 0)

    def test_an_episode_has_n_trials(self):
        assert Bandit().n_steps == 100
        assert Bandit(7).n_steps == 7

    def test_misuse(self):
        with pytest.raises(ValueError, match="arms must be independent, .*got 'other'"):
            Bandit(arms="other")
        with pytest.raises(ValueError, match="n_trials must be at least 1, got 0"):
            Bandit(0)
        play = Bandit().play(2, Lanes(0, 2))
        next(play)
        with pytest.raises(ValueError, match=re.escape("in [0, 2), got 2 in lane 1")):
            play.send(np.array([0, 2]))


class TestRestlessBandit:
    @pytest.mark.parametrize(("volatility", "sd"), [("low", 0.02), ("high", 0.1)])
    def test_steps_are_normal_with_the_given_deviation(self, seed, volatility, sd):
        labels, *_ = live(RestlessBandit(volatility=volatility), 300, seed)
        p = labels["arm_mean_0"]
        # 4.5 deviations away from the borders, where mirrors hardly matter
        step = np.diff(p, axis=0)[(p[:-1] > 0.45) & (p[:-1] < 0.55)]
        expect_mean(step, 0, sd)
        expect_mean(step**2, sd**2, np.sqrt(2) * sd**2)
        expect_mean(np.abs(step) < sd, 0.6827, np.sqrt(0.6827 * 0.3173))
        assert (labels["volatility"] == (volatility == "high")).all()

    def test_deviations_are_settings(self, seed):
        still, *_ = live(RestlessBandit(volatility="low", sd_low=0.0), 5, seed)
        assert (still["arm_mean_0"] == still["arm_mean_0"][0]).all()
        wild, *_ = live(RestlessBandit(volatility="high", sd_high=5.0), 200, seed)
        # so wide a step forgets where it started
        before, after = wild["arm_mean_0"][:-1:2] - 0.5, wild["arm_mean_0"][1::2] - 0.5
        expect_mean(before * after, 0, 1 / 12)

    def test_walk_stays_within_borders_and_uniform(self, seed):
        labels, *_ = live(RestlessBandit(volatility="high"), 4000, seed)
        p = labels["arm_mean_0"]
        assert p.min() >= 0
        assert p.max() <= 1
        np.testing.assert_allclose(p + labels["arm_mean_1"], 1)
        for trial in (0, 99):  # a reflected walk that starts uniform remains so
            expect_mean(p[trial], 1 / 2, SD_UNIFORM)
            expect_mean((p[trial] - 1 / 2) ** 2, 1 / 12, np.sqrt(1 / 180))

    def test_both_volatilities_with_equal_probability(self, seed):
        labels, *_ = live(RestlessBandit(), 2000, seed)
        high = labels["volatility"]
        assert (high == high[0]).all()
        expect_mean(high[0], 1 / 2, 1 / 2)
        moved = np.abs(np.diff(labels["arm_mean_0"], axis=0)).mean(axis=0)
        assert moved[high[0] == 0].max() < moved[high[0] == 1].min()

    def test_rewards_follow_the_walk(self, seed):
        labels, actions, rewards = live(RestlessBandit(), 300, seed)
        assert (labels["best_action"] == (labels["arm_mean_0"] < 0.5)).all()
        expect_paid_with_probability(labels, actions, rewards)

    def test_reflect_is_mirror_after_mirror(self, seed):
        x = 6 * np.random.default_rng(seed).random(200) - 3
        expected = []
        for point in x:
            while not 0 <= point <= 1:
                point = -point if point < 0 else 2 - point
            expected.append(point)
        np.testing.assert_allclose(reflect(x), expected, atol=1e-12)

    def test_folded_walk_is_distributed_as_a_stepwise_reflected_one(self, seed):
        generator = np.random.default_rng(seed)
        n, sd = 4000, 0.3
        stepwise = np.full(n, 0.1)
        for _ in range(5):
            stepwise = reflect(stepwise + sd * generator.standard_normal(n))
        folded = reflect(0.1 + sd * generator.standard_normal((5, n)).sum(axis=0))
        for power in (1, 2, 3):
            a, b = stepwise**power, folded**power
            assert abs(a.mean() - b.mean()) < 4 * np.sqrt((a.var() + b.var()) / n)

    def test_misuse(self):
        with pytest.raises(ValueError, match="volatility must be low, high or both, got 'some'"):
            RestlessBandit(volatility="some")
        with pytest.raises(ValueError, match="n_trials must be at least 1, got 0"):
            RestlessBandit(0)
        with pytest.raises(ValueError, match=r"must not be negative, got 0.02 and -0.1"):
            RestlessBandit(sd_high=-0.1)


class TestStableVolatileBandit:
    def test_parts(self, seed):
        labels, actions, rewards = live(StableVolatileBandit(), 400, seed)
        p, volatile = labels["arm_mean_0"], labels["volatility"].astype(bool)
        assert p.shape == (290, 400)
        assert (volatile.sum(axis=0) == 170).all()
        np.testing.assert_allclose(np.unique(p[~volatile].round(12)), [0.25, 0.75])
        np.testing.assert_allclose(np.unique(p[volatile].round(12)), [0.2, 0.8])
        np.testing.assert_allclose(p + labels["arm_mean_1"], 1)
        stable_first = ~volatile[0]
        assert (np.abs(np.diff(volatile.astype(int), axis=0)).sum(axis=0) == 1).all()
        expect_mean(stable_first, 1 / 2, 1 / 2)
        expect_mean(p[0] > 0.5, 1 / 2, 1 / 2)
        expect_paid_with_probability(labels, actions, rewards)

    def test_reversals(self, seed):
        labels, *_ = live(StableVolatileBandit(), 400, seed)
        whole = []
        for lane in range(400):
            volatile = labels["volatility"][:, lane].astype(bool)
            stable = labels["arm_mean_0"][~volatile, lane]
            assert (stable == stable[0]).all()
            side = labels["arm_mean_0"][volatile, lane] > 0.5
            starts = np.flatnonzero(np.diff(side)) + 1
            runs = np.diff([0, *starts, 170])
            assert set(runs[:-1]) <= {30, 40}
            assert runs[-1] <= 40
            whole.append(runs[0])  # later ones may be missing because the part ends
        expect_mean(np.array(whole) == 30, 1 / 2, 1 / 2)

    def test_settings(self, seed):
        task = StableVolatileBandit(3, 1.0, 6, 0.0, (2, 2))
        labels, *_ = live(task, 50, seed)
        p, volatile = labels["arm_mean_0"], labels["volatility"].astype(bool)
        assert p.shape == (9, 50)
        for lane in range(50):
            side = p[volatile[:, lane], lane]
            assert list(side) in ([0, 0, 1, 1, 0, 0], [1, 1, 0, 0, 1, 1])
            assert list(p[~volatile[:, lane], lane]) in ([0] * 3, [1] * 3)

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"n_stable": 0}, "n_stable must be at least 1, got 0"),
            ({"n_volatile": 0}, "n_volatile must be at least 1, got 0"),
            ({"p_stable": 1.5}, r"p_stable must be in \[0, 1\], got 1.5"),
            ({"p_volatile": -1}, r"p_volatile must be in \[0, 1\], got -1"),
            ({"run_lengths": (0, 30)}, r"run_lengths must be at least 1, got \(0, 30\)"),
        ],
    )
    def test_misuse(self, settings, message):
        with pytest.raises(ValueError, match=message):
            StableVolatileBandit(**settings)


class TestInformativeArm:
    def test_payoffs(self, seed):
        labels, actions, rewards = live(InformativeArm(), 2000, seed)
        target = labels["best_action"]
        assert (target == target[0]).all()
        # Three cases of the Methods section, with arms counted from 1 as there.
        arm, goal = actions + 1, target + 1
        pays = np.where(arm == 11, 0.1 * goal, np.where(arm == goal, 5, 1))
        np.testing.assert_allclose(rewards, pays, rtol=1e-6)
        assert actions.max() == 10
        assert rewards.shape == (5, 2000)

    def test_target_is_uniform_on_ten_arms(self, seed):
        labels, *_ = live(InformativeArm(), 5000, seed)
        for arm in range(10):
            expect_mean(labels["best_action"][0] == arm, 0.1, 0.3)

    def test_first_pulls_are_worth_what_the_paper_says(self):
        by_target = {}
        labels, *_ = live(InformativeArm(), 2000, 0)
        for lane, target in enumerate(labels["best_action"][0]):
            by_target[int(target)] = lane
        lanes = list(by_target.values())
        assert len(lanes) == 10
        for arm, worth in [(a, 1.4) for a in range(10)] + [(10, 0.55)]:
            *_, rewards = live(InformativeArm(), 2000, 0, action=arm)
            assert rewards[0, lanes].mean() == pytest.approx(worth)

    def test_one_informative_pull_tells_the_target(self, seed):
        labels, _, rewards = live(InformativeArm(), 500, seed, action=10)
        decoded = np.rint(rewards[0] / 0.1).astype(int) - 1
        assert (decoded == labels["best_action"][0]).all()

    def test_misuse(self):
        with pytest.raises(ValueError, match="n_trials must be at least 1, got -1"):
            InformativeArm(-1)
