"""Verdicts: each of the four, controls, failed seeds, and how often chance deceives."""

import json

import numpy as np
import pytest
import xarray as xr

from fastslow.papers.declaration import Signature
from fastslow.papers.verdict import judge, wrong_by_chance

GOOD, BAD, WIDE = [1.0, 1.1, 0.9, 1.0], [5.0, 5.1, 4.9, 5.0], [0.2, 3.0, 1.0, 2.0]


def verdict(subject, shows=GOOD, shows_not=BAD, low=0.5, high=1.5):
    values = {"paper/a": subject, "paper/a@yes": shows, "paper/a@no": shows_not}
    recordings = {name: xr.Dataset({"x": ("seed", v)}) for name, v in values.items() if v}
    signature = Signature(
        "paper/s", "A claim.", "direction only", low, high, lambda r: r.x.values, "paper/a",
        "paper/a@yes" if shows else None, "paper/a@no" if shows_not else None,
    )  # fmt: skip
    return judge(signature, recordings)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"subject": GOOD}, "shown"),
        ({"subject": GOOD, "shows": None, "shows_not": None}, "shown"),
        ({"subject": BAD}, "absent"),
        ({"subject": WIDE}, "unclear"),
        ({"subject": GOOD, "shows_not": GOOD}, "undiagnostic"),
        ({"subject": BAD, "shows_not": GOOD}, "undiagnostic"),
        ({"subject": GOOD, "shows_not": WIDE}, "unclear"),
        ({"subject": GOOD, "shows": BAD}, "unclear"),
        ({"subject": [1.0, 1.0, np.nan, 1.0]}, "unclear"),
        ({"subject": [1.0]}, "unclear"),
        ({"subject": GOOD, "high": None}, "undiagnostic"),
        ({"subject": GOOD, "low": None}, "shown"),
    ],
)
def test_rule(arguments, expected):
    assert verdict(**arguments).verdict == expected


def test_a_failed_seed_is_named_as_the_reason():
    assert verdict([1.0, np.nan, 1.0]).reason == "a seed failed"


def test_seeds_that_diverged_are_failures_not_missing():
    recording = xr.Dataset({"x": ("seed", GOOD)}, {"seed": [0, 1, 3, 4]}, {"failed": "[2]"})
    signature = Signature(
        "paper/s", "A claim.", "direction only", 0.5, 1.5, lambda r: r.x.values, "paper/a"
    )
    found = judge(signature, {"paper/a": recording})
    assert (found.verdict, found.reason) == ("unclear", "a seed failed")
    assert json.loads(found.to_json())["seeds"] == [*GOOD, None]


def test_sources_are_compared_seed_by_seed():
    def of(seeds):
        return xr.Dataset({"x": ("seed", [10.0 * s for s in seeds])}, {"seed": list(seeds)})

    signature = Signature(
        "paper/s", "A claim.", "direction only", None, None,
        lambda a, b: (a.x - b.x).values, ("paper/a", "paper/b"),
    )  # fmt: skip
    found = judge(signature, {"paper/a": of([0, 1, 2, 3]), "paper/b": of([3, 2, 1])})
    assert found.measured.seeds == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="paper/a and paper/b have no seed in common"):
        judge(signature, {"paper/a": of([0, 1]), "paper/b": of([2, 3])})


def test_the_mean_alone_is_not_enough():
    """The mean lies inside, the interval does not."""
    found = verdict(WIDE)
    assert 0.5 < found.measured.mean < 1.6
    assert found.verdict == "unclear"


def test_the_interval_is_students(seed):
    from scipy import stats

    values = np.random.default_rng(seed).normal(size=6)
    low, high = verdict(list(values)).measured.interval
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    np.testing.assert_allclose([low, high], [expected.low, expected.high])


def test_chance_rarely_shows_a_signature_at_its_bound(seed):
    """True value on the bound: `shown` in at most 2.5 % of samples."""
    n, generator = 400, np.random.default_rng(seed)
    shown = sum(
        verdict(list(0.5 + 0.05 * generator.normal(size=8))).verdict == "shown" for _ in range(n)
    )
    assert shown / n < 0.025 + 4 * np.sqrt(0.025 * 0.975 / n)


def test_json_line():
    line = json.loads(verdict(GOOD).to_json())
    assert set(line) == {
        "signature", "published", "measured", "ci", "low", "high", "verdict", "seeds", "controls",
    }  # fmt: skip
    assert line["verdict"] == "shown"
    assert line["controls"]["shows_not"]["mean"] == pytest.approx(5)


def test_expected_number_of_wrong_verdicts():
    assert wrong_by_chance([verdict(GOOD), verdict(BAD), verdict(WIDE)]) == pytest.approx(0.1)


def test_a_claim_elsewhere_is_the_same_but_for_names():
    first = Signature(
        "toy/pays", "It pays.", "direction only", 0.1, None, len, ("toy/a", "toy/b@test"),
        shows_not="toy/c", beside=("toy/d", ("toy/a", "toy/e")),
    )  # fmt: skip
    there = first.elsewhere(lambda name: name.replace("toy/", "toy/unseen_"))
    assert there.name == "toy/unseen_pays"
    assert there.subject == ("toy/unseen_a", "toy/unseen_b@test")
    assert there.shows is None
    assert there.shows_not == "toy/unseen_c"
    assert there.beside == ("toy/unseen_d", ("toy/unseen_a", "toy/unseen_e"))
    assert there.elsewhere(lambda name: name.replace("unseen_", "")) == first
