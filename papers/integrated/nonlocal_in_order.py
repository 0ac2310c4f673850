"""News from elsewhere, replayed choice by choice in the order in which it was met: 24 networks nobody had seen.

The world of training is that of `nonlocal_training_alone`. What is replayed is chosen as ever, by rank; what
belongs to one context is relived in the order in which it was met, as in the rungs of
`nonlocal_unpredictable`, but each choice is a visit of its own again, so that a blank rest is as long as it was
at first. Tests, bounds, controls and measures are those of `nonlocal_news`, with the interaction
that its specification names. Why, is in `TRIED.md`.
"""

from __future__ import annotations

from dataclasses import replace

from .nonlocal_training_alone import CALIBRATED
from .nonlocal_unpredictable import TESTS, every_claim

NAME = "integrated/nonlocal_in_order"

EXPERIMENTS = (
    replace(
        CALIBRATED.on_other_seeds(NAME, first_seed=64, n_seeds=24),
        summary="and replayed choice by choice in the order in which it was met; networks 64 to 87",
        agent=CALIBRATED.agent.without("one_visit"),
        tests=TESTS,
    ),
)
SIGNATURES = every_claim(NAME, "in_order_", "Replayed in the order in which it was met")
