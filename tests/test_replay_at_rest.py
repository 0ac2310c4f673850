"""The animated example, and the networks of the arena that come with the toolkit."""

import importlib.util
from pathlib import Path

import numpy as np
from PIL import Image

import fastslow as fs
from fastslow.papers.integrated.maze_measures import excess_steps
from fastslow.tasks.navigation import TwoGaps

FILE = Path(__file__).parent.parent / "docs" / "examples" / "replay_at_rest.py"


def test_the_example_writes_a_visit_with_replay_at_rest(tmp_path):
    spec = importlib.util.spec_from_file_location("replay_at_rest", FILE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    example.animation(tmp_path / "rest.gif", n_lives=12)
    with Image.open(tmp_path / "rest.gif") as gif:
        assert gif.n_frames > 20


def test_networks_of_the_arena_know_what_they_know_with_rest_and_without():
    """After news from elsewhere rest saves steps, in known contexts nothing is to be saved."""
    networks = fs.load("integrated/maze")
    assert networks.seeds == (0, 1)
    cost = {}
    for event in ("news", "recurrence"):
        for parts in ((), ("rest",)):
            agent = networks.agent(0).without(*parts)
            lives = fs.simulate(TwoGaps(event=event), agent, 40, seed=1, record="last", paired=True)
            cost[event, parts] = float(excess_steps(lives, 0).mean())
    assert cost["news", ("rest",)] - cost["news", ()] > 1
    assert cost["recurrence", ()] < 4
    assert np.isclose(cost["recurrence", ("rest",)], cost["recurrence", ()], atol=2)
