"""The contracts find what is broken, each fault by its own message, and pass what is not."""

import inspect
from dataclasses import dataclass, field, is_dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

import fastslow.models.learners
from fastslow import models, tasks
from fastslow.models import Agent
from fastslow.models.contract import check_agent, check_hippocampus, check_learner
from fastslow.models.hippocampus import Hippocampus, ReplayPath
from fastslow.models.learner import Learner
from fastslow.models.learners import QLearner, Random
from fastslow.tasks import (
    ACT,
    REST,
    Bandit,
    BarcodeBandit,
    Box,
    Discrete,
    DriftingTwoStep,
    Harlow,
    Lanes,
    Task,
    TimeStep,
    TwoStep,
)
from fastslow.tasks.contract import check_task

# ---------------------------------------------------------------- tasks


def exported(module, base=object):
    """The concrete dataclasses that a package exports."""
    members = (getattr(module, name) for name in module.__all__)
    return [m for m in members if inspect.isclass(m) and is_dataclass(m) and issubclass(m, base)]


TASKS = [cls for cls in exported(tasks) if hasattr(cls, "play")]


def test_tasks_are_discovered():
    assert {"Bandit", "TwoStep", "RestlessBandit", "InformativeArm"} <= {c.__name__ for c in TASKS}


@pytest.mark.parametrize("cls", TASKS, ids=lambda cls: cls.__name__)
def test_every_task_keeps_the_contract(cls, seed):
    assert isinstance(cls(), Task)
    check_task(cls(), seed=seed)


@dataclass(frozen=True)
class Coin:
    """Guess a coin, with a rest at step 2, in a life of 5 or 6 steps; broken by subclasses."""

    n_steps: ClassVar[int] = 6
    observation_size: ClassVar[int] = 1
    action: ClassVar[Discrete | Box] = Discrete(2)
    steps_played: ClassVar[int] = 6

    def alter(self, now: TimeStep, t: int) -> TimeStep:
        return now

    def coin(self, n, rng, t):
        return rng.random()

    def length(self, n, rng):
        return 5 + (rng.random() < 0.5)

    def reward(self, coin, action, now):
        return ((coin < 0.5) == action) * (now.phase == ACT) * now.active

    def check(self, action, n):
        return self.action.check(action, n)

    def play(self, n, rng):
        reward, length = np.zeros(n, np.float32), self.length(n, rng)
        discount = np.ones(n, np.float32)
        for t in range(self.steps_played + 1):
            coin, active = self.coin(n, rng, t), t < length
            now = TimeStep(
                coin[:, None].astype(np.float32), reward, discount * active, np.full(n, t == 0),
                active, np.full(n, REST if t == 2 else ACT, np.int8),
                {"won": reward > 0}, {"trial": np.full(n, t)},
            )  # fmt: skip
            now = self.alter(now._replace(discount=now.discount.astype(np.float32)), t)
            action = yield now
            reward = self.reward(coin, self.check(action, n), now).astype(np.float32)


@pytest.mark.parametrize("n", [1, 5, 20])
def test_an_honest_task_passes(n, seed):
    check_task(Coin(), n=n, seed=seed)


def test_a_task_with_real_valued_actions_passes(seed):
    @dataclass(frozen=True)
    class Reach(Coin):
        action: ClassVar[Discrete | Box] = Box(-1.0, float("inf"), (2,))

        def reward(self, coin, action, now):
            return action.sum(axis=1) * (now.phase == ACT) * now.active

    check_task(Reach(), seed=seed)


def at(step, **change):
    """Replace fields of one time step; functions are applied to the old value."""

    def alter(self, now, t):
        if t != step:
            return now
        return now._replace(
            **{k: v(getattr(now, k)) if callable(v) else v for k, v in change.items()}
        )

    return {"alter": alter}


def but(index, value):
    """Replace one entry."""

    def change(old):
        new = old.copy()
        new[index] = value
        return new

    return change


def global_random(self, n, rng, t):
    return np.random.default_rng().random(n)


def same_for_all(self, n, rng, t):
    return np.full(n, np.random.default_rng(t).random())


def depends_on_n(self, n, rng, t):
    return (rng.random() + 0.1 * n) % 1


def depends_on_neighbors(self, n, rng, t):
    return (rng.random() + len(rng.seeds) / 10) % 1


def always_five(self, n, rng):
    return np.full(n, 5)


BROKEN_TASKS = {
    "observation_size": ({"observation_size": -1}, "observation_size must be an int >= 0, got -1"),
    "n_steps": ({"n_steps": 0}, "n_steps must be an int >= 1, got 0"),
    "action space": ({"action": 2}, "action must be a Discrete or a Box, got 2"),
    "too long": ({"steps_played": 7}, "must end after n_steps = 6 actions, it took one more"),
    "too short": ({"steps_played": 5}, "must take n_steps = 6 actions, it ended at step 6"),
    "no time step": (
        {"alter": lambda self, now, t: tuple(now)},
        "must yield a TimeStep, got tuple at step 0",
    ),
    "observation shape": (
        at(3, observation=lambda o: o[:, 0]), r"observation must be \(5, 1\), got \(5,\) at step 3"
    ),
    "reward shape": (
        at(1, reward=lambda r: r[:, None]), r"reward must be \(5,\), got \(5, 1\) at step 1"
    ),
    "label shape": (
        at(1, labels={"trial": np.array(1)}), r"trial must be \(5,\), got \(\) at step 1"
    ),
    "outcome shape": (
        at(4, outcomes={"won": np.ones(4, bool)}), r"won must be \(5,\), got \(4,\) at step 4"
    ),
    "observation dtype": (
        at(0, observation=lambda o: o.astype(float)),
        "observation must be float32, got float64 at step 0",
    ),
    "active dtype": (at(2, active=lambda a: a.astype(int)), "active must be bool, got int64 at"),
    "phase dtype": (at(2, phase=lambda a: a.astype(int)), "phase must be int8, got int64 at"),
    "label dtype changes": (
        at(3, labels={"trial": np.zeros(5)}), "trial must be int64, got float64 at step 3"
    ),
    "label text": (
        {"alter": lambda self, now, t: now._replace(labels={"room": np.full(len(now[1]), "a")})},
        "room must hold numbers, got <U1 at step 0",
    ),
    "label missing": (
        at(3, labels={}), r"labels must have the same names.* step 3 differs .* \['trial'\]"
    ),
    "outcome added": (
        at(2, outcomes={"won": np.zeros(5, bool), "more": np.zeros(5)}),
        r"outcomes must have the same names.* step 2 differs .* \['more'\]",
    ),
    "reserved name": (
        {"alter": lambda self, now, t: now._replace(labels={"reward": now.reward})},
        r"names of their own in a recording, \['reward'\] at step 0 are taken",
    ),
    "name used twice": (
        {"alter": lambda self, now, t: now._replace(outcomes=now.labels)},
        r"\['trial'\] at step 0 are taken",
    ),
    "reward NaN": (at(3, reward=but(1, np.nan)), "reward must be finite, it is not at step 3"),
    "observation infinite": (
        at(3, observation=but(1, np.inf)), "observation must be finite, it is not at step 3"
    ),
    "discount between": (at(1, discount=but(0, 0.9)), "discount must be 0 or 1, .* at step 1"),
    "unknown phase": (at(1, phase=but(0, 7)), "phase must be ACT, REST or FORCED, .* at step 1"),
    "not first": (at(0, first=but(2, False)), "first must be true in all lanes at step 0"),
    "dead at once": (
        {"alter": lambda self, now, t: now._replace(active=now.active & False)},
        "active must be true in all lanes at step 0",
    ),
    "gift": (at(0, reward=but(0, 1)), "reward must be 0 at step 0"),
    "revived": (
        {"alter": lambda self, now, t: now._replace(
            active=now.active & (t != 3), discount=now.discount * np.float32(t != 3)
        )},
        "active must stay false once it is, step 4 revives a lane",
    ),
    "end without discount": (
        {"alter": lambda self, now, t: now._replace(discount=np.ones_like(now.discount))},
        "discount must be 0 where a life ends, it is 1 at step [56]",
    ),
    "never ends": (
        {"alter": lambda self, now, t: now._replace(active=now.active | True)},
        "active must be false in all lanes at the last step",
    ),
    "credit after the end": (
        at(6, discount=but(slice(None), 1)) | {"length": always_five},
        "discount must be 0 in all lanes at the last step",
    ),
    "random by itself": ({"coin": global_random}, "the same seed must give the same life: obs"),
    "depends on n": ({"coin": depends_on_n}, "not depend on how many run beside it: observation"),
    "depends on seeds": ({"coin": depends_on_neighbors}, "not depend on other seeds beside it"),
    "acts at rest": (
        {"reward": lambda self, coin, action, now: action},
        "an action at rest or after the end must change nothing: reward differs at step 3",
    ),
    "takes anything": (
        {"check": lambda self, action, n: action},
        "out of range must raise ValueError .*, -1 was taken at step 0",
    ),
    "wrong error": (
        {"check": lambda self, action, n: np.array([0, 1])[action + (action < 0) * 9]},
        "-1 raised IndexError at step 0",
    ),
    "never acts": (
        {"alter": lambda self, now, t: now._replace(phase=np.full_like(now.phase, REST)),
         "reward": lambda self, coin, action, now: 0 * coin},
        "phase must be ACT at some step",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN_TASKS)
def test_a_broken_task_fails_with_its_own_message(fault):
    parts, message = BROKEN_TASKS[fault]
    broken = dataclass(frozen=True)(type("Broken", (Coin,), parts))
    with pytest.raises(ValueError, match=message) as error:
        check_task(broken())
    assert "Broken" in str(error.value)


def test_a_task_must_be_frozen():
    @dataclass
    class Loose:
        n_steps: int = 3

    for task in (Loose(), object()):
        with pytest.raises(ValueError, match="must be a frozen dataclass"):
            check_task(task)


def test_a_task_in_which_nothing_is_drawn_has_to_say_so():
    parts = {"coin": same_for_all, "length": always_five}
    fixed = dataclass(frozen=True)(type("Fixed", (Coin,), parts))
    with pytest.raises(ValueError, match="Fixed: seeds 0 to 3 give the same life; draw from"):
        check_task(fixed())
    check_task(fixed(), deterministic=True)


# ---------------------------------------------------------------- agents

AGENTS = exported(fastslow.models.learners, Agent)
WORLDS = (
    Bandit(n_trials=12, arms="independent"),
    TwoStep(n_trials=8),
    DriftingTwoStep(n_trials=8),
)
# Observers made for one world.
OWN_WORLDS = {
    "ObjectMemory": (Harlow(),),
    "ObjectValues": (Harlow(),),
    "GoodArmObserver": (BarcodeBandit(n_episodes=20),),
}


@pytest.mark.parametrize("cls", AGENTS, ids=lambda cls: cls.__name__)
def test_every_learner_keeps_the_contract(cls, seed):
    played = 0
    for task in OWN_WORLDS.get(cls.__name__, WORLDS):
        try:
            cls().begin(task, 1, Lanes(seed, 1))
        except (TypeError, ValueError):  # an agent may decline a task
            continue
        check_agent(cls(), task, seed=seed)
        played += 1
    assert played


def test_a_network_keeps_the_contract(seed):
    task = TwoStep(n_trials=6)
    check_agent(models.Prefrontal(n_units=4).initialized(task, seed), task, seed=seed)


@dataclass
class Wanderer(Agent):
    """Chooses at random and counts; broken by subclasses."""

    parts: ClassVar[dict[str, str]] = {"memory": "nothing is counted"}
    clampable: ClassVar[tuple[str, ...]] = ("door",)

    bias: float = 0.5
    notes: dict = field(default_factory=lambda: {"table": np.zeros(2)})

    def begin(self, task, n, rng):
        self._rng, self._n, self._count = rng, n, np.zeros(n)

    def count(self):
        self._count = self._count + ("memory" not in self.lesions)

    def choose(self, now):
        return (self._rng.random() < self.bias).astype(int)

    def trace(self, now):
        return {"policy": np.full((self._n, 2), 0.5), "value": self._count}

    def act(self, now):
        self.count()
        return self.choose(now), self.trace(now)

    def rest(self, now, n_backups):
        return {"value": np.full(self._n, float(n_backups))}


@pytest.mark.parametrize("n", [1, 5, 20])
def test_an_honest_agent_passes(n, seed):
    check_agent(Wanderer(), Bandit(10), n=n, seed=seed)
    check_agent(Wanderer(), Coin(), n=n, seed=seed)


def remember_in_begin(self, task, n, rng):
    self._rng, self._n = rng, n
    self._count = np.full(n, getattr(self, "_count", np.zeros(n))[0])


def write_notes(self):
    self.notes["table"][0] += 1
    self._count = self._count + 1


def forget_lesions(self, *parts):
    return replace(self)


def swallow(self, *parts):
    return replace(self, lesions=parts)


def trace_of(**values):
    def trace(self, now):
        n = self._n
        made = {name: value(n, now) for name, value in values.items()}
        return Wanderer.trace(self, now) | made

    return {"trace": trace}


def fail_when_lesioned(self, now):
    if self.lesions:
        raise KeyError("memory")
    return Wanderer.choose(self, now)


BROKEN_AGENTS = {
    "action range": (
        {"choose": lambda self, now: np.full(self._n, 2)},
        r"action must be in \[0, 2\), got 2 in lane 0 at step 0",
    ),
    "action shape": (
        {"choose": lambda self, now: np.zeros((self._n, 1), int)},
        r"action must be \(5,\) ints .* got int64 of shape \(5, 1\) at step 0",
    ),
    "no trace": (
        {"act": lambda self, now: self.choose(now)}, "act must return an action and a dict"
    ),
    "trace shape": (trace_of(seen=lambda n, now: np.zeros(3)), r"'seen' must be \(5, \.\.\.\), got"),
    "trace text": (
        trace_of(seen=lambda n, now: np.full(n, "a")), "trace 'seen' must hold numbers, got <U1"
    ),
    "value shape": (
        trace_of(value=lambda n, now: np.zeros((n, 1))), r"'value' must be \(5,\), got \(5, 1\)"
    ),
    "policy shape": (
        trace_of(policy=lambda n, now: np.ones((n, 1))), r"'policy' must be \(5, 2\), got \(5, 1\)"
    ),
    "policy sum": (
        trace_of(policy=lambda n, now: np.ones((n, 2))), "'policy' must hold probabilities"
    ),
    "policy negative": (
        trace_of(policy=lambda n, now: np.tile([2.0, -1.0], (n, 1))),
        "'policy' must hold probabilities",
    ),
    "trace names": (
        {"trace": lambda self, now: {"a" if now.first.any() else "b": np.zeros(self._n)}},
        r"same names, shapes and dtypes at every step, step 1 differs from step 0 in \['a', 'b'\]",
    ),
    "trace dtype": (
        trace_of(value=lambda n, now: np.zeros(n, float if now.first.any() else int)),
        r"step 1 differs from step 0 in \['value'\]",
    ),
    "random by itself": (
        {"choose": lambda self, now: (np.random.default_rng().random(self._n) < 0.5).astype(int)},
        "the same seed must give the same life: action differs",
    ),
    "depends on n": (
        {"choose": lambda self, now: np.full(self._n, self._n > 5).astype(int)},
        "must not depend on how many run beside it: action differs at step 0",
    ),
    "depends on seeds": (
        {"choose": lambda self, now: np.full(self._n, len(self._rng.seeds) > 1).astype(int)},
        "must not depend on other seeds beside it: action differs at step 0",
    ),
    "trace depends on n": (
        trace_of(value=lambda n, now: np.full(n, float(n))),
        "must not depend on how many run beside it: trace 'value' differs at step 0",
    ),
    "writes in its settings": ({"count": write_notes}, "not change in a life, 'notes' did"),
    "remembers": (
        {"begin": remember_in_begin}, "begin must empty what was learned before: trace 'value'"
    ),
    "lesions unrecorded": (
        {"without": forget_lesions}, "lesions and clamps must record 'memory', they do not"
    ),
    "cannot live without": (
        {"choose": fail_when_lesioned}, "no life is possible with 'memory' gone"
    ),
    "unknown part": ({"without": swallow}, "unknown part or gate must raise ValueError"),
}  # fmt: skip


@pytest.mark.parametrize("fault", BROKEN_AGENTS)
def test_a_broken_agent_fails_with_its_own_message(fault):
    parts, message = BROKEN_AGENTS[fault]
    broken = dataclass(type("Broken", (Wanderer,), parts))
    with pytest.raises(ValueError, match=message) as error:
        check_agent(broken(), Bandit(10))
    assert "Broken" in str(error.value)


def test_an_agent_must_be_one():
    with pytest.raises(ValueError, match="object must derive from fastslow.models.Agent"):
        check_agent(object(), Bandit())


def test_rest_must_not_add_traces_at_some_steps_only():
    @dataclass
    class Sleeper(Wanderer):
        def rest(self, now, n_backups):
            return {"dream": np.zeros(self._n)}

    with pytest.raises(ValueError, match=r"step 2 differs from step 0 in \['dream'\]"):
        check_agent(Sleeper(), Coin())


def test_unknown_parts_are_named():
    with pytest.raises(ValueError, match="Wanderer has no part 'memry'; did you mean 'memory'"):
        Wanderer().without("memry")
    with pytest.raises(ValueError, match="Random has no part 'memory'"):
        Random().without("memory")
    with pytest.raises(ValueError, match="Wanderer has no gate 'window'; it has door"):
        Wanderer().clamped(window=0)
    assert Wanderer().without("memory").clamped(door=1).lesions == ("memory",)


def test_abstract_agents_say_what_they_lack():
    for call in (lambda: Agent().begin(Bandit(), 1, None), lambda: Agent().act(None)):
        with pytest.raises(NotImplementedError, match="Agent does not say how it"):
            call()


# ---------------------------------------------------------------- memories


class LastCell:
    """Keeps the last cell of each lane, whatever the key; broken by subclasses."""

    def __init__(self, n):
        self.value, self.known, self.states = np.zeros((n, 2)), np.zeros(n), 0

    def observe(self, key, step):
        write = step.get("write", np.ones(len(key), bool))
        self.value = np.where(write[:, None], step["cell"], self.value)
        self.known = np.where(write, 1.0, self.known)

    def retrieve(self, query):
        return self.value.copy(), self.known.copy()

    def replay(self, state, reward, rpe, n_backups):
        lanes = range(len(reward)) if n_backups else ()
        return [ReplayPath(np.arange(n_backups), lane=lane, kind="forward") for lane in lanes]


KEY = np.eye(4)
STEP = {"cell": np.arange(8.0).reshape(4, 2) + 1}


def test_an_honest_memory_passes():
    assert isinstance(LastCell(1), Hippocampus)
    check_hippocampus(LastCell, KEY, STEP)


class Mixing(LastCell):
    def retrieve(self, query):
        return self.value + self.value.mean(axis=0), self.known


class Sure(LastCell):
    def retrieve(self, query):
        return self.value, self.known + 1


class Flat(LastCell):
    def retrieve(self, query):
        return self.value[:, 0], self.known


class Overconfident(LastCell):
    def retrieve(self, query):
        return self.value, 2 * self.known


class Fading(LastCell):
    def retrieve(self, query):
        self.value = 0.9 * self.value
        return self.value, self.known


class Greedy(LastCell):
    def observe(self, key, step):
        super().observe(key, {"cell": step["cell"]})


class Endless(LastCell):
    def replay(self, state, reward, rpe, n_backups):
        return 2 * super().replay(state, reward, rpe, n_backups)


@pytest.mark.parametrize(
    ("memory", "message"),
    [
        (Sure, "an empty memory must retrieve 0 with confidence 0"),
        (Flat, r"value \(4, value_size\) and confidence \(4,\), got \(4,\) and \(4,\)"),
        (Overconfident, r"confidence in \[0, 1\]"),
        (Fading, "reading must change nothing"),
        (Mixing, "a lane must not depend on those beside it"),
        (Greedy, "nothing must be stored where `write` is false"),
        (Endless, "replay must keep to 1 backups in a lane, proposed 2"),
    ],
)
def test_a_broken_memory_fails_with_its_own_message(memory, message):
    with pytest.raises(ValueError, match=message):
        check_hippocampus(memory, KEY, STEP)


def test_replay_paths_are_checked():
    assert ReplayPath(np.arange(3)).n_backups == 3
    with pytest.raises(ValueError, match="kind must be forward, reverse, .*got 'sideways'"):
        ReplayPath(np.arange(3), kind="sideways")
    for name in ("actions", "rewards", "times"):
        with pytest.raises(ValueError, match=f"{name} must have one entry .* 3 states, got 2"):
            ReplayPath(np.arange(3), **{name: np.zeros(2)})


# ---------------------------------------------------------------- learners of problems


class MeanTarget:
    """Predicts the mean target; broken by subclasses."""

    def adapt(self, data):
        mean = data["target"].mean(axis=1, keepdims=True)
        return lambda states: np.repeat(mean, states.shape[1], axis=1)


class MixingLearner(MeanTarget):
    def adapt(self, data):
        return super().adapt({"target": data["target"] + data["target"].mean()})


class Drifting(MeanTarget):
    drift = 0

    def adapt(self, data):
        self.drift += 1
        return super().adapt({"target": data["target"] + self.drift})


class Tired(MeanTarget):
    def adapt(self, data):
        policy, asked = super().adapt(data), []
        return lambda states: asked.append(0) or policy(states) / len(asked)


class Short(MeanTarget):
    def adapt(self, data):
        return lambda states: data["target"].mean(axis=1)


class Exploding(MeanTarget):
    def adapt(self, data):
        return lambda states: np.full((*states.shape[:2], 1), np.inf)


DATA = {"state": np.zeros((3, 4, 2)), "target": np.arange(12.0).reshape(3, 4, 1)}


def test_an_honest_learner_passes():
    assert isinstance(MeanTarget(), Learner)
    check_learner(MeanTarget(), DATA, np.zeros((3, 5, 2)))


@pytest.mark.parametrize(
    ("learner", "message"),
    [
        (Short, r"a policy must return \(3, 5, 'n_outputs'\), got \(3, 1\)"),
        (Exploding, "must return finite outputs"),
        (Tired, "asking must change nothing"),
        (Drifting, "adapting must leave the learner as it is"),
        (MixingLearner, "a lane must not depend on those beside it"),
    ],
)
def test_a_broken_learner_fails_with_its_own_message(learner, message):
    with pytest.raises(ValueError, match=message):
        check_learner(learner(), DATA, np.zeros((3, 5, 2)))


def test_learners_decline_what_they_cannot_play():
    @dataclass(frozen=True)
    class Reach(Coin):
        action: ClassVar[Discrete | Box] = Box(-1.0, 1.0)

    with pytest.raises(TypeError, match="QLearner chooses among options, Reach has Box"):
        check_agent(QLearner(), Reach())
