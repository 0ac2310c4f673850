"""Look-alikes, a memory handed over, pictures, the water maze: figures from tiny recordings, and measures."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

import fastslow as fs
from fastslow.data.recording import stack
from fastslow.models import Prefrontal
from fastslow.papers.ritter2018 import handover, images, recall, water_maze
from fastslow.tasks import BarcodeBandit
from fastslow.tasks.image_bandit import ImageBandit
from fastslow.tasks.navigation import Arena

SHORT = {
    recall: replace(recall.TASK, n_pulls=1),
    handover: BarcodeBandit(n_pulls=1),
    images: ImageBandit(BarcodeBandit(n_episodes=20, n_pulls=1)),
    water_maze: Arena(n_contexts=2, n_exposures=2, n_finds=1, max_steps=5, barcode_size=10, size=5),
}
N_LIVES = {recall: 120, handover: 2, images: 3, water_maze: 4}


def recordings(module):
    """Every recording that the module's figures and signatures need, of untrained networks."""
    found = {}
    for experiment in module.EXPERIMENTS:
        for name, test in experiment.all_tests.items():
            seeds = {}
            task = SHORT[module]
            if test.task is not None and module is images:
                task = replace(task, jitter=test.task.jitter)
            for seed in (0, 1):
                agent = experiment.agent
                if isinstance(agent, Prefrontal):
                    agent = agent.initialized(task, seed)
                agent = agent.without(*test.without)
                seeds[seed] = fs.simulate(task, agent, N_LIVES[module], seed, record=test.record)
            found[f"{experiment.name}@{name}" if name else experiment.name] = stack(seeds)
    return found


@pytest.mark.parametrize("module", list(SHORT), ids=lambda m: m.__name__.rpartition(".")[2])
def test_figures_and_measures(module):
    own = recordings(module)
    for figure in module.FIGURES:
        drawing, table = figure.draw({source: own[source] for source in figure.needs})
        assert all(ax.get_ylabel() for ax in drawing.axes if ax.lines or ax.patches)
        assert len(table)
        plt.close(drawing)
    for signature in module.SIGNATURES:
        assert set(signature.sources) <= set(own)
        groups = (signature.subject, signature.shows_not, *signature.beside)
        for group in filter(None, groups):
            sources = (group,) if isinstance(group, str) else group
            values = signature.measure(*(own[source] for source in sources))
            assert np.shape(values) == (2,)
            assert np.isfinite(values).all()
