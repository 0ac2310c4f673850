"""Light on GABA neurons: the response beyond the delay, and what it does to expectation."""

import numpy as np
import pytest

import fastslow as fs
from fastslow.models.dopamine.circuit import END
from fastslow.models.dopamine.neurons import N_BINS, DopamineNeurons
from fastslow.papers.eshel2015.conditioning import LIGHT
from fastslow.papers.eshel2015.light_since_delay import (
    SIGNATURES,
    just_before,
    light_on_expectation,
    since_delay,
    taken_off,
)
from fastslow.papers.eshel2015.measures import light_lowers, light_raises

CENTERS = (np.arange(N_BINS) + 0.5) * END / N_BINS


@pytest.fixture(scope="module")
def recording():
    return fs.simulate(LIGHT, DopamineNeurons(), 40, 100).expand_dims(seed=[100])


def planted(recording, before=0.0, at_reward=0.0, expected_more=0.0):
    """The recording with so much more firing from .7 s to the reward, and at it."""
    raised = recording.copy(deep=True)
    late = (CENTERS > 0.7) & (CENTERS < 1.0)
    raised["histogram"] = raised.histogram + before * late
    raised["dopamine_reward"] = (
        raised.dopamine_reward + at_reward + expected_more * (raised.announced > 0)
    )
    return raised


def test_the_rate_just_before_the_reward_is_that_of_its_bins(recording):
    rates = recording.histogram.isel(step=1).values
    slow = rates[..., (CENTERS > 0.7) & (CENTERS < 1.0)].sum(axis=-1) / 15
    np.testing.assert_allclose(just_before(recording).isel(step=1), slow, rtol=1e-5)
    moved = just_before(planted(recording, before=3.0)) - just_before(recording)
    np.testing.assert_allclose(moved.isel(step=1), 3.0, rtol=1e-4)


def test_what_light_does_before_the_reward_is_no_response(recording):
    lit = planted(recording, before=5.0, at_reward=6.0)
    assert light_raises(lit, recording) == pytest.approx([6.0], abs=1e-3)
    assert since_delay(light_raises)(lit, recording) == pytest.approx([1.0], abs=1e-3)
    lit = planted(recording, before=-5.0, at_reward=-5.0)
    assert light_lowers(lit, recording) == pytest.approx([-5.0], abs=1e-3)
    assert since_delay(light_lowers)(lit, recording) == pytest.approx([0.0], abs=1e-3)


def test_light_gives_back_what_expectation_takes_off(recording):
    given_back = planted(recording, at_reward=4.0, expected_more=2.0)
    assert light_on_expectation(given_back, recording) == pytest.approx([-2.0], abs=1e-3)
    alike = planted(recording, at_reward=4.0)
    assert light_on_expectation(alike, recording) == pytest.approx([0.0], abs=1e-3)
    assert taken_off(recording) > 0


def test_no_effect_meets_no_bound():
    for signature in SIGNATURES:
        assert (signature.low or -1) > 0 or signature.high < 0
