"""What is known of a behavioral data set: origin, license, tables, columns and their rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..facts import unknown

Kind = Literal["text", "code", "number"]


@dataclass(frozen=True)
class Column:
    """A column of a tidy table and the rule its cells obey.

    Attributes
    ----------
    name : str
    kind : "text", "code" (whole numbers) or "number"
    allowed : tuple
        All values there may be; empty if any.
    low, high : float
        Bounds of a number, both included.
    missing : str
        What an empty cell means; a column without it has none.
    """

    name: str
    kind: Kind
    allowed: tuple[str | int, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")
    missing: str = ""


@dataclass(frozen=True)
class Exclusion:
    """Drops trials by a column: those with the value `drop`, or without `keep`, or without any."""

    column: str
    drop: str | int | None = None
    keep: str | int | None = None

    def __str__(self) -> str:
        if self.drop is not None:
            return f"{self.column} == {self.drop}"
        if self.keep is not None:
            return f"{self.column} != {self.keep}"
        return f"{self.column} missing"


@dataclass(frozen=True)
class Table:
    """A tidy table: one row a trial, `index` orders the rows within one stretch of one subject.

    Attributes
    ----------
    name : str
        The file is `<name>.csv.gz`.
    rows : int
    sha256 : str
        Of the decompressed csv.
    stretch : tuple of str
        Columns that together name one uninterrupted sequence of trials.
    index : str
        Column that rises from row to row within a stretch.
    columns : tuple of Column
    repeats : str
        Column that is 1 on rows after which the same trial number comes again; empty if none.
    """

    name: str
    rows: int
    sha256: str
    stretch: tuple[str, ...]
    index: str
    columns: tuple[Column, ...]
    repeats: str = ""


@dataclass(frozen=True)
class Upstream:
    """Where the authors keep the originals."""

    repository: str
    commit: str
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """An openly licensed set of behavioral data.

    Attributes
    ----------
    name, task, species : str
    n : str
        How many subjects and trials.
    license, citation, doi : str
        `doi` is empty if there is no paper and no archive.
    upstream : tuple of Upstream
    originals : dict of str to tuple of str
        Upstream files the toolkit can convert, with the sha256 each may have.
    tables : tuple of Table
    samples : dict of str to tuple of Exclusion
        Rules by name of the sample; "standard" always exists.
    """

    name: str
    task: str
    species: str
    n: str
    license: str
    citation: str
    doi: str
    upstream: tuple[Upstream, ...]
    tables: tuple[Table, ...]
    samples: dict[str, tuple[Exclusion, ...]]
    originals: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def table(self, name: str | None = None) -> Table:
        """Return a table by name; it may be left out where there is only one."""
        names = [table.name for table in self.tables]
        if name is None:
            if len(names) > 1:
                raise ValueError(f"{self.name} has tables {', '.join(names)}: say which")
            return self.tables[0]
        if name not in names:
            raise ValueError(unknown(f"table of {self.name}", name, names))
        return self.tables[names.index(name)]

    def sample(self, name: str) -> tuple[Exclusion, ...]:
        """Return the exclusion rules of a sample."""
        if name not in self.samples:
            raise ValueError(unknown(f"sample of {self.name}", name, self.samples))
        return self.samples[name]


def text(name: str, *allowed: str, missing: str = "") -> Column:
    """A column of text; one of `allowed`, if any."""
    return Column(name, "text", allowed, missing=missing)


def code(name: str, *allowed: int, missing: str = "") -> Column:
    """A column of whole numbers; one of `allowed`, if any."""
    return Column(name, "code", allowed, missing=missing)


def count(name: str) -> Column:
    """A column of whole numbers from 1."""
    return Column(name, "code", low=1)


def number(name: str, low: float = 0, high: float = float("inf"), missing: str = "") -> Column:
    """A column of numbers between two bounds, both included."""
    return Column(name, "number", low=low, high=high, missing=missing)
