"""Decoding: what was planted in the units is found, what was not is not."""

import numpy as np
import pytest
import xarray as xr

from fastslow.analysis import decoding


def make_recording(
    rng: np.random.Generator, n_episodes: int = 40, n_trials: int = 10
) -> xr.Dataset:
    """Six noisy units; unit 2 carries the context of the episode, unit 4 the cue of the trial."""
    shape = (n_episodes, n_trials)
    context = np.repeat(rng.integers(2, size=(n_episodes, 1)), n_trials, axis=1)
    cue = rng.integers(3, size=shape)
    hidden = rng.normal(size=(*shape, 6))
    hidden[..., 2] += 4 * context
    hidden[..., 4] += 4 * cue
    steps = {
        "active": np.arange(n_trials) < rng.integers(n_trials // 2, n_trials + 1, (n_episodes, 1)),
        "trial": np.broadcast_to(np.arange(n_trials), shape),
        "context": context,
        "cue": cue,
        "noise": rng.integers(2, size=shape),
        "level": (cue + 0.3 * rng.normal(size=shape)).astype(np.float32),
    }
    data = {name: (("episode", "step"), values) for name, values in steps.items()}
    recording = xr.Dataset({**data, "hidden": (("episode", "step", "unit"), hidden)})
    padded = ~recording["active"]
    recording["hidden"] = recording["hidden"].where(~padded)
    return recording


def test_a_planted_class_is_found_and_a_permuted_one_is_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    recording = make_recording(rng)
    for name, n_classes in (("context", 2), ("cue", 3)):
        found = decoding.decode(recording, name, rng=rng, n_permutations=39)
        assert found["chance"] == 1 / n_classes
        best = 0.954  # the worst class at d' = 4, mid between two others: 1 - 2 * Phi(-2)
        assert found["score"] > best - 4 * np.sqrt(best * (1 - best) / (found["n_trials"] / 3))
        assert found["p"] == 1 / 40
        assert found.sizes["permutation"] == 39
        assert found["n_trials"] == recording["active"].sum()

    shuffled = recording.assign(context=recording["context"][rng.permutation(40)].variable)
    values = [
        decoding.decode(data, name, rng=rng, n_permutations=19)
        for data, name in ((shuffled, "context"), (recording, "noise"))
    ]
    # inside all of its null, of which it is one draw
    for found in values:
        spread = np.r_[found["null"], found["score"]]
        assert abs(float(found["score"]) - spread.mean()) < 4 * spread.std(ddof=1)


def test_p_values_of_an_unrelated_label_are_uniform(seed: int) -> None:
    """Labels that are constant within episodes would look decodable if trials were exchanged."""
    rng = np.random.default_rng(seed)
    n, p = 60, []
    for _ in range(n):
        recording = make_recording(rng, n_episodes=12, n_trials=6)
        recording["hidden"] += 3 * rng.normal(size=(12, 1, 6))  # units differ between episodes
        label = np.repeat(rng.permutation([0, 1] * 6)[:, None], 6, axis=1)
        recording["label"] = (("episode", "step"), 1.0 * label)
        found = decoding.decode(
            recording, "label", rng=rng, classes=False, n_folds=3, n_permutations=9
        )
        p.append(float(found["p"]))
    share = np.mean(np.array(p) <= 0.3)
    assert abs(share - 0.3) < 4 * np.sqrt(0.3 * 0.7 / n)


def test_a_planted_level_is_found_by_ridge_regression_seed_by_seed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    recordings = [make_recording(rng) for _ in range(2)]
    recordings[1]["hidden"] = recordings[1]["hidden"].roll(episode=1)  # seed 1 knows nothing
    both = xr.concat(recordings, xr.Variable("seed", [3, 7]))
    found = decoding.decode(both, "level", rng=rng, n_permutations=39)
    assert found["seed"].values.tolist() == [3, 7]
    assert found.attrs["measure"] == "R squared, held out"
    assert found["score"].sel(seed=3) > 0.5
    assert found["p"].sel(seed=3) == 1 / 40
    assert found["score"].sel(seed=7) < 0.2
    alone = decoding.decode(recordings[0], "level", rng=np.random.default_rng(1))
    again = decoding.decode(recordings[0], "level", rng=np.random.default_rng(1))
    xr.testing.assert_identical(alone, again)


def test_trials_without_a_target_are_left_out_and_episodes_bounded(seed: int) -> None:
    rng = np.random.default_rng(seed)
    recording = make_recording(rng)
    recording["cue"] = recording["cue"].where(recording["trial"] > 1, -1)
    recording["active"][:] = True
    recording["hidden"] = recording["hidden"].fillna(0)
    few = {"rng": rng, "n_permutations": 1}
    assert decoding.decode(recording, "cue", **few)["n_trials"] == 40 * 8
    assert decoding.decode(recording, "cue", max_trials=100, **few)["n_trials"] == 12 * 8
    known = (recording["cue"] == 2).rename(step="trial").where(recording["cue"].values > 0)
    assert decoding.decode(recording, known, **few)["n_trials"] == (recording["cue"] > 0).sum()


def test_misuse_is_named() -> None:
    rng = np.random.default_rng(0)
    recording = make_recording(rng)
    with pytest.raises(KeyError, match="no 'fear'"):
        decoding.decode(recording, "fear", rng=rng)
    with pytest.raises(ValueError, match="target must have dims"):
        decoding.decode(recording, xr.DataArray(np.zeros(3), dims="episode"), rng=rng)
    with pytest.raises(ValueError, match="at least 5 episodes with the target, got 1"):
        decoding.decode(recording, "cue", rng=rng, max_trials=12)
    with pytest.raises(ValueError, match="target that varies"):
        decoding.decode(recording.assign(cue=0 * recording["cue"]), "cue", rng=rng)
