"""A run as a notebook shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import experiments, signatures
from .declaration import Signature, experiment_of
from .runs import MissingRunError, Run, finished

if TYPE_CHECKING:
    import xarray as xr


def run_html(run: Run) -> str:
    """A run for a notebook: settings, seeds, learning curve, and verdicts where they can be judged."""
    from .page import Ran, run_summary
    from .verdict import judge

    about = [s for s in signatures().values() if _is_about(s, run.experiment.name)]
    needed = {source for signature in about for source in signature.sources}
    loaded: dict[str, xr.Dataset] = {}
    remark = ""
    for source in needed:
        name, _, test = source.partition("@")
        try:
            ran = run if name == run.experiment.name else finished(name, run.folder.root)
            loaded[source] = ran.test_on_demand(test)
        except (MissingRunError, KeyError) as error:
            remark = f"Some verdicts wait: {error.args[0]}"
    found = [judge(s, loaded) for s in about if loaded.keys() >= set(s.sources)]
    declared = experiments().values()
    return run_summary(Ran.of(run), found, remark, declared, _learning(run))


def _is_about(signature: Signature, experiment: str) -> bool:
    subject = signature.subject
    return experiment_of(subject if isinstance(subject, str) else subject[0]) == experiment


def _learning(run: Run) -> bytes | None:
    """The learning curve as a small picture; None where nothing was trained."""
    if run.experiment.training is None:
        return None
    import io

    from matplotlib.figure import Figure as Drawing

    from ..analysis.style import COLORS, ONE_COLUMN, paper_style

    with paper_style():
        drawing = Drawing(figsize=(ONE_COLUMN, 1.4))
        ax = drawing.subplots()
        for _, curve in run.training.groupby("seed"):
            ax.plot(curve.episodes, curve.reward, color=COLORS["network"], linewidth=0.7)
        ax.set(xlabel="episodes of training", ylabel="reward per episode")
        picture = io.BytesIO()
        drawing.savefig(picture, format="png")
    return picture.getvalue()
