"""Light on GABA neurons once more, with bounds that no effect at all does not meet.

The bounds of `gaba_excited` and `gaba_inhibited` were no effect itself, which light has where the synapses are cut:
exactly none. Here they lie half a spike a second away, a tenth of what dopamine neurons fire at rest.
Fixed when effects of -11.5 and 5.9 Hz were known; trials, controls and measures are the same, seeds 8 to 15 new.
"""

from __future__ import annotations

from dataclasses import replace

from ..declaration import Experiment, Signature
from . import conditioning

LEAST = 0.5  # Hz


def _here(name: str) -> str:
    return name.replace("/", "/unseen_")


EXPERIMENTS: tuple[Experiment, ...] = tuple(
    replace(e.on_other_seeds(_here(e.name), 8, 8), summary=f"{e.summary}; other seeds")
    for e in conditioning.EXPERIMENTS
    if "light" in e.name
)
SIGNATURES: tuple[Signature, ...] = tuple(
    replace(
        s.elsewhere(_here),
        low=None if s.low is None else LEAST,
        high=None if s.high is None else -LEAST,
    )
    for s in conditioning.SIGNATURES
    if s.name.endswith(("gaba_excited", "gaba_inhibited"))
)
