"""What of this machine can be used."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ..papers import runs
from .options import add_command

if TYPE_CHECKING:
    from .options import Commands


def add(commands: Commands) -> None:
    text = "what of this machine fastslow can use; exit 1 if there is a problem"
    add_command(commands, "doctor", doctor, text)


def doctor(options: argparse.Namespace) -> int:
    from ..data.doctor import examine

    worst = 0
    for finding in examine(runs.runs_folder(options.out)):
        print(finding, flush=True)
        worst = max(worst, int(finding.state == "problem"))
    return worst
