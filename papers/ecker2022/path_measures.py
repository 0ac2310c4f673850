"""Numbers that signatures of replay on graphs measure: one for each seed, from recorded spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...tasks import REST
from ...tasks.navigation import StateGraph
from ..declaration import Measure
from .rests import Rest, graph_paths, per_seed, rests

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

CUE_WINDOW = 0.2  # s after its onset in which an event counts as cued


class Paths:
    """Measures of decoded paths on one graph.

    Parameters
    ----------
    graph : StateGraph
    """

    def __init__(self, graph: StateGraph) -> None:
        self.graph = graph

    def adjacent(self, recording: xr.Dataset) -> np.ndarray:
        """Share of steps that lead to a neighbor; 0 without a step."""
        return self._share_of_steps(recording, "adjacent")

    def within_two(self, recording: xr.Dataset) -> np.ndarray:
        """Share of steps that lead no further than two states; 0 without a step."""
        return self._share_of_steps(recording, "within_two")

    def _share_of_steps(self, recording: xr.Dataset, name: str) -> np.ndarray:
        def share(rest: Rest) -> float:
            _, _, about = graph_paths(rest, self.graph)
            n = about.n_steps.sum()
            return float((about[name] * about.n_steps).sum() / n) if n else 0.0

        return per_seed(share)(recording)

    def n_states(self, recording: xr.Dataset) -> np.ndarray:
        """Mean number of states of an event; 0 without an event."""

        def mean(rest: Rest) -> float:
            _, _, about = graph_paths(rest, self.graph)
            return float(about.n_states.mean()) if len(about) else 0.0

        return per_seed(mean)(recording)

    def starts_at(self, state: int) -> Measure:
        """Measure: share of events after a cue that begin within one state of `state`."""

        def share(rest: Rest) -> float:
            about = self._cued(rest)
            near = self.graph.distances[state, about.start_state] <= 1
            return float(near.mean()) if len(about) else 0.0

        return per_seed(share)

    def leads_away(self, state: int) -> Measure:
        """Measure: share of events after a cue that end further from `state` than they began."""

        def share(rest: Rest) -> float:
            about = self._cued(rest)
            distance = self.graph.distances[state]
            away = distance[about.end_state] > distance[about.start_state]
            return float(away.mean()) if len(about) else 0.0

        return per_seed(share)

    def _cued(self, rest: Rest) -> pd.DataFrame:
        """What is known of the paths of events that begin just after the time of a cue."""
        from ...models.replay_agents.explorer import cue_onsets

        found, _, about = graph_paths(rest, self.graph)
        begin = (found.begin - rest.begin[found["rest"]]).to_numpy()
        since = begin[:, None] - cue_onsets(round(float(rest.end[0] - rest.begin[0]), 6))
        # Events begin on the 20 ms grid of their detection, perhaps just before the cue.
        just = ((since > -0.02) & (since < CUE_WINDOW)).any(axis=1)
        return about[just & (about.n_states > 0).to_numpy()]


def transition_width(recording: xr.Dataset) -> np.ndarray:
    """Least summed weight with 9 events in 10 s over the largest with none below it."""
    widths = []
    for number, rest in enumerate(rests(recording)):
        row = recording.isel(seed=number, episode=0)
        resting = (row.phase == REST).values & row.active.values
        summed = row.weight_sum.values[resting]
        found = rest.events(0.26)
        count = np.bincount(found["rest"], minlength=len(summed)) / (rest.end - rest.begin) * 10
        many = summed[count >= 9]
        none = summed[(count == 0) & (summed < many.min(initial=np.inf))]
        widths.append(many.min() / none.max() if len(many) and len(none) else np.nan)
    return np.array(widths)
