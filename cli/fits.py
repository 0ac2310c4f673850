"""Choice models fitted to an experiment, a data set or a table of one's own."""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ..papers import fits
from ..papers.choice_models import MODELS, find_model
from .options import COLUMNS, add_command, changes, columns, finished_run

if TYPE_CHECKING:
    from .options import Commands


def add(commands: Commands) -> None:
    text = "fit a learning model to the choices of an experiment, a data set or your own table"
    sub = add_command(commands, "fit", fit, text, changes(), columns())
    sub.add_argument("data", help="an experiment, a data set (list datasets) or a csv file")
    sub.add_argument(
        "--model", required=True, metavar="NAME[,NAME]", type=_models,
        help="several are compared. "
        + "; ".join(f"{name}: {declared.description}" for name, declared in MODELS.items()),
    )  # fmt: skip
    sub.add_argument("--sample", help="of a data set: standard, attentive, ...")
    sub.add_argument("--group", action="store_true", help="estimate the prior from the subjects")
    sub.add_argument(
        "--starts", type=int, default=fits.N_STARTS, help="of each subject; 10 for reports"
    )


def fit(options: argparse.Namespace) -> int:
    given = {name: getattr(options, name) for name in (*COLUMNS, "sample", "drop_missing")}
    name, source = options.data, options.data
    if options.changes:
        options.experiment = options.data
        source = finished_run(options)
        name = f"{name}-{source.folder.path.name}"
    each = []
    for model in options.model:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            found = fits.fit(
                source,
                model,
                group=options.group,
                n_starts=options.starts,
                out=options.out,
                **given,
            )
        print(found)
        for warning in caught:
            print(f"note: {warning.message}")
        kind = "-group" if options.group else ""
        print(f"{fits.save_fit(found, f'{_stem(name)}-{model}{kind}', options.out)}\n")
        each.append(found)
    if len(each) > 1:
        print(fits.compare_fits(each).round(3).to_string(na_rep="-"))
    return 0


def _models(text: str) -> list[str]:
    try:
        names = list(dict.fromkeys(text.split(",")))
        for name in names:
            find_model(name)
        return names
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _stem(name: str) -> str:
    return Path(name).stem if name.endswith(".csv") else name.replace("@", "-")
