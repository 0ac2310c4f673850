"""The learners of the fast-slow plane, and how the operations of each are counted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...models import ActorCritic, Prefrontal
from ...models.agent import Agent
from ...models.episodic_control import MFEC
from ...models.goal_directed import ExactSearch, GoalDirected
from ...models.goal_directed.goal_tables import GoalTables
from ...models.goal_directed.hindsight import HindsightDQN
from ...models.learners import PolicyGradient, QLearner, ReversalObserver, Thompson
from ...models.operations import belief, gradient_step, perceptron, recurrent, table
from ..tan2023.improved import IMPROVED
from .plane_measures import Count, constant, of_episodic_control, traced

WEIGHTS, ACTIVATIONS, MEMORY, TABLE, BELIEF = (
    "weights", "activations", "memory of moves", "table of values", "belief",
)  # fmt: skip


@dataclass(frozen=True)
class Learner:
    """One learner: its label, where what it knows is kept, and what it does to decide and to learn.

    `operations` are those of a decision; `learning` those of one step of learning.
    """

    label: str
    where: tuple[str, ...]
    agent: Agent
    operations: Count
    learning: Count
    record: tuple[str, ...] = ()
    training: ActorCritic | None = None


N_ACTIONS, N_STATES = 4, 36
DECIDES, LEARNS = traced("memory_reads", "multiply_adds"), traced("replay_multiply_adds")
TRACES = ("memory_reads", "multiply_adds", "replay_multiply_adds")

# As published but for three settings: without a network the order of actions would decide which ties
# are ever broken well, and the network by itself learns the routes only from cleaner lessons.
FAST_AND_SLOW = GoalDirected(ties="random", backward_replay="last_visits", train_on_final=True)
EXACT = replace(FAST_AND_SLOW, planner=ExactSearch(depth=N_STATES))
DEEP = HindsightDQN(
    n_hidden=(128, 128), learning_rate=3e-3, discount=0.95, n_exploration=500, input_scale=0.2
)
_DEEP = constant(perceptron((4, *DEEP.n_hidden, N_ACTIONS)))
_DEEP_STEP = constant(
    gradient_step(perceptron((4, *DEEP.n_hidden, N_ACTIONS)), DEEP.batch_size, n_further_passes=1)
)
DYNA = GoalTables(n_planning=50)


def _goal_directed(label: str, where: tuple[str, ...], agent: GoalDirected) -> Learner:
    return Learner(label, where, agent, DECIDES, LEARNS, TRACES)


def _tables(label: str, agent: GoalTables) -> Learner:
    """Every update reads the values of the next state and moves one."""
    goals = N_STATES if agent.all_goals else 1
    updates = goals + agent.n_planning
    return Learner(
        label, (TABLE,), agent, constant(table(N_ACTIONS)), constant(updates * (N_ACTIONS + 1))
    )


MAZE: dict[str, Learner] = {
    "network": _goal_directed("network", (WEIGHTS,), FAST_AND_SLOW.without("slow")),
    "small_network": _goal_directed(
        "small network", (WEIGHTS,), replace(FAST_AND_SLOW, n_hidden=(16,)).without("slow")
    ),
    "search": _goal_directed("random search", (MEMORY,), FAST_AND_SLOW.without("fast")),
    "wiped": _goal_directed(
        "search, memory emptied", (MEMORY,), FAST_AND_SLOW.without("fast", "old_memories")
    ),
    "exact_search": _goal_directed("exact search", (MEMORY,), EXACT.without("fast")),
    "append": _goal_directed(
        "exact search,\nnothing deleted", (MEMORY,), replace(EXACT, memory="append").without("fast")
    ),
    "both": _goal_directed("network and\nrandom search", (WEIGHTS, MEMORY), FAST_AND_SLOW),
    "exact_both": _goal_directed("network and\nexact search", (WEIGHTS, MEMORY), EXACT),
    "improved": _goal_directed("improved", (WEIGHTS, MEMORY), IMPROVED),
    "q": _tables("Q-learning", GoalTables(all_goals=True)),
    "dyna_q": _tables("Dyna-Q", DYNA),
    "successor": _tables(
        "successor representation",
        GoalTables(rule="successor", all_goals=True, learning_rate=1.0),
    ),
    "episodic": Learner(
        "episodic control", (TABLE,), MFEC(discount=0.95, epsilon=0.05, n_neighbors=3),
        of_episodic_control, constant(1), ("stored", "observation"),
    ),
    "dqn": Learner("DQN", (WEIGHTS,), DEEP.without("hindsight"), _DEEP, _DEEP_STEP),
    "her": Learner("DQN, hindsight", (WEIGHTS,), DEEP, _DEEP, _DEEP_STEP),
}  # fmt: skip

N_ARMS = 2
NETWORK = Prefrontal()
OUTER = PolicyGradient(learning_rate=3e-3)
# Its step is the best for worlds that reverse as often as those of the network's training do.
TUNED = PolicyGradient(learning_rate=0.1, entropy_weight=0.1)
P_REVERSAL = 0.02  # of the worlds in which the network was trained


def _gradient_steps(label: str, agent: PolicyGradient) -> Learner:
    decides, learns = (perceptron((1, *agent.n_hidden, N_ARMS + more)) for more in (0, 1))
    return Learner(label, (WEIGHTS,), agent, constant(decides), constant(gradient_step(learns)))


BANDIT: dict[str, Learner] = {
    "inner": Learner(
        "inner loop", (ACTIVATIONS,), NETWORK,
        constant(recurrent(NETWORK.core, N_ARMS + 1, NETWORK.n_units, N_ARMS)), constant(0),
        training=ActorCritic(n_lives=40_000),
    ),
    "outer": _gradient_steps("outer loop", OUTER),
    "tuned_outer": _gradient_steps("outer loop,\ntuned to reversals", TUNED),
    "rescorla_wagner": Learner(
        "Rescorla-Wagner", (TABLE,), QLearner(), constant(table(N_ARMS)), constant(1)
    ),
    "slow_rescorla_wagner": Learner(
        "Rescorla-Wagner,\nrate .1", (TABLE,), QLearner(learning_rate_gain=0.1),
        constant(table(N_ARMS)), constant(1),
    ),
    "thompson": Learner(
        "Thompson sampling", (TABLE,), Thompson(), constant(2 * table(N_ARMS)), constant(1)
    ),
    "observer": Learner(
        "Bayes observer", (BELIEF,), ReversalObserver(p_reversal=P_REVERSAL),
        constant(belief(2, N_ARMS)), constant(0),
    ),
}  # fmt: skip
