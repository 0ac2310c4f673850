"""Seeds of the goal-directed agents, and of those compared with them, live as they would alone."""

from dataclasses import replace

import pytest
import xarray as xr

from fastslow.data.simulate import simulate, simulate_together
from fastslow.models.goal_directed.explore_count import GoExploreCount
from fastslow.papers.tan2022_replay import mazes
from fastslow.papers.tan2023 import baselines, every_state, pain, subgoals
from fastslow.papers.tan2023.dynamic import EXACT, FULL
from fastslow.papers.tan2023.improved import IMPROVED
from fastslow.papers.tan2023.supervised import EXPERIMENTS as SUPERVISED
from fastslow.tasks import GridWorld
from fastslow.tasks.navigation import tan
from fastslow.tasks.navigation.goal_rules import GoalRules
from fastslow.tasks.navigation.hazards import HazardWorld

CHANGING = tan.dynamic(size=4, n_attempts=3, change_every=2)
RULES = GoalRules(size=4, n_blocks=1, n_told=40, n_held_out=5, pool=80)
FEW = replace(subgoals.WORLD, n_attempts=3)
CASES = {
    "published": (CHANGING, FULL),
    "confidence": (CHANGING, replace(EXACT, arbitration="confidence", memory="counts")),
    "improved": (CHANGING, IMPROVED),
    "fast": (CHANGING, FULL.without("slow")),
    "random_ties": (CHANGING, replace(FULL, ties="random").without("fast")),
    "restricted": (CHANGING, every_state.AGENTS["one_pair"][0]),
    "pain": (HazardWorld(n_attempts=3), pain.AGENTS["felt"][0]),
    **{name: (CHANGING, entry.agent) for name, entry in baselines.LEARNERS.items()},
    **{f"subgoals_{k}": (FEW, agent) for k, (agent, _) in subgoals.FAMILIES["_deciding"][1].items()},
    **{e.name.partition("/")[2]: (RULES, e.agent) for e in SUPERVISED if "shuffled" not in e.name},
    **{
        f"maze_{name}": (replace(mazes.MAZES["walled"], n_attempts=3), agent)
        for name, (agent, _) in mazes.AGENTS.items()
    },
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_to_the_last_bit(name, seed):
    task, agent = CASES[name]
    together = simulate_together(task, agent, 1, (seed, 71, 62))
    for one, recording in together.items():
        xr.testing.assert_identical(recording, simulate(task, agent, 1, one))
    if not name.startswith("maze_"):  # Explore-Count draws no random numbers
        assert not together[71].equals(together[62])


def test_replay_at_the_end_of_a_short_life_is_dropped_as_alone(seed):
    task = GridWorld.drawn("S..\n..G", n_attempts=3, max_steps=60)
    wandering = GoExploreCount().without("counts")
    seeds = range(seed, seed + 4)
    together = simulate_together(task, wandering, 1, seeds)
    assert len({recording.sizes["step"] for recording in together.values()}) > 1
    for one, recording in together.items():
        xr.testing.assert_identical(recording, simulate(task, wandering, 1, one))
