"""The example of one agent with its parts taken out does what its text says."""

import importlib.util
from pathlib import Path

FILE = Path(__file__).parent.parent / "docs" / "examples" / "one_agent.py"


def test_each_of_two_parts_brings_the_news_and_without_both_it_is_missed():
    spec = importlib.util.spec_from_file_location("one_agent", FILE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    p = {name: example.p_better(*parts, n_lives=20) for name, parts in example.LESIONS.items()}
    assert min(p["intact"], p["no search"], p["no rest"]) > 0.75
    assert p["neither"] < 0.25 < p["no state put back, neither"] < 0.75


def test_the_example_is_short():
    assert len(FILE.read_text().splitlines()) <= 60
