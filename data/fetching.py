"""Fetch a data set: the authors' originals at the known commit, checked, converted, put in place."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path, PurePosixPath

from .catalogue import Dataset, Upstream, dataset
from .converters import CONVERTERS, changed_originals, convert
from .loaders import data_folder
from .store import atomic_write

GITHUB = "https://raw.githubusercontent.com"


def fetch(name: str, mirror: str = GITHUB) -> list[Path]:
    """Download the authors' files, check their sha256, and write the tidy tables made of them.

    Originals go to `$FASTSLOW_DATA/raw/<dataset>/`, tables to `$FASTSLOW_DATA/<dataset>/`, with
    SOURCE.txt, which says whose they are and under which license. What is there is kept.

    Parameters
    ----------
    name : str
        A data set that the toolkit can convert.
    mirror : str
        Address below which files lie as `<owner>/<repository>/<commit>/<path>`.

    Returns
    -------
    list of Path
        The tables.

    Raises
    ------
    ValueError
        The data set cannot be converted, or a file is not the one that is known.
    FileNotFoundError
        FASTSLOW_DATA is not set.
    RuntimeError
        A download failed.
    """
    entry, folder = dataset(name), data_folder()
    if not mirror.startswith(("https://", "http://")):
        raise ValueError(f"a mirror is an address that begins with https://, got '{mirror}'")
    if name not in CONVERTERS and not here(entry):
        raise ValueError(
            f"data set '{name}' cannot be fetched, the toolkit has no converter for it; "
            f"{by_hand(entry)}"
        )
    if folder is None:
        raise FileNotFoundError(
            "the environment variable FASTSLOW_DATA is not set; set it to the folder that is to "
            "hold data sets"
        )
    tables = [table_path(entry, table.name, folder) for table in entry.tables]
    if here(entry):
        return tables
    raw = folder / "raw" / name
    for file in entry.originals:
        if not (raw / file).is_file():
            _download(entry, file, raw, mirror)
    changed = changed_originals(name, raw)
    if changed:
        raise ValueError(
            f"{raw / changed[0]} is not the file the authors published (its sha256 is another); "
            "delete it and fetch again"
        )
    text = convert(name, raw)
    (table,) = entry.tables
    if hashlib.sha256(text.encode()).hexdigest() != table.sha256:
        raise ValueError(f"the table made of {raw} is not the one that is known; please report it")
    # The license first: where the table is, nothing is written again
    atomic_write(tables[0].with_name("SOURCE.txt"), lambda part: part.write_text(_source(entry)))
    atomic_write(tables[0], lambda part: part.write_bytes(gzip.compress(text.encode(), mtime=0)))
    return tables


def table_path(entry: Dataset, table: str, folder: Path) -> Path:
    """Where a tidy table lies."""
    return folder / entry.name / f"{table}.csv.gz"


def here(entry: Dataset) -> bool:
    """Whether all tables of a data set lie on this machine."""
    folder = data_folder()
    return folder is not None and all(
        table_path(entry, table.name, folder).is_file() for table in entry.tables
    )


def whereabouts(entry: Dataset) -> str:
    """Where a data set lies on this machine, or how to get it."""
    folder = data_folder()
    if folder is not None and here(entry):
        return f"here: {folder / entry.name}"
    if entry.name in CONVERTERS:
        return f"not here: fastslow data fetch {entry.name}"
    return f"not here, and cannot be fetched: {by_hand(entry)}"


def by_hand(entry: Dataset) -> str:
    """How a data set comes to its place without a converter."""
    files = ", ".join(f"{table.name}.csv.gz" for table in entry.tables)
    where = " and ".join(up.repository for up in entry.upstream)
    return f"put {files} into $FASTSLOW_DATA/{entry.name}/ (originals: {where})"


def _download(entry: Dataset, file: str, raw: Path, mirror: str) -> None:
    import pooch

    upstream, path = _place_upstream(entry, file)
    repository = "/".join(upstream.repository.split("/")[-2:])
    url = f"{mirror.rstrip('/')}/{repository}/{upstream.commit}/{path}"
    pooch.get_logger().setLevel("WARNING")
    try:
        raw.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise type(error)(
            f"the folder {raw} cannot be made ({error.strerror}); set FASTSLOW_DATA to another one"
        ) from error
    try:
        pooch.retrieve(url, f"sha256:{entry.originals[file][0]}", fname=file, path=raw)
    except OSError as error:
        raise RuntimeError(
            f"{url} could not be downloaded ({type(error).__name__}); check the connection, or "
            f"fetch it elsewhere, put it at {raw / file} and run the command again"
        ) from error
    except ValueError as error:
        if "hash" not in str(error):
            raise
        raise ValueError(
            f"{url} is not the file that is known (its sha256 is another); nothing was kept"
        ) from error


def _place_upstream(entry: Dataset, file: str) -> tuple[Upstream, str]:
    """In which repository an original lies, and where."""
    for upstream in entry.upstream:
        for path in upstream.paths:
            if PurePosixPath(path).name == file:
                return upstream, path
    raise ValueError(f"data set '{entry.name}' does not say where {file} lies")


def _source(entry: Dataset) -> str:
    places = "\n".join(
        f"{up.repository} at commit {up.commit}: {', '.join(up.paths)}" for up in entry.upstream
    )
    doi = f"doi:{entry.doi}" if entry.doi else "no doi"
    return (
        f"{entry.name}: {entry.task}; {entry.n}\n{entry.citation}\n"
        f"{doi}\nlicense of the authors: {entry.license}; keep it with every copy\n"
        f"{places}\nconverted by fastslow: one row a trial, columns renamed\n"
    )
