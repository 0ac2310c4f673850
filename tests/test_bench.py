"""The benchmark's tables, operation count and schedule; nothing here is timed."""

import csv
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from fastslow.models import cores

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"


def script(name: str) -> ModuleType:
    """A file of the benchmarks, which are scripts and no package."""
    specification = importlib.util.spec_from_file_location(f"bench_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # where dataclasses look themselves up
    specification.loader.exec_module(module)
    return module


table, setting = script("table"), script("setting")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""), ("ours", "ours"), (True, "True"), (7, "7"), (1234, "1234"), (0.68, "0.68"),
        (1.30417, "1.3"), (12_345, "12.3 k"), (4.4e6, "4.4 M"), (-2e6, "-2 M"),
    ],
)  # fmt: skip
def test_numbers_are_shown_with_three_digits(value, shown):
    assert table.cell(value) == shown


def test_columns_are_aligned_and_numbers_stand_to_the_right():
    rows = [{"peer": "a", "steps/s": 4.4e6}, {"peer": "longer", "steps/s": None, "x": 1}]
    assert table.text(rows).splitlines() == [
        "peer    steps/s  x",
        "a         4.4 M",
        "longer           1",
    ]


def test_a_table_without_rows_is_refused():
    with pytest.raises(ValueError, match="there are no rows"):
        table.text([])


def test_a_csv_file_keeps_all_digits_and_leaves_out_what_is_missing(tmp_path):
    file = tmp_path / "new folder" / "a.csv"
    table.write_csv(file, [{"peer": "a, b", "steps/s": 1 / 3}, {"peer": "c", "MB": 2}])
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows == [
        {"peer": "a, b", "steps/s": repr(1 / 3), "MB": ""},
        {"peer": "c", "steps/s": "", "MB": "2"},
    ]


def test_ratios_say_how_many_times_faster_the_reference_is():
    rows = table.with_ratios([{"v": 6.0}, {"v": 2}, {"v": None}, {"v": 0}], "v")
    assert [row["v, ratio"] for row in rows] == [1.0, 3.0, None, None]
    assert [row["v, ratio"] for row in table.with_ratios(rows, "v", to=1)] == [
        1 / 3,
        1.0,
        None,
        None,
    ]


def test_a_training_step_of_48_units_takes_59_thousand_operations():
    assert setting.Setting().operations_per_step == 59_232


def test_operations_are_those_of_the_products_counted_one_by_one():
    n, inputs, outputs = 7, setting.N_INPUTS, setting.N_ACTIONS + 1
    shapes = [(n, 4 * n), (inputs, 4 * n), (n, outputs)]
    forward = sum(2 * rows * columns for rows, columns in shapes)
    gradient = forward
    backward = sum(2 * rows * columns for rows, columns in shapes if rows != inputs)
    assert setting.Setting(n_units=n).operations_per_step == forward + gradient + backward


def test_the_schedule_is_linear_and_doubles_its_budget_when_that_is_used_up():
    made = setting.Setting(n_lives=1000, n_lanes=10)
    rates, entropy_weights = made.schedule(0, 300)
    assert made.n_updates == 100
    np.testing.assert_allclose(rates[:100], np.linspace(5e-3, 0, 100), atol=1e-9)
    np.testing.assert_allclose(rates[100:200], np.linspace(5e-3, 0, 200)[100:], atol=1e-9)
    np.testing.assert_allclose(rates[200:], np.linspace(5e-3, 0, 400)[200:300], atol=1e-9)
    assert entropy_weights[0] == np.float32(0.05)
    assert (entropy_weights[:49] > 0).all()
    assert not entropy_weights[50:].any()
    later = made.schedule(90, 20)
    np.testing.assert_array_equal(later[0], rates[90:110])
    np.testing.assert_array_equal(later[1], entropy_weights[90:110])


def test_first_weights_have_the_shapes_and_sizes_of_the_toolkit(seed):
    made = setting.Setting(n_units=32)
    weights = made.initial_weights(seed)
    shapes = cores.weight_shapes("lstm", setting.N_INPUTS, 32, setting.N_ACTIONS)
    for name in ("recurrent", "input"):
        assert weights[name].shape == shapes[f"{name}_weights"]
    forget = cores.GATES["lstm"].index("forget")
    assert [part.mean() for part in np.split(weights["bias"], 4)] == [
        float(i == forget) for i in range(4)
    ]
    bound = 1 / np.sqrt(32)
    assert bound * 7 < np.abs(weights["input"]).max() <= bound * 8
    assert bound * 0.9 < np.abs(weights["recurrent"]).max() <= bound
    assert not np.array_equal(weights["head"], made.initial_weights(seed + 1)["head"])


def test_the_summary_takes_each_peer_at_its_best(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    bench = script("bench")
    rates = [("fastslow", 4e6), ("fastslow", 2e6), ("JAX scan, vmap", 1e6), ("JAX scan", 5e5)]
    throughput = [{"peer": peer, "steps/s": rate, "seeds": 1, "lanes": 64} for peer, rate in rates]
    seconds = [("fastslow", "", 0.5), ("JAX scan", "", 4.0), ("JAX scan", ">", 25.0)]
    times = [{"peer": peer, "": mark, "seconds": s, "lanes": 32} for peer, mark, s in seconds]
    ours, jax = bench.summary(throughput, times)
    assert (ours["ours, times the steps/s"], ours["ours, times the speed to criterion"]) == (1, 1)
    assert (jax["peer"], jax["steps/s"], jax["seconds to criterion"]) == ("JAX scan", 1e6, 4.0)
    assert (jax["ours, times the steps/s"], jax["ours, times the speed to criterion"]) == (4, 8)
    assert jax[""] == ""


def test_every_peer_is_measured_both_ways(monkeypatch):
    """Throughput and time to the criterion, and those that are promised something are there."""
    monkeypatch.syspath_prepend(FOLDER)
    bench = script("bench")
    one = {"steps_per_second": [1.0, 2.0, 3.0], "megabytes": 1.0, "seconds": 2.0, "steps": 1}
    monkeypatch.setattr(bench.Job, "run", lambda self, *_, **__: one)
    effort = bench.Effort(2, seconds=0.1, repeats=3, rounds=2, seeds=2, criterion=8.0, patience=5)
    throughput, times = bench.compare_throughput(effort, 1e9), bench.compare_time(effort)
    rows = bench.summary(throughput, times)
    assert [row["peer"] for row in rows] == [
        "fastslow", "fastslow in torch", "JAX by hand", "JAX scan", "eager torch", "RecurrentPPO",
    ]  # fmt: skip
    assert [row["found"] for row in bench.claims(throughput, times)] == [1, 1, 1, 1]
    assert {name for name, _ in bench.scaling(effort, 1e9)} == set(bench.SCALING)


def test_a_peer_that_is_stopped_is_marked(monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    bench = script("bench")

    def run(self, measure, n_threads, timeout=None, **more):
        return None if timeout else {"seconds": 2.0, "steps": 1, "megabytes": 1.0}

    monkeypatch.setattr(bench.Job, "run", run)
    effort = bench.Effort(2, seconds=0.1, repeats=3, rounds=2, seeds=2, criterion=8.0, patience=50)
    ours, *others = bench.compare_time(effort)
    assert (ours[""], ours["seconds"], ours["reached"]) == ("", 2.0, 2)
    assert {(row[""], row["seconds"], row["reached"]) for row in others} == {(">", 100.0, 0)}
