"""Pictures of mazes show what they were given."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from PIL import Image

from fastslow.analysis.maze_figure import KINDS, animate_maze, draw_maze, draw_paths
from fastslow.tasks.navigation import open_maze

GRID = open_maze().layouts[0]
GOAL = GRID.goals[0]
VALUES = 0.9 ** GRID.graph.distances[:, GOAL].astype(float)


@pytest.fixture
def axes():
    figure, axes = plt.subplots()
    yield axes
    figure.canvas.draw()  # without warnings
    plt.close(figure)


def test_values_and_walls(axes):
    image = draw_maze(axes, GRID.wall, VALUES, start=18, goal=GOAL, label="value (reward)")
    shown = image.get_array()
    np.testing.assert_array_equal(shown.mask, GRID.wall)
    np.testing.assert_array_equal(shown[~GRID.wall], VALUES.reshape(6, 9)[~GRID.wall])
    (walls,) = (c for c in axes.collections if isinstance(c, PolyCollection))
    centers = {tuple(path.vertices[:4].mean(axis=0)) for path in walls.get_paths()}
    assert centers == {(column, row) for row, column in np.argwhere(GRID.wall)}
    marks = {text.get_text(): text.get_position() for text in axes.texts}
    assert marks == {"S": (0, 2), "G": (8, 0)}
    assert axes.figure.axes[1].get_ylabel() == "value (reward)"


def test_a_maze_without_walls_and_values(axes):
    assert draw_maze(axes, np.zeros((2, 3), bool)) is None
    assert not axes.collections


def test_limits_of_the_color_scale(axes):
    image = draw_maze(axes, GRID.wall, VALUES, limits=(-1, 2))
    assert image.get_clim() == (-1, 2)


def test_paths_go_through_their_cells(axes):
    path = GRID.graph.shortest_path(18, GOAL)
    (line,) = draw_paths(axes, GRID.wall, [path])
    segments = np.array(line.get_segments())
    assert len(segments) == len(path) - 1
    through = [*segments[:, 0], segments[-1, 1]]
    assert [int(y * 9 + x) for x, y in through] == path
    (dot,) = axes.lines
    assert dot.get_xydata().tolist() == [[8, 0]]


def test_paths_are_apart_and_broken_where_they_jump(axes):
    one, other = draw_paths(axes, GRID.wall, [[0, 1, 2], [0, 1, 30, 31]], kind="reverse")
    assert len(one.get_segments()) == 2
    assert len(other.get_segments()) == 2  # 1 to 30 is no move
    first, second = one.get_segments()[0], other.get_segments()[0]
    assert not np.allclose(first, second)
    assert np.abs(np.concatenate([first, second]) - np.round(first[0])).max() < 1.5
    assert plt.matplotlib.colors.to_hex(one.get_color()[0]) == KINDS["reverse"].lower()


def test_a_gif_has_its_frames_and_moves(tmp_path):
    path = np.array(GRID.graph.shortest_path(18, GOAL)[:5])
    values = np.linspace(0, 1, 5)[:, None] * VALUES
    thoughts = [[], [("forward", [27, 28, 29])], [], [("reverse", [8, 17])], []]
    file = animate_maze(
        tmp_path / "maze.gif", GRID.wall, path, values, thoughts, goal=GOAL, frames_per_second=4
    )
    with Image.open(file) as gif:
        assert gif.n_frames == 5
        assert gif.info["duration"] == 250
        frames = []
        for k in range(5):
            gif.seek(k)
            frames.append(np.array(gif.convert("RGB")))
    for one, other in itertools.pairwise(frames):
        assert (one != other).any()


def test_thoughts_appear_in_their_frame_only(tmp_path):
    still = np.array([18, 18, 18, 18])
    thoughts = [[], [("imagined", [18, 27, 28])], [], []]
    file = animate_maze(
        tmp_path / "thought.gif", GRID.wall, still, thoughts=thoughts, frames_per_second=10
    )
    with Image.open(file) as gif:
        frames = []
        for k in range(gif.n_frames):
            gif.seek(k)
            frames.append((np.array(gif.convert("RGB")), gif.info["duration"]))
    # Equal frames may be joined by the writer, which then lengthens them.
    different = [k for k, (frame, _) in enumerate(frames) if (frame != frames[0][0]).any()]
    assert len(different) == 1
    _, duration = frames[different[0]]
    assert duration == frames[0][1]
    assert sum(lasts for _, lasts in frames) == 4 * duration


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda ax: draw_maze(ax, np.zeros(3, bool)), r"wall must be \(height, width\) bools"),
        (lambda ax: draw_maze(ax, np.zeros((2, 2))), "bools, got float64 of shape"),
        (lambda ax: draw_maze(ax, GRID.wall, np.zeros(3)), r"each of the 54 states, got shape \(3,\)"),
        (lambda ax: draw_maze(ax, GRID.wall, goal=54), r"states must be in \[0, 54\)"),
        (lambda ax: draw_paths(ax, GRID.wall, [[]]), "at least one"),
        (lambda ax: draw_paths(ax, GRID.wall, [[0]], kind="dreamt"), "kind must be taken, forward"),
        (lambda ax: animate_maze("maze.mp4", GRID.wall, np.array([0])), "must end in .gif"),
        (lambda ax: animate_maze("maze.gif", GRID.wall, np.array([], int)), "n_frames"),
        (
            lambda ax: animate_maze("maze.gif", GRID.wall, np.array([0]), values=np.zeros((2, 54))),
            "values must have an entry for each of 1 frames, got 2",
        ),
        (
            lambda ax: animate_maze("maze.gif", GRID.wall, np.array([0]), titles=()),
            "titles must have an entry for each of 1 frames, got 0",
        ),
    ],
)  # fmt: skip
def test_misuse_is_named(axes, call, message):
    with pytest.raises(ValueError, match=message):
        call(axes)
