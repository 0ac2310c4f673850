"""What identifies a run: classes and settings as plain values, and changing one by its path."""

from __future__ import annotations

import ast
import hashlib
import inspect
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from functools import partial
from typing import Any

import numpy as np


def specification(thing: object) -> Any:
    """Class name and settings of a task, agent, training or test, as JSON values.

    A class from outside the package also carries a hash of its source file, so that a changed
    file is another specification; so does a function, with the values that it takes from around it.
    """
    if is_dataclass(thing) and not isinstance(thing, type):
        values = {f.name: specification(getattr(thing, f.name)) for f in fields(thing) if f.repr}
        return {"class": type(thing).__name__, **_source(type(thing)), **values}
    if isinstance(thing, Mapping):
        return {str(name): specification(value) for name, value in thing.items()}
    if isinstance(thing, np.ndarray):
        return {"array": hashlib.sha256(thing.tobytes()).hexdigest()[:16], "shape": thing.shape}
    if isinstance(thing, (list, tuple)):
        return [specification(value) for value in thing]
    if thing is None or isinstance(thing, (bool, int, float, str)):
        return thing
    if isinstance(thing, type):
        return {"class": thing.__name__, **_source(thing)}
    if isinstance(thing, partial):
        return {"partial": specification(thing.func), **specification(thing.keywords),
                "arguments": specification(thing.args)}  # fmt: skip
    if inspect.isfunction(thing):
        return {"function": thing.__qualname__, **_source(thing), **_around(thing)}
    raise TypeError(
        f"a setting must be a plain value, a dataclass or a function, got {type(thing).__name__}"
    )


def _around(function: types.FunctionType) -> dict[str, Any]:
    """Values that a function takes from around it; its file tells of functions and classes."""
    around = inspect.getclosurevars(function)
    values = {**around.globals, **around.nonlocals}
    defaults = {f"default {i}": value for i, value in enumerate(function.__defaults__ or ())}
    return {
        name: specification(value)
        for name, value in {**values, **defaults}.items()
        if not isinstance(value, types.ModuleType | types.FunctionType | type)
    }


def _source(thing: type | types.FunctionType) -> dict[str, str]:
    if str(thing.__module__).partition(".")[0] == __name__.partition(".")[0]:
        return {}
    try:
        text = inspect.getsource(inspect.getmodule(thing) or thing)
    except (OSError, TypeError):  # defined in a notebook or at a prompt
        members = vars(thing) if isinstance(thing, type) else {"": thing}
        text = repr([(name, _compiled(value)) for name, value in sorted(members.items())])
    return {"source": hashlib.sha256(text.encode()).hexdigest()[:16]}


def _compiled(value: object) -> object:
    """What a function does, as far as its compiled code tells; addresses left out."""
    code = getattr(value, "__code__", value)
    if isinstance(value, property):
        return _compiled(value.fget)
    if isinstance(code, types.CodeType):
        return code.co_code, code.co_names, [_compiled(constant) for constant in code.co_consts]
    return code if isinstance(code, bool | int | float | str | tuple | None) else ""


def override(
    thing: Any, path: str, text: str, whole: str | None = None, among: Sequence[str] = ()
) -> Any:
    """Return a copy of a dataclass with the setting at `path` changed to the literal `text`.

    Examples
    --------
    >>> from fastslow.models import Prefrontal
    >>> override(Prefrontal(), "n_units", "64").n_units
    64
    >>> override(Prefrontal(), "n_unit", "64")
    Traceback (most recent call last):
    ValueError: no setting 'n_unit' in Prefrontal; did you mean 'n_units'?
    """
    whole = whole or path
    name, _, rest = path.partition(".")
    known = list(among) or _settings(thing)
    if name not in known:
        close = get_close_matches(name, known, n=1)
        deeper = [f"{n}.{name}" for n in known if name in _settings(getattr(thing, n))]
        close = close or deeper
        above = whole.removesuffix(path)
        hint = (
            f"did you mean '{above}{close[0]}'?"
            if close
            else f"it has {', '.join(known) or 'none'}"
        )
        raise ValueError(f"no setting '{whole}' in {type(thing).__name__}; {hint}")
    if rest:
        return replace(thing, **{name: override(getattr(thing, name), rest, text, whole)})
    old = getattr(thing, name)
    expected = typing.get_type_hints(type(thing))[name]
    value = _literal(text)
    if _accepts(expected, bool) and text in ("true", "false"):
        value = text == "true"
    if isinstance(value, int) and not isinstance(value, bool) and _accepts(expected, float):
        value = value if _accepts(expected, int) else float(value)
    parts = _settings(old)
    if parts and not _accepts(expected, type(value)):
        raise ValueError(f"{whole} has settings of its own, such as {whole}.{parts[0]}: set those")
    if not _accepts(expected, type(value)):
        kind = getattr(expected, "__name__", str(expected))
        article = "an" if kind[0] in "aeiou" else "a"
        raise ValueError(f"{whole} is {article} {kind} ({old!r} by default), got '{text}'")
    return replace(thing, **{name: value})


def several(text: str) -> list[str]:
    """Values separated by commas; a comma within brackets or quotes belongs to a value.

    Examples
    --------
    >>> several("0.001,0.003")
    ['0.001', '0.003']
    >>> several("(0.2, 0.8),(0.4, 0.6)")
    ['(0.2, 0.8)', '(0.4, 0.6)']
    """
    values, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        else:
            depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0 and not quote:
            values.append("")
        else:
            values[-1] += letter
    values = [value.strip() for value in values]
    if not all(values):
        raise ValueError(f"one of the values in '{text}' is empty")
    return values


def setting(thing: Any, path: str) -> Any:
    """The value of the setting at `path`."""
    for name in path.split("."):
        thing = getattr(thing, name)
    return thing


def _settings(thing: Any) -> list[str]:
    return [f.name for f in fields(thing) if f.init] if is_dataclass(thing) else []


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _accepts(expected: Any, found: type) -> bool:
    if isinstance(expected, types.UnionType) or typing.get_origin(expected) is typing.Union:
        return any(_accepts(option, found) for option in typing.get_args(expected))
    origin = typing.get_origin(expected) or expected
    if origin is Any:
        return True
    if expected is None:
        return found is type(None)
    return found is origin
