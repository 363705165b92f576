"""How closely the tests that disturb and kill look, and what they count."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

Step = TypeVar("Step")

TORTURE = bool(os.environ.get("DAYONE_TORTURE"))
# `make torture` kills a module, and what is killed again and again, at every step, `make test` at every fifth.
STRIDE = 1 if TORTURE else 5
# Where each step takes a playbook's run or two, DAYONE_STRIDE and DAYONE_FIRST make a sample of them.
SAMPLE_STRIDE = int(os.environ.get("DAYONE_STRIDE", "1"))
SAMPLE_FIRST = int(os.environ.get("DAYONE_FIRST", "1"))
# How often something was done to runs, in all tests of this process.
DONE: Counter[str] = Counter()
KILLS = "kills survived"


def killed_at(steps: Sequence[str]) -> list[str]:
    """Of all steps in turn, those at which a run is killed that is always killed after as many as ``STRIDE``."""
    return list(steps[STRIDE - 1 :: STRIDE])


def sample(steps: Sequence[Step]) -> Sequence[Step]:
    """Of all steps, each of which takes a playbook's run, those that are tried."""
    return steps[SAMPLE_FIRST - 1 :: SAMPLE_STRIDE]
