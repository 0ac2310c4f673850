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
        "mattar2018/familiarity_3_10": (
            "The control declines, too: where the goal moves every lap by .31 [.24, .39], on the track by "
            ".27. The goal before its lap 10 is 4 steps away, nearer than any sequence that counts, so that "
            "none is found there: a poor control. One whose compared laps are alike: "
            "familiarity_3_10_where_goals_stay."
        ),
        "mattar2018/familiarity_10_50": (
            "Where the goal moves every lap among sites 6 to 9 steps away it declines as much, by .76 [.60, "
            ".91]: this is no sign of a goal that stays. See familiarity_10_50_where_goals_stay."
        ),
        "mattar2018/familiarity_3_10_where_goals_stay": (
            "Shown because forward replay rises where the goal moves, from .34 [.27, .42] in lap 3 to 1.15 "
            "[1.02, 1.27] in lap 10; on the track it is 1.44 and 1.17. Why lap 3, the second of its lane, has "
            "so little there was not looked into."
        ),
        "mattar2018/familiarity_10_50_where_goals_stay": (
            "Laps 10 and 50: 1.15 and .39 where the goal moves every lap, 1.17 and .53 on the track. The "
            "decline comes with laps, wherever the goal is; the four sites of a lane come back every eight "
            "laps, and may be what becomes familiar."
        ),
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
