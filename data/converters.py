"""From the authors' files to tidy tables, value for value."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .catalogue import Dataset, dataset
from .facts import unknown
from .loaders import read_table

if TYPE_CHECKING:
    import pandas as pd


def convert(name: str, folder: str | Path) -> str:
    """Convert the authors' originals in `folder` to the text of the tidy csv of a data set.

    Parameters
    ----------
    name : str
        "miller_rat_twostep" (needs `ofc_physdata.mat`) or "zorowitz2023_reversal" (`data.csv`,
        `metrics.csv`, `metadata.csv`).
    folder : path
        Where the originals lie, under their upstream names.

    Returns
    -------
    str
        The csv, checked against its schema; its place, compressed, is
        `$FASTSLOW_DATA/<dataset>/<table>.csv.gz`.

    Raises
    ------
    FileNotFoundError
        An original is not there; the message says where the authors keep it.
    """
    entry = dataset(name)
    if name not in CONVERTERS:
        raise ValueError(unknown("converter for data set", name, CONVERTERS))
    folder = Path(folder)
    for file in entry.originals:
        if not (folder / file).is_file():
            up = entry.upstream[0]
            raise FileNotFoundError(
                f"data set '{name}': there is no {folder / file}; fetch {', '.join(up.paths)} "
                f"from {up.repository} at commit {up.commit}"
            )
    table = entry.table()
    frame = CONVERTERS[name](folder)
    codes = {column.name: "Int64" for column in table.columns if column.kind == "code"}
    ordered = frame[[column.name for column in table.columns]].astype(codes)
    text = ordered.to_csv(index=False, lineterminator="\n", float_format="%.15g")
    read_table(text, table, source=f"{name} converted from {folder}")
    return text


def changed_originals(name: str, folder: str | Path) -> list[str]:
    """Return the originals in `folder` whose sha256 is not the one in the catalogue."""
    entry: Dataset = dataset(name)
    return [
        file
        for file, expected in entry.originals.items()
        if hashlib.sha256((Path(folder) / file).read_bytes()).hexdigest() not in expected
    ]


def _miller_rat_twostep(folder: Path) -> pd.DataFrame:
    """One HDF5 cell a rat; sides are letters stored as character codes."""
    import h5py
    import pandas as pd

    rats = []
    with h5py.File(folder / "ofc_physdata.mat", "r") as file:
        for reference in np.ravel(file["ratdatas"][()]):
            rat = file[reference]
            name = "".join(map(chr, np.ravel(rat["ratname"][()])))
            session = np.cumsum(np.ravel(rat["new_sess"][()]).astype(int))
            frame = pd.DataFrame(
                {
                    "subject": name,
                    "session": session,
                    "trial": pd.Series(session).groupby(session).cumcount() + 1,
                    "congruent_mapping": int(np.ravel(rat["p_congruent"][()])[0] > 0.5),
                    "choice1": _side(rat["sides1"][()]),
                    "state2": _side(rat["sides2"][()]),
                    "common": np.ravel(rat["trans_common"][()]).astype(int),
                    "reward": np.ravel(rat["rewards"][()]).astype(int),
                    "p_left_port": np.ravel(rat["leftprobs"][()]).astype(float),
                    "p_right_port": np.ravel(rat["rightprobs"][()]).astype(float),
                    "violation": np.ravel(rat["viols"][()]).astype(int),
                }
            )
            rats.append(frame)
    return pd.concat(rats, ignore_index=True)


def _side(codes: np.ndarray) -> np.ndarray:
    """0 left, 1 right, NaN for any other letter."""
    codes = np.ravel(codes)
    return np.where(codes == ord("l"), 0.0, np.where(codes == ord("r"), 1.0, np.nan))


def _zorowitz2023_reversal(folder: Path) -> pd.DataFrame:
    """Three tables joined on the subject, who is then re-numbered; nothing else is passed on."""
    import pandas as pd

    trials = pd.read_csv(folder / "data.csv")
    attention = pd.read_csv(folder / "metrics.csv", usecols=["subject", "infreq"])
    earlier = pd.read_csv(folder / "metadata.csv", usecols=["subject", "prev_complete"])
    trials = trials.merge(attention, on="subject", how="left").merge(
        earlier, on="subject", how="left"
    )
    trials = trials.sort_values(["subject", "trial"], kind="stable")
    number = pd.factorize(trials["subject"])[0] + 1
    trials["subject"] = [f"r{i:03d}" for i in number]
    return trials.rename(
        columns={
            "correct": "correct_option",
            "accuracy": "correct",
            "outcome": "reward",
            "infreq": "infreq_errors",
        }
    )


CONVERTERS = {
    "miller_rat_twostep": _miller_rat_twostep,
    "zorowitz2023_reversal": _zorowitz2023_reversal,
}
"""From a folder of originals to a frame, by data set."""
