"""More reverse replay after a larger reward, with a control that has no gain (Mattar & Daw 2018, Fig. 5).

`larger_reward_more_reverse` is a ratio, which an agent that replays nothing in reverse does not have; here
it is the difference that counts. Declared when the ratio was known to be 11 in the agent with gain; the
control had not been run. In the two re-implementations the difference is .66 events per lap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...tasks.navigation import linear_track
from .measures import REVERSE_END
from .track import FOUR, INTACT, SAME, experiment, signature

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

EXPERIMENTS = (
    experiment(
        "reward_4x_no_gain", "track, half the laps pay 4, gain 1",
        linear_track(reward=(1, 4)), INTACT.without("gain"), full=8,
    ),
)  # fmt: skip


def added_reverse(recording: xr.Dataset) -> np.ndarray:
    """Reverse events per lap after another reward, less those after the usual one."""
    normal, altered = REVERSE_END.by_last_reward(recording)
    return altered - normal


SIGNATURES = (
    signature(
        "larger_reward_adds_reverse",
        "After a reward four times as large there is one more reverse event in every third lap or oftener.",
        added_reverse, FOUR, low=0.33, shows_not="mattar2018/reward_4x_no_gain", beside=(SAME,),
        published="mattar2018/larger_reward_more_reverse",
    ),
)  # fmt: skip
