"""Where a stored state lies along the axis that tells choices apart, before and after it was revised."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class ChoiceAxis(NamedTuple):
    """What happened to stored states.

    Attributes
    ----------
    accuracy : float
        Share of states before revision that the axis assigns to the action learned.
    flipped : float
        Share of states which it assigns to another action after than before.
    displacement : float
        Mean movement toward the other action, divided by the root mean square movement along a
        random axis, |change| / sqrt(n_units); units are standardized, some vary far more.
    before, after : (n,) arrays
        Places along the axis, positive where the action learned at first is favored.
    """

    accuracy: float
    flipped: float
    displacement: float
    before: np.ndarray
    after: np.ndarray


def choice_axis(
    cells: np.ndarray,
    actions: np.ndarray,
    before: np.ndarray,
    after: np.ndarray,
    learned: np.ndarray,
    penalty: float = 1.0,
) -> ChoiceAxis:
    """Find the axis in some states, and follow others along it.

    Parameters
    ----------
    cells : (m, n_units) array
        States that teach the axis, by logistic regression on standardized units.
    actions : (m,) array of 0 and 1
        Action learned in each.
    before, after : (n, n_units) arrays
        Other states before and after their revision.
    learned : (n,) array of 0 and 1
        Action learned before.
    penalty : float
        Strength of the L2 penalty.

    References
    ----------
    Decoding of the choice from a state, and displacement against random axes: ours.
    """
    from sklearn.linear_model import LogisticRegression

    if len(np.unique(actions)) < 2:
        raise ValueError("both actions must occur among those that teach the axis, found one")
    if not len(before):
        raise ValueError("there are no states to follow along the axis")
    mean, scale = cells.mean(axis=0), cells.std(axis=0) + 1e-6
    cells, before, after = ((x - mean) / scale for x in (cells, before, after))
    model = LogisticRegression(C=1 / penalty, max_iter=1000).fit(cells, actions)
    length = np.linalg.norm(model.coef_)
    sign = 2 * np.asarray(learned) - 1
    place = [sign * (x @ model.coef_[0] + model.intercept_[0]) / length for x in (before, after)]
    change = np.sqrt(np.square(after - before).mean())  # along a random axis, root mean square
    toward_other = (place[0] - place[1]).mean()
    return ChoiceAxis(
        accuracy=float((place[0] > 0).mean()),
        flipped=float(((place[0] > 0) != (place[1] > 0)).mean()),
        displacement=float(toward_other / change) if change else 0.0,
        before=place[0],
        after=place[1],
    )
