"""Tan & Motani 2022, Using hippocampal replay to consolidate experiences (memARI workshop at NeurIPS)."""

from ..declaration import Paper
from . import mazes

paper = Paper(
    name="tan2022_replay",
    citation=(
        "Tan JCM, Motani M (2022). Using hippocampal replay to consolidate experiences in "
        "memory-augmented reinforcement learning. Memory in Artificial and Real Intelligence "
        "workshop, NeurIPS 2022"
    ),
    experiments=mazes.EXPERIMENTS,
    signatures=mazes.SIGNATURES,
    figures=mazes.FIGURES,
    notes={
        "tan2022_replay/replay_needs_counts": (
            "Go-Explore jumps to states on the solved route, whose counts replay has erased, and "
            "random moves sometimes reach the door from there: 10 points on average, between "
            "none and 40 for a seed. The interval ends at 15.1, the bound is 15."
        ),
        "tan2022_replay/unwalled_guide": (
            "A guide toward a wrong corner shortens the route by as much: after a detour of 72 "
            "steps the look-ahead in replay finds the shortest way, which is then repeated."
        ),
        "tan2022_replay/walled_guide": (
            "A guide toward a wrong corner shortens the route as well, to 32 steps against 34: any "
            "preference keeps the agent from wandering, and the look-ahead in replay finds one of 32."
        ),
    },
)
