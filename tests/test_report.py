"""The report page, the dots of the seeds, a run in a notebook, and progress there."""

import io
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import count
from xml.etree import ElementTree

import numpy as np
import pytest
import xarray as xr

import fastslow as fs
from fastslow import cli, papers
from fastslow.data import progress
from fastslow.data.progress import ProgressLine, seed_ranges
from fastslow.data.store import read_arrays
from fastslow.models import Prefrontal
from fastslow.models.learners import Random
from fastslow.models.training import ActorCritic
from fastslow.papers.declaration import Experiment, Figure, Paper, Signature, Test
from fastslow.papers.dot_strip import LEFT, RIGHT, dot_strip
from fastslow.papers.page import Chapter, Ran, page
from fastslow.papers.verdict import judge, measurement
from fastslow.tasks import Bandit

NASTY = "<script>alert('&')</script>"


def mean_reward(recording):
    return recording.reward.mean(["episode", "step"]).values


def draw(recordings):
    import matplotlib.pyplot as plt
    import pandas as pd

    drawing, ax = plt.subplots()
    ax.plot([0, 1])
    return drawing, pd.DataFrame({"reward": [0, 1]})


NET = Experiment(
    "toy/net", f"a network {NASTY}", Bandit(n_trials=10, arms="easy"), Prefrontal(n_units=6),
    ActorCritic(n_lives=48, n_lanes=16), Test(n_lives=30), quick=2, full=3,
)  # fmt: skip
CUE = Experiment("toy/cue", f"cue learner {NASTY}", NET.task, Random(), recording=Test(n_lives=30))


def signature(low=0.1, high=None, **others):
    return Signature(
        f"toy/pays{NASTY}", f"It earns {NASTY}.", "direction only", low, high, mean_reward,
        "toy/net", **others,
    )  # fmt: skip


def toy(signatures, notes=None):
    figures = (Figure("toy/reward", f"Reward {NASTY}.", ("toy/net",), draw),)
    return Paper("toy", f"Toy {NASTY}", (NET, CUE), signatures, figures, notes or {})


def verdict(declared, **values):
    """Judge given numbers: one name for each source."""
    numbers = {
        name.replace("_", "/"): xr.Dataset({"x": ("seed", np.asarray(v, float))})
        for name, v in values.items()
    }
    stub = replace(declared, measure=lambda recording: recording.x.values)
    return judge(stub, numbers)


class Reader(HTMLParser):
    """Tags, attributes and text of a page; fails on nothing, so that the test decides."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


RAN = Ran(
    NET, (0, 1, 3), f"runs/{NASTY}", {"task": NASTY},
    {str(s): {"seconds": 60.0 + s, "python": "3.11", "system": "Linux", "machine": NASTY,
              "versions": {"numpy": "2.3"}} for s in (0, 1, 3)},
)  # fmt: skip


def test_the_page_escapes_everything_and_needs_no_network():
    judged = verdict(signature(beside=("toy/cue",)), toy_net=[0.5, 0.6], toy_cue=[0.5, 0.5])
    absent = verdict(signature(low=0.9), toy_net=[0.5, 0.6, 0.55])
    paper = toy((), {f"toy/pays{NASTY}": f"Because {NASTY}."})
    text = page([Chapter(paper, [judged, absent], {"toy/reward": b"png"}, [RAN])], quick=False)
    assert "<script" not in text
    read = Reader(text)
    for tag, attributes in read.tags:
        assert tag not in ("script", "link", "iframe")
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith(("data:", "#"))
    assert "url(" not in text
    for shown in ("It earns", "Because", "Toy", "Reward", "cue learner", "runs/", "Linux"):
        assert re.search(rf"{shown}[^.]*{re.escape(NASTY)}", read.text), shown
    assert read.text.count("No explanation is known yet.") == 0
    assert "fastslow run toy/net --seeds 0-1,3" in read.text
    assert "1 min 3 s" in read.text
    assert "numpy 2.3: 3 seeds" in read.text
    assert "about 0.1 expected wrong by chance" in read.text


def test_figures_come_before_verdicts():
    text = page([Chapter(toy(()), [], {"toy/reward": b"png"}, [])], quick=False)
    assert text.index("<img") < text.index("Signatures")
    assert "Every signature is shown." in text


def test_only_the_quick_profile_is_called_a_smoke_test():
    assert "Quick profile: a smoke test." in page([], quick=True)
    assert "smoke" not in page([], quick=False)


@pytest.mark.parametrize(
    ("cue", "said"),
    [
        ([0.5, 0.5, 0.51], "passes, so this signature does not rule it out"),
        ([0.05, 0.05, 0.06], "does not pass"),
        ([0.0, 0.1, 0.2], "is undecided"),
    ],
)
def test_learners_beside_pass_or_not(cue, said):
    judged = verdict(signature(beside=("toy/cue",)), toy_net=[0.5, 0.6], toy_cue=cue)
    text = Reader(page([Chapter(toy(()), [judged], {}, [])], quick=False)).text
    assert f"cue learner {NASTY} {said}" in text


def test_what_fails_is_listed_with_its_reason_or_without():
    absent = verdict(signature(low=0.9), toy_net=[0.5, 0.6, 0.55])
    text = Reader(page([Chapter(toy(()), [absent], {}, [])], quick=False)).text
    said = text[text.index("What does not replicate") :]
    assert "the whole interval lies outside" in said
    assert "No explanation is known yet." in said


def test_no_signature_that_the_latent_state_learner_may_pass_speaks_of_a_model():
    for paper in papers.PAPERS.values():
        for s in paper.signatures:
            if any("latent_state" in source for source in s.beside):
                said = s.claim + paper.notes.get(s.name, "")
                assert "model-based" not in said.lower()


# dots --------------------------------------------------------------------------------------------


def strip(judged):
    """Circles, shaded range and texts of a strip, as floats of the picture."""
    root = ElementTree.fromstring(dot_strip(judged))
    return [
        [float(c.get("cx")) for c in root.iter("circle") if float(c.get("cy")) < y]
        for y in (20, 1e9)
    ], root


def test_each_seed_is_a_dot_and_the_bounds_are_shaded():
    judged = verdict(signature(0.2, 0.8), toy_net=[0.2, 0.5, 0.8])
    (dots, _), root = strip(judged)
    box = next(root.iter("rect"))
    low, width = float(box.get("x")), float(box.get("width"))
    np.testing.assert_allclose(dots, [low, low + width / 2, low + width], atol=0.11)
    assert [t.text for t in root.iter("text")] == ["0.2", "0.8", "measured"]


def test_open_bounds_are_shaded_to_the_edge():
    above, below = (
        next(strip(verdict(signature(*b), toy_net=[0.4, 0.6]))[1].iter("rect"))
        for b in ((0.5, None), (None, 0.5))
    )
    assert float(above.get("x")) + float(above.get("width")) == pytest.approx(RIGHT, abs=0.1)
    assert float(below.get("x")) == LEFT


def test_numbers_of_close_bounds_do_not_cover_each_other():
    for high, expected in ((1.05, ["end", "start"]), (30.0, ["middle", "middle"])):
        _, root = strip(verdict(signature(0.95, high), toy_net=[15.0]))
        anchors = [t.get("text-anchor") for t in root.iter("text") if t.get("text-anchor")]
        assert anchors == expected


def test_controls_have_rows_of_their_own_and_failed_seeds_no_dot():
    declared = signature(shows="toy/good", shows_not="toy/bad", beside=("toy/cue",))
    judged = verdict(
        declared, toy_net=[0.4, np.nan, 0.6], toy_good=[0.5] * 2, toy_bad=[0.0] * 2, toy_cue=[0.2]
    )
    (first, every), root = strip(judged)
    assert (len(first), len(every)) == (2, 7)
    assert [t.text for t in root.iter("text")][1:] == [
        "measured",
        "must show",
        "must not",
        "beside",
    ]


def test_equal_seeds_make_a_strip_too():
    judged = verdict(signature(0.5, None), toy_net=[0.5, 0.5])
    (dots, _), _ = strip(judged)
    assert dots == [(LEFT + RIGHT) / 2] * 2
    assert measurement("a", np.array([0.5, 0.5])).interval == (0.5, 0.5)


# through the command line and a notebook ---------------------------------------------------------


@pytest.fixture
def workplace(monkeypatch, tmp_path):
    declared = (signature(), replace(signature(), name="toy/blind", shows_not="toy/cue"))
    monkeypatch.setattr(papers, "PAPERS", {"toy": toy(declared)})
    monkeypatch.setenv("FASTSLOW_RUNS", str(tmp_path / "runs"))
    return tmp_path


def test_reproduce_writes_the_page_with_every_run(workplace):
    assert cli.main(["reproduce", "toy", "-q"]) == 0
    text = Reader((workplace / "runs/report/index.html").read_text()).text
    assert "fastslow run toy/net --seeds 0-1" in text
    assert "fastslow run toy/cue --seeds 0-3" in text
    assert '"n_units": 6' in text
    assert f"torch {fs.experiment.metadata.version('torch')}" in text
    assert "toy/blind" in text


def test_what_reproduce_does_not_run_is_named_and_does_not_stop_the_page(workplace, monkeypatch):
    rare = replace(CUE, name="toy/rare", reproduced=False)
    asks = replace(signature(), name="toy/asks", shows_not="toy/rare")
    paper = toy((signature(), asks))
    paper = replace(
        paper,
        experiments=(*paper.experiments, rare),
        figures=(*paper.figures, Figure("toy/rarely", "Rarely.", ("toy/rare",), draw)),
    )
    monkeypatch.setattr(papers, "PAPERS", {"toy": paper})
    page = workplace / "runs/report/index.html"

    def read():
        assert cli.main(["reproduce", "toy", "-q"]) == 0
        return Reader(page.read_text()).text

    text = read()
    assert "1 signatures and 1 figures" in text
    assert "fastslow run toy/rare --profile full" in text
    assert "toy/asks" not in text
    fs.run("toy/rare")
    text = read()
    assert "Not on this page" not in text
    assert "toy/asks" in text
    assert "toy/rarely" in text


def test_a_run_shows_itself_in_a_notebook(workplace):
    run = fs.run("toy/net")
    html = run._repr_html_()
    assert "<script" not in html
    text = Reader(html).text
    assert "seeds 0-1" in text
    assert '"n_units": 6' in text
    assert "data:image/png;base64," in html
    assert "direction only" in text
    assert "Some verdicts wait: toy/cue has not been run: run  fastslow run toy/cue" in text
    fs.run("toy/cue")
    text = Reader(run._repr_html_()).text
    assert "toy/blind" in text
    assert "wait" not in text


def test_a_run_with_changed_settings_is_judged_by_its_own_recordings(workplace):
    fs.run("toy/net")
    fs.run("toy/cue")
    changed = fs.run("toy/net", changes=["agent.n_units=4"])
    expected = mean_reward(changed.recording)
    text = Reader(changed._repr_html_()).text
    assert ", ".join(f"{x:.3f}" for x in expected) in text


class Cell(io.StringIO):
    """What a notebook puts in the place of stderr; not a terminal."""

    __module__ = "ipykernel.iostream"


def test_a_notebook_shows_one_line_that_is_rewritten(workplace, monkeypatch):
    monkeypatch.setattr(sys, "stderr", cell := Cell())
    fs.run("toy/net")
    said = cell.getvalue()
    assert said.startswith("\r")
    assert said.count("\n") == 1
    assert said.endswith("s left\n")
    assert "\033" not in said


def test_elsewhere_a_run_is_silent(workplace, capsys):
    fs.run("toy/net")
    assert capsys.readouterr() == ("", "")


def test_a_shorter_line_covers_a_longer_one(monkeypatch):
    monkeypatch.setattr(sys, "stderr", cell := Cell())
    line = ProgressLine()
    line._say("a long line", end="")
    line._say("short", end="")
    assert cell.getvalue() == "\ra long line\rshort      "


def test_of_several_processes_one_speaks(workplace, monkeypatch):
    monkeypatch.setattr(sys, "stderr", cell := Cell())
    fs.run("toy/net", seeds=[1], report=ProgressLine(of=0))
    assert cell.getvalue() == ""
    fs.run("toy/net", seeds=[0], report=ProgressLine(of=0))
    assert cell.getvalue().endswith("s left\n")


def test_interrupting_a_notebook_leaves_a_checkpoint_to_continue_from(workplace, monkeypatch):
    class Interrupted(Cell):
        __module__ = Cell.__module__

        def write(self, text):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stderr", Interrupted())
    monkeypatch.setattr(progress, "perf_counter", count().__next__)  # a line for every batch
    with pytest.raises(KeyboardInterrupt):
        fs.run("toy/net", seeds=[0])
    monkeypatch.undo()
    monkeypatch.setattr(papers, "PAPERS", {"toy": toy((signature(),))})
    out = workplace / "runs"
    (checkpoint,) = out.glob("toy/net/*/seed=0/checkpoint.safetensors")
    assert read_arrays(checkpoint)["batch"] == 1
    resumed = fs.run("toy/net", seeds=[0], out=out)
    whole = fs.run("toy/net", seeds=[0], out=workplace / "whole")
    for name, weights in whole.weights(0).items():
        np.testing.assert_array_equal(resumed.weights(0)[name], weights)


@pytest.mark.parametrize(("seeds", "text"), [([0], "0"), ([0, 1, 2, 5], "0-2,5"), ([], "")])
def test_seeds_are_written_as_they_are_given(seeds, text):
    assert seed_ranges(seeds) == text
