"""The static task network by network: first attempt solved, attempts solved, steps above minimum."""

import numpy as np
import xarray as xr

from fastslow.papers.tan2023 import static
from fastslow.papers.tan2023.static_figure import draw_static, table_of


def walked(steps: np.ndarray, limit: int = 100) -> xr.Dataset:
    """Attempts that take `steps` (seed, life, attempt), solved where fewer than the limit."""
    n_seeds, n_lives, n_attempts = steps.shape
    flat = steps.reshape(n_seeds, -1, 1)
    dims = ("seed", "episode", "step")
    active = np.arange(limit) < flat
    end = (np.arange(limit) == flat - 1) & (flat < limit)
    attempt = np.tile(np.arange(n_attempts), n_lives)[:, None]

    def constant(values):
        return dims, np.broadcast_to(values, active.shape).copy()

    return xr.Dataset(
        {
            "active": (dims, active),
            "solved": (dims, end),
            "attempt": constant(attempt),
            "manhattan": constant(18),
            "shortest_path": constant(18),
            "phase": constant(0),
        },
        {
            "seed": np.arange(n_seeds),
            "life": ("episode", np.repeat(np.arange(n_lives), n_attempts)),
        },
    )


CURVES = np.full((2, 4, 20), 18)
CURVES[:, 0, 0] = 25  # as published
CURVES[:, 1, :3] = 100  # solved at the fourth attempt
CURVES[:, 2] = 100  # never
CURVES[:, 3, 1] = 30


def test_the_table_has_a_row_for_each_network():
    table = table_of(walked(CURVES))
    assert table["first_solved"].tolist() == [1, 4, 21, 1] * 2
    assert table["solved"].tolist() == [20, 17, 0, 20] * 2
    assert table["steps_above_minimum"].tolist()[0] == 7
    assert table["steps_above_minimum"].tolist()[3] == 12
    assert table["seed"].tolist() == [0] * 4 + [1] * 4


def test_the_median_network_decides_not_a_single_one():
    assert static.steps_at_the_end(walked(CURVES)).tolist() == [18.0, 18.0]
    lost = CURVES.copy()
    lost[:, :3] = 100
    assert static.steps_at_the_end(walked(lost)).tolist() == [100.0, 100.0]


def test_permuted_attempts_do_not_end_on_the_shortest_way(seed):
    rng = np.random.default_rng(seed)
    improving = np.concatenate([np.full(50, 60), np.full(50, 18)])
    curves = np.tile(improving, (2, 4, 1))
    assert static.steps_at_the_end(walked(curves)).tolist() == [18.0, 18.0]
    found = static.steps_at_the_end(walked(rng.permuted(curves, axis=-1)))
    assert (found > static.SHORTEST + 1).all()


def test_the_figure_draws():
    import matplotlib.pyplot as plt

    from fastslow.analysis.style import paper_style

    with paper_style():
        drawing, table = draw_static({e.name: walked(CURVES) for e in static.EXPERIMENTS})
    assert len(table) == 16
    assert [ax.get_ylabel() for ax in drawing.axes][1:] == (
        ["first attempt solved", "attempts solved of 100", "steps above minimum"]
    )
    plt.close(drawing)
