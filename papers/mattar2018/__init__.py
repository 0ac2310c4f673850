"""Mattar & Daw 2018, Prioritized memory access ... (doi:10.1038/s41593-018-0232-z): replay as planning."""

from ..declaration import Paper
from . import learning, news, representation, reward_without_gain, track

paper = Paper(
    name="mattar2018",
    citation=(
        "Mattar MG, Daw ND (2018). Prioritized memory access explains planning and hippocampal "
        "replay. Nature Neuroscience 21, 1609-1617. doi:10.1038/s41593-018-0232-z"
    ),
    experiments=(
        *track.EXPERIMENTS,
        *reward_without_gain.EXPERIMENTS,
        *representation.EXPERIMENTS,
        *learning.EXPERIMENTS,
        *news.EXPERIMENTS,
    ),
    signatures=(
        *track.SIGNATURES,
        *reward_without_gain.SIGNATURES,
        *representation.SIGNATURES,
        *learning.SIGNATURES,
        *news.SIGNATURES,
    ),
    figures=(*track.FIGURES, *representation.FIGURES, *learning.FIGURES, *news.FIGURES),
    notes={
        "mattar2018/shortest_within_5": (
            "The same backups in random order still carry the news: their median animal finds the "
            "shortest way in lap 5, just within the bound that prioritized replay meets in lap 3. What "
            "their order adds is measured by shuffled_later."
        ),
        "mattar2018/goal_over_represented": (
            "Choices are soft, so that both agents linger where a lap starts and the last cell, a ninth of the "
            "way, sees 3 % of all moves: random backups, spread evenly, are too many there, too, 3.4 times. "
            "Prioritized ones are 6.8 times as many, and in the open maze, whose laps start anywhere, 6.9 times beside "
            ".7."
        ),
        "mattar2018/start_over_represented": (
            "Backups at the start are 1.52 [1.45, 1.58] times as many as moves from there, clearly more, but half "
            "as much again was asked for, with no number to go by. Random ones are .30 times as many."
        ),
        "mattar2018/maze_none_later": (
            "Neither random replay nor none has two laps in a row on the shortest way within the 15 that are run, "
            "so that both count as 16; moves tell them apart: maze_none_longer_log."
        ),
    },
)
