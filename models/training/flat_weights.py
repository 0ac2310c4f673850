"""Weights by name that lie, in pieces, in one flat array; the engines' layouts say where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..cores import Weights

# By name the views of a flat array that make up this weight array, side by side along the last axis.
Pieces = Mapping[str, Sequence[np.ndarray]]


def read_pieces(pieces: Pieces) -> dict[str, np.ndarray]:
    """Copies of the arrays by name."""
    return {name: np.concatenate(views, axis=-1) for name, views in pieces.items()}


def write_pieces(pieces: Pieces, named: Weights) -> None:
    """Set the arrays by name.

    Raises
    ------
    ValueError
        If one has another shape than its place.

    Examples
    --------
    >>> flat = np.zeros(3)
    >>> write_pieces({"bias": [flat[:1], flat[2:]]}, {"bias": np.array([5.0, 7.0])})
    >>> flat
    array([5., 0., 7.])
    """
    for name, views in pieces.items():
        array = np.asarray(named[name])
        shape = (*views[0].shape[:-1], sum(view.shape[-1] for view in views))
        if array.shape != shape:
            raise ValueError(f"'{name}' must be {shape}, got {array.shape}")
        for view, piece in zip(views, np.split(array, len(views), axis=-1), strict=True):
            view[...] = piece
