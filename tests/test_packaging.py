"""The repository root is the package: what is listed, shipped and loaded is what lies there."""

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("tasks", "models", "data", "analysis", "papers", "cli")
ROOT_FILES = {"__init__.py", "__main__.py", "experiment.py", "report.py", "sweeping.py"}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOT_COPIED = shutil.ignore_patterns(".*", "build", "dist", "runs", "*.egg-info", "__pycache__")


def python(code: str, cwd: Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh interpreter, with `path` first on its search path."""
    search = {"PYTHONPATH": str(path)} if path else {}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=os.environ | search,
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as a fresh clone has it, under another name and with a space in the path."""
    folder = tmp_path_factory.mktemp("a space") / "another name"
    shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
    return folder


@pytest.fixture(scope="module")
def wheel(clone: Path) -> set[str]:
    """The names in a wheel that is built from the source distribution, without downloads."""
    built = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", clone.parent, clone],
        cwd=clone.parent, capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = clone.parent.glob("*.whl")
    return set(zipfile.ZipFile(file).namelist())


def test_the_packages_listed_are_the_folders_found() -> None:
    found = {
        ".".join(("fastslow", *file.parent.relative_to(ROOT).parts))
        for room in ROOMS
        for file in (ROOT / room).rglob("*.py")
    }
    listed = PYPROJECT["tool"]["setuptools"]["packages"]
    assert set(listed) == found | {"fastslow"}
    folders = [ROOT.joinpath(*package.split(".")[1:]) for package in listed]
    assert not [str(f) for f in folders if not (f / "__init__.py").exists()], "need __init__.py"


def test_no_other_python_file_lies_in_the_root() -> None:
    assert {file.name for file in ROOT.glob("*.py")} <= ROOT_FILES


def test_the_wheel_holds_every_file_of_every_room_and_no_others(wheel: set[str]) -> None:
    rooms = [file for room in ROOMS for file in (ROOT / room).rglob("*") if file.is_file()]
    shipped = [
        f"fastslow/{file.relative_to(ROOT).as_posix()}"
        for file in (*ROOT.glob("*.py"), ROOT / "py.typed", *rooms)
        # caches, what a compiler left behind, and notes for readers of the source
        if "__pycache__" not in file.parts and file.suffix not in {".so", ".dylib", ".md"}
    ]
    assert {name for name in wheel if ".dist-info/" not in name} == set(shipped)


def test_the_version_is_the_same_wherever_it_is_written() -> None:
    version = PYPROJECT["project"]["version"]
    codemeta = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert codemeta["version"] == version
    assert f"version: {version}" in citation
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imported_from_within_the_checkout_fails_and_says_what_to_do(room: str) -> None:
    done = python(f"import {room}", cwd=ROOT)
    assert done.returncode != 0
    assert f"import fastslow.{room}" in done.stderr


def test_a_clone_under_another_name_imports_itself_and_nothing_else(
    clone: Path, tmp_path: Path
) -> None:
    (tmp_path / "fastslow").symlink_to(clone, target_is_directory=True)
    rooms = ", ".join(f"fastslow.{room}" for room in ROOMS)
    done = python(
        f"import os, sys, {rooms}\n"
        "files = [m.__file__ for name, m in sys.modules.items() if name.startswith('fastslow')]\n"
        "print(*{os.path.realpath(file) for file in files if file}, sep='\\n')",
        cwd=tmp_path, path=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    files = done.stdout.splitlines()
    assert len(files) > len(ROOMS)
    assert all(Path(file).is_relative_to(clone.resolve()) for file in files), files


def test_a_second_copy_of_a_room_fails_the_test_that_loads_it(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path / "tests")
    (tmp_path / "tests" / "test_copy.py").write_text(
        "import sys, types\n"
        "def test_nothing(): pass\n"
        "def test_loading(): sys.modules['tasks'] = types.ModuleType('tasks')\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--import-mode=importlib", "--rootdir", tmp_path, "tests"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert "loaded beside fastslow: tasks; import fastslow.<room>" in done.stdout
    assert "2 passed, 1 error" in done.stdout


# Printing what an interpreter loaded is its last act, also where the command line exits.
REPORT = (
    "import atexit, sys\n"
    "heavy = {'torch', 'brian2', 'xarray', 'matplotlib', 'scipy', 'pandas'}\n"
    "atexit.register(lambda: print('loaded:', *sorted(heavy & set(sys.modules))))\n"
)


@pytest.mark.parametrize(
    "code",
    [
        "import fastslow",
        "import fastslow.tasks, fastslow.models, fastslow.data, fastslow.papers",
        *(
            f"sys.argv = ['fastslow', {word!r}]\nfrom fastslow.cli import main\nmain()"
            for word in ("--help", "list")
        ),
    ],
)
def test_start_up_loads_nothing_heavy(code: str, tmp_path: Path) -> None:
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        done = python(REPORT + code, cwd=tmp_path)
        seconds.append(time.perf_counter() - start)
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1].strip() == "loaded:", done.stdout
    print(f"{code!r}: {min(seconds):.2f} s, interpreter included")  # shown by pytest -rP
