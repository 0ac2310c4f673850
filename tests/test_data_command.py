"""Data of others and of one's own: listed, fetched from a server, imported as a recording."""

import gzip
import hashlib
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fastslow import cli
from fastslow.analysis import behavior
from fastslow.analysis.tables import table_trials
from fastslow.data import catalogue, fetching
from fastslow.data.catalogue import DATASETS
from fastslow.data.fetching import fetch
from fastslow.data.imported import import_table
from fastslow.data.loaders import load_dataset
from fastslow.data.recording import load

NAME = "zorowitz2023_reversal"
ORIGINALS = {
    "data.csv": "platform,subject,block,trial,correct,choice,key,rt,accuracy,outcome\n"
    "prolific,zz,1,1,2,1.0,38.0,3.809,0.0,1.0\nmturk,aa,1,1,0,0.0,37.0,1.0,1.0,1.0\n",
    "metrics.csv": "subject,infreq,isd\naa,2,9.9\n",
    "metadata.csv": "subject,age,prev_complete\nzz,44,Yes\naa,33,No\n",
}
TIDY = (
    "subject,platform,infreq_errors,prev_complete,block,trial,correct_option,choice,rt,correct,reward\n"
    "r001,mturk,2,No,1,1,0,0,1,1,1\nr002,prolific,,Yes,1,1,2,1,3.809,0,1\n"
)


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def mirror(monkeypatch, tmp_path):
    """A server with small originals, and a catalogue that expects them."""
    entry = DATASETS[NAME]
    small = replace(
        entry,
        originals={name: (sha(text),) for name, text in ORIGINALS.items()},
        tables=(replace(entry.table(), sha256=sha(TIDY), rows=2),),
    )
    monkeypatch.setitem(catalogue.DATASETS, NAME, small)
    monkeypatch.setenv("FASTSLOW_DATA", str(tmp_path / "data"))
    (upstream,) = small.upstream
    folder = tmp_path / "server" / "nivlab/sciops" / upstream.commit / "01_Original/data"
    folder.mkdir(parents=True)
    for name, text in ORIGINALS.items():
        (folder / name).write_text(text)
    handler = partial(Quiet, directory=str(tmp_path / "server"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()


def test_a_data_set_is_fetched_checked_converted_and_kept(mirror, tmp_path, capsys):
    address, folder = mirror
    assert "not here: fastslow data fetch" in fetching.whereabouts(DATASETS[NAME])
    (path,) = fetch(NAME, address)
    assert path == tmp_path / "data" / NAME / "reversal_trials.csv.gz"
    assert gzip.decompress(path.read_bytes()).decode() == TIDY
    assert load_dataset(NAME).subject.tolist() == ["r001"]  # the other had taken part before
    source = path.with_name("SOURCE.txt").read_text()
    assert "license of the authors: MIT" in source
    assert "doi:10.1038/s41562-023-01640-7" in source
    assert fetching.whereabouts(DATASETS[NAME]) == f"here: {path.parent}"
    for file in folder.iterdir():
        file.unlink()
    assert fetch(NAME, address) == [path]  # nothing is downloaded again
    path.unlink()
    assert fetch(NAME, address) == [path]  # made again from the originals that were kept
    assert cli.main(["data", "fetch", NAME, "--mirror", address]) == 0
    out = capsys.readouterr().out
    assert str(path) in out
    assert "license: MIT; cite: Zorowitz S" in out


def test_where_a_table_is_its_license_is_too(mirror, monkeypatch, tmp_path):
    """Also where writing it was interrupted: what is there is not written again."""
    address, _ = mirror
    folder = tmp_path / "data" / NAME

    def interrupted(*_, **__):
        assert (folder / "SOURCE.txt").exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(fetching.gzip, "compress", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(NAME, address)
    assert [path.name for path in folder.iterdir()] == ["SOURCE.txt"]


def test_a_file_that_is_not_the_known_one_is_refused(mirror, tmp_path):
    address, folder = mirror
    (folder / "metrics.csv").write_text("subject,infreq,isd\naa,0,9.9\n")
    with pytest.raises(
        ValueError, match=r"metrics.csv is not the file that is known .*nothing was kept"
    ):
        fetch(NAME, address)
    raw = tmp_path / "data/raw" / NAME
    assert [path.name for path in raw.iterdir()] == ["data.csv"]
    (raw / "metrics.csv").write_text("subject,infreq,isd\naa,0,9.9\n")
    with pytest.raises(ValueError, match=r"metrics.csv is not the file the authors published"):
        fetch(NAME, address)
    assert not (tmp_path / "data" / NAME).exists()


def test_a_download_that_fails_says_where_to_put_the_file(mirror, tmp_path):
    address, folder = mirror
    (folder / "data.csv").unlink()
    with pytest.raises(RuntimeError, match=r"data.csv could not be downloaded .*put it at .*raw"):
        fetch(NAME, address)


def test_a_folder_of_data_that_cannot_be_made_is_named(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FASTSLOW_DATA", str(tmp_path / "file"))
    with pytest.raises(
        OSError, match=r"file/raw/.* cannot be made .*; set FASTSLOW_DATA to another"
    ):
        fetch("miller_rat_twostep")


def test_what_cannot_be_fetched_is_said(monkeypatch, tmp_path):
    monkeypatch.delenv("FASTSLOW_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="FASTSLOW_DATA is not set"):
        fetch(NAME)
    monkeypatch.setenv("FASTSLOW_DATA", str(tmp_path))
    with pytest.raises(
        ValueError, match=r"no converter for it; put ada_prob_trials.csv.gz, ada_pos"
    ):
        fetch("foucault2024_adaprob")
    with pytest.raises(ValueError, match=f"did you mean '{NAME}'"):
        fetch("zorowitz2023_reversals")


@pytest.mark.parametrize("name", fetching.CONVERTERS)
def test_every_original_has_its_place_upstream(name):
    entry = DATASETS[name]
    for file in entry.originals:
        upstream, path = fetching._place_upstream(entry, file)
        assert path.rpartition("/")[2] == file
        assert upstream.repository.startswith("https://github.com/")


def test_both_lists_say_the_same(capsys, monkeypatch):
    monkeypatch.delenv("FASTSLOW_DATA", raising=False)
    assert cli.main(["data", "list"]) == 0
    said = capsys.readouterr().out
    assert cli.main(["list", "datasets"]) == 0
    assert capsys.readouterr().out.startswith(said)
    assert len(said.splitlines()) == len(DATASETS)
    for name, entry in DATASETS.items():
        assert name in said
        assert entry.doi in said
    assert "not here: fastslow data fetch miller_rat_twostep" in said


RATS = pd.DataFrame(
    {
        "rat": ["a"] * 7 + ["b"] * 4,
        "day": [1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1],
        "trial": [1, 2, 3, 5, 1, 2, 3, 1, 2, 3, 4],
        "port": [0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0],
        "water": [1, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0],
        "common": [1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1],
        "weight": 300,
    }
)
COLUMNS = {
    "subject": "rat",
    "session": "day",
    "choice": "port",
    "reward": "water",
    "common": "common",
}


def test_a_table_becomes_a_recording_with_a_subject_for_a_seed(tmp_path):
    recording, notes = import_table(RATS, **COLUMNS)
    assert dict(recording.reward.sizes) == {"seed": 2, "episode": 2, "step": 4}
    assert recording.subject.values.tolist() == ["a", "b"]
    assert recording.session.values.tolist() == [["1", "2"], ["1", ""]]
    assert recording.life.values.tolist() == [[0, 0], [0, -1]]
    assert recording.active.sum("step").values.tolist() == [[4, 3], [4, 0]]
    assert recording.trial[0, 0].values.tolist() == [1, 2, 3, 5]
    assert recording.action[0, 1].values.tolist() == [0, 0, 1, -1]
    np.testing.assert_array_equal(recording.reward[1, 0], [0, 1, 1, 0])
    assert recording.reward.isnull().values.sum() == 1 + 4
    assert recording.common[0, 0].values.tolist() == [1, 1, 0, 1]
    assert notes == ["not imported: weight"]


def test_analyses_of_recordings_say_of_it_what_they_say_of_the_table(seed):
    rng = np.random.default_rng(seed)
    n = 400
    table = pd.DataFrame(
        {
            "subject": np.repeat(["x", "y"], n), "trial": np.tile(np.arange(n), 2),
            "choice": rng.integers(0, 2, 2 * n), "reward": rng.integers(0, 2, 2 * n),
            "common": rng.random(2 * n) < 0.8,
        }
    )  # fmt: skip
    table = table[rng.random(2 * n) < 0.9]  # trials are missing
    recording, _ = import_table(table, common="common")
    expected = behavior.stay_probability(
        table_trials(table.astype({"common": int}), common="common")
    )
    found = behavior.stay_probability(recording)
    np.testing.assert_array_equal(found.values, expected.values)
    np.testing.assert_array_equal(found.n_pairs.values, expected.n_pairs.values)


def test_the_command_writes_a_recording_that_is_read_back(tmp_path, capsys):
    file = tmp_path / "rats.csv"
    RATS.to_csv(file, index=False)
    options = [part for name, column in COLUMNS.items() for part in (f"--{name}", column)]
    out = ["--out", str(tmp_path / "runs")]
    assert cli.main(["data", "import", str(file), *options, *out]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "2 subjects, 3 sessions, 11 trials"
    assert "note: not imported: weight" in said
    recording = load(Path(said[1]))
    expected, _ = import_table(RATS, **COLUMNS)
    for name in expected.variables:
        np.testing.assert_array_equal(recording[name].values, expected[name].values, err_msg=name)
    assert recording.attrs["agent"] == "subjects of rats.csv"


def test_an_import_is_kept_or_refused_but_never_overwritten_unasked(tmp_path, capsys):
    file, out = tmp_path / "mine.csv", ["--out", str(tmp_path / "runs")]
    command = ["data", "import", str(file), *out]
    path = tmp_path / "runs/imported/mine.nc"
    file.write_text("subject,choice,reward\na,0,1\na,1,0\nb,1,0.5\n")
    assert cli.main(command) == 0
    assert "(kept" not in capsys.readouterr().out
    first = path.stat().st_mtime_ns
    assert cli.main(command) == 0
    assert f"{path} (kept: it holds just this)" in capsys.readouterr().out
    file.write_text("subject,choice,reward\na,0,1\na,1,0\nb,0,0.5\n")
    assert cli.main(command) == 2
    err = capsys.readouterr().err
    assert f"{path} is there already, with other content: overwrite it with --force" in err
    assert err.count("\n") == 1
    assert path.stat().st_mtime_ns == first
    assert cli.main([*command, "--force"]) == 0
    assert load(path).action.values.tolist() == [[[0, 1]], [[0, -1]]]


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ("", (), "cannot be read as csv: No columns to parse"),
        ("subject;choice;reward\na;0;1\n", (), "separate columns by commas"),
        ("subject,choice,reward\n", (), "the table has no rows"),
        ("subject,choice,reward\na,0,yes\n", (), "'yes', but it is a number; write numbers with a"),
        ("subject,choice,reward\na,-1,1\n", (), "such trials out (--drop-missing)"),
        (
            "subject,choice,reward\nJos\xe9,0,1\n",
            (),
            "is not text in UTF-8: save it as csv (UTF-8)",
        ),
        (
            "subject,choice,reward\na,0,1\n",
            ("--choice", "reward"),
            "column 'reward' cannot be both choice and reward",
        ),
        (
            "subject,choice,reward\na,0,1\n",
            ("--common", "common", "--state", "state"),
            "by --common or by --state, not by both",
        ),
        ("rat,choice\na,0\n", (), "no column 'reward'"),
        (
            "choice,reward\n0,1\n",
            (),
            "--subject names the right one; a single subject needs one, too",
        ),
        ("subject,choice,reward\na,1,0\na,2,1\n", (), "options are numbered from 0"),
        ("subject,choice,reward\na,0,\na,1,1\n", (), "an empty cell or NA"),
        ("subject,choice,reward\na,0,0\na,1,1\n", ("--common", "rare"), "no column 'rare'"),
    ],
)
def test_mistakes_in_a_table_are_one_line(tmp_path, capsys, table, options, message):
    file = tmp_path / "mine.csv"
    file.write_text(table, encoding="latin-1")
    assert cli.main(["data", "import", str(file), *options, "--out", str(tmp_path / "runs")]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_one_subject_is_enough_and_sessions_are_optional(tmp_path):
    table = pd.DataFrame({"subject": "a", "choice": [0, 1, 1], "reward": [0, 2.5, 0]})
    recording, notes = import_table(table)
    assert recording.sizes == {"seed": 1, "episode": 1, "step": 3}
    assert "common" not in recording
    assert notes == ["no trial column: rows are taken in their order"]
    dropped, notes = import_table(table.assign(reward=[0, np.nan, 1]), drop_missing=True)
    assert dropped.trial.values.tolist() == [[[0, 2]]]
    assert "1 of 3 trials left out: an empty cell" in notes


def test_a_file_that_is_not_there_is_one_line(capsys, tmp_path):
    assert cli.main(["data", "import", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"fastslow: there is no file {tmp_path} (it is a folder)\n"
    assert cli.main(["data", "import", "none.csv"]) == 2
    assert capsys.readouterr().err == "fastslow: there is no file none.csv\n"


def test_states_stand_for_transitions_and_what_is_not_used_is_named():
    table = RATS.assign(room=np.where(RATS.common == 1, RATS.port, 1 - RATS.port))
    given = {name: column for name, column in COLUMNS.items() if name != "common"}
    recording, notes = import_table(table, state="room", **given)
    expected, _ = import_table(table, **COLUMNS)
    np.testing.assert_array_equal(recording.common, expected.common)
    assert "not imported: common, weight" in notes
