"""Neural episodic control beside MFEC and a deep Q-network (Pritzel et al. 2017).

The maze and the bandits are those of `blundell2016`, whose runs are compared with. Not tasks of
the paper: what is tested is the direction. Settings were chosen on path lengths and are listed in
`TRIED.md`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from ...models.episodic_control import NEC
from ..blundell2016 import bandit, maze
from ..blundell2016.bandit_figure import draw_bandit, draw_optimism
from ..blundell2016.maze_figure import draw_learning, draw_new_states
from ..blundell2016.measures import (
    bias,
    first_episodes,
    last_episodes,
    late_difference,
    mean_difference,
    new_state_correlation,
    share_of_attempts,
)
from ..declaration import Experiment, Figure, Signature

NETWORK = NEC(
    discount=0.95,
    n_neighbors=5,
    n_step=5,
    write_rate=0.5,
    n_exploration=500,
    learning_rate=1e-4,
    memory_rate=1e-4,
)


CONTEXTUAL = NEC(discount=0.0, n_neighbors=3)


def in_bandits(name: str, summary: str, agent: NEC) -> Experiment:
    """NEC in the contextual bandits."""
    return replace(bandit.experiment(name, summary, agent), name=f"pritzel2017/{name}")


def in_maze(name: str, summary: str, agent: NEC, **settings: Any) -> Experiment:
    """NEC in the maze."""
    return replace(maze.experiment(name, summary, agent, **settings), name=f"pritzel2017/{name}")


EXPERIMENTS = (
    in_maze("maze", "maze, NEC", NETWORK),
    in_maze("maze_random_embedding", "the embedding stays as it was drawn",
            NETWORK.without("embedding_learning")),
    in_maze("maze_no_memory", "NEC that stores nothing", NETWORK.without("memory")),
    in_maze("maze_no_similarity", "new states worth nothing", NETWORK.without("similarity")),
    in_maze("maze_long", "maze, NEC, four times as long", NETWORK, task=maze.LONG, record=()),
    in_maze("maze_mirrored", "NEC, mirror image of the maze", NETWORK, task=maze.MIRRORED,
            record=()),
    in_bandits("bandit", "contextual bandits, NEC", CONTEXTUAL),
    in_bandits("bandit_no_memory", "NEC that stores nothing", CONTEXTUAL.without("memory")),
    bandit.probe("pritzel2017/optimism", "bias of estimates, NEC",
                 NEC(discount=0.0, epsilon=1.0, n_neighbors=3)),
)  # fmt: skip

_NEC, _FROZEN, _EMPTY, _BLUNT = (
    f"pritzel2017/maze{which}"
    for which in ("", "_random_embedding", "_no_memory", "_no_similarity")
)
_MFEC, _DQN, _RANDOM = (f"blundell2016/maze{which}" for which in ("", "_dqn", "_random"))
_BANDIT, _MFEC_BANDIT, _DQN_BANDIT, _RANDOM_BANDIT = (
    "pritzel2017/bandit",
    *(f"blundell2016/bandit{which}" for which in ("", "_dqn", "_random")),
)

SIGNATURES = (
    Signature(
        name="pritzel2017/maze_fast",
        claim="Neural episodic control meets the criterion within a third of the attempts of a DQN.",
        published="pritzel2017/fast_early",
        low=None,
        high=1 / 3,
        measure=share_of_attempts,
        subject=(_NEC, _DQN),
        shows_not=(_EMPTY, _DQN),
    ),
    Signature(
        name="pritzel2017/maze_before_mfec",
        claim="It does so no later than MFEC.",
        published="pritzel2017/fast_early",
        low=None,
        high=1.0,
        measure=share_of_attempts,
        subject=(_NEC, _MFEC),
        shows_not=(_EMPTY, _MFEC),
    ),
    Signature(
        name="pritzel2017/maze_dqn_late",
        claim="In the last 50 attempts the DQN ties or is ahead: its paths are at most a tenth longer.",
        published="pritzel2017/overtaken_late",
        low=None,
        high=0.1,  # of the shortest path; chosen
        measure=late_difference,
        subject=(_DQN, _NEC),
        shows_not=(_RANDOM, _NEC),
    ),
    Signature(
        name="pritzel2017/maze_dqn_later",
        claim="In the last 50 of 2,000 attempts the DQN ties or is ahead.",
        published="pritzel2017/overtaken_late",
        low=None,
        high=0.1,  # as above
        measure=late_difference,
        subject=(f"{_DQN}_long", f"{_NEC}_long"),
        shows_not=(_RANDOM, f"{_NEC}_long"),
    ),
    Signature(
        name="pritzel2017/maze_dqn_mirrored",
        claim="In the last 1,000 of 2,000 attempts in the maze's mirror image it ties or is ahead.",
        published="pritzel2017/overtaken_late",
        low=None,
        high=0.1,  # as above
        measure=partial(late_difference, n_attempts=maze.LATER),
        subject=(f"{_DQN}_mirrored", f"{_NEC}_mirrored"),
        shows_not=(_RANDOM, f"{_NEC}_mirrored"),
    ),
    Signature(
        name="pritzel2017/bandit_fast",
        claim="In the first 100 contextual bandits NEC chooses the best arm more often than a DQN.",
        published="pritzel2017/fast_early",
        low=0.05,
        high=None,
        measure=first_episodes,
        subject=(_BANDIT, _DQN_BANDIT),
        shows_not=("pritzel2017/bandit_no_memory", _DQN_BANDIT),
    ),
    Signature(
        name="pritzel2017/bandit_unbiased",
        claim="In the last 100, with no optimism, it chooses the best arm more often than MFEC.",
        published="pritzel2017/no_optimism",
        low=0.05,
        high=None,
        measure=last_episodes,
        subject=(_BANDIT, _MFEC_BANDIT),
        shows_not=(_RANDOM_BANDIT, _MFEC_BANDIT),
        beside=((_DQN_BANDIT, _BANDIT),),
    ),
    Signature(
        name="pritzel2017/learned_embedding",
        claim="With a learned embedding paths are shorter, over the whole life, than with a random one.",
        published="pritzel2017/learned_embedding",
        low=0.0,
        high=None,
        measure=mean_difference,
        subject=(_FROZEN, _NEC),
        shows_not=(_NEC, _EMPTY),
    ),
    Signature(
        name="pritzel2017/similar_states",
        claim="The value of a move never stored tells how near the goal is.",
        published="pritzel2017/similar_states",
        low=0.2,  # rank correlation; chosen
        high=None,
        measure=new_state_correlation,
        subject=_NEC,
        shows_not=_BLUNT,
    ),
    Signature(
        name="pritzel2017/no_optimism",
        claim="Stochastic rewards (.9 / .1) do not bias stored values.",
        published="pritzel2017/no_optimism",
        low=-0.03,
        high=0.03,
        measure=bias,
        subject="pritzel2017/optimism@0.9",
        shows="blundell2016/optimism_mean@0.9",
        shows_not="blundell2016/optimism@0.9",
    ),
)

FIGURES = (
    Figure(
        name="pritzel2017/maze",
        caption=(
            "Mean path of the last 20 attempts over the shortest, median over lives of a seed; the "
            "dashed line is the criterion, 1.2. Lines: median over seeds; bands: quartiles."
        ),
        needs=(_NEC, _FROZEN, _MFEC, _DQN),
        draw=draw_learning,
    ),
    Figure(
        name="pritzel2017/maze_long",
        caption=(
            "The same for 2,000 attempts: what starts late may end ahead. Mean path of the last 20 "
            "attempts over the shortest, median over lives; lines: median over seeds; bands: "
            "quartiles."
        ),
        needs=(f"{_NEC}_long", f"{_MFEC}_long", f"{_DQN}_long"),
        draw=draw_learning,
    ),
    Figure(
        name="pritzel2017/maze_mirrored",
        caption=(
            "New lives in the mirror image of the maze, where the last 1,000 of 2,000 attempts are "
            "compared. Mean path of the last 20 attempts over the shortest, median over lives; lines: "
            "median over seeds; bands: quartiles."
        ),
        needs=(f"{_NEC}_mirrored", f"{_MFEC}_mirrored", f"{_DQN}_mirrored"),
        draw=draw_learning,
    ),
    Figure(
        name="pritzel2017/bandit",
        caption=(
            "Probability of the best of four arms, rewards paid with .9 or .1, mean over 50 episodes. "
            "Bands: 95 % intervals over seeds."
        ),
        needs=(_BANDIT, _MFEC_BANDIT, _DQN_BANDIT),
        draw=draw_bandit,
    ),
    Figure(
        name="pritzel2017/similar_states",
        caption=(
            "Moves whose state and action had never been stored. (a) Their value, weighted by "
            "1 / (d² + .001), by steps to the goal. (b) Rank correlation of value and nearness to the "
            "goal, by similarity of the nearest key in quarters."
        ),
        needs=(_NEC, _FROZEN),
        draw=draw_new_states,
    ),
    Figure(
        name="pritzel2017/optimism",
        caption=(
            "Stored value less reward for blindly chosen arms, by the variance of the reward. Points "
            "are seeds."
        ),
        needs=(
            *bandit.rising("pritzel2017/optimism"), *bandit.rising("blundell2016/optimism"),
        ),
        draw=draw_optimism,
    ),
)  # fmt: skip
