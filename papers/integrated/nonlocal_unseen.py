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
NEEDED = {s.partition("@")[2] for signature in nonlocal_news.SIGNATURES for s in signature.sources}


def paired(test: Test) -> PairedTest:
    """The same test, in which all agents with one seed meet the same luck."""
    return PairedTest(test.n_lives, test.task, test.without, test.snapshot, test.record)


def again(signature: Signature, experiment: str, prefix: str, where: str) -> Signature:
    """A signature of `nonlocal_news`, and nothing of it changed, in another experiment."""

    return replace(
        signature.elsewhere(lambda source: source.replace(FIRST.name, experiment)),
        name=signature.name.replace("integrated/", f"integrated/{prefix}"),
        claim=f"{where}: {signature.claim[0].lower()}{signature.claim[1:]}",
    )


EXPERIMENTS = (
    replace(
        FIRST.on_other_seeds(NAME, 16, 24),
        summary="the same on networks 16 to 39, for confirmation",
        recording=paired(FIRST.recording),
        tests={name: paired(test) for name, test in FIRST.tests.items() if name in NEEDED},
    ),
)
SIGNATURES = tuple(
    again(signature, NAME, "again_", "On networks that nobody had seen")
    for signature in nonlocal_news.SIGNATURES
)
