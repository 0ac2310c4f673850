"""The notebook that comes with the documentation runs from its first cell to its last."""

import json
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

FILE = Path(__file__).parent.parent / "docs" / "examples" / "one_agent.ipynb"


@pytest.fixture(scope="module")
def cells():
    return json.loads(FILE.read_text())["cells"]


def test_every_cell_of_code_runs_with_few_lives(cells, capsys):
    names = {}
    plt.close("all")
    for cell in cells:
        if cell["cell_type"] == "code":
            text = "".join(cell["source"]).replace(", 60,", ", 4,").replace(", 30,", ", 8,")
            exec(compile(text, "cell", "exec"), names)
    assert "intact" in capsys.readouterr().out
    assert len(plt.get_fignums()) == 2
    plt.close("all")


def test_what_it_printed_is_kept_in_it(cells):
    codes = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] for cell in codes)
    assert [cell["execution_count"] for cell in codes] == list(range(1, len(codes) + 1))
