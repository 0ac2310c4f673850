"""The numbers of others: published facts and summaries of behavioral data."""

import os
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from fastslow.data.facts import HOW, published, published_keys, read_facts, summary

needs_data = pytest.mark.skipif(
    not os.environ.get("FASTSLOW_DATA"),
    reason="FASTSLOW_DATA is not set: the behavioral data are not here",
)

NEEDED = [
    "wang2018/bandit_frozen_learning",
    "wang2018/bandit_harder_explored_longer",
    "wang2018/bandit_structure_exploited",
    "wang2018/matching",
    "wang2018/matching_generalizes",
    "wang2018/history_recency",
    "wang2018/unit_mixed_coding",
    "wang2018/volatility_learning_rate",
    "wang2018/volatility_units",
    "wang2018/inferred_value",
    "wang2018/two_step_stay",
    "wang2018/two_step_stay_model_free",
    "wang2018/two_step_stay_reimplementation",
    "wang2018/two_step_rpe",
    "wang2018/harlow_curve",
    "wang2018/harlow_trial_1",
    "wang2018/harlow_trial_2",
    "wang2018/harlow_gain_after_trial_2",
    "wang2018/harlow_learning_to_learn",
    "wang2016/bandit_regret",
    "wang2016/regret_order",
    "wang2016/dependent_beats_standard",
    "wang2016/difficulty_order",
    "wang2016/dependent_transfer",
    "wang2016/medium_transfers",
    "wang2016/no_reward_is_chance",
    "wang2016/buys_information",
    "wang2016/restless_regret",
    "wang2016/two_step_stay",
    "duan2016/bandit_reward",
    "duan2016/tabular_reward",
    "duan2016/maze_path",
    "duan2016/bandit_imitation",
    "harlow1949/monkey_curve",
    "harlow1949/monkey_trial_2",
    "daw2011/hybrid_stay",
    "daw2011/hybrid_parameters",
    "behrens2007/learning_rate",
    "miller2022/planning",
]

SUMMARIES = {
    "miller_rat_twostep": ("standard",),
    "zorowitz2023_twostep": ("standard", "attentive"),
    "zorowitz2023_reversal": ("standard", "attentive"),
    "foucault2024_adaprob": ("probability", "magnitude"),
    "cavanagh2015_bandit3": ("standard",),
}


# --- published ---


@pytest.mark.parametrize("key", NEEDED)
def test_needed_facts_are_there(key):
    assert published(key).key == key


@pytest.mark.parametrize("key", published_keys())
def test_every_fact_says_where_it_comes_from(key):
    fact = published(key)
    no_doi = fact.key.startswith("tan2022/")  # a workshop paper has none
    assert fact.doi.startswith("10.") or no_doi
    assert fact.citation
    assert fact.where
    assert fact.note.endswith(".")
    assert fact.how in HOW
    assert (fact.value is None) == bool(fact.direction)


def test_cells_lie_where_they_belong():
    stay = published("wang2018/two_step_stay")
    cells = [
        stay.at(transition=transition, reward=reward)
        for transition, reward in (("common", 1), ("rare", 1), ("common", 0), ("rare", 0))
    ]
    assert cells == [0.989, 0.636, 0.619, 0.989]
    assert (stay.how, stay.n) == ("digitized", 8)
    free = published("wang2018/two_step_stay_model_free")
    assert free.at(transition="rare", reward=1) == 0.876
    assert published("wang2016/bandit_regret").at(arms="independent", agent="gittins") == 1.77
    assert published("duan2016/bandit_reward").at(setting="n=500 k=50", agent="rl2") == 438.9
    assert published("duan2016/tabular_reward").at(n_episodes=100, agent="opsrl") == 1973.9


def test_numbers_derived_from_others_agree_with_them():
    (common_won, common_lost), (rare_won, rare_lost) = published("wang2018/two_step_stay").value
    assert published("wang2018/two_step_reward_by_transition_interaction").value == pytest.approx(
        (common_won - rare_won) - (common_lost - rare_lost)
    )
    assert published("wang2018/two_step_reward_index").value == pytest.approx(
        (common_won + rare_won) - (common_lost + rare_lost)
    )

    curve = published("wang2018/harlow_curve")
    np.testing.assert_array_equal(
        published("wang2018/harlow_learning_to_learn").value, curve.value[:, 1]
    )
    assert published("wang2018/harlow_trial_1").value == curve.at(training="final", trial=1)
    assert published("wang2018/harlow_trial_2").value == curve.at(training="final", trial=2)
    for name, row in (("", "final"), ("_third_quantile", "3rd")):
        gain = curve.at(training=row, trial=6) - curve.at(training=row, trial=2)
        assert published(f"wang2018/harlow_gain_after_trial_2{name}").value == pytest.approx(gain)
    monkeys = published("harlow1949/monkey_curve").value
    np.testing.assert_array_equal(published("harlow1949/monkey_trial_2").value, monkeys[:, 1])

    path = published("duan2016/maze_path").value
    ratio = published("duan2016/maze_second_to_first").value
    np.testing.assert_allclose(path[:, 1] / path[:, 0], ratio, atol=0.005)  # printed to two digits

    (a, b), (c, d) = published("daw2011/hybrid_stay").value[0]
    rounding = 0.005 + 4 * 0.0005  # indices are known to two digits, each cell to three
    assert published("daw2011/hybrid_reward_index").value == pytest.approx(
        a + c - b - d, abs=rounding
    )
    assert published("daw2011/hybrid_reward_by_transition_interaction").value == pytest.approx(
        a - c - b + d, abs=rounding
    )
    tenths = np.arange(1, 11) / 10
    np.testing.assert_allclose(
        published("wang2016/informative_arm_first_pull").value, [tenths.mean(), (5 + 9) / 10]
    )


def test_tables_of_facts_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        published("wang2018/two_step_stay").value[0, 0] = 1


def test_unknown_names_are_answered_with_a_suggestion():
    with pytest.raises(ValueError, match="did you mean 'wang2018/two_step_stay'"):
        published("wang2018/two_step_stays")
    with pytest.raises(ValueError, match="did you mean 'miller_rat_twostep'"):
        summary("miller_rats_twostep")
    with pytest.raises(ValueError, match="sample of miller_rat_twostep 'attentive'; there is stan"):
        summary("miller_rat_twostep", "attentive")
    with pytest.raises(ValueError, match="did you mean 'planning_index'"):
        summary("miller_rat_twostep")["planing_index"]
    stay = published("wang2018/two_step_stay")
    with pytest.raises(ValueError, match="has axes"):
        stay.at(transition="common")
    with pytest.raises(ValueError, match=r"transition is one of .*got 'uncommon'"):
        stay.at(transition="uncommon", reward=1)


GOOD = 'value = 0.5\nunit = "1"\nwhere = "Fig. 1"\nhow = "digitized"\nnote = "Read."'
TABLE = GOOD.replace("0.5", "[0.5, 0.6]") + '\ndims = ["arm"]\ncoords.arm = [0, 1]'


@pytest.mark.parametrize(
    ("fact", "rule"),
    [
        (GOOD.replace('where = "Fig. 1"', ""), "'where' is required"),
        (GOOD.replace('"Read."', '""'), "'note' is required"),
        (GOOD.replace("digitized", "guessed"), "'how' is one of published"),
        (GOOD.replace("value = 0.5", ""), "exactly one of 'value' and 'direction'"),
        (GOOD + '\ndirection = "up"', "exactly one of 'value' and 'direction'"),
        (GOOD.replace('unit = "1"', ""), "needs a 'unit'"),
        (GOOD.replace("value = 0.5", 'direction = "up"'), "'unit' needs a 'value'"),
        (GOOD + "\nunits = 3", "did you mean 'unit'"),
        (GOOD + "\nn = 0", "'n' is a positive whole number"),
        (GOOD + "\nn = 3", "'n_of' says of whom"),
        (GOOD + "\ninterval = [0, 1]", "'interval_of'"),
        (GOOD + '\ninterval = [0.6, 1]\ninterval_of = "x"', "does not contain the value"),
        (GOOD + '\ninterval = [0.6]\ninterval_of = "x"', "low, high for each value"),
        (GOOD + "\nse = -0.1", "not negative"),
        (GOOD.replace("0.5", "nan"), "'value' is not finite"),
        (GOOD.replace("0.5", '"half"'), "'value' holds numbers only"),
        (GOOD.replace("0.5", "[[1], [1, 2]]"), "rows of unequal length"),
        (GOOD.replace("0.5", "[0.5, 0.6]"), "'dims' and 'coords' name each axis"),
        (TABLE.replace("[0, 1]", "[0, 1, 2]"), "2 values and 3 coordinates"),
        (TABLE.replace("0.6", "inf"), "infinite entry"),
        (TABLE + "\nse = 0.1", "shape of the value"),
    ],
)
def test_a_broken_fact_is_refused_by_file_fact_and_rule(tmp_path, fact, rule):
    path = tmp_path / "smith2030.toml"
    path.write_text(f'citation = "Smith"\ndoi = "10.1/x"\n[effect]\n{fact}\n')
    with pytest.raises(ValueError, match=f"smith2030.toml: effect: .*{rule}"):
        read_facts(path)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('doi = "10.1/x"', "needs a text 'citation'"),
        ('citation = "Smith"', "needs a text 'doi'"),
        ('citation = "Smith"\ndoi = "10.1/x"\neffect = 3', "a fact is a table"),
        ("citation = ", "not valid TOML"),
    ],
)
def test_a_broken_file_is_refused(tmp_path, text, rule):
    path = tmp_path / "smith2030.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"smith2030.toml.*{rule}"):
        read_facts(path)


@pytest.mark.parametrize("fact", [GOOD, TABLE])
def test_a_good_fact_is_read(tmp_path, fact):
    path = tmp_path / "smith2030.toml"
    path.write_text(f'citation = "Smith"\ndoi = "10.1/x"\n[effect]\n{fact}\n')
    (found,) = read_facts(path)
    assert found.key == "smith2030/effect"
    np.testing.assert_array_equal(found.value, 0.5 if fact == GOOD else [0.5, 0.6])


def test_facts_and_catalogue_are_light():
    code = (
        "import sys, fastslow.data.facts as f, fastslow.data.catalogue\n"
        "f.published('wang2018/two_step_stay'), f.summary('miller_rat_twostep')\n"
        "sys.exit(' '.join({'torch', 'xarray', 'pandas', 'matplotlib'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent
    )
    assert done.returncode == 0, done.stderr


# --- summaries ---


@pytest.mark.parametrize(("name", "sample"), [(n, s) for n in SUMMARIES for s in SUMMARIES[n]])
def test_summaries_are_consistent(name, sample):
    found = summary(name, sample)
    for quantity in found.quantities.values():
        assert quantity.se == pytest.approx(quantity.sd / quantity.n**0.5, rel=1e-5)
        assert 2 <= quantity.n <= found.n_subjects
    assert all(lost["trials"] > 0 for lost in found.excluded.values())


@pytest.mark.parametrize(
    ("name", "sample"), [(n, s) for n in SUMMARIES if "twostep" in n for s in SUMMARIES[n]]
)
def test_indices_are_contrasts_of_the_cells(name, sample):
    found = summary(name, sample)
    assert found.stay_order == (
        "stay_common_rewarded",
        "stay_rare_rewarded",
        "stay_common_unrewarded",
        "stay_rare_unrewarded",
    )
    means = np.array([found[cell].mean for cell in found.stay_order])
    for index, signs in (
        ("reward_by_transition_interaction", [1, -1, -1, 1]),
        ("reward_index", [1, 1, -1, -1]),
        ("transition_index", [1, -1, 1, -1]),
    ):
        signs = np.array(signs)
        assert found[index].mean == pytest.approx(signs @ means, abs=1e-5)
        variance = signs @ found.stay_covariance @ signs
        assert found[index].sd == pytest.approx(variance**0.5, rel=1e-4)
    sds = [found[cell].sd for cell in found.stay_order]
    np.testing.assert_allclose(np.sqrt(np.diag(found.stay_covariance)), sds, rtol=1e-5)


@needs_data
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", SUMMARIES)
def test_summary_files_are_what_the_command_computes(name):
    from fastslow.papers.summaries import SAMPLES, as_toml, summarize

    assert {n: tuple(s) for n, s in SAMPLES.items()} == SUMMARIES
    content = summarize(name)
    for sample, computed in content["samples"].items():
        stored = summary(name, sample)
        assert stored.n_subjects == computed["n_subjects"]
        assert stored.n_trials == computed["n_trials"]
        assert stored.sha256 == computed["sha256"]
        assert stored.excluded == computed["excluded"]
        assert list(stored.quantities) == list(computed["quantities"])
        for quantity, numbers in computed["quantities"].items():
            for field in ("mean", "sd", "se", "n"):
                assert getattr(stored[quantity], field) == pytest.approx(
                    numbers[field], rel=1e-5, abs=1e-9
                )
    text = as_toml(content)
    assert list(tomllib.loads(text)["samples"]) == list(content["samples"])


def _subjects(name, sample):
    from fastslow.data.loaders import load_dataset

    frame = load_dataset(name, sample)
    if "session" not in frame:
        frame["session"] = 1
    columns = ["session", "trial", "choice1", "common", "reward"]
    for _, animal in frame.groupby("subject"):
        yield animal[columns].to_numpy().tolist()


@needs_data
@pytest.mark.parametrize(
    ("name", "sample"), [("miller_rat_twostep", "standard"), ("zorowitz2023_twostep", "attentive")]
)
def test_stay_cells_equal_a_plain_loop(name, sample):
    per_subject = []
    for rows in _subjects(name, sample):
        stayed = {(c, r): [] for c in (0, 1) for r in (0, 1)}
        for last, now in pairwise(rows):
            if last[0] == now[0] and now[1] == last[1] + 1:
                stayed[last[3], last[4]].append(last[2] == now[2])
        per_subject.append([np.mean(stayed[cell]) for cell in ((1, 1), (0, 1), (1, 0), (0, 0))])
    found = summary(name, sample)
    for i, cell in enumerate(found.stay_order):
        values = np.array(per_subject)[:, i]
        assert found[cell].mean == pytest.approx(values.mean(), rel=1e-5)
        assert found[cell].sd == pytest.approx(values.std(ddof=1), rel=1e-5)


@needs_data
def test_planning_index_of_rats_equals_a_general_optimizer():
    from scipy.optimize import minimize

    indices = []
    for rows in _subjects("miller_rat_twostep", "standard"):
        x, y = [], []
        for t in range(5, len(rows)):
            if rows[t - 5][0] != rows[t][0]:
                continue
            row = [1.0] + [0.0] * 20
            for lag in range(1, 6):
                _, _, choice, common, reward = rows[t - lag]
                cell = 2 * int(1 - common) + int(1 - reward)  # C+, C-, R+, R-
                row[1 + 4 * (lag - 1) + cell] = 2 * choice - 1
            x.append(row)
            y.append(2 * rows[t][2] - 1)
        x, y = np.array(x), np.array(y)

        def loss(b, x=x, y=y):
            margin = y * (x @ b)
            gradient = -(x.T @ (y / (1 + np.exp(margin)))) + 0.1 * b
            return np.logaddexp(0, -margin).sum() + 0.05 * b @ b, gradient

        b = minimize(loss, np.zeros(21), jac=True, method="L-BFGS-B", options={"ftol": 1e-14}).x
        indices.append((b[1:].reshape(5, 4) @ [1, -1, -1, 1]).sum())
    found = summary("miller_rat_twostep")["planning_index"]
    assert found.mean == pytest.approx(np.mean(indices), abs=2e-3)
    assert found.sd == pytest.approx(np.std(indices, ddof=1), abs=2e-3)
    assert found.share_positive == np.mean(np.array(indices) > 0) == 1


@needs_data
def test_second_stage_and_learning_rate_equal_plain_loops():
    from fastslow.data.loaders import load_dataset
    from fastslow.papers.summaries import learning_rate, second_stage_stay

    frame = load_dataset("zorowitz2023_twostep")
    person = frame[frame["subject"] == "z007"]
    last, stayed = {}, {0: [], 1: []}
    for state, choice, reward in person[["state2", "choice2", "reward"]].to_numpy().tolist():
        if state in last:
            stayed[last[state][1]].append(choice == last[state][0])
        last[state] = (choice, reward)
    row = second_stage_stay(frame).loc["z007"]
    assert row["second_stage_stay_rewarded"] == pytest.approx(np.mean(stayed[1]))
    assert row["second_stage_stay_unrewarded"] == pytest.approx(np.mean(stayed[0]))

    frame = load_dataset("foucault2024_adaprob", table="ada_pos_trials")
    who = frame["subject"].iloc[0]
    sums = {}
    for _, session in frame[frame["subject"] == who].groupby("session_idx"):
        rows = session[["outcome", "estimate", "did_change_point_occur"]].to_numpy().tolist()
        since = None
        for (_, before, _), (outcome, after, changed) in pairwise(rows):
            since = 0 if changed else None if since is None else since + 1
            for key in ("learning_rate", f"learning_rate_{since}_after_change"):
                top, bottom = sums.get(key, (0, 0))
                error = outcome - before
                sums[key] = (top + (after - before) * error, bottom + error**2)
    found = learning_rate(frame)["1"].loc[who]
    for key in ("learning_rate", *(f"learning_rate_{k}_after_change" for k in range(16))):
        assert found[key] == pytest.approx(sums[key][0] / sums[key][1])


def test_learning_rate_of_a_delta_rule_is_its_rate():
    import pandas as pd

    from fastslow.papers.summaries import learning_rate

    rng = np.random.default_rng(0)
    rows = []
    for session in range(4):
        estimate = 0.5
        for t in range(75):
            outcome = rng.random()
            estimate += 0.3 * (outcome - estimate)
            rows.append(("a", session, t, outcome, estimate, rng.random(), t % 25 == 0))
    names = ["session_idx", "outcome_idx", "outcome", "estimate", "hidden_parameter"]
    frame = pd.DataFrame(rows, columns=["subject", *names, "did_change_point_occur"])
    np.testing.assert_allclose(learning_rate(frame)["1"].filter(like="rate"), 0.3)


def test_an_estimate_needs_two_subjects():
    from fastslow.papers.summaries import estimate, summarize

    with pytest.raises(ValueError, match="at least 2 subjects, got 1"):
        estimate(np.array([1.0, np.nan]), "1")
    with pytest.raises(ValueError, match="summary of data set 'aind_mouse_foraging'"):
        summarize("aind_mouse_foraging")
