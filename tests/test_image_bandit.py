"""Pictures as contexts: what is drawn, that characters differ, and that drawings of one vary."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.models.learners import Random
from fastslow.tasks import BarcodeBandit, Lanes, check_task
from fastslow.tasks.image_bandit import ImageBandit

SHORT = BarcodeBandit(n_episodes=20, n_pulls=2)


@pytest.mark.parametrize(
    "task",
    [ImageBandit(SHORT), ImageBandit(SHORT, size=4, n_strokes=1), ImageBandit(SHORT, jitter=0)],
)
def test_contract(task, seed):
    check_task(task, seed=seed)


def test_a_straight_stroke_is_drawn_where_it_lies():
    task = ImageBandit(SHORT, size=9, n_strokes=1, pen=0.05)
    middle = 0.5
    picture = task.draw(np.array([[0.0, middle, 0.5, middle, 1.0, middle]])).reshape(9, 9)
    # Ten places along it, and the nine pixels lie halfway between them.
    np.testing.assert_allclose(picture[4], np.exp(-0.5 * ((1 / 18) / 0.05) ** 2), rtol=1e-4)
    assert (picture[[0, 1, 7, 8]] < 1e-3).all()
    off = np.exp(-0.5 * ((1 / 9) / 0.05) ** 2)  # one row beside it
    np.testing.assert_allclose(picture[3], picture[4] * off, rtol=1e-4)


def pictures(task, seed, n=8):
    life = fs.simulate(task, Random(), n, seed).isel(step=0)
    return life.observation.values.astype(float), life.context.values, life.life.values


def test_characters_differ_more_than_drawings_of_one(seed):
    seen, context, life = pictures(ImageBandit(SHORT), seed)
    for lane in range(8):
        mine, which = seen[life == lane], context[life == lane]
        unit = mine / np.linalg.norm(mine, axis=1, keepdims=True)
        alike = unit @ unit.T - 2 * np.eye(len(unit))
        same = which[:, None] == which
        others = np.where(same, -2, alike).max(axis=1)
        own = np.where(same, alike, -2).max(axis=1)
        # Every context is visited twice; its own other drawing is nearly always the nearest.
        assert (own > others).mean() > 0.7
        assert own.max() < 1 - 1e-4  # and never the same picture


def test_without_jitter_a_context_always_looks_the_same(seed):
    seen, context, life = pictures(ImageBandit(SHORT, jitter=0), seed, 2)
    for lane in range(2):
        for one in range(10):
            both = seen[(life == lane) & (context == one)]
            np.testing.assert_array_equal(both[0], both[1])
        assert len(np.unique(seen[life == lane], axis=0)) == 10


def test_the_bandit_behind_it_is_the_one_it_names(seed):
    life = fs.simulate(ImageBandit(BarcodeBandit(p_good=1, p_bad=0)), Random(), 2, seed)
    assert dict(life.reward.sizes) == {"episode": 200, "step": 10}
    np.testing.assert_array_equal(life.reward == 1, life.action == life.best_action)
    assert ImageBandit().reward_bounds == BarcodeBandit().reward_bounds
    assert (life.observation >= 0).all()
    assert (life.observation <= 1).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 0}, "size must be at least 1, got 0"),
        ({"n_strokes": 0}, "n_strokes must be at least 1, got 0"),
        ({"pen": 0}, "pen must be greater than 0, got 0"),
        ({"jitter": -0.1}, "jitter must not be negative, got -0.1"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        ImageBandit(**settings)


def test_actions_are_checked():
    play = ImageBandit().play(2, Lanes(0, 2))
    next(play)
    with pytest.raises(ValueError, match=r"action must be in \[0, 10\), got 10"):
        play.send(np.array([0, 10]))
