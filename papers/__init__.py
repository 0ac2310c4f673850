"""Papers: each a folder, each experiment a file with its settings, signatures and figures."""

if __name__ != "fastslow.papers":
    raise ImportError("import fastslow.papers, not papers: start Python outside the checkout")

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import TypeVar

from .declaration import Experiment, Figure, Paper, Signature, experiment_of


class _Folders(Mapping[str, Paper]):
    """Papers by the name of their folder, which is imported when it is first asked for."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Paper:
        if name not in self._names:
            raise KeyError(name)
        paper: Paper = import_module(f"{__name__}.{name}").paper
        return paper

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


PAPERS: Mapping[str, Paper] = _Folders(
    "wang2018",
    "akam2015",
    "ritter2018",
    "mattar2018",
    "blundell2016",
    "pritzel2017",
    "tan2022_replay",
    "integrated",
    "ecker2022",
    "closed_loop",
    "eshel2015",
    "tan2023",
    "finn2017",
)

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
        # a name without its paper is less like the whole name than like its end
        close = [n for n in known if n.partition("/")[2] == name] or get_close_matches(name, known)
        see = "see  fastslow list" if kind == "paper" else f"see  fastslow list {kind}s"
        if kind != "paper" and name.partition("/")[0] in PAPERS:
            see += f" {name.partition('/')[0]}"
        hint = f"did you mean '{close[0]}'?" if close else see
        everything: dict[str, Mapping[str, object]] = {
            "a paper": PAPERS, "an experiment": experiments(), "a signature": signatures(),
            "a figure": figures(),
        }  # fmt: skip
        others = [what for what, names in everything.items() if name in names]
        if others:
            hint = f"that is {' and '.join(others)}; {see}"
        elif kind == "experiment" and name.partition("@")[0] in known:
            hint = f"that is a test of {name.partition('@')[0]}, and comes with it"
        raise ValueError(f"no {kind} '{name}'; {hint}")
    return known[name]


__all__ = [
    "PAPERS", "Experiment", "Figure", "Paper", "Signature",
    "experiments", "figures", "figures_of", "find_experiment", "find_figure", "find_paper",
    "find_signature", "signatures",
]  # fmt: skip
