"""The T-maze and the open maze with weights dealt out among synapses: the control that the line had.

Claims, bounds and runs are those of `mazes`, judged there without a control; three animals are the control.
Declared when the paths were known and these animals were not.
"""

from __future__ import annotations

from dataclasses import replace

from . import mazes
from .mazes import SUM
from .network import OPEN_MAZE, T_MAZE, experiment, exploration, explorer

_WORLDS = {"t_maze": (T_MAZE, "a T-maze of 23 states"), "open_maze": (OPEN_MAZE, "the open maze")}
EXPERIMENTS = tuple(
    experiment(
        f"{name}_shuffled", f"{what}, weights dealt out among synapses", exploration(world.graph),
        explorer(homeostatic=True, summed=(SUM,)).without("structure"), full=3,
    )
    for name, (world, what) in _WORLDS.items()
)  # fmt: skip

_BY_NAME = {s.name: s for s in mazes.SIGNATURES}
SIGNATURES = tuple(
    replace(
        _BY_NAME[f"ecker2022/{name}_{what}"],
        name=f"ecker2022/{name}_{what}_by_structure",
        shows_not=f"ecker2022/{name}_shuffled",
    )
    for name in _WORLDS
    for what in ("adjacent", "within_two", "path_length")
)
