"""News from elsewhere on 24 networks that nobody had seen: every signature again, as it was committed.

Of the first eight networks one never learned to use what comes back, and signatures of which all
others agree are left undecided by it. Task, training, tests, bounds, controls and measures
are those of `nonlocal_news`; seeds are 16 to 39, and all agents with one seed meet the same luck.
"""

from __future__ import annotations

from dataclasses import replace

from ..declaration import PairedTest, Signature, Test
from . import nonlocal_news

NAME = "integrated/nonlocal_unseen"
(FIRST,) = nonlocal_news.EXPERIMENTS
Source = str | tuple[str, ...]
NEEDED = {s.partition("@")[2] for signature in nonlocal_news.SIGNATURES for s in signature.sources}


def _paired(test: Test) -> PairedTest:
    return PairedTest(test.n_lives, test.task, test.without, test.snapshot, test.record)


EXPERIMENTS = (
    replace(
        FIRST,
        name=NAME,
        summary="the same on networks 16 to 39, for confirmation",
        recording=_paired(FIRST.recording),
        tests={name: _paired(test) for name, test in FIRST.tests.items() if name in NEEDED},
        first_seed=16,
        full=24,
        reproduced=False,
    ),
)


def _here(source: Source) -> Source:
    if isinstance(source, tuple):
        return tuple(s.replace(FIRST.name, NAME) for s in source)
    return source.replace(FIRST.name, NAME)


def _again(signature: Signature) -> Signature:
    return replace(
        signature,
        name=signature.name.replace("integrated/", "integrated/again_"),
        claim=f"On networks that nobody had seen: {signature.claim[0].lower()}{signature.claim[1:]}",
        subject=_here(signature.subject),
        shows=signature.shows and _here(signature.shows),
        shows_not=signature.shows_not and _here(signature.shows_not),
        beside=tuple(_here(source) for source in signature.beside),
    )


SIGNATURES = tuple(map(_again, nonlocal_news.SIGNATURES))
