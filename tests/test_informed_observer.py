"""The observer who knows the odds: against lives drawn one by one, and where the answer is exact."""

import numpy as np
import pytest

from fastslow.papers.integrated.informed_observer import belief_in_riches, value_kept


def test_where_nothing_becomes_poor_all_stays_rich():
    for n_failures in (0, 1, 2):
        assert belief_in_riches(n_failures, n_visits=5, p_poor=0.0) == 1
        assert belief_in_riches(n_failures, n_visits=0, p_poor=0.5) == 1


def test_one_visit_by_hand():
    """Changed with .2, to poor with half of that; failures of the old action have .1, .9, .9."""
    weights = np.array([0.8 * 0.1, 0.1 * 0.9, 0.1 * 0.9])
    assert belief_in_riches(1, 1, p_poor=0.5) == pytest.approx(1 - weights[2] / weights.sum())


@pytest.mark.parametrize("n_failures", [0, 1, 2])
def test_against_lives_drawn_one_by_one(seed, n_failures):
    rng = np.random.default_rng(seed)
    p_poor, n_visits, n = 0.4, 3, 20_000
    still_rich = []
    for _ in range(n):
        good, poor = 0, False
        for _ in range(n_visits):
            if rng.random() < 0.2:
                if poor:
                    good, poor = int(rng.random() < 0.5), False
                elif rng.random() < p_poor:
                    poor = True
                else:
                    good = 1 - good
        paid = [rng.random() < (0.9 if action == good and not poor else 0.1) for action in (0, 1)]
        if not any(paid[:n_failures]):
            still_rich.append(not poor)
    p = belief_in_riches(n_failures, n_visits, p_poor)
    assert abs(np.mean(still_rich) - p) < 4 * np.sqrt(p * (1 - p) / len(still_rich))


def test_the_value_kept_lies_between_that_after_one_failure_and_after_both():
    one, both = (belief_in_riches(n, 3, 0.5) for n in (1, 2))
    assert both < value_kept(3, 0.5) < one
    assert value_kept(3, 0.5, p_both=0.0) == one


def test_there_are_two_actions():
    with pytest.raises(
        ValueError, match="n_failures must be 0, 1 or 2, there are two actions; got 3"
    ):
        belief_in_riches(3, 2, 0.5)
