"""Sharp waves, ripples, decoding and paths: what is planted is found, what is permuted is not."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import signal, stats

from fastslow.analysis.place_decoding import posterior, speed, spike_counts, tuning_curves
from fastslow.analysis.replay_decoding import holm, line_fit, replay_table, replay_test
from fastslow.analysis.replay_paths import (
    Path,
    as_rows,
    decoded_path,
    describe_paths,
    event_paths,
)
from fastslow.analysis.sequences import find_sequences
from fastslow.analysis.sharp_waves import (
    GAMMA,
    RIPPLE,
    band_share,
    fisher_p,
    peak_frequency,
    population_rate,
    ripple_spectrum,
    ripples,
    sharp_waves,
)
from fastslow.models.hippocampus.readout import Readout, events
from fastslow.models.hippocampus.spikes import Spikes

N, N_PLACES = 300, 50
MIDDLE = (np.arange(N) + 0.5) / N * N_PLACES
PLACE = np.arange(N_PLACES) + 0.5
TUNING = xr.DataArray(
    np.maximum(20 * np.exp(-((PLACE[:, None] - MIDDLE) ** 2) / (2 * 1.16**2)), 0.1),
    dims=("place", "neuron"),
)


def sweep(rng: np.random.Generator, slope: float, n_bins: int = 36) -> np.ndarray:
    """Counts (n_bins, N) of an event that runs along the track, ten times faster than tuning."""
    begin = 3 if slope > 0 else N_PLACES - 3
    place = begin + slope * np.arange(n_bins)
    rate = np.maximum(300 * np.exp(-((place[:, None] - MIDDLE) ** 2) / (2 * 1.16**2)), 1)
    return rng.poisson(0.01 * rate)


def as_spikes(counts: np.ndarray, begin: float) -> tuple[np.ndarray, np.ndarray]:
    bins, neuron = np.nonzero(counts)
    n = counts[bins, neuron]
    return begin + (np.repeat(bins, n) + 0.5) * 0.01, np.repeat(neuron, n)


# ---------------------------------------------------------------- sharp waves and ripples


def test_events_are_those_above_threshold_for_long_enough():
    quiet = np.linspace(0, 10, 100)
    long, short = np.linspace(2, 2.4, 200), np.linspace(5, 5.14, 70)
    time = np.sort(np.concatenate([quiet, long, short]))
    found = sharp_waves(time, 100, 0, 10)
    assert len(found) == 1
    assert abs(found.begin[0] - 2) <= 0.02
    assert abs(found.end[0] - 2.4) <= 0.02
    assert found.rate[0] == pytest.approx(5, rel=0.1)  # 200 spikes of 100 cells in .4 s
    assert len(sharp_waves(time, 100, 0, 10, min_duration=0.1)) == 2
    assert len(sharp_waves(time, 1000, 0, 10)) == 0


def test_events_of_the_agents_own_reading_are_the_same(seed):
    rng = np.random.default_rng(seed)
    time = np.sort(np.concatenate([rng.random(200) * 3, 1 + rng.random(300) * 0.35]))
    neuron = rng.integers(N, size=len(time))
    table = sharp_waves(time, N, 0, 3)
    np.testing.assert_allclose(events(Spikes(time, neuron), N, 3.0), table[["begin", "end"]])


def rhythmic(rng: np.random.Generator, frequency: float, depth: float) -> np.ndarray:
    """Spikes of 150 cells at 60 Hz for .5 s, in step with a rhythm."""
    grid = np.arange(0, 0.5, 1e-4)
    rate = 150 * 60 * (1 + depth * np.sin(2 * np.pi * frequency * grid))
    count = rng.poisson(rate * 1e-4)
    return np.repeat(grid, count)


def test_a_planted_ripple_is_found_and_noise_has_none(seed):
    rng = np.random.default_rng(seed)
    one = pd.DataFrame({"begin": [0.0], "end": [0.5]})
    ripple, noise, gamma = (
        rhythmic(rng, f, d) for f, d in ((180.0, 0.9), (180.0, 0.0), (60.0, 0.9))
    )
    spectra = {
        name: ripple_spectrum(time, 150, one).mean("event")
        for name, time in (("ripple", ripple), ("noise", noise), ("gamma", gamma))
    }
    assert abs(float(peak_frequency(spectra["ripple"])) - 180) < 4
    assert band_share(spectra["ripple"], RIPPLE) > 0.5 > band_share(spectra["noise"], RIPPLE)
    assert band_share(spectra["gamma"], GAMMA) > 0.5 > band_share(spectra["ripple"], GAMMA)
    assert ripples(ripple, 150, one)[0] < 1e-3 < ripples(noise, 150, one)[0]


def test_the_spectrum_is_that_of_welch(seed):
    time = rhythmic(np.random.default_rng(seed), 170.0, 0.5)
    found = ripple_spectrum(time, 150, pd.DataFrame({"begin": [0.0], "end": [0.5]}))
    rate = np.histogram(time, np.arange(501) / 1000 - 1e-9)[0] / 150 / 1e-3
    np.testing.assert_allclose(found[0], signal.welch(rate, 1000, nperseg=256)[1])
    assert population_rate(time, 150, 0, 0.5).mean() == pytest.approx(len(time) / 75)


def test_fishers_test_is_uniform_for_noise(seed):
    rng = np.random.default_rng(seed)
    chances = [fisher_p(rng.exponential(size=12)) for _ in range(400)]
    assert stats.kstest(chances, "uniform").pvalue > 1e-4
    assert fisher_p(np.append(np.ones(11), 60.0)) < 1e-6
    with pytest.raises(ValueError, match="two ordinates or more"):
        fisher_p(np.zeros(5))


# ---------------------------------------------------------------- decoding


def test_tuning_is_estimated_from_the_other_laps(seed):
    rng = np.random.default_rng(seed)
    n_laps, step = 30, 0.2
    place = np.tile(np.arange(N_PLACES), n_laps)
    lap = np.repeat(np.arange(n_laps), N_PLACES)
    count = rng.poisson(TUNING.values[place] * step)
    time, neuron = as_spikes(count, 0.0)
    time = (time / 0.01 + rng.random(len(time)) - 0.5) * step
    edges = np.arange(len(place) + 1) * step
    rate = tuning_curves(time, neuron, N, edges, place, N_PLACES)
    assert rate.occupancy.values == pytest.approx(n_laps * step)
    seconds = n_laps * step
    beyond = np.abs(rate.values - TUNING.values) / np.sqrt(TUNING.values / seconds)
    assert beyond[TUNING.values > 2].max() < 6
    without = tuning_curves(time, neuron, N, edges, place, N_PLACES, lap=lap, without_lap=3)
    assert without.occupancy.values == pytest.approx((n_laps - 1) * step)
    own = (time >= 10 * 3 * step * 5) & (time < 10 * 4 * step * 5)
    counts = spike_counts(time[own], neuron[own], N, 30.0, 40.0, bin_size=step)
    decoded = posterior(counts, without, step).argmax("place")
    assert (np.abs(decoded - np.arange(N_PLACES)) <= 2).mean() > 0.9
    with pytest.raises(ValueError, match="needs the lap of each sample"):
        tuning_curves(time, neuron, N, edges, place, N_PLACES, without_lap=3)


def test_the_posterior_is_bayes_rule_written_out(seed):
    rng = np.random.default_rng(seed)
    tuning = xr.DataArray(rng.random((4, 3)) * 9 + 1, dims=("place", "neuron"))
    counts = rng.integers(4, size=(5, 3))
    likelihood = np.array(
        [[stats.poisson.pmf(c, 0.01 * rate).prod() for rate in tuning.values] for c in counts]
    )
    expected = likelihood / likelihood.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(posterior(counts, tuning), expected)
    tuning[2] = np.nan  # never visited
    expected = np.delete(likelihood, 2, axis=1)
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.delete(posterior(counts, tuning), 2, axis=1), expected)


@pytest.mark.parametrize("slope", [1.1, -0.8])
def test_a_planted_sweep_is_significant_and_has_its_direction_and_speed(seed, slope):
    rng = np.random.default_rng(seed)
    counts = sweep(rng, slope)
    found = replay_test(counts, TUNING, rng, 200, nulls=("fields", "bins", "cells"))
    assert found.line.score > 0.8
    assert found.line.score > found.null_95 + 0.2
    assert found.p == 1 / 201
    assert np.sign(found.line.slope) == np.sign(slope)
    assert abs(found.line.slope - slope) < 0.2
    assert speed(posterior(counts, TUNING)) == pytest.approx(100 * abs(slope), rel=0.25)


@pytest.mark.parametrize("null", ["fields", "bins", "cells"])
def test_events_that_follow_a_null_are_found_at_its_rate(null):
    rng = np.random.default_rng(1)
    n, chances = 40, []
    for _ in range(n):
        counts = sweep(rng, 1.1, 20)
        counts = rng.permutation(counts) if null == "bins" else counts[:, rng.permutation(N)]
        chances.append(replay_test(counts, TUNING, rng, 40, nulls=(null,)).p)
    found = np.mean(np.array(chances) <= 0.1)
    assert abs(found - 0.1) < 4 * np.sqrt(0.1 * 0.9 / n)


def test_the_line_fit_is_the_best_of_all_lines(seed):
    rng = np.random.default_rng(seed)
    probability = rng.dirichlet(np.full(30, 0.2), 15)
    found = line_fit(xr.DataArray(probability, dims=("bin", "place")))
    best, steps = 0.0, np.linspace(0.5, 3, 50)
    for slope in np.concatenate([-steps, steps]):
        for intercept in np.linspace(-0.5, 1.5, 100) * 30:
            place = np.rint(intercept + slope * np.arange(15)).astype(int)
            on = (place >= 0) & (place < 30)
            if on.mean() >= 1 / 3:
                held = [
                    probability[t, max(p - 3, 0) : p + 4].sum()
                    for t, p in enumerate(place) if on[t]
                ]  # fmt: skip
                best = max(best, sum(held) / 15)
    assert found.score == pytest.approx(best, rel=1e-5)


def test_a_table_of_events_holds_their_directions_and_corrected_p_values(seed):
    rng = np.random.default_rng(seed)
    trains = [as_spikes(sweep(rng, s), b) for s, b in ((1.1, 1.0), (-1.1, 2.0))]
    scrambled = as_spikes(rng.permutation(sweep(rng, 1.1)), 3.0)
    time, neuron = (np.concatenate(a) for a in zip(*trains, scrambled, strict=True))
    rests = pd.DataFrame({"begin": [1.0, 2.0, 3.0], "end": [1.36, 2.36, 3.36]})
    table = replay_table(time, neuron, rests, TUNING, n_shuffles=100)
    assert table.direction.tolist()[:2] == ["forward", "reverse"]
    assert (table.p_corrected < 0.05).tolist() == [True, True, False]
    assert len(replay_table(time, neuron, rests[:0], TUNING)) == 0


def test_holm_is_that_of_statsmodels(seed):
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(seed).random(12) ** 2
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])


def test_an_event_longer_than_any_line_has_no_score():
    found = line_fit(xr.DataArray(np.full((500, 10), 0.1), dims=("bin", "place")))
    assert found.score == 0
    assert np.isnan(found.slope)


# ---------------------------------------------------------------- paths


LINE = np.abs(np.arange(10)[:, None] - np.arange(10))
ON_LINE = xr.DataArray(
    np.maximum(20 * np.exp(-((np.arange(10)[:, None] - np.arange(N) % 10) ** 2) / 0.98), 0.1),
    dims=("place", "neuron"),
)


def walk(rng: np.random.Generator, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Spikes of a sweep through `order`, 30 ms a state."""
    return as_spikes(rng.poisson(0.01 * 5 * ON_LINE.values[np.repeat(order, 3)]), 0.0)


def test_a_planted_path_is_decoded_and_goes_on_to_the_sequences(seed):
    rng = np.random.default_rng(seed)
    one = pd.DataFrame({"begin": [0.0], "end": [0.3]})
    paths = event_paths(*walk(rng, np.arange(10)), one, ON_LINE)
    about = describe_paths(paths, LINE)
    assert about.adjacent[0] > 0.8
    assert about.start_state[0] <= 1
    states, times = as_rows(paths)
    found = find_sequences(states, follows=LINE == 1, times=times)
    assert found.length.max() >= 5
    permuted = describe_paths(event_paths(*walk(rng, rng.permutation(10)), one, ON_LINE), LINE)
    assert permuted.adjacent[0] < 0.7


def test_the_agents_own_reading_is_the_same_path(seed):
    rng = np.random.default_rng(seed)
    time, neuron = walk(rng, np.arange(10))
    overlap = np.exp(-(LINE**2) / 0.98)
    readout = Readout(overlap, np.arange(N) % 10)
    states, times = readout.path(Spikes(time, neuron), 0.0, 0.3)
    (path,) = event_paths(time, neuron, pd.DataFrame({"begin": [0.0], "end": [0.3]}), ON_LINE)
    np.testing.assert_array_equal(states, path.states)
    np.testing.assert_allclose(times, path.times)


def test_bins_that_tell_nothing_are_left_out():
    certain = xr.DataArray(np.eye(4)[[0, 1, 2, 3]], dims=("bin", "place"))
    assert decoded_path(certain, np.array([[9], [2], [9], [9]])).states.tolist() == [0, 2, 3]
    vague = xr.DataArray(np.full((2, 4), 0.25), dims=("bin", "place"))
    empty = decoded_path(vague, np.full((2, 1), 9))
    assert len(empty.states) == 0
    about = describe_paths([empty, Path(np.array([3]), np.array([0.1]))], LINE)
    assert about.start_state.tolist() == [-1, 3]
    assert about.adjacent.isna().all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: replay_test(np.ones((3, N)), TUNING, None, nulls=("rows",)),
            "nulls must be some of",
        ),
        (lambda: posterior(np.ones((3, N)), TUNING * 0), "rates above 0 everywhere"),
        (lambda: population_rate(np.zeros(1), 1, 1.0, 1.0), "no bin of 0.001 s fits"),
        (
            lambda: ripple_spectrum(np.zeros(1), 1, pd.DataFrame({"begin": [], "end": []})),
            "there is no event",
        ),
        (
            lambda: tuning_curves(
                np.zeros(1), np.zeros(1, int), 1, np.zeros(2), np.zeros(3, int), 4
            ),
            r"place_time must be \(4,\) and ascend",
        ),
    ],
)
def test_misuse_says_what_is_wrong(call, says):
    with pytest.raises(ValueError, match=says):
        call()
