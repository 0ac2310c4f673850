"""Harlow's learning sets with a gaze that moves along a line, after Wang et al. 2018, Simulation 5.

doi:10.1038/s41593-018-0147-8
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .harlow import LEFT, NOT_CHOSEN, RIGHT, draw_objects, draw_sides
from .randomness import Lanes
from .task import ACT, Discrete, Play, TimeStep

N_CELLS, CENTER = 17, 8
REACH = 4  # cells seen on either side of the gaze
OBJECT_DISTANCE = 3  # chosen, so that both objects are seen from the center
FIXATION_REWARD = 0.2  # Wang et al. 2016, arXiv:1611.05763

FIXATION, CHOICE = 0, 1  # values of the label `stage`


@dataclass(frozen=True)
class HarlowLine:
    """Harlow's task for a gaze that has to look at an object in order to choose it.

    There are 17 cells in a line. Each step moves the gaze one cell to the left (0) or right (1);
    at an end it stays. It sees the four cells on either side of it, eight in all. A trial begins
    with a fixation cross on the center cell. Once the gaze comes to the cross, that pays +.2, and
    the two objects of the episode appear three cells left and right of the center. The object that
    the gaze comes to is chosen: the rewarded one pays +1, the other -1, both vanish, and the
    cross is back. What the gaze comes to is gone in the same step, so that the cell under it is
    always empty. In the first trial the gaze starts on one of the eight cells from which the cross
    is seen, at random; in later ones where the object was.

    Objects and sides are drawn as in `Harlow`. An episode ends with the last choice of `n_trials`,
    or after `max_steps` steps. The observation holds for each cell seen, from left to right,
    whether the cross is there and the object that is there, else zeros. The label `stage` is 0
    while the cross is shown and 1 while the objects are, `best_action` the move towards the cross
    or the rewarded object, `gaze` the cell; the outcome `correct` is 1 where the rewarded object
    was chosen, 0 where the other was, -1 where none was.

    Notes
    -----
    The sizes, the rewards and the limit of 250 steps are those of a public re-implementation of
    Simulation 5 with a line for the screen (github.com/BKHMSI/Meta-RL-Harlow); the rest is ours.
    """

    n_trials: int = 6
    object_size: int = 8
    max_steps: int = 250

    def __post_init__(self) -> None:
        for name in ("n_trials", "object_size", "max_steps"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")

    @property
    def observation_names(self) -> tuple[str, ...]:
        features = ("cross", *(f"object_{i}" for i in range(self.object_size)))
        cells = [cell for cell in range(-REACH, REACH + 1) if cell]
        return tuple(f"{feature}_at_{cell:+d}" for cell in cells for feature in features)

    @property
    def observation_size(self) -> int:
        return 2 * REACH * (1 + self.object_size)

    @property
    def action(self) -> Discrete:
        return Discrete(2)

    @property
    def n_steps(self) -> int:
        return self.max_steps

    def play(self, n: int, rng: Lanes) -> Play:
        views = self._views(*draw_objects(self.object_size, rng))
        sides = draw_sides(self.n_trials, rng).astype(np.intp)
        sides[self.n_trials] = _NO_SIDE
        sides = sides.ravel()  # at n * trial + lane
        start = rng.integers(2 * REACH)
        lanes, yes, no = np.arange(n), np.ones(n, bool), np.zeros(n, bool)
        first_view = lanes * _N_PLACES
        place = CENTER - REACH + start + (start >= REACH)
        trial, active, phase = np.zeros(n, np.intp), yes, np.full(n, ACT, np.int8)
        reward, discount = np.zeros(n, np.float32), np.ones(n, np.float32)
        outcomes = {"correct": np.full(n, NOT_CHOSEN, np.int8)}
        for step in range(self.max_steps + 1):
            labels: dict[str, np.ndarray] = {
                "trial": trial,
                "stage": _STAGE.take(place),
                "best_action": _BEST_ACTION.take(place),
                "gaze": _GAZE.take(place),
            }
            observation = views.take(first_view + place, axis=0)
            action = yield TimeStep(
                observation, reward, discount, no if step else yes, active, phase, outcomes, labels
            )
            place = _MOVED.take(2 * place + self.action.check(action, n))
            found = _FOUND.take(place)
            trial = trial + (found >= _OTHER)
            place = _SETTLED.take(3 * place + sides.take(n * trial + lanes))
            reward, outcomes = _PAY.take(found), {"correct": _CORRECT.take(found)}
            active = no if step + 1 == self.max_steps else place != _OVER
            discount = active.astype(np.float32)

    def _views(self, rewarded: np.ndarray, other: np.ndarray) -> np.ndarray:
        """What each lane sees from each place, (n * n_places, observation_size)."""
        n = len(rewarded)
        # The line in each scene, with empty cells beyond its ends.
        line = np.zeros((n, 3, N_CELLS + 2 * REACH, 1 + self.object_size), np.float32)
        center = CENTER + REACH
        line[:, 0, center, 0] = 1
        for side, left, right in ((LEFT, rewarded, other), (RIGHT, other, rewarded)):
            line[:, 1 + side, center - OBJECT_DISTANCE, 1:] = left
            line[:, 1 + side, center + OBJECT_DISTANCE, 1:] = right
        views = np.zeros((n, _N_PLACES, 2 * REACH, 1 + self.object_size), np.float32)
        for cell in range(N_CELLS):
            seen = views[:, cell:_OVER:N_CELLS]
            seen[:, :, :REACH] = line[:, :, cell : cell + REACH]
            seen[:, :, REACH:] = line[:, :, cell + REACH + 1 : cell + 2 * REACH + 1]
        return views.reshape(n * _N_PLACES, -1)


# A lane stands in a scene, at a cell: place = N_CELLS * scene + cell. Scene 0 shows the cross,
# scenes 1 and 2 the objects, the rewarded one left or right. One more place is the end.
_OVER, _N_PLACES = 3 * N_CELLS, 3 * N_CELLS + 1
_NO_SIDE = 2  # stands for the side where no trial follows


def _by_place(rows: np.ndarray, over: int) -> np.ndarray:
    """A table over places from the rows of the three scenes, (3, n_cells)."""
    return np.append(np.broadcast_to(rows, (3, N_CELLS)), over)


_CELLS, _SCENES = np.arange(N_CELLS), np.arange(3)[:, None]
_GAZE = _by_place(_CELLS, -1).astype(np.int8)
_STAGE = _by_place(np.where(_SCENES == 0, FIXATION, CHOICE), FIXATION).astype(np.int8)
_TO_CROSS = np.where(_CELLS < CENTER, RIGHT, LEFT)
_BEST_ACTION = _by_place(np.where(_SCENES == 0, _TO_CROSS, _SCENES - 1), -1).astype(np.int8)

# Where a step leads, by place and action; what is found there; and where that leaves the lane,
# by place and side of the rewarded object in the trial that is then on.
_LEFTWARD, _RIGHTWARD = np.maximum(_CELLS - 1, 0), np.minimum(_CELLS + 1, N_CELLS - 1)
_MOVED = np.stack(
    [_by_place(N_CELLS * _SCENES + cells, _OVER) for cells in (_LEFTWARD, _RIGHTWARD)], axis=1
)
_NOTHING, _CROSS, _OTHER, _REWARDED = range(4)
_PAY = np.array([0, FIXATION_REWARD, -1, 1], np.float32)
_CORRECT = np.array([NOT_CHOSEN, NOT_CHOSEN, 0, 1], np.int8)
_FOUND = np.full(_N_PLACES, _NOTHING)
_FOUND[CENTER] = _CROSS
_LEFT_OBJECT, _RIGHT_OBJECT = CENTER - OBJECT_DISTANCE, CENTER + OBJECT_DISTANCE
_FOUND[N_CELLS + _LEFT_OBJECT] = _FOUND[2 * N_CELLS + _RIGHT_OBJECT] = _REWARDED
_FOUND[N_CELLS + _RIGHT_OBJECT] = _FOUND[2 * N_CELLS + _LEFT_OBJECT] = _OTHER
_SETTLED = np.repeat(np.arange(_N_PLACES)[:, None], 3, axis=1)
_SETTLED[_FOUND >= _OTHER] %= N_CELLS  # back to the cross
_SETTLED[CENTER] = N_CELLS + CENTER, 2 * N_CELLS + CENTER, _OVER
_SETTLED[:, _NO_SIDE] = _OVER
