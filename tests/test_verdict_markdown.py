"""The page of all verdicts: what it says of each, and that the one in the documents is of today's claims."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from fastslow import papers
from fastslow.models.learners import Random
from fastslow.papers.declaration import Experiment, Paper, Signature, Test
from fastslow.papers.verdict import judge
from fastslow.papers.verdict_markdown import verdict_markdown
from fastslow.papers.verdict_text import bounds_text
from fastslow.tasks import Bandit

PAGE = Path(__file__).parents[1] / "docs" / "verdicts.md"
ROW = re.compile(
    r"^\| (?P<claim>.*) `(?P<name>\w+)` \| [^|]* \| (?P<bounds>[^|]*) \|", re.MULTILINE
)
CHANCE = Experiment("toy/chance", "chance", Bandit(n_trials=5), Random(), recording=Test(n_lives=3))


def verdict(name, low, seeds):
    measured = xr.Dataset({"x": ("seed", np.asarray(seeds))})
    declared = Signature(
        name, "It earns |r| > 0.", "direction only", low, None, lambda recording: recording.x.values,
        "toy/chance",
    )  # fmt: skip
    return judge(declared, {"toy/chance": measured})


@pytest.fixture(scope="module")
def page():
    toy = Paper("toy", "Toy (2026).", (CHANCE,), (), (), {"toy/much": "Chance earns half."})
    other = replace(toy, name="other", notes={})
    found = [
        verdict("toy/something", 0.1, [0.5, 0.6, 0.55]),
        verdict("other/much", 0.9, [0.5, 0.6, 0.55]),
        verdict("toy/much", 0.9, [0.5, 0.6, 0.55]),
    ]
    return verdict_markdown(found, {"toy": toy, "other": other})


def test_each_paper_has_its_table(page):
    toy, other = page.split("## ")[1:]
    assert toy.startswith("toy\n\nToy (2026).\n\n1 shown, 1 absent; 2 verdicts; about 0.1 expected")
    rows = [line for line in toy.splitlines() if line.startswith("| It earns")]
    assert rows[0].endswith("| >= 0.1 | 0.550 [0.426, 0.674] | 3 | shown |")
    assert rows[1].endswith("| >= 0.9 | 0.550 [0.426, 0.674] | 3 | **absent** |")
    assert "`something`" not in other


def test_what_is_not_shown_has_its_reason(page):
    assert "\n- `much`, absent: the whole interval lies outside" in page
    assert page.count("Chance earns half.") == 1
    assert page.count("No explanation is known yet.") == 1
    assert "- `something`" not in page


def test_a_bar_in_a_claim_does_not_end_its_cell(page):
    rows = [line for line in page.splitlines() if line.startswith("| It earns")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 7 for row in rows)


def test_the_page_in_the_documents_is_of_claims_as_they_are_declared():
    chapters = PAGE.read_text().split("\n## ")[1:]
    assert [chapter.partition("\n")[0] for chapter in chapters] == list(papers.PAPERS)
    for chapter in chapters:
        paper, _, text = chapter.partition("\n")
        rows = list(ROW.finditer(text))
        assert rows
        for row in rows:
            declared = papers.find_signature(f"{paper}/{row['name']}")
            assert row["bounds"] == bounds_text(declared), declared.name
            assert row["claim"] == declared.claim.replace("|", r"\|"), declared.name
