"""Who may import whom: the rooms stay layers, and heavy libraries stay out of the start-up."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("tasks", "models", "data", "analysis", "papers", "cli")
ROOT_FILES = ("experiment", "report", "sweeping")

# What a room may import beside the standard library, at any depth. `cli` is nobody's but
# __main__.py's, and the root's files see everything else.
ANALYSIS = "matplotlib numpy pandas scipy sklearn statsmodels xarray"
FILES = "filelock h5py netCDF4 numpy pandas pooch pynwb safetensors scipy xarray zarr"
LAYERS = {
    "tasks": "tasks numpy",
    "models": "tasks models numpy scipy torch brian2",
    "data": f"tasks models data {FILES}",
    "analysis": f"data analysis {ANALYSIS}",
    "papers": f"tasks models data analysis papers torch {ANALYSIS}",
    "root": f"tasks models data analysis papers experiment report fastslow torch distributed "
    f"{ANALYSIS} {FILES}",
    "cli": "tasks models data analysis papers cli experiment report sweeping fastslow",
    "__main__": "cli",
}

# The one file of a layer that knows another library: what it adapts to, imported late.
ADAPTERS = {"tasks/gymnasium_adapter.py": "gymnasium"}

# Importing these loads no library but numpy, so that `fastslow list` answers at once. A file that
# does nothing without torch or Brian2 may import it at its top if others import that file late.
LIGHT = ("fastslow", "fastslow.cli", "fastslow.tasks", "fastslow.models", "fastslow.data",
         "fastslow.papers")  # fmt: skip


def source_files() -> dict[str, str]:
    """The text of each file of the package by its path, such as tasks/task.py."""
    files = [*ROOT.glob("*.py"), *(f for room in ROOMS for f in (ROOT / room).rglob("*.py"))]
    return {f.relative_to(ROOT).as_posix(): f.read_text(encoding="utf-8") for f in sorted(files)}


def imports(file: str, text: str) -> Iterator[tuple[str, bool]]:
    """Each imported name in full, and whether it is imported as soon as the file is."""
    package = ("fastslow", *Path(file).parent.parts)

    def within(node: ast.AST, at_once: bool) -> Iterator[tuple[str, bool]]:
        if isinstance(node, ast.Import):
            yield from ((alias.name, at_once) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            start = ".".join((*base, *filter(None, [node.module])))
            yield from ((f"{start}.{alias.name}", at_once) for alias in node.names)
        late = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        )
        for child in ast.iter_child_nodes(node):
            yield from within(child, at_once and not late)

    yield from within(ast.parse(text, file), True)


def is_standard(target: str) -> bool:
    return target.partition(".")[0] in sys.stdlib_module_names


def owner(target: str) -> str:
    """The room, the root's file or the library that an imported name belongs to."""
    first, *rest = target.split(".")
    if first in ROOMS:  # a room under a name of its own would be a second copy
        return target
    if first != "fastslow":
        return first
    return rest[0] if rest and rest[0] in (*ROOMS, *ROOT_FILES) else "fastslow"


def trespasses(files: dict[str, str]) -> list[str]:
    """Imports that the table does not allow, one sentence each."""
    found = []
    for file, text in files.items():
        room = file.partition("/")[0]
        layer = room if room in ROOMS else "__main__" if file == "__main__.py" else "root"
        allowed = (*LAYERS[layer].split(), ADAPTERS.get(file))
        for target, _ in imports(file, text):
            if not is_standard(target) and owner(target) not in allowed:
                found.append(f"{file} imports {target}")
    return found


def loaded_at_once(start: str, files: dict[str, str]) -> dict[str, str]:
    """The libraries that importing `start` loads, each with the file that asks for it."""
    modules = {
        ".".join(("fastslow", *Path(f).with_suffix("").parts)).removesuffix(".__init__"): f
        for f in files
    }
    libraries: dict[str, str] = {}
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        parts = ahead.pop().split(".")
        for n in range(1, len(parts) + 1):  # importing a.b.c runs a, then a.b, then a.b.c
            module = ".".join(parts[:n])
            if module in seen or module not in modules:
                continue
            seen.add(module)
            for target, at_once in imports(modules[module], files[modules[module]]):
                if not at_once or is_standard(target):
                    continue
                if target.split(".")[0] == "fastslow":
                    ahead.append(target)
                else:
                    libraries.setdefault(target.split(".")[0], modules[module])
    return libraries


def test_each_room_imports_only_what_its_layer_may() -> None:
    assert not trespasses(source_files())


@pytest.mark.parametrize("module", LIGHT)
def test_start_up_loads_no_library_but_numpy(module: str) -> None:
    heavy = loaded_at_once(module, source_files())
    heavy.pop("numpy", None)
    assert not heavy, f"import {module} loads " + ", ".join(
        f"{library} (in {file})" for library, file in heavy.items()
    )


def test_brian2_is_imported_by_two_files_at_most() -> None:
    users = [
        file
        for file, text in source_files().items()
        if any(owner(target) == "brian2" for target, _ in imports(file, text))
    ]
    assert len(users) <= 2, users


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("tasks/a.py", "import scipy.stats", "scipy.stats"),
        ("tasks/a.py", "from ..models import Agent", "fastslow.models.Agent"),
        ("tasks/a.py", "def f():\n    import torch", "torch"),
        ("models/hippocampus/a.py", "from ...data import store", "fastslow.data.store"),
        ("models/a.py", "import fastslow.analysis.neural", "fastslow.analysis.neural"),
        ("data/a.py", "from ..papers.wang2018 import bandit", "fastslow.papers.wang2018.bandit"),
        ("analysis/a.py", "from ..models import agent", "fastslow.models.agent"),
        ("analysis/a.py", "try:\n    import torch\nexcept ImportError:\n    pass", "torch"),
        ("papers/a.py", "from .. import cli", "fastslow.cli"),
        ("papers/b/a.py", "from ...experiment import run", "fastslow.experiment.run"),
        ("report.py", "from .cli import main", "fastslow.cli.main"),
        ("cli/a.py", "def f():\n    import pandas", "pandas"),
        ("tasks/a.py", "from tasks.task import Task", "tasks.task.Task"),
    ],
)
def test_a_trespass_is_found(file: str, text: str, found: str) -> None:
    assert trespasses({file: text}) == [f"{file} imports {found}"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("tasks/a.py", "import math\nfrom .task import Task\nimport numpy as np"),
        ("models/hippocampus/a.py", "from ...tasks import Lanes\nfrom ..agent import Agent"),
        ("data/a.py", "from ..models.agent import Agent"),
        ("analysis/a.py", "from ..data.recording import SCHEMA\nfrom scipy import stats"),
        ("__main__.py", "from .cli import main"),
        ("experiment.py", "from .papers import EXPERIMENTS\nfrom . import __version__"),
    ],
)
def test_what_the_table_allows_is_no_trespass(file: str, text: str) -> None:
    assert not trespasses({file: text})


def test_start_up_follows_imports_at_the_top_and_no_others() -> None:
    files = {
        "__init__.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import xarray",
        "models/__init__.py": "from .agent import Agent\ndef late():\n    from .deep import net",
        "models/agent.py": "import numpy",
        "models/deep.py": "import torch",
        "papers/__init__.py": "from . import wang",
        "papers/wang.py": "from ..models.deep import net",
    }
    assert loaded_at_once("fastslow.models", files) == {"numpy": "models/agent.py"}
    assert loaded_at_once("fastslow.papers", files) == {
        "numpy": "models/agent.py",  # on the way to models.deep, models itself is imported
        "torch": "models/deep.py",
    }


def test_the_analysis_room_names_every_file_in_it():
    import fastslow

    files = {f.stem for f in (ROOT / "analysis").glob("*.py")} - {"__init__"}
    assert set(fastslow.analysis.__all__) == files
    assert all(getattr(fastslow.analysis, name) for name in files)
