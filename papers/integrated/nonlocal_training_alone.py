"""News from elsewhere, the training world changed and nothing else, on 48 networks nobody had seen.

The agent, what it replays and how it relives that are those of `nonlocal_news`. In training nothing tells how
long a visit lasts, and as many pairs of ends become poor as are poor in the tests of value: the
last rung of `nonlocal_unpredictable` without its reliving as visits. Tests, bounds, controls and
measures are those of `nonlocal_news`, with the interaction that its specification names.

Some of this was measured beside that rung on networks 0 to 15; why it is run as a rung of its own,
and on how many networks, is in `TRIED.md`.
"""

from __future__ import annotations

from dataclasses import replace

from ..declaration import Experiment
from . import nonlocal_news
from .nonlocal_unpredictable import EXPERIMENTS as RUNGS
from .nonlocal_unpredictable import TESTS, TRAINED_ON, every_claim

NAME = "integrated/nonlocal_training_alone"

(FIRST,) = nonlocal_news.EXPERIMENTS
_, CALIBRATED = RUNGS
EXPERIMENTS = (
    Experiment(
        name=NAME,
        summary="as integrated/nonlocal; the training world alone is changed; networks 16 to 63",
        task=CALIBRATED.task,
        agent=replace(
            nonlocal_news.NETWORK, key=TRAINED_ON.context_columns, end=TRAINED_ON.end_columns
        ),
        training=CALIBRATED.training,
        recording=CALIBRATED.recording,
        tests=TESTS,
        source=FIRST.source,
        first_seed=16,
        full=48,
        reproduced=False,
    ),
)
SIGNATURES = every_claim(NAME, "alone_", "With the training world alone changed")
