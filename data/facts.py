"""The numbers of others: published facts and summaries of behavioral data, each with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

HOW = {
    "published": "stated in the paper's text or tables, or in a text that restates them",
    "digitized": "measured on a published figure",
    "recomputed": "computed by us from the paper's description",
    "ours": "a choice of this project",
    "re-implementation": "taken from somebody else's public code, hence their reading of the paper",
    "uncertain": "widely quoted for the paper, not read again there",
}
"""How a number was read, from the firmest to the weakest ground of a comparison."""

_HERE = Path(__file__).parent
_REQUIRED = ("where", "how", "note")
_OPTIONAL = (
    "value", "direction", "dims", "coords", "unit", "se", "interval", "interval_of", "n", "n_of",
    "doi", "citation",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Fact:
    """One published number, table of numbers, or direction.

    Attributes
    ----------
    key : str
        "paper/name", as in "wang2018/two_step_stay".
    value : float, (…) array or None
        None if only a direction is known; NaN marks a cell that could not be read.
    direction : str
        What is claimed where there is no number.
    dims, coords : tuple of str, dict
        Names of the axes of `value`, and their coordinates.
    unit : str
    se : like `value`, or None
        Standard error.
    interval : (…, 2) array or None
        `interval_of` says of what: the quartiles over people, the range over networks ...
    n, n_of : int or None, str
        How many, and of whom.
    where : str
        Figure, table or section.
    how : str
        A key of `HOW`.
    note : str
        One sentence on how it was read.
    doi, citation : str
    """

    key: str
    value: float | np.ndarray | None
    direction: str
    unit: str
    where: str
    how: str
    note: str
    doi: str
    citation: str
    dims: tuple[str, ...] = ()
    coords: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    se: float | np.ndarray | None = None
    interval: np.ndarray | None = None
    interval_of: str = ""
    n: int | None = None
    n_of: str = ""

    def at(self, **coordinates: Any) -> float:
        """Return one number of a table by its coordinates.

        Examples
        --------
        >>> published("wang2018/two_step_stay").at(transition="rare", reward=0)
        0.989
        """
        if set(coordinates) != set(self.dims):
            raise ValueError(f"{self.key} has axes {self.dims}, got {tuple(coordinates)}")
        for dim, label in coordinates.items():
            if label not in self.coords[dim]:
                raise ValueError(f"{self.key}: {dim} is one of {self.coords[dim]}, got {label!r}")
        where = tuple(self.coords[dim].index(coordinates[dim]) for dim in self.dims)
        return float(np.asarray(self.value)[where])


@dataclass(frozen=True)
class Estimate:
    """Mean over subjects with its standard error (SD / sqrt(n), ddof 1)."""

    mean: float
    sd: float
    se: float
    n: int
    unit: str = ""
    share_positive: float | None = None


@dataclass(frozen=True, eq=False)
class Summary:
    """What a sample of people or animals does, averaged within each subject first.

    Attributes
    ----------
    dataset, sample : str
    n_subjects, n_trials : int
        After exclusions.
    sha256 : str
        Of the table that was summarized.
    excluded : dict
        `{rule: {"trials": ..., "subjects": ...}}`, lost to each rule in turn.
    quantities : dict of str to Estimate
    stay_covariance : (4, 4) array or None
        Covariance between subjects of the stay probabilities, in the order `stay_order`.
    """

    dataset: str
    sample: str
    n_subjects: int
    n_trials: int
    sha256: str
    excluded: dict[str, dict[str, int]]
    quantities: dict[str, Estimate]
    stay_covariance: np.ndarray | None = None
    stay_order: tuple[str, ...] = ()

    def __getitem__(self, quantity: str) -> Estimate:
        if quantity not in self.quantities:
            raise ValueError(unknown("quantity", quantity, self.quantities))
        return self.quantities[quantity]


def published(key: str) -> Fact:
    """Return a published fact by its key.

    Examples
    --------
    >>> published("wang2018/harlow_trial_2").value
    0.968
    >>> published("wang2018/two_step_stya")
    Traceback (most recent call last):
    ValueError: no published fact 'wang2018/two_step_stya'; did you mean 'wang2018/two_step_stay'?
    """
    facts = _facts()
    if key not in facts:
        raise ValueError(unknown("published fact", key, facts))
    return facts[key]


def published_keys() -> tuple[str, ...]:
    """Return the keys of all published facts."""
    return tuple(_facts())


def summary(dataset: str, sample: str = "standard") -> Summary:
    """Return the summary of a behavioral data set that comes with the toolkit.

    Parameters
    ----------
    dataset : str
        "miller_rat_twostep", "zorowitz2023_twostep" ...
    sample : str
        "standard"; "attentive" where people were screened; "probability" and "magnitude" of
        "foucault2024_adaprob".

    Examples
    --------
    >>> summary("miller_rat_twostep")["planning_index"].n
    6
    """
    known = sorted(path.stem for path in (_HERE / "summary").glob("*.toml"))
    if dataset not in known:
        raise ValueError(unknown("summary of data set", dataset, known))
    samples = _read(_HERE / "summary" / f"{dataset}.toml")["samples"]
    if sample not in samples:
        raise ValueError(unknown(f"sample of {dataset}", sample, samples))
    found = samples[sample]
    covariance = found.get("stay_covariance")
    return Summary(
        dataset=dataset,
        sample=sample,
        n_subjects=found["n_subjects"],
        n_trials=found["n_trials"],
        sha256=found["sha256"],
        excluded=dict(found["excluded"]),
        quantities={name: Estimate(**numbers) for name, numbers in found["quantities"].items()},
        stay_covariance=None if covariance is None else np.array(covariance["value"], float),
        stay_order=() if covariance is None else tuple(covariance["order"]),
    )


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that there is no such name, and which one was probably meant."""
    known = list(known)
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"there is {', '.join(known) or 'none'}"
    return f"no {kind} '{name}'; {hint}"


@cache
def _facts() -> dict[str, Fact]:
    paths = sorted((_HERE / "published").glob("*.toml"))
    return {fact.key: fact for path in paths for fact in read_facts(path)}


@cache
def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name} is not valid TOML: {error}") from error


def read_facts(path: Path) -> list[Fact]:
    """Read and check one file of published facts.

    The file has a `citation` and a `doi` at its top and a table for each fact. Raises ValueError
    that names file, fact and rule.
    """
    content = dict(_read(path))
    paper = {}
    for name in ("citation", "doi"):
        if not isinstance(content.get(name), str):
            raise ValueError(f"{path.name}: the file needs a text '{name}' before its facts")
        paper[name] = content.pop(name)
    facts = []
    for name, table in content.items():
        try:
            facts.append(_fact(f"{path.stem}/{name}", {**paper, **_checked_fields(table)}))
        except ValueError as error:
            raise ValueError(f"{path.name}: {name}: {error}") from error
    return facts


def _checked_fields(table: Any) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise ValueError(f"a fact is a table, got {table!r}")
    for name in table:
        if name not in _REQUIRED + _OPTIONAL:
            raise ValueError(unknown("field", name, _REQUIRED + _OPTIONAL))
    for name in _REQUIRED:
        if not isinstance(table.get(name), str) or not table[name]:
            raise ValueError(f"'{name}' is required, a text")
    if table["how"] not in HOW:
        raise ValueError(f"'how' is one of {', '.join(HOW)}, got '{table['how']}'")
    if ("value" in table) == ("direction" in table):
        raise ValueError("exactly one of 'value' and 'direction' is required")
    if "value" in table and "unit" not in table:
        raise ValueError("a value needs a 'unit' ('1' if it has none)")
    for name in ("unit", "dims", "coords", "se", "interval"):
        if name in table and "value" not in table:
            raise ValueError(f"'{name}' needs a 'value'")
    if "n" in table and not (isinstance(table["n"], int) and table["n"] > 0 and table.get("n_of")):
        raise ValueError("'n' is a positive whole number and 'n_of' says of whom")
    if ("interval" in table) != ("interval_of" in table):
        raise ValueError("'interval' and 'interval_of', which says of what, come together")
    return table


def _fact(key: str, table: dict[str, Any]) -> Fact:
    value = _numbers(table, "value")
    shape = () if value is None else np.shape(value)
    dims = tuple(table.get("dims", ()))
    coords = {dim: tuple(labels) for dim, labels in table.get("coords", {}).items()}
    if len(dims) != len(shape) or set(coords) != set(dims):
        raise ValueError(f"'dims' and 'coords' name each axis of a value of shape {shape}")
    for dim, size in zip(dims, shape, strict=True):
        if len(coords[dim]) != size:
            raise ValueError(f"axis '{dim}' has {size} values and {len(coords[dim])} coordinates")
    se, interval = _numbers(table, "se"), _numbers(table, "interval")
    if se is not None and (np.shape(se) != shape or np.any(np.less(se, 0))):
        raise ValueError(f"'se' has the shape of the value, {shape}, and is not negative")
    if interval is not None:
        if np.shape(interval) != (*shape, 2):
            raise ValueError(f"'interval' is low, high for each value: shape {(*shape, 2)}")
        low, high = np.moveaxis(np.asarray(interval), -1, 0)
        # a NaN bound is one that could not be read
        if np.any((low > value) | (high < value)):
            raise ValueError("'interval' does not contain the value")
    rest = {
        name: table[name]
        for name in ("where", "how", "note", "doi", "citation", "interval_of", "n", "n_of")
        if name in table
    }
    return Fact(
        key=key, value=value, direction=table.get("direction", ""), unit=table.get("unit", ""),
        dims=dims, coords=coords, se=se,
        interval=None if interval is None else np.asarray(interval), **rest,
    )  # fmt: skip


def _numbers(table: dict[str, Any], name: str) -> float | np.ndarray | None:
    if name not in table:
        return None
    try:
        array = np.array(table[name])
    except ValueError as error:
        raise ValueError(f"'{name}' has rows of unequal length") from error
    if array.dtype.kind not in "if":
        raise ValueError(f"'{name}' holds numbers only")
    array = array.astype(float)
    if array.ndim == 0:
        if not np.isfinite(array):
            raise ValueError(f"'{name}' is not finite")
        return float(array)
    if np.isnan(array).all() or np.isinf(array).any():
        raise ValueError(f"'{name}' has an infinite entry or nothing but NaN")
    array.setflags(write=False)
    return array
