"""The lesion table in the larger arena: the same predictions, bounds and controls, and what depth leaves alone."""

from dataclasses import replace

import numpy as np
import pytest

from fastslow.models.training import Trainer
from fastslow.papers import find_experiment
from fastslow.papers.declaration import PairedTest
from fastslow.papers.integrated import maze, maze_predictions
from fastslow.papers.integrated import maze_as_planned as planned
from fastslow.papers.integrated.maze_as_planned_figure import TABLE

FIRST = {s.name: s for s in maze_predictions.SIGNATURES}
NAMES = {s.name: s for s in planned.SIGNATURES}


def test_every_prediction_is_judged_by_its_first_bounds_and_controls():
    again = {
        name: s for name, s in NAMES.items() if not name.startswith("integrated/planned_depth")
    }
    assert len(again) == 35 == len(TABLE)
    for name, signature in again.items():
        first = FIRST[name.replace("planned_", "")]
        assert (signature.low, signature.high) == (first.low, first.high)
        for role in ("subject", "shows_not"):
            for mine, theirs in zip(getattr(signature, role), getattr(first, role), strict=True):
                assert mine.partition("@")[2] == theirs.partition("@")[2].removeprefix("ignorant_")
                assert mine.startswith(planned.NAME)


def test_every_source_is_a_paired_test_in_the_larger_arena():
    for signature in planned.SIGNATURES:
        for source in signature.sources:
            name, _, test = source.partition("@")
            experiment = find_experiment(name)
            assert isinstance(experiment.all_tests[test], PairedTest)
            assert experiment.all_tests[test].task.size == 9
            assert experiment.seeds("full") == range(8)


def test_news_is_further_than_search_looks():
    for test in find_experiment(planned.NAME).tests.values():
        table, count = test.task._starts
        for corner in range(4):
            starts = table[1, corner, : count[1, corner], 0]
            assert test.task.distances[0, corner, starts].min() >= 8 > planned.NETWORK.depth


@pytest.mark.parametrize("depth", planned.DEPTHS)
def test_depth_takes_no_part_in_training(depth, seed):
    """So that search is compared at several depths in the same networks."""
    short = replace(maze.TRAINING, n_lives=4, n_lanes=4)
    weights = []
    for agent in (planned.NETWORK, find_experiment(f"{planned.NAME}_depth_{depth}").agent):
        assert agent.depth in (4, depth)
        trainer = Trainer(planned.TRAINED_ON, agent, short, seeds=(seed,))
        list(trainer.run())
        weights.append(trainer.population.weights(0))
    for name, weight in weights[0].items():
        np.testing.assert_array_equal(weight, weights[1][name])
