"""A visit, the rest after it, and another visit, as a GIF: news that came elsewhere is replayed."""

import sys

import numpy as np

import fastslow as fs
from fastslow.analysis.maze_figure import animate_maze
from fastslow.data.recording import stack
from fastslow.papers.integrated.maze_figure import first_trial, replayed, telling_life
from fastslow.tasks.navigation import TwoGaps
from fastslow.tasks.shared_ends import NEWS_COMES, TEST

FRAMES_OF_A_REPLAY, PAUSE = 4, 3


def animation(file: str, n_lives: int = 30, seed: int = 0) -> None:
    """Write the GIF of one life of a network that comes with the toolkit."""
    task, agent = TwoGaps(event="news"), fs.load("integrated/maze").agent(0)
    lives = [
        stack({seed: fs.simulate(task, one, n_lives, seed, record=(), paired=True)})
        for one in (agent, agent.without("rest"))
    ]
    life = telling_life(*(recording.isel(seed=0) for recording in lives))
    rested, unrested = (recording.isel(seed=0) for recording in lives)
    news = first_trial(rested, life, NEWS_COMES)
    goal = int(news.goal[0])
    scenes = [
        ("elsewhere: the goal has moved", way_of(news, goal), None),
        ("rest: replayed", [goal], replayed(lives[0], life, goal)),
        ("a known context, after rest", way_of(first_trial(rested, life, TEST), goal), None),
        ("the same without rest", way_of(first_trial(unrested, life, TEST), goal), None),
    ]
    position, titles, thoughts = [], [], []
    for title, way, ways in scenes:
        if ways is None:
            shown = [(place, [("taken", way[: i + 1])]) for i, place in enumerate(way)]
        else:
            shown = [(way[0], [("forward", w)]) for w in ways for _ in range(FRAMES_OF_A_REPLAY)]
        shown += [shown[-1]] * PAUSE
        position += [place for place, _ in shown]
        thoughts += [thought for _, thought in shown]
        titles += [title] * len(shown)
    animate_maze(
        file, task.grid.wall, np.array(position), thoughts=thoughts, goal=goal, titles=titles,
        frames_per_second=4,
    )  # fmt: skip


def way_of(trial, goal: int) -> list[int]:
    """Places of a trial, and the goal where it was found."""
    places = [int(place) for place in trial.position.values]
    return places if places[-1] == goal else [*places, goal]


if __name__ == "__main__":
    animation(sys.argv[1] if len(sys.argv) > 1 else "replay_at_rest.gif")
