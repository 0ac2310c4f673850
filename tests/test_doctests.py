"""Every example in a docstring runs and gives what it says."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = [*ROOT.glob("*.py"), *(f for room in ("tasks", "models", "data", "analysis", "papers")
                               for f in (ROOT / room).rglob("*.py"))]  # fmt: skip


def name_of(file: Path) -> str:
    """The module's name, `fastslow.tasks.task` for tasks/task.py."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(("fastslow", *(part for part in parts if part != "__init__")))


# `__main__` is left out because importing it runs the command line.
@pytest.mark.parametrize("module", sorted(name_of(f) for f in FILES if f.stem != "__main__"))
def test_examples(module: str) -> None:
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for examples in doctest.DocTestFinder().find(importlib.import_module(module)):
        runner.run(examples, out=report.append)
    print("".join(report))
    if report:
        pytest.fail(f"examples in {module} do not give what they say", pytrace=False)
