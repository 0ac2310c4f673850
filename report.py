"""Verdicts and figures for people: tables, explanations, saved figures and the report page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import papers
from .data.facts import published
from .data.store import atomic_write, key
from .papers.declaration import Figure, Signature, experiment_of
from .papers.runs import (
    MissingRunError,
    Run,
    finished,
    missing_runs,
    recordings,
    refuse_missing,
    runs_folder,
)
from .papers.verdict_text import (
    WITH_ITSELF,
    bounds_text,
    compared_with_itself,
    measured_text,
    published_text,
    verdict_table,
)

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure as Drawing

    from .papers.comparison import Comparison
    from .papers.page import Chapter
    from .papers.verdict import Verdict

SUFFIXES = (".pdf", ".png", ".csv")


def verdicts(names: str | Iterable[str] = (), out: str | Path | None = None) -> list[Verdict]:
    """Judge the named papers or signatures, all by default, on the finished seeds.

    Raises
    ------
    MissingRunError
        Before anything is judged, if an experiment has no finished seed.
    """
    from .papers.verdict import judge

    found: list[Verdict] = []
    loaded: dict[str, xr.Dataset] = {}
    chosen = _chosen(names)
    refuse_missing([source for signature in chosen for source in signature.sources], out)
    for i, signature in enumerate(chosen):
        # each recording is read once, and let go after the last signature that needs it
        needed = {source for s in chosen[i:] for source in s.sources}
        loaded = {source: loaded[source] for source in needed & loaded.keys()}
        loaded |= recordings([s for s in signature.sources if s not in loaded], out)
        found.append(judge(signature, loaded))
    return found


check = verdicts


def _chosen(names: str | Iterable[str]) -> list[Signature]:
    chosen: list[Signature] = []
    names = [names] if isinstance(names, str) else names
    for name in names or papers.PAPERS:
        if name in papers.PAPERS:
            chosen += papers.PAPERS[name].signatures
        else:
            chosen.append(papers.find_signature(name))
    return chosen


def explanation(signature: Signature, out: str | Path | None = None) -> str:
    """Definition, interval, source, controls and every seed of a signature."""
    lines = [
        signature.name,
        f"  claim      {signature.claim}",
        f"  published  {published_text(signature)}",
        f"  must lie   {bounds_text(signature)}",
        f"  subject    {_named(signature.subject)}",
        f"  shows      {_named(signature.shows) or 'no positive control'}",
        f"  shows not  {_named(signature.shows_not) or 'no negative control'}",
    ]
    if signature.published != "direction only":
        fact = published(signature.published)
        source = f"doi:{fact.doi}" if fact.doi else fact.citation
        lines.insert(3, f"  source     {fact.where}, {source}; {fact.note}")
    if compared_with_itself(signature.shows_not):
        lines.append(f"             which {WITH_ITSELF}")
    note = papers.PAPERS[signature.name.partition("/")[0]].notes.get(signature.name)
    if note:
        lines.append(f"  note       {note}")
    try:
        (verdict,) = verdicts([signature.name], out)
    except MissingRunError as missing:
        return "\n".join([*lines, f"  measured   not yet: {missing}"])
    controls = (("shows", verdict.shows), ("shows not", verdict.shows_not))
    beside = tuple(("beside", m) for m in verdict.beside)
    for role, m in (("measured", verdict.measured), *controls, *beside):
        if m is not None:
            points = ", ".join(f"{value:.3f}" for value in m.seeds)
            lines.append(f"  {role:<9}  {measured_text(m)}  seeds {points}  ({m.source})")
    return "\n".join([*lines, f"  verdict    {verdict.verdict}: {verdict.reason}"])


def _named(sources: str | tuple[str, ...] | None) -> str:
    return sources if isinstance(sources, str) else " and ".join(sources or ())


def save_figure(figure: Figure, out: str | Path | None = None) -> list[Path]:
    """Draw a figure and save it as .pdf, .png, and its plotted numbers as .csv."""
    from .analysis.style import paper_style

    loaded = recordings(figure.needs, out)
    with paper_style():
        drawing, numbers = figure.draw(loaded)
        return _save(drawing, numbers, figure.name, out)


def _save(drawing: Drawing, numbers: pd.DataFrame, name: str, out: str | Path | None) -> list[Path]:
    import matplotlib.pyplot as plt

    paths = [runs_folder(out) / "figures" / f"{name}{suffix}" for suffix in SUFFIXES]
    for path in paths[:2]:
        atomic_write(path, partial(drawing.savefig, format=path.suffix[1:]))
    plt.close(drawing)
    atomic_write(paths[2], lambda part: numbers.to_csv(part, index=False))
    return paths


def compare(
    experiment: str | Run, data: str | Path | pd.DataFrame, *, out: str | Path | None = None,
    **columns: Any,
) -> Comparison:  # fmt: skip
    """Compare the finished seeds of an experiment with animals or people.

    Parameters
    ----------
    experiment : str or Run
        `paper/experiment`, one of its tests, `paper/experiment@test`, or what `fastslow.run` returns.
    data : str, path or DataFrame
        A data set of the catalogue by name, a csv file, or a table.
    out : path, optional
        Folder of all runs.
    columns
        `sample` of a data set; or of an own table `choice, reward, common, state, subject,
        session, trial` and `drop_missing`, see `data.own_table.read_own_table`.
    """
    from .papers.comparison import compare as compare_recording

    if isinstance(experiment, Run):
        return compare_recording(experiment.recording, experiment.experiment.name, data, **columns)
    (recording,) = recordings([experiment], out).values()
    return compare_recording(recording, experiment, data, **columns)


def save_comparison(comparison: Comparison, name: str, out: str | Path | None = None) -> list[Path]:
    """Save the figure of a comparison as .pdf and .png, its table as .csv."""
    from .analysis.style import paper_style

    with paper_style():
        return _save(comparison.draw(), comparison.table.reset_index(), f"compare/{name}", out)


def save_sweep(points: pd.DataFrame, name: str, out: str | Path | None = None) -> list[Path]:
    """Save what `fastslow.sweep` found: figure as .pdf and .png, one row a combination as .csv.

    The rows of the seeds lie beside them, in `<name>-seeds.csv`.
    """
    from .analysis.style import paper_style
    from .analysis.sweeps import draw_sweep, summarize

    *settings, outcome = points.columns[: points.columns.get_loc("seed") + 2].drop("seed")
    fixed = [c for c in settings if points[c].astype(str).nunique() == 1]
    said = ", ".join([name, *(f"{c}={points[c].iloc[0]}" for c in fixed)])
    # of the same runs another outcome may be wanted, too
    name = f"sweeps/{name}-{outcome}-{key({'runs': sorted(set(points['run']))})}"
    with paper_style():
        paths = _save(draw_sweep(points, said), summarize(points), name, out)
    paths.append(paths[2].with_name(f"{paths[2].stem}-seeds.csv"))
    atomic_write(paths[3], lambda part: points.to_csv(part, index=False))
    return paths


def write_report(
    names: Sequence[str], profile: str, out: str | Path | None = None
) -> tuple[Path, list[Verdict]]:
    """Write `report/index.html`: figures, verdicts, settings, seeds and versions of each paper.

    Returns
    -------
    path : Path
    verdicts : list of Verdict
        Those on the page.
    """
    from .papers.page import page

    chapters = [_chapter(papers.find_paper(name), out) for name in names]
    path = runs_folder(out) / "report" / "index.html"
    text = page(chapters, quick=profile == "quick")
    atomic_write(path, lambda part: part.write_text(text, encoding="utf-8"))
    return path, [verdict for chapter in chapters for verdict in chapter.verdicts]


def _chapter(paper: papers.Paper, out: str | Path | None) -> Chapter:
    from .papers.page import Chapter, Ran

    # what `reproduce` does not run is on the page if somebody has run it
    left_out = missing_runs([e.name for e in paper.experiments if not e.reproduced], out)

    def there(sources: Iterable[str]) -> bool:
        return not {experiment_of(source) for source in sources} & {*left_out}

    drawn = [f for f in paper.figures if there(f.needs)]
    judged = [s.name for s in paper.signatures if there(s.sources)]
    return Chapter(
        paper,
        verdicts(judged, out) if judged else [],
        {f.name: save_figure(f, out)[1].read_bytes() for f in drawn},
        [Ran.of(finished(e.name, out)) for e in paper.experiments if e.reproduced],
        left_out,
    )


__all__ = [
    "check", "compare", "explanation", "save_comparison", "save_figure", "verdict_table",
    "verdicts", "write_report",
]  # fmt: skip
