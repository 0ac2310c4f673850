"""Two-armed bandits learned with frozen weights (Wang et al. 2018, Fig. 1; Wang et al. 2016).

The networks and the task are those of the 2016 paper (arXiv:1611.05763): 48 LSTM units that see the
previous action, the previous reward and the time; 100 trials. Training settings were chosen on
reward; every one tried is listed in `TRIED.md`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...models import Prefrontal
from ...models.agent import Agent
from ...models.learners import BayesOptimal, Gittins, Random, Thompson
from ...models.training import ActorCritic
from ...tasks import Bandit
from ..declaration import Experiment, Figure, Signature, Test
from .bandit_figure import draw_bandit

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

SOURCE = "doi:10.1038/s41593-018-0147-8, Fig. 1; arXiv:1611.05763"
NETWORK = Prefrontal(time=True)
TRAINING = ActorCritic(n_lives=80_000, n_lanes=32)

UNIFORM, INDEPENDENT = Bandit(arms="uniform"), Bandit(arms="independent")
EASY, MEDIUM, HARD = (Bandit(arms=arms) for arms in ("easy", "medium", "hard"))
MANY = Test(n_lives=2500, record=())  # 8 seeds: 20,000 episodes; regret +- .03
TRANSFER = {
    name: Test(n_lives=1000, task=task, record=())
    for name, task in {"easy": EASY, "medium": MEDIUM, "hard": HARD}.items()
}
TESTS = {"independent": replace(MANY, task=INDEPENDENT), **TRANSFER}


def control(name: str, agent: Agent, summary: str, *tests: str) -> Experiment:
    """A learner that needs no training, on the same arms as the networks."""
    return Experiment(
        name=f"wang2018/bandit_{name}",
        summary=summary,
        task=UNIFORM,
        agent=agent,
        recording=MANY,
        tests={test: TESTS[test] for test in tests},
        source="control",
    )


EXPERIMENTS = (
    Experiment(
        name="wang2018/bandit",
        summary="LSTM trained on dependent arms (p, 1 - p)",
        task=UNIFORM,
        agent=NETWORK,
        training=TRAINING,
        recording=MANY,
        tests={
            **TESTS,
            "amnesic": Test(n_lives=1000, task=MEDIUM, without=("working_memory",), record=()),
            "untrained": Test(n_lives=1000, task=MEDIUM, snapshot=0.0, record=()),
            "activations": Test(n_lives=300, task=MEDIUM, record=("hidden",)),
        },
        source=SOURCE,
    ),
    Experiment(
        name="wang2018/bandit_independent",
        summary="LSTM trained on independent arms",
        task=INDEPENDENT,
        agent=NETWORK,
        training=replace(TRAINING, n_lives=240_000),
        recording=MANY,
        tests={"uniform": replace(MANY, task=UNIFORM), **TRANSFER},
        source=SOURCE,
    ),
    Experiment(
        name="wang2018/bandit_reward_blind",
        summary="LSTM trained and tested without the reward input",
        task=UNIFORM,
        agent=NETWORK.without("reward_input"),
        training=replace(TRAINING, n_lives=10_000),
        recording=MANY,
        tests=TRANSFER,
        source=SOURCE,
    ),
    control(
        "bayes_optimal",
        BayesOptimal(prior="uniform"),
        "exact optimum for dependent arms",
        *TRANSFER,
    ),
    control("gittins", Gittins(), "Gittins index, discount .99", "independent", "medium"),
    control("thompson", Thompson(), "Thompson sampling, Beta(1, 1)"),
    control("random", Random(), "random choice", "independent"),
)


def regret(recording: xr.Dataset) -> np.ndarray:
    """Regret of an episode, mean over episodes, for each seed."""
    from ...analysis.regret import pseudo_regret

    return pseudo_regret(recording).isel(trial=-1).mean("episode").values


def late_best(recording: xr.Dataset) -> np.ndarray:
    """Probability of choosing the better arm in the last 20 trials."""
    from ...analysis.regret import choice_curve

    return choice_curve(recording).isel(trial=slice(-20, None)).mean("trial").values


def last_switch(recording: xr.Dataset) -> np.ndarray:
    """Number of trials until the choice no longer changes, mean over episodes."""
    changes = (recording.action.diff("step") != 0).values
    n_steps = changes.shape[-1]
    settled = n_steps - changes[..., ::-1].argmax(axis=-1)
    settled[~changes.any(axis=-1)] = 0
    return settled.mean(axis=-1)


def regret_difference(first: xr.Dataset, second: xr.Dataset) -> np.ndarray:
    """Regret in the first recording less regret in the second, seed by seed."""
    return regret(first) - regret(second)


def exploration_difference(hard: xr.Dataset, medium: xr.Dataset) -> np.ndarray:
    """How many trials longer choices keep changing on the harder arms."""
    return last_switch(hard) - last_switch(medium)


def difficulty_order(easy: xr.Dataset, medium: xr.Dataset, hard: xr.Dataset) -> np.ndarray:
    """Smaller of the two steps in regret from easy over medium to hard arms."""
    import numpy as np

    low, middle, high = regret(easy), regret(medium), regret(hard)
    return np.minimum(middle - low, high - middle)


def regret_share(recording: xr.Dataset, random: xr.Dataset) -> np.ndarray:
    """Regret as a share of the regret of random choice."""
    n_seeds = recording.sizes["seed"]
    return regret(recording) / regret(random)[:n_seeds].mean()


def _on(arms: str) -> tuple[str, ...]:
    """Test of each agent on the same arms: network, optimum, reward-blind."""
    return tuple(
        f"wang2018/bandit{which}@{arms}" for which in ("", "_bayes_optimal", "_reward_blind")
    )


_MEDIUM, _OPTIMAL_MEDIUM, _BLIND_MEDIUM = _on("medium")
_HARD, _OPTIMAL_HARD, _BLIND_HARD = _on("hard")
_EASY, _OPTIMAL_EASY, _BLIND_EASY = _on("easy")

SIGNATURES = (
    Signature(
        name="wang2018/bandit_learns_frozen",
        claim="With frozen weights the network comes to choose the better arm (.25 / .75).",
        published="wang2018/bandit_frozen_learning",
        low=0.9,
        high=None,
        measure=late_best,
        subject=_MEDIUM,
        shows=_OPTIMAL_MEDIUM,
        shows_not="wang2018/bandit@amnesic",
    ),
    Signature(
        name="wang2018/bandit_harder_explored_longer",
        claim="A harder problem (.4 / .6) is explored longer than an easier one (.25 / .75).",
        published="wang2018/bandit_harder_explored_longer",
        low=5.0,  # trials; chosen, so that no difference lies clearly outside
        high=None,
        measure=exploration_difference,
        subject=(_HARD, _MEDIUM),
        shows=(_OPTIMAL_HARD, _OPTIMAL_MEDIUM),
        shows_not=(_BLIND_HARD, _BLIND_MEDIUM),
    ),
    Signature(
        name="wang2018/bandit_structure_exploited",
        claim="Training on dependent arms saves regret on .25 / .75 against training on independent arms.",
        published="wang2018/bandit_structure_exploited",
        low=0.2,  # reward; chosen, so that no difference lies clearly outside
        high=None,
        measure=regret_difference,
        subject=("wang2018/bandit_independent@medium", _MEDIUM),
        shows=("wang2018/bandit_gittins@medium", _OPTIMAL_MEDIUM),
        shows_not=("wang2018/bandit_gittins@medium", "wang2018/bandit_gittins@medium"),
        # neither knows of dependent arms
        beside=(("wang2018/bandit_gittins@medium", "wang2018/bandit_independent@medium"),),
    ),
    Signature(
        name="wang2018/bandit_independent_regret",
        claim="Trained on independent arms, the network loses less than Thompson sampling.",
        published="wang2016/regret_order",
        low=None,
        high=2.8,
        measure=regret,
        subject="wang2018/bandit_independent",
        shows="wang2018/bandit_gittins@independent",
        shows_not="wang2018/bandit_random@independent",
    ),
    Signature(
        name="wang2018/bandit_dependent_regret",
        claim="Trained on dependent arms, the network beats the Gittins index, which assumes independence.",
        published="wang2016/dependent_beats_standard",
        low=None,
        high=1.57,
        measure=regret,
        subject="wang2018/bandit",
        shows="wang2018/bandit_bayes_optimal",
        shows_not="wang2018/bandit_independent@uniform",
    ),
    # Declared when it was known: 1.34 against 1.75 on uniform arms, 2.88 against 2.28 on independent ones.
    Signature(
        name="wang2018/bandit_matched_prior",
        claim="Training on dependent arms saves regret where arms are dependent, and only there.",
        published="wang2016/dependent_transfer",
        low=0.0,
        high=None,
        measure=regret_difference,
        subject=("wang2018/bandit_independent@uniform", "wang2018/bandit"),
        shows=("wang2018/bandit_gittins", "wang2018/bandit_bayes_optimal"),
        shows_not=("wang2018/bandit_independent", "wang2018/bandit@independent"),
    ),
    Signature(
        name="wang2018/bandit_difficulty_order",
        claim="Regret grows from easy over medium to hard arms.",
        published="wang2016/difficulty_order",
        low=0.0,
        high=None,
        measure=difficulty_order,
        subject=(_EASY, _MEDIUM, _HARD),
        shows=(_OPTIMAL_EASY, _OPTIMAL_MEDIUM, _OPTIMAL_HARD),
        shows_not=(_BLIND_EASY, _BLIND_MEDIUM, _BLIND_HARD),
    ),
    Signature(
        name="wang2018/bandit_reward_blind_chance",
        claim="Without the reward input the network plays at chance.",
        published="wang2016/no_reward_is_chance",
        low=0.95,
        high=1.05,
        measure=regret_share,
        subject=("wang2018/bandit_reward_blind", "wang2018/bandit_random"),
        shows=("wang2018/bandit_random", "wang2018/bandit_random"),
        shows_not=("wang2018/bandit", "wang2018/bandit_random"),
    ),
)

FIGURES = (
    Figure(
        name="wang2018/bandit",
        caption=(
            "Learning with frozen weights. (a) One trained network on arms of .25 and .75: choices "
            "of the better arm (dark), episodes sorted by how often they choose it. (b) Probability of "
            "choosing the better arm by trial. (c) Regret on dependent arms, beside learners with "
            "an algorithm. (d) Hidden state of one network in the plane of its first two "
            "principal components, colored by the reward of the two arms so far."
        ),
        needs=(
            "wang2018/bandit",
            "wang2018/bandit@activations",
            _EASY,
            _MEDIUM,
            _HARD,
            "wang2018/bandit_independent@uniform",
            "wang2018/bandit_reward_blind@medium",
            "wang2018/bandit_bayes_optimal",
            "wang2018/bandit_gittins",
            "wang2018/bandit_thompson",
        ),
        draw=draw_bandit,
    ),
)
