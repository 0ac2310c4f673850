"""The command line: what it prints, and that a mistake is one clear line and exit code 2."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest

from fastslow import cli, experiment, papers
from fastslow.models import Prefrontal
from fastslow.models.learners import Random
from fastslow.models.replay_agents import TabularQ
from fastslow.models.training import ActorCritic
from fastslow.papers.declaration import Experiment, Figure, Paper, Signature, Test
from fastslow.tasks import Bandit


def mean_reward(recording):
    return recording.reward.mean(["episode", "step"]).values


def draw(recordings):
    import matplotlib.pyplot as plt
    import pandas as pd

    drawing, ax = plt.subplots()
    values = mean_reward(recordings["toy/net"])
    ax.plot(values)
    ax.set(xlabel="seed", ylabel="reward")
    return drawing, pd.DataFrame({"seed": range(len(values)), "reward": values})


NET = Experiment(
    "toy/net", "a tiny network", Bandit(n_trials=10, arms="easy"), Prefrontal(n_units=6),
    ActorCritic(n_lives=48, n_lanes=16), Test(n_lives=30), quick=2, full=3,
)  # fmt: skip
CHANCE = Experiment("toy/chance", "chance", NET.task, Random(), recording=Test(n_lives=30), quick=2)
TOY = Paper(
    "toy",
    "Toy et al.",
    (NET, CHANCE),
    (
        Signature(
            "toy/pays", "It <earns> something.", "direction only", 0.1, None, mean_reward, "toy/net",
            beside=("toy/chance",),
        ),
        Signature(
            "toy/rich", "It earns more than there is.", "direction only", 2.0, None, mean_reward,
            "toy/net",
        ),
    ),
    (Figure("toy/reward", "Reward.", ("toy/net",), draw),),
)  # fmt: skip


@pytest.fixture(autouse=True)
def toy(monkeypatch, tmp_path):
    monkeypatch.setattr(papers, "PAPERS", {"toy": TOY})
    monkeypatch.setenv("FASTSLOW_RUNS", str(tmp_path / "runs"))


def said(capsys, *arguments, code=0):
    assert cli.main(arguments) == code
    return capsys.readouterr()


def mistake(capsys, *arguments):
    err = said(capsys, *arguments, code=2).err
    assert err.startswith("fastslow: ")
    assert err.count("\n") == 1
    return err


def test_run_check_why_figure_show(capsys, tmp_path):
    out = said(capsys, "run", "toy/net", "toy/chance").out
    assert "toy/net: seeds 0-1 finished in" in out
    assert "next:  fastslow figure toy/reward" in out
    assert "toy/net: seeds 0-1 kept" in said(capsys, "run", "toy/net").out

    table = said(capsys, "check", code=1).out
    assert "shown" in table
    assert "absent" in table
    assert re.search("1 shown, 1 absent; 2 verdicts; about .* expected wrong by chance", table)
    lines = said(capsys, "check", "toy/pays", "--json").out.splitlines()
    assert [json.loads(line)["verdict"] for line in lines] == ["shown"]

    why = said(capsys, "why", "toy/pays").out
    assert "It <earns> something." in why
    assert "(toy/chance)" in why
    figure = said(capsys, "figure", "toy/reward").out.split()
    assert [path.rpartition(".")[2] for path in figure] == ["pdf", "png", "csv"]
    assert b"%PDF" in (tmp_path / "runs/figures/toy/reward.pdf").read_bytes()[:10]
    show = said(capsys, "show", "toy/net").out
    assert "seeds   0-1 finished" in show
    assert re.search("agent  Prefrontal\n(.*\n)*  n_units +6\n", show)
    assert re.search("recording.nc .* MB  the main test", show)
    assert "weights.safetensors" in show
    earned = experiment.run("toy/net", range(2)).recording.reward.sum(("episode", "step")) / 30
    said_of_main = f"  main  {earned.mean():8.2f}  {earned.min():.2f} to {earned.max():.2f}"
    assert said_of_main in show.splitlines()
    raw = json.loads(said(capsys, "show", "toy/net", "--json").out)
    assert raw["settings"]["agent"]["n_units"] == 6
    assert list(raw["seeds"]) == ["0", "1"]


def test_why_explains_before_anything_was_run(capsys):
    why = said(capsys, "why", "toy/pays").out
    assert "It <earns> something." in why
    assert "not yet: toy/net, toy/chance have not been run: run  fastslow run toy/net" in why


def test_reproduce_writes_a_report_that_escapes_what_it_shows(capsys, tmp_path):
    out = said(capsys, "reproduce", "toy", "-q").out
    assert "quick profile: a smoke test" in out
    page = (tmp_path / "runs/report/index.html").read_text()
    assert "It &lt;earns&gt; something." in page
    assert "data:image/png;base64," in page
    assert "toy/net: seeds 0-1 kept" in said(capsys, "reproduce", "toy").out


def use_only(monkeypatch, *experiments):
    only = replace(TOY, experiments=experiments, signatures=(), figures=())
    monkeypatch.setattr(papers, "PAPERS", {"toy": only})


def test_reproduce_is_the_same_in_processes_side_by_side(capfd, monkeypatch, tmp_path):
    """Experiments that train nothing are run beside each other, each whole."""
    names = [f"toy/chance_{i}" for i in range(3)]
    use_only(monkeypatch, *(replace(CHANCE, name=name) for name in names))
    files = {}
    for jobs in ("1", "2"):
        out = tmp_path / jobs
        assert cli.main(("reproduce", "toy", "--jobs", jobs, "--out", str(out), "-q")) == 0
        said = capfd.readouterr().out
        assert all(said.count(f"{name}: seeds 0-1 finished in") == 1 for name in names)
        files[jobs] = {p.relative_to(out): p.read_bytes() for p in out.rglob("*.nc")}
    assert len(files["1"]) == 2 * 3
    assert files["1"] == files["2"]


def test_seeds_are_spread_over_the_cores(capfd, monkeypatch, tmp_path):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert cli.main(("run", "toy/net", "--out", str(tmp_path / "spread"))) == 0
    said = capfd.readouterr()
    assert "toy/net: seeds 0-1 finished in" in said.out
    assert "toy/net seeds 0: 100%" in said.err
    assert cli.main(("run", "toy/net", "--jobs", "1", "--out", str(tmp_path / "one"))) == 0
    assert "toy/net seeds 0-1: 100%" in capfd.readouterr().err
    spread, one = (
        sorted(p.read_bytes() for p in (tmp_path / name).rglob("*.nc"))
        for name in ("spread", "one")
    )
    assert spread == one


def test_a_mistake_in_another_process_is_one_line(capfd, monkeypatch):
    names = [f"toy/wrong_{i}" for i in range(2)]
    use_only(monkeypatch, *(replace(CHANCE, name=name, agent=TabularQ()) for name in names))
    assert cli.main(("reproduce", "toy", "--jobs", "2", "-q")) == 2
    assert capfd.readouterr().err.splitlines()[-1].startswith("fastslow: ")


def test_an_agent_from_a_file_and_its_changed_run_are_shown(capsys, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from fastslow.models.learners import Random\nclass Chance(Random): pass\n"
        "class Nobody: pass\n"
    )
    own = ("toy/net", "--set", f"agent={file}:Chance")
    assert f"next:  fastslow show {' '.join(own)}" in said(capsys, "run", *own).out
    shown = said(capsys, "show", *own).out
    assert "agent  Chance" in shown
    assert "reward per episode" in shown
    assert "has not been run" in mistake(capsys, "show", "toy/net")
    nobody = ("run", "toy/net", "--set", f"agent={file}:Nobody")
    assert "'Nobody' does not derive from fastslow.Agent" in mistake(capsys, *nobody)


def test_full_profile_adds_the_missing_seeds(capsys):
    said(capsys, "run", "toy/net")
    out = said(capsys, "run", "toy/net", "--profile", "full").out
    assert "seeds 0-1 kept" in out
    assert "seeds 2 finished" in out


def test_dry_run_trains_nothing(capsys, tmp_path):
    out = said(capsys, "run", "toy/net", "--seeds", "0,2-3,2", "--dry-run").out
    assert "would run seeds 0,2-3 (" in out
    out = said(capsys, "reproduce", "toy", "--dry-run").out
    assert out.count("would run seeds 0-1 (") == 2
    assert not (tmp_path / "runs").exists()


def test_dry_run_says_how_long_finished_seeds_took(capsys, tmp_path):
    dry = ("run", "toy/chance", "--seeds", "0-3", "--dry-run")
    assert "no seed has been finished here yet, so how long one takes" in said(capsys, *dry).out
    said(capsys, "run", "toy/chance")
    for seed, seconds in ((0, 30.2), (1, 600)):
        (mark,) = tmp_path.glob(f"runs/toy/chance/*/seed={seed}/finished.json")
        mark.write_text(json.dumps({"seconds": seconds}))
    assert "; finished seeds took 30 s to 10 min each" in said(capsys, *dry).out
    assert "took" not in said(capsys, "run", "toy/chance", "--dry-run").out  # nothing to run


def test_progress_goes_to_stderr_and_can_be_silenced(capsys):
    assert "M steps/s" in said(capsys, "run", "toy/net").err
    assert said(capsys, "run", "toy/net", "--force", "-q").err == ""


def test_progress_is_measured_against_what_is_possible(capsys):
    assert "of possible)" in said(capsys, "run", "toy/net").err


def test_list_says_what_has_been_run(capsys):
    assert "[2 seeds run]" not in said(capsys, "list", "experiments").out
    said(capsys, "run", "toy/net")
    assert "[2 seeds run]" in said(capsys, "list", "experiments").out
    assert "TwoStep" in said(capsys, "list", "tasks").out
    overview = said(capsys, "list").out
    assert "toy  2 experiments, 2 signatures, 1 figure: Toy et al." in overview
    assert "next:  fastslow list tasks|experiments|signatures|figures|datasets" in overview
    assert "miller_rat_twostep" in said(capsys, "list", "datasets").out


def test_lists_of_papers(capsys, monkeypatch):
    other = replace(TOY, name="other", experiments=(replace(NET, name="other/net"),), figures=())
    monkeypatch.setattr(papers, "PAPERS", {"toy": TOY, "other": other})
    both = said(capsys, "list", "experiments").out
    assert said(capsys, "list", "experiments", "toy", "other").out.split() == both.split()
    assert [line.split()[0] for line in said(capsys, "list", "experiments", "toy").out.splitlines()] == [
        "toy/net", "toy/chance",
    ]  # fmt: skip
    assert "toy/pays" in said(capsys, "list", "signatures", "toy").out
    assert said(capsys, "list", "figures", "other").out == "no figures in other\n"
    assert "no paper 'tooy'; did you mean 'toy'?" in mistake(capsys, "list", "figures", "tooy")
    assert "tasks belong to no paper" in mistake(capsys, "list", "tasks", "toy")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "toy/nett"), "no experiment 'toy/nett'; did you mean 'toy/net'?"),
        (("run", "zzz"), "no experiment 'zzz'; see  fastslow list experiments"),
        (
            ("run", "toy"),
            "no experiment 'toy'; that is a paper; see  fastslow list experiments toy",
        ),
        (("run", "chance"), "no experiment 'chance'; did you mean 'toy/chance'?"),
        (("show", "toy/net@cut"), "no experiment 'toy/net@cut'; that is a test of toy/net"),
        (("reproduce", "zzz"), "no paper 'zzz'; see  fastslow list\n"),
        (("why", "toy/net"), "no signature 'toy/net'; that is an experiment"),
        (("why", "toy/pay"), "no signature 'toy/pay'; did you mean 'toy/pays'?"),
        (("figure", "toy/rewards"), "did you mean 'toy/reward'?"),
        (("figure",), "name a figure, or --all"),
        (("reproduce", "tooy"), "no paper 'tooy'; did you mean 'toy'?"),
        (("reproduce", "toy", "--jobs", "0"), "jobs must be at least 1, got 0"),
        (
            ("run", "toy/net", "--set", "agent.n_unit=3"),
            "no setting 'agent.n_unit' in Prefrontal; did you mean 'agent.n_units'?",
        ),
        (
            ("run", "toy/net", "--set", "agent.n_units=3.5"),
            "agent.n_units is an int (6 by default), got '3.5'",
        ),
        (("run", "toy/net", "--set", "agent.n_units"), "changed by name=value"),
        (("run", "toy/net", "--set", "n_units=3"), "did you mean 'agent.n_units'?"),
        (("run", "toy/net", "--set", "agent=no.py:Me"), "agent must be file.py:Class"),
        (("show", "toy/net", "--set", "agent.n_units=3"), "run toy/net with the same --set"),
        (("figure", "toy/reward", "--out", "here"), "run  fastslow run toy/net --out here"),
        (("run", "toy/net", "--set", "agent.core=lsmt"), "core must be lstm, gru or vanilla"),
        (("run", "toy/net", "--set", "agent.n_units=0"), "n_units must be at least 1, got 0"),
        (("check",), "no signature can be judged yet: fastslow reproduce PAPER  runs"),
        (
            ("check", "toy", "--out", "here"),
            "no signature can be judged yet: fastslow reproduce toy --out here  runs",
        ),
        (
            ("run", "toy/net", "--set", "name=other"),
            "name is no setting of toy/net; settings begin",
        ),
        (("figure", "toy/reward"), "toy/net has not been run: run  fastslow run toy/net"),
        (("show", "toy/net"), "toy/net has not been run"),
    ],
)
def test_a_mistake_is_one_line(capsys, arguments, message):
    assert message in mistake(capsys, *arguments)


def test_damaged_and_foreign_files_are_one_line_too(capsys, tmp_path):
    said(capsys, "run", "toy/net", "toy/chance")
    (folder,) = (tmp_path / "runs/toy/net").iterdir()
    recording = folder / "seed=0/recording.nc"
    recording.write_bytes(recording.read_bytes()[:500])
    assert "recording.nc cannot be read" in mistake(capsys, "check")
    (folder / "seed=0 (copy)").mkdir()
    (folder / "seed=0 (copy)/finished.json").write_text("{}")  # is nobody's seed
    recording.unlink()
    assert f"there is no {recording}: run its experiment again" in mistake(
        capsys, "show", "toy/net"
    )
    (folder / "seed=1/finished.json").write_text("")
    assert "seed=1/finished.json cannot be read" in mistake(capsys, "show", "toy/net")
    (folder / "spec.json").write_text("{}")
    assert "holds other settings than its key says" in mistake(capsys, "run", "toy/net")


def test_divergence_is_one_line(capsys, monkeypatch):
    wild = replace(NET, training=ActorCritic(48, 16, learning_rate=1e30, max_gradient_norm=1e30))
    monkeypatch.setattr(papers, "PAPERS", {"toy": replace(TOY, experiments=(wild, CHANCE))})
    assert "training diverged" in mistake(capsys, "run", "toy/net", "-q")


def test_an_unwritable_folder_is_one_line(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    said = mistake(capsys, "run", "toy/net", "--out", str(tmp_path / "file"))
    assert f"the folder {tmp_path / 'file'}" in said
    assert f"cannot be made: {tmp_path / 'file'} is a file; choose another with --out" in said


def test_a_device_that_is_not_here_is_one_line(capsys):
    import torch

    if torch.cuda.is_available():
        pytest.skip("a CUDA device is here")
    assert "torch finds no CUDA device" in mistake(capsys, "run", "toy/net", "--device", "cuda")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--seeds", "a-b"), "seeds are given as 0-7 or 0,3,5, got 'a-b'"),
        (("--seeds", "5-2"), "seeds are given as 0-7 or 0,3,5, got '5-2'"),
        (("--seeds", "0-99999999999"), "at most 10,000 seeds below 2**63 are run at once"),
        (("--seeds", "99999999999999999999"), "at most 10,000 seeds below 2**63 are run at once"),
        (("--out", "x", "toy/chance"), "names stand next to each other, with no option between"),
        (("--dryrun",), "unrecognized arguments: --dryrun; did you mean '--dry-run'?; see"),
    ],
)
def test_what_the_parser_refuses_is_one_line_too(capsys, arguments, message):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["run", "toy/net", *arguments])
    assert stopped.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("fastslow run: ")
    assert message in err
    assert err.endswith("see  fastslow run --help\n")
    assert err.count("\n") == 1


def test_what_the_code_of_a_user_raises_is_one_line(capsys, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(
        "from fastslow.tasks import Bandit\nclass Mine(Bandit):\n"
        "    def play(self, n, rng):\n        yield [][1]\n"
    )
    own = ("run", "toy/chance", "--set", f"task={file}:Mine", "--jobs", "1")
    assert mistake(capsys, *own) == (
        "fastslow: IndexError: list index out of range; --traceback shows where it arose\n"
    )
    with pytest.raises(IndexError):
        cli.main((*own, "--traceback"))


def test_interruption_exits_with_130(capsys, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment, "run", interrupt)
    assert "continues from here" in said(capsys, "run", "toy/net", code=130).err


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from fastslow.cli import parser; parser().format_help();"
        "print([m for m in ('torch', 'brian2', 'xarray', 'matplotlib', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_all_figures_are_those_that_can_be_drawn(capsys, monkeypatch):
    assert "no figure can be drawn yet" in mistake(capsys, "figure", "--all")
    other = Figure("toy/both", "Both.", ("toy/net", "toy/chance"), draw)
    monkeypatch.setattr(papers, "PAPERS", {"toy": replace(TOY, figures=(*TOY.figures, other))})
    said(capsys, "run", "toy/net")
    drawn = said(capsys, "figure", "--all")
    assert len(drawn.out.splitlines()) == 3
    assert "have not been run: 1 of 2 figures" in drawn.err
    assert "did you mean 'toy/both'" in mistake(capsys, "figure", "toy/reward", "toy/bot")


def test_what_has_not_been_run_is_named_and_the_rest_is_judged(capsys):
    said(capsys, "run", "toy/net")
    for names in ((), ("toy",), ("toy", "toy/rich")):
        judged = said(capsys, "check", *names, "--json", code=1)
        assert [json.loads(line)["signature"] for line in judged.out.splitlines()] == ["toy/rich"]
        assert judged.err.endswith("have not been run: 1 of 2 signatures of toy\n")
    page = said(capsys, "check", "toy/rich", "--markdown", code=1)
    assert "| It earns more than there is. `rich` |" in page.out
    assert not page.err
