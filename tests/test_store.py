"""Runs on disk: keys, atomic writes, locks, damaged files."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastslow.data.store import RunFolder, atomic_write, key, read_arrays, write_arrays

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
specs = st.dictionaries(st.text(max_size=3), plain, max_size=4)


@given(specs, specs)
def test_keys_are_equal_exactly_if_specifications_are(a, b):
    same = json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)
    assert (key(a) == key(b)) == same


def test_key_does_not_depend_on_the_order_of_settings():
    assert key({"a": 1, "b": {"c": 2, "d": 3}}) == key({"b": {"d": 3, "c": 2}, "a": 1})


def test_an_interrupted_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    atomic_write(path, lambda part: part.write_text("old"))

    def broken(part):
        part.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        atomic_write(path, broken)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_arrays_come_back_as_they_were(tmp_path, seed):
    generator = np.random.default_rng(seed)
    arrays = {"a/b": generator.normal(size=(3, 2)), "count": np.array(7), "flags": np.eye(2) > 0}
    write_arrays(tmp_path / "arrays", arrays)
    found = read_arrays(tmp_path / "arrays")
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(found[name], array)


def test_a_truncated_file_says_so(tmp_path):
    path = tmp_path / "weights.safetensors"
    write_arrays(path, {"a": np.zeros(100)})
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ValueError, match="weights.safetensors cannot be read.*truncated"):
        read_arrays(path)


def test_a_folder_with_other_settings_is_not_touched(tmp_path):
    folder = RunFolder(tmp_path, "paper/experiment", {"a": 1}).open()
    (folder.path / "spec.json").write_text('{"a": 2}')
    with pytest.raises(ValueError, match="holds other settings than its key says"):
        folder.open()


def test_a_seed_is_finished_only_when_marked(tmp_path):
    folder = RunFolder(tmp_path, "paper/experiment", {"a": 1}).open()
    folder.seed_path(2).mkdir()
    assert folder.seeds() == []
    folder.finish(2, {"seconds": 1})
    folder.finish(0, {"seconds": 2})
    assert folder.seeds() == [0, 2]
    provenance = json.loads((folder.path / "provenance.json").read_text())
    assert provenance["seeds"]["2"] == {"seconds": 1}


def test_two_runs_of_one_seed_exclude_each_other(tmp_path):
    folder = RunFolder(tmp_path, "paper/experiment", {"a": 1}).open()
    with folder.locked(0):
        with (
            pytest.raises(RuntimeError, match="seed 0 is being run by another process"),
            folder.locked(0),
        ):
            pass
        with folder.locked(1):
            pass
    with folder.locked(0):
        pass


def test_an_unwritable_folder_names_the_way_out(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.replace", refuse)  # root may write anywhere, so permissions do not help
    with pytest.raises(PermissionError, match="not writable; choose another with --out"):
        atomic_write(tmp_path / "file", lambda part: part.write_text("x"))
