"""What all tests share: their seeds, the folder of real data, and one package under one name."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("tasks", "models", "data", "analysis", "papers", "cli")

# Read by numpy, torch and matplotlib when they are loaded, which is later: several tests run at
# once, each on one core and without a screen.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
os.environ.setdefault("MPLBACKEND", "agg")

hypothesis.settings.register_profile("fastslow", deadline=None)  # busy cores are no failure
hypothesis.settings.load_profile("fastslow")


def parse_seeds(text: str) -> list[int]:
    """`0`, `0-9` or `0,3,7-9` as a list of seeds."""
    seeds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return seeds


@pytest.fixture(scope="session", params=parse_seeds(os.environ.get("FASTSLOW_SEED", "0")))
def seed(request: pytest.FixtureRequest) -> int:
    """Each seed of FASTSLOW_SEED (such as 0-9) in turn; 0 where it is not set."""
    return request.param


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of behavioral data sets that FASTSLOW_DATA names; nothing is written there."""
    folder = os.environ.get("FASTSLOW_DATA")
    if not folder:
        pytest.skip("needs real data: FASTSLOW_DATA does not name a folder of data sets")
    return Path(folder)


def second_copies(modules: Mapping[str, object]) -> list[str]:
    """Names under which a file of the package is loaded other than as `fastslow`."""
    package = [str(ROOT / room) + os.sep for room in ROOMS]
    found = []
    for name, module in list(modules.items()):
        if name == "fastslow" or name.startswith("fastslow."):
            continue
        file = str(getattr(module, "__dict__", {}).get("__file__") or "")
        if name in ROOMS or file.startswith(tuple(package)) or Path(file).parent == ROOT:
            found.append(name)
    return found


@pytest.fixture(autouse=True)
def one_package_under_one_name() -> Iterator[None]:
    """After each test the package is loaded as `fastslow` or not at all."""
    yield
    copies = second_copies(sys.modules)
    assert not copies, f"loaded beside fastslow: {', '.join(copies)}; import fastslow.<room>"
