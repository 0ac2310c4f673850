"""Spiking dopamine neurons in classical conditioning: what their circuit computes.

Nobody tells the neurons the error; it is the claim under test that GABA neurons which carry the
expected reward make them subtract it. Nothing was tuned; the constants of the circuit are design
values, see `models/dopamine/circuit.py`.
"""

from __future__ import annotations

from typing import Any

from ...models.dopamine.circuit import DopamineCircuit
from ...models.dopamine.neurons import DopamineNeurons
from ...tasks.conditioning import Conditioning
from ..declaration import Experiment, Figure, Signature, Test
from .conditioning_figure import draw_conditioning
from .measures import (
    EXPECTED,
    cue_follows_announcement,
    division_over_subtraction,
    dopamine_baseline,
    falls_with_expectation,
    gaba_baseline,
    gaba_rise,
    hill_r2,
    light_lowers,
    light_raises,
    omission_dip,
    reward_over_omission,
    volume_order,
)
from .measures import common_gain as common_gain_of

SOURCE = "doi:10.1038/nature14855; circuit and constants are ours"
TASK = Conditioning(announced=(0.0, EXPECTED))
GRADED = Conditioning(volumes=(0.0, 5.0), announced=(0.0, 0.1, 0.3, 0.5, 0.7, EXPECTED))
LIGHT = Conditioning(volumes=(5.0,), announced=(0.0, EXPECTED))
CELLS = DopamineCircuit(gain_spread=0.3)


def experiment(name: str, agent: DopamineNeurons, summary: str, **settings: Any) -> Experiment:
    """Trained animals with neurons of one kind; a life is a trial."""
    settings = {"task": TASK, "recording": Test(n_lives=960, record="all"), **settings}
    return Experiment(f"eshel2015/{name}", summary, agent=agent, source=SOURCE, quick=3, **settings)


def lit(name: str, agent: DopamineNeurons, summary: str) -> Experiment:
    """One volume, unexpected and expected, under light on the GABA neurons."""
    return experiment(name, agent, summary, task=LIGHT, recording=Test(n_lives=240, record="all"))


CUT = DopamineCircuit(gain_spread=0.3, inhibition=0.0)

EXPERIMENTS = (
    experiment(
        "conditioning",
        DopamineNeurons(CELLS),
        "dopamine and GABA neurons, rewards of seven sizes, announced or not",
        tests={
            "no_expectation": Test(n_lives=480, without=("expectation",), record="all"),
            "no_reward": Test(n_lives=480, without=("reward",), record="all"),
            "graded": Test(n_lives=720, task=GRADED, record="all"),
            "graded_no_expectation": Test(
                n_lives=720, task=GRADED, without=("expectation",), record="all"
            ),
            "graded_no_cue": Test(n_lives=720, task=GRADED, without=("cue",), record="all"),
        },
    ),
    experiment(
        "division",
        DopamineNeurons(DopamineCircuit(gain_spread=0.3, division=True)),
        "control: expectation divides the drive of the reward",
    ),
    experiment(
        "independent_gains",
        DopamineNeurons(DopamineCircuit(gain_spread=0.3, independent_gains=True)),
        "control: inhibition scales with a gain of its own",
    ),
    lit("light_off", DopamineNeurons(CELLS), "5 ul, no light"),
    lit("light_excites", DopamineNeurons(CELLS, light=25.0), "5 ul, GABA neurons excited"),
    lit("light_inhibits", DopamineNeurons(CELLS, light=-12.0), "5 ul, GABA neurons inhibited"),
    lit("cut_light_off", DopamineNeurons(CUT), "synapses cut, no light"),
    lit("cut_light_excites", DopamineNeurons(CUT, light=25.0), "synapses cut, GABA excited"),
    lit("cut_light_inhibits", DopamineNeurons(CUT, light=-12.0), "synapses cut, GABA inhibited"),
)

_MAIN, _DIVISION = "eshel2015/conditioning", "eshel2015/division"
_NAIVE, _UNPAID = f"{_MAIN}@no_expectation", f"{_MAIN}@no_reward"
_OFF, _ON, _LESS = (f"eshel2015/light_{s}" for s in ("off", "excites", "inhibits"))
_CUT_OFF, _CUT_ON, _CUT_LESS = (f"eshel2015/cut_light_{s}" for s in ("off", "excites", "inhibits"))


def signature(name: str, claim: str, measure: Any, subject: Any, **settings: Any) -> Signature:
    """Intervals are those of the specification."""
    settings = {"low": None, "high": None, "published": "direction only", **settings}
    return Signature(f"eshel2015/{name}", claim, measure=measure, subject=subject, **settings)


SIGNATURES = (
    signature(
        "dopamine_baseline", "Dopamine neurons fire a few spikes a second at rest.",
        dopamine_baseline, _MAIN, low=3.0, high=6.0, published="eshel2015/dopamine_baseline",
    ),
    signature(
        "gaba_baseline", "GABA neurons fire faster than dopamine neurons at rest.",
        gaba_baseline, _MAIN, low=12.0, high=20.0, published="eshel2015/gaba_baseline",
    ),
    signature(
        "gaba_carries_expectation",
        "GABA neurons fire on through the delay when a reward is expected.",
        gaba_rise, _MAIN, low=0.5, high=1.5, shows_not=_NAIVE,
        published="eshel2015/gaba_carries_expectation",
    ),
    signature(
        "reward_order", "The larger the reward, the larger the response.",
        volume_order, _MAIN, low=0.99, shows_not=_UNPAID,
    ),
    signature(
        "hill_curve", "Responses to unexpected rewards follow a saturating Hill curve.",
        hill_r2, _MAIN, low=0.97, shows_not=_UNPAID, published="eshel2015/hill_curve",
    ),
    signature(
        "expectation_subtracts",
        "Expectation takes the same amount off the response to any reward: it is subtracted.",
        division_over_subtraction, _MAIN, low=5.0, shows_not=_DIVISION,
        published="eshel2015/expectation_subtracts",
    ),
    signature(
        "omission_dips", "Where an expected reward does not come, firing falls below baseline.",
        omission_dip, _MAIN, low=-6.0, high=-1.5, shows_not=_NAIVE,
        published="eshel2015/omission_dips",
    ),
    signature(
        "rectification",
        "An unexpected reward raises firing more than three times as much as its omission lowers it.",
        reward_over_omission, _MAIN, low=3.0, published="eshel2015/rectification",
    ),
    signature(
        "graded_expectation",
        "The better a reward was expected, the smaller the response to it, nearly in proportion.",
        falls_with_expectation, f"{_MAIN}@graded", high=-0.95,
        shows_not=f"{_MAIN}@graded_no_expectation",
    ),
    signature(
        "graded_cue", "The more a cue announces, the larger the response to it.",
        cue_follows_announcement, f"{_MAIN}@graded", low=0.95, shows_not=f"{_MAIN}@graded_no_cue",
    ),
    signature(
        "gaba_excited", "Exciting GABA neurons lowers the responses to all rewards.",
        light_lowers, (_ON, _OFF), high=0.0, shows_not=(_CUT_ON, _CUT_OFF),
        published="eshel2015/gaba_light",
    ),
    signature(
        "gaba_inhibited", "Inhibiting GABA neurons raises the responses to all rewards.",
        light_raises, (_LESS, _OFF), low=0.0, shows_not=(_CUT_LESS, _CUT_OFF),
        published="eshel2015/gaba_light",
    ),
    signature(
        "common_response",
        "Neurons that respond more to reward have more taken off by expectation.",
        common_gain_of, _MAIN, low=0.6, shows_not="eshel2015/independent_gains",
        published="eshel2015/common_response",
    ),
)  # fmt: skip

FIGURES = (
    Figure(
        name="eshel2015/conditioning",
        caption=(
            "Spiking dopamine neurons in classical conditioning. (a) Firing around an unexpected "
            "reward, an expected one, and an expected one that does not come; 5 ul, bins of 20 ms; "
            "dashes: cue and reward. (b) Response to reward by volume; lines: Hill curve, and the "
            "same curve less a constant. (c) Response to 5 ul and to its omission by how well it was "
            "announced. (d) Response to the cue. (e) Single neurons of the first seed: what "
            "expectation takes off, by response. (f) Light on the GABA neurons. Dots: seeds."
        ),
        needs=(_MAIN, f"{_MAIN}@graded", _OFF, _ON, _LESS),
        draw=draw_conditioning,
    ),
)
