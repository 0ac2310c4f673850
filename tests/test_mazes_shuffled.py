"""The control of replay in the mazes: what differs from them, and what is declared of it."""

import pytest

from fastslow.papers.ecker2022 import mazes, mazes_shuffled, paper

BY_NAME = {e.name: e for e in paper.experiments}


@pytest.mark.parametrize("world", ["t_maze", "open_maze"])
def test_only_the_structure_of_weights_is_gone(world):
    intact, shuffled = (BY_NAME[f"ecker2022/{world}{s}"] for s in ("", "_shuffled"))
    assert shuffled.task == intact.task
    assert set(shuffled.agent.lesions) == {"structure"}
    assert shuffled.agent.network == intact.agent.network
    assert shuffled.agent.summed == BY_NAME["ecker2022/line_shuffled"].agent.summed


def test_claims_are_those_that_had_no_control():
    before = {s.name: s for s in mazes.SIGNATURES}
    assert len(mazes_shuffled.SIGNATURES) == 6
    for signature in mazes_shuffled.SIGNATURES:
        other = before[signature.name.removesuffix("_by_structure")]
        assert other.shows_not is None
        assert signature.shows_not == f"{other.subject}_shuffled"
        for what in ("claim", "low", "high", "subject", "measure"):
            assert getattr(signature, what) == getattr(other, what)
