"""Dopamine and GABA neurons of the ventral tegmental area that compute a reward prediction error.

Nobody injects the error. GABA neurons carry the expected reward through the delay (Cohen et al.
2012, doi:10.1038/nature10754), inhibit the dopamine neurons, and so *subtract* expectation from
the drive of the reward (Eshel et al. 2015, doi:10.1038/nature14855). Brian2 is imported when the
circuit runs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

# Time course of a trial and windows of analysis, s
CUE, REWARD, REWARD_LASTS, END = 0.4, 1.0, 0.2, 1.6
LIGHT_OFF = 1.3
BASELINE = (0.1, 0.4)
CUE_RESPONSE = (0.4, 0.7)
GABA_DELAY = (0.6, 1.0)
REWARD_RESPONSE = (1.0, 1.3)
OMISSION_RESPONSE = (1.05, 1.35)

N_LEVELS = 11  # of expectation, from 0 to 1, at which `lessons` are simulated
# What a reward of 1 is for the neurons where they teach, ul: inhibition about cancels a fully
# expected one.
TAUGHT_VOLUME = 0.3


@dataclass(frozen=True)
class Firing:
    """Spikes of a set of trials.

    Attributes
    ----------
    trial, cell : (n_spikes,) ints
    time : (n_spikes,) floats, s
        From the start of the trial.
    n_trials, n_cells : int
        Cells are counted within a trial.
    """

    trial: np.ndarray
    cell: np.ndarray
    time: np.ndarray
    n_trials: int
    n_cells: int

    def rate(self, window: tuple[float, float]) -> np.ndarray:
        """Firing rate in a window, Hz, (n_trials, n_cells)."""
        start, stop = window
        inside = (self.time >= start) & (self.time < stop)
        index = self.trial[inside] * self.n_cells + self.cell[inside]
        counts = np.bincount(index, minlength=self.n_trials * self.n_cells)
        return counts.reshape(self.n_trials, self.n_cells) / (stop - start)

    def histogram(self, bin_width: float = 0.02) -> tuple[np.ndarray, np.ndarray]:
        """Peri-event time histogram: bin centers, s, and rate of each trial, Hz, (n_trials, n_bins)."""
        edges = np.linspace(0, END, round(END / bin_width) + 1)
        counts = np.histogram2d(self.trial, self.time, [np.arange(self.n_trials + 1), edges])[0]
        return (edges[1:] + edges[:-1]) / 2, counts / (self.n_cells * bin_width)


@dataclass(frozen=True)
class DopamineCircuit:
    """GABA and dopamine neurons, as many independent trials at once as are asked for.

    Constants are design values chosen within what the papers report; where the source of one
    is known it is named.

    Parameters
    ----------
    n_cells : int
        Neurons of either kind in a trial.
    gain_spread : float
        Standard deviation of the cells' gains, mean 1, clipped to 0.4-1.8: one factor scales a
        cell's drives and its inhibition alike, so that all share one response function (Eshel
        et al. 2016, doi:10.1038/nn.4239).
    independent_gains : bool
        A gain of its own for the inhibition: the control without a common response function.
    division : bool
        Reward drive divided by 1 + `division_strength` * expected instead of GABA inhibition that
        rises: the control that does not subtract.
    inhibition : float
        What a GABA spike adds to the inhibitory conductance, in units of the leak; 0 cuts it.
    """

    n_cells: int = 20
    gain_spread: float = 0.0
    independent_gains: bool = False
    division: bool = False
    inhibition: float = 0.05

    # GABA neurons, Hz: tonic rate, and what an expectation of 1 adds when the reward is due
    # (baselines of 15-20 Hz and sustained firing through the delay: Cohen et al. 2012).
    gaba_baseline: float = 15.0
    gaba_expectation: float = 25.0

    # Dopamine neurons: leaky integrate and fire; mV and ms. Rate at rest 3-6 Hz.
    membrane_time: float = 15.0
    rest: float = -55.0
    threshold: float = -40.0
    refractory: float = 5.0
    noise: float = 4.0
    tonic_drive: float = 10.0
    gaba_reversal: float = -70.0
    gaba_decay: float = 8.0

    # Drive of a reward of r ul, mV: Hill curve with exponent 0.5 (Eshel et al. 2015); of a cue,
    # linear in its value, so that responses to cues are graded.
    reward_drive: float = 22.0
    half_reward: float = 2.0
    cue_drive: float = 12.0
    division_strength: float = 0.6

    step: float = 0.5  # ms

    def __post_init__(self) -> None:
        if self.n_cells < 1:
            raise ValueError(f"n_cells must be at least 1, got {self.n_cells}")
        for name in ("gain_spread", "inhibition"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")

    def gains(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Gains of the cells for drives and for inhibition, (n_cells,) each."""
        rng = np.random.default_rng([seed, 1])
        drive, other = np.clip(rng.normal(1, self.gain_spread, (2, self.n_cells)), 0.4, 1.8)
        return drive, other if self.independent_gains else drive

    def run(
        self,
        reward: np.ndarray,
        expected: np.ndarray,
        cue_value: np.ndarray | None = None,
        light: float = 0.0,
        seed: int = 0,
    ) -> tuple[Firing, Firing]:
        """Simulate trials: dopamine and GABA spikes.

        Parameters
        ----------
        reward : (n_trials,) array, ul
            0 is an omission.
        expected : (n_trials,) array in [0, 1]
            What the GABA neurons carry from the cue on; 0 if the reward comes unannounced.
        cue_value : (n_trials,) array in [0, 1], optional
            What the cue announces; by default nothing.
        light : float, Hz
            Added to the GABA neurons' rate from the cue to 1.3 s: positive excites, negative
            inhibits them.
        seed : int

        Returns
        -------
        dopamine, gaba : Firing
        """
        reward, expected = (
            np.atleast_1d(reward).astype(float),
            np.atleast_1d(expected).astype(float),
        )
        cue = np.zeros_like(reward) if cue_value is None else np.atleast_1d(cue_value).astype(float)
        if not reward.shape == expected.shape == cue.shape or reward.ndim != 1:
            raise ValueError(
                "reward, expected and cue_value must be of one length, got shapes "
                f"{reward.shape}, {expected.shape} and {cue.shape}"
            )
        if (reward < 0).any():
            raise ValueError(f"a reward is a volume in ul, not negative, got {reward.min()}")
        for name, given in (("expected", expected), ("cue_value", cue)):
            if ((given < 0) | (given > 1)).any():
                raise ValueError(f"{name} must be in [0, 1], got {given.min()} to {given.max()}")
        return self._simulate(
            drive=self._drive(reward, expected, cue),
            gaba_rate=self._gaba_rate(expected, light),
            seed=seed,
        )

    def lessons(self, volume: float, n_repeats: int, seed: int) -> np.ndarray:
        """Errors that the firing teaches, (2, 11, n_repeats): without and with a reward of
        `volume` ul, at expectations from 0 to 1.

        They are changes of the rate from baseline, in units of that at an unexpected reward. Firing
        cannot fall below 0 and the baseline is low, so negative errors arrive compressed (Bayer &
        Glimcher 2005, doi:10.1016/j.neuron.2005.05.020).
        """
        reward, expected, _ = np.meshgrid(
            [0.0, volume], np.linspace(0, 1, N_LEVELS), np.arange(n_repeats), indexing="ij"
        )
        dopamine, _ = self.run(reward.ravel(), expected.ravel(), seed=seed)
        change = (dopamine.rate(REWARD_RESPONSE) - dopamine.rate(BASELINE).mean()).mean(axis=1)
        change = change.reshape(reward.shape)
        return change / change[1, 0].mean()

    @property
    def _time(self) -> np.ndarray:
        return np.arange(0, END, self.step / 1000)

    def _drive(self, reward: np.ndarray, expected: np.ndarray, cue: np.ndarray) -> np.ndarray:
        """Phasic drive of a dopamine neuron of gain 1, mV, (n_times, n_trials)."""
        t = self._time[:, None]
        root = np.sqrt(reward)
        due = self.reward_drive * root / (root + np.sqrt(self.half_reward))
        if self.division:
            due = due / (1 + self.division_strength * expected)
        at_cue = (t >= CUE) & (t < CUE + REWARD_LASTS)
        at_reward = (t >= REWARD) & (t < REWARD + REWARD_LASTS)
        return at_cue * self.cue_drive * cue + at_reward * due

    def _gaba_rate(self, expected: np.ndarray, light: float) -> np.ndarray:
        """Rate of a GABA neuron, Hz, (n_times, n_trials): ramps from the cue to the reward."""
        t = self._time[:, None]
        ramp = np.where(t < REWARD, 0.5 + 0.5 * (t - CUE) / (REWARD - CUE), 1.0)
        ramp = ramp * ((t >= CUE) & (t < REWARD + REWARD_LASTS))
        carried = np.zeros_like(expected) if self.division else expected
        lit = light * ((t >= CUE) & (t < LIGHT_OFF))
        return np.maximum(self.gaba_baseline + self.gaba_expectation * ramp * carried + lit, 0)

    def _simulate(
        self, drive: np.ndarray, gaba_rate: np.ndarray, seed: int
    ) -> tuple[Firing, Firing]:
        n_trials, n_cells = drive.shape[1], self.n_cells
        drive_gain, inhibition_gain = self.gains(seed)
        trial_of = np.repeat(np.arange(n_trials), n_cells)
        with _brian(seed) as b:
            step = self.step * b.ms
            names: dict[str, Any] = {
                "tau": self.membrane_time * b.ms,
                "tau_gaba": self.gaba_decay * b.ms,
                "rest": self.rest * b.mV,
                "threshold": self.threshold * b.mV,
                "reversal": self.gaba_reversal * b.mV,
                "noise": self.noise * b.mV,
                "tonic": self.tonic_drive * b.mV,
                "drive": b.TimedArray(drive * b.mV, dt=step),
                "gaba_rate": b.TimedArray(gaba_rate * b.Hz, dt=step),
                "added": self.inhibition,
            }
            dopamine = b.NeuronGroup(
                n_trials * n_cells,
                """
                dv/dt = (rest - v + tonic + k * drive(t, trial) - k_gaba * g * (v - reversal)) / tau
                        + noise * sqrt(2 / tau) * xi : volt (unless refractory)
                dg/dt = -g / tau_gaba : 1
                trial : integer (constant)
                k : 1 (constant)
                k_gaba : 1 (constant)
                """,
                threshold="v > threshold",
                reset="v = rest",
                refractory=self.refractory * b.ms,
                method="euler",
                dt=step,
                namespace=names,
            )
            gaba = b.NeuronGroup(
                n_trials * n_cells,
                "trial : integer (constant)",
                threshold="rand() < gaba_rate(t, trial) * dt",
                dt=step,
                namespace=names,
            )
            dopamine.trial = gaba.trial = trial_of
            dopamine.k, dopamine.k_gaba = (
                np.tile(gain, n_trials) for gain in (drive_gain, inhibition_gain)
            )
            dopamine.v = names["rest"]
            # at rest the conductance is what the tonic GABA rate keeps up
            dopamine.g = self.inhibition * n_cells * self.gaba_baseline * self.gaba_decay / 1000
            inhibits = b.Synapses(
                gaba, dopamine, on_pre="g_post += added", dt=step, namespace=names
            )
            source = np.repeat(np.arange(n_trials * n_cells), n_cells)
            target = (trial_of[:, None] * n_cells + np.arange(n_cells)).ravel()
            inhibits.connect(i=source, j=target)
            spikes = [b.SpikeMonitor(group) for group in (dopamine, gaba)]
            b.Network(dopamine, gaba, inhibits, *spikes).run(END * b.second, namespace={})
            found = [
                Firing(
                    *np.divmod(np.array(s.i), n_cells), np.array(s.t / b.second), n_trials, n_cells
                )
                for s in spikes
            ]
        return found[0], found[1]


@contextmanager
def _brian(seed: int) -> Iterator[Any]:
    """Brian2 with its numpy target and a seed of its own; NumPy's global state comes back after.

    The numpy target draws from the global generator, so it is seeded and put back.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of packages that Brian2 imports
        import brian2 as b

    state = np.random.get_state()  # noqa: NPY002
    target = b.prefs.codegen.target
    b.prefs.codegen.target = "numpy"
    b.seed(seed)
    try:
        yield b
    finally:
        b.prefs.codegen.target = target
        np.random.set_state(state)  # noqa: NPY002
