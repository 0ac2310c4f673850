"""Notes of claims that are shown, and controls that compare a recording with itself, are told where claims are."""

import numpy as np
import pytest
import xarray as xr

from fastslow import papers, report
from fastslow.models.learners import Random
from fastslow.papers.declaration import Experiment, Paper, Signature, Test
from fastslow.papers.page import Chapter, page
from fastslow.papers.verdict import judge
from fastslow.papers.verdict_markdown import verdict_markdown
from fastslow.papers.verdict_text import WITH_ITSELF, compared_with_itself, itself_text
from fastslow.tasks import Bandit

ONE, OTHER = (
    Experiment(f"toy/{name}", name, Bandit(n_trials=5), Random(), recording=Test(n_lives=3))
    for name in ("one", "other")
)


def difference(first, second):
    return first.x.values - second.x.values


def signature(name, control):
    return Signature(
        f"toy/{name}", f"It is {name}.", "direction only", 0.1, None, difference,
        ("toy/one", "toy/other"), shows_not=control,
    )  # fmt: skip


IDLE = signature("idle", ("toy/other", "toy/other"))
REAL = signature("real", ("toy/other", "toy/one"))
TOY = Paper(
    "toy", "Toy (2026).", (ONE, OTHER), (IDLE, REAL), (), {"toy/real": "Only a half of it."}
)  # fmt: skip


@pytest.fixture(scope="module")
def verdicts():
    values = {"toy/one": [0.5, 0.6, 0.55], "toy/other": [0.0, 0.1, 0.05]}
    recorded = {name: xr.Dataset({"x": ("seed", np.array(x))}, {"seed": range(3)})
                for name, x in values.items()}  # fmt: skip
    found = [judge(s, recorded) for s in TOY.signatures]
    assert [v.verdict for v in found] == ["shown", "shown"]
    return found


def test_a_recording_is_compared_with_itself_or_with_another():
    assert compared_with_itself(IDLE.shows_not)
    for control in (REAL.shows_not, "toy/one", None, ("toy/one",), ("a", "b", "b")):
        assert not compared_with_itself(control)


def test_such_controls_are_named_and_no_others():
    said = itself_text([IDLE, REAL])
    assert "`idle`" in said
    assert "`real`" not in said
    assert itself_text([REAL]) == ""


def test_the_page_of_verdicts_tells_both(verdicts):
    text = verdict_markdown(verdicts, {"toy": TOY})
    assert f"The negative control of `idle` {WITH_ITSELF}." in text
    assert "- `real`, shown: Only a half of it." in text
    assert "- `idle`" not in text


def test_the_report_tells_both(verdicts):
    text = page([Chapter(TOY, verdicts, {}, [])], quick=False)
    assert WITH_ITSELF in text
    assert "Only a half of it." in text[text.index("What is to be known of the rest") :]
    bare = Paper("toy", "Toy (2026).", (ONE, OTHER), (REAL,), ())
    text = page([Chapter(bare, verdicts[1:], {}, [])], quick=False)
    assert WITH_ITSELF not in text
    assert "What is to be known" not in text


def test_why_tells_both(monkeypatch, tmp_path):
    monkeypatch.setattr(papers, "PAPERS", {"toy": TOY})
    idle, real = (report.explanation(s, tmp_path) for s in (IDLE, REAL))
    assert WITH_ITSELF in idle
    assert "note" not in idle
    assert "Only a half of it." in real
    assert WITH_ITSELF not in real


def test_real_controls_stand_beside_where_they_are_run():
    for name in (
        "mattar2018/random_later", "mattar2018/none_latest", "mattar2018/no_gain_no_sequences",
        "closed_loop/excited_goal", "closed_loop/excited_elsewhere",
        "wang2018/bandit_structure_exploited", "tan2023/ahead_of_q",
    ):  # fmt: skip
        declared = papers.find_signature(name)
        assert compared_with_itself(declared.shows_not)
        assert any(len(set(source)) == 2 for source in declared.beside)
    for name in ("closed_loop/excited_goal_alone", "tan2023/ahead_in_attempts_of_q"):
        assert not compared_with_itself(papers.find_signature(name).shows_not)
