"""Experiments with settings changed by name, and tasks, agents and functions from files of the user's."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from ..data.specification import override
from ..models.agent import Agent
from ..models.prefrontal import Prefrontal
from .declaration import Experiment, Test

SETTINGS = ("task", "agent", "training", "recording")
"""What of an experiment is changed by name; all of it is part of what identifies a run."""


def load_named(kind: str, reference: str) -> Any:
    """What a file of the user's defines under a name, from `file.py:name`."""
    file, _, name = reference.rpartition(":")
    path = Path(file).resolve()
    if not file.endswith(".py") or not path.is_file():
        what = "Class" if kind in ("task", "agent") else "function"
        raise ValueError(f"{kind} must be file.py:{what} with an existing file, got '{reference}'")
    module = _module(path)
    if not hasattr(module, name):
        own = [
            n for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__
        ]
        raise ValueError(f"{path} has no {kind} '{name}'; it has {', '.join(own) or 'nothing'}")
    return getattr(module, name)


def _module(path: Path) -> ModuleType:
    """The user's file as a module: one for each text of each file, so that classes stay the same."""
    text = hashlib.sha256(str(path).encode() + path.read_bytes()).hexdigest()[:12]
    spec = spec_from_file_location(f"fastslow_user_{path.stem}_{text}", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be imported")
    if spec.name not in sys.modules:
        module = sys.modules[spec.name] = module_from_spec(spec)
        try:
            with _said_of(path):
                spec.loader.exec_module(module)
        except ValueError:
            del sys.modules[spec.name]
            raise
    return sys.modules[spec.name]


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    """Name the user's file in whatever its code raises."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"{path} does not run: {type(error).__name__}: {error}") from error


def load_own(kind: str, reference: str) -> Any:
    """The user's "task" or "agent" `Class` of a file, from `file.py:Class`."""
    file, _, name = reference.rpartition(":")
    path = Path(file).resolve()
    made = load_named(kind, reference)
    with _said_of(path):
        own = made()
    if kind == "task" and not hasattr(own, "play"):
        raise ValueError(f"{path}: '{name}' is not a task, it has no play; see docs/own_task.md")
    if kind == "agent" and not isinstance(own, Agent):
        raise ValueError(f"{path}: '{name}' does not derive from fastslow.Agent")
    return own


def load_again(files: Sequence[str]) -> None:
    """Import the users' files that the parent process has imported."""
    for file in files:
        # one that is gone or broken by now need not be of this run; if it is, its class is missed
        with suppress(ValueError, OSError):
            _module(Path(file))


def configured(experiment: Experiment, changes: Iterable[str]) -> Experiment:
    """The experiment with settings changed, each as `path.to.setting=value`."""
    for change in changes:
        path, equals, text = (part.strip() for part in change.partition("="))
        if not equals:
            raise ValueError(f"a setting is changed by name=value, got '{change}'")
        if path == "task":
            # tests on other tasks belong to the preset
            tests = {name: test for name, test in experiment.tests.items() if test.task is None}
            experiment = replace(experiment, task=load_own("task", text), tests=tests)
        elif path == "agent":
            experiment = _with_agent(experiment, load_own("agent", text))
        elif path.partition(".")[0] in vars(experiment).keys() - {*SETTINGS}:
            raise ValueError(
                f"{path} is no setting of {experiment.name}; settings begin with "
                f"{', '.join(f'{name}.' for name in SETTINGS)}"
            )
        else:
            experiment = override(experiment, path, text, among=SETTINGS)
    return experiment


def _with_agent(experiment: Experiment, agent: Agent) -> Experiment:
    """The experiment with another agent, trained if it is a network, in the tests that it can take."""
    training = experiment.training if isinstance(agent, Prefrontal) else None
    tests = {
        name: _recorded_of(agent, test)
        for name, test in experiment.tests.items()
        if set(test.without) <= set(agent.parts) and (training or test.snapshot == 1)
    }
    recording = _recorded_of(agent, replace(experiment.recording, without=()))
    return replace(experiment, agent=agent, training=training, tests=tests, recording=recording)


def _recorded_of(agent: Agent, test: Test) -> Test:
    """The test, recording all that the agent shows where it names activations of a network."""
    names_activations = bool(test.record) and not isinstance(test.record, str)
    network = isinstance(agent, Prefrontal)
    return test if network or not names_activations else replace(test, record="all")
