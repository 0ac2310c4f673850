"""Networks trained without a part: which training differs from the intact one, and what is compared."""

from dataclasses import replace

import numpy as np
import pytest

from fastslow.models.training import Trainer
from fastslow.papers.integrated.maze import NETWORK, TRAINED_ON, TRAINING
from fastslow.papers.integrated.maze_chronic import EXPERIMENTS, LESIONS, SIGNATURES
from fastslow.papers.integrated.maze_predictions import COLUMNS, cells

(EXPERIMENT,) = EXPERIMENTS
SHORT = replace(TRAINING, n_lives=8, n_lanes=4)


def trained(agent, seed):
    trainer = Trainer(TRAINED_ON, agent, SHORT, seeds=(seed,))
    for _ in trainer.run():
        pass
    return trainer.population.weights(0)


@pytest.fixture(scope="module")
def seed():
    return int(np.random.default_rng().integers(1000))


@pytest.fixture(scope="module")
def intact(seed):
    return trained(NETWORK, seed)


@pytest.mark.parametrize("part", ["rest", "search", "ranking", "replayed_places"])
def test_training_knows_nothing_of_rest_and_search(part, intact, seed):
    for name, weight in trained(NETWORK.without(part), seed).items():
        np.testing.assert_array_equal(weight, intact[name])


def test_nothing_stored_is_as_good_as_nothing_put_back(intact, seed):
    shut = trained(NETWORK.without("reinstatement"), seed)
    empty = trained(NETWORK.without("memory"), seed)
    for name, weight in shut.items():
        np.testing.assert_allclose(empty[name], weight, atol=1e-6)
    assert any(not np.array_equal(shut[name], intact[name]) for name in shut)


def test_each_prediction_is_compared_with_the_intact_agent_in_the_same_test():
    predicted = {cell: sign for cell, sign in cells().items() if cell[0] in LESIONS}
    assert len(SIGNATURES) == len(predicted) == 10
    for signature, (lesion, column) in zip(SIGNATURES, predicted, strict=True):
        event = COLUMNS[column][0]
        intact, end, lesioned = signature.subject
        assert signature.name == f"integrated/chronic_{lesion}_{column}"
        assert intact == f"integrated/maze_unseen@intact_{event}"
        assert end == f"integrated/maze_unseen_ignorant@{event}"
        assert lesioned == f"{EXPERIMENT.name}@{lesion}_{event}"
        assert f"{lesion}_{event}" in EXPERIMENT.tests
