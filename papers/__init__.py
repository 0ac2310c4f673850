"""Papers: each a folder, each experiment a file with its settings, signatures and figures."""

if __name__ != "fastslow.papers":
    raise ImportError("import fastslow.papers, not papers: start Python outside the checkout")

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from .akam2015 import paper as akam2015
from .blundell2016 import paper as blundell2016
from .closed_loop import paper as closed_loop
from .declaration import Experiment, Figure, Paper, Signature, experiment_of
from .ecker2022 import paper as ecker2022
from .eshel2015 import paper as eshel2015
from .integrated import paper as integrated
from .mattar2018 import paper as mattar2018
from .pritzel2017 import paper as pritzel2017
from .ritter2018 import paper as ritter2018
from .tan2022_replay import paper as tan2022_replay
from .tan2023 import paper as tan2023
from .wang2018 import paper as wang2018

PAPERS: dict[str, Paper] = {
    "wang2018": wang2018,
    "akam2015": akam2015,
    "ritter2018": ritter2018,
    "mattar2018": mattar2018,
    "blundell2016": blundell2016,
    "pritzel2017": pritzel2017,
    "tan2022_replay": tan2022_replay,
    "integrated": integrated,
    "ecker2022": ecker2022,
    "closed_loop": closed_loop,
    "eshel2015": eshel2015,
    "tan2023": tan2023,
}

T = TypeVar("T")


def experiments() -> dict[str, Experiment]:
    """Every experiment by name."""
    return {e.name: e for paper in PAPERS.values() for e in paper.experiments}


def signatures() -> dict[str, Signature]:
    """Every signature by name."""
    return {s.name: s for paper in PAPERS.values() for s in paper.signatures}


def figures() -> dict[str, Figure]:
    """Every figure by name."""
    return {f.name: f for paper in PAPERS.values() for f in paper.figures}


def find_experiment(name: str) -> Experiment:
    """The experiment of this name, or a ValueError that suggests one."""
    return _find("experiment", name, experiments())


def find_signature(name: str) -> Signature:
    """The signature of this name, or a ValueError that suggests one."""
    return _find("signature", name, signatures())


def find_figure(name: str) -> Figure:
    """The figure of this name, or a ValueError that suggests one."""
    return _find("figure", name, figures())


def find_paper(name: str) -> Paper:
    """The paper of this name, or a ValueError that suggests one."""
    return _find("paper", name, PAPERS)


def figures_of(names: Iterable[str]) -> list[str]:
    """Figures that show one of the named experiments."""
    chosen = set(names)
    return [n for n, f in figures().items() if chosen & {experiment_of(s) for s in f.needs}]


def _find(kind: str, name: str, known: Mapping[str, T]) -> T:
    if name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"did you mean '{close[0]}'?" if close else f"see  fastslow list {kind}s"
        raise ValueError(f"no {kind} '{name}'; {hint}")
    return known[name]


__all__ = [
    "PAPERS", "Experiment", "Figure", "Paper", "Signature",
    "experiments", "figures", "figures_of", "find_experiment", "find_figure", "find_paper",
    "find_signature", "signatures",
]  # fmt: skip
