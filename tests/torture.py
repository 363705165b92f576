"""How closely the tests that kill look: `make torture` kills at every step, `make test` at every fifth."""

from __future__ import annotations

import os
from collections.abc import Sequence

STRIDE = 1 if os.environ.get("DAYONE_TORTURE") else 5


def killed_at(steps: Sequence[str]) -> list[str]:
    """Of all steps in turn, those at which a run is killed that is always killed after as many as ``STRIDE``."""
    return list(steps[STRIDE - 1 :: STRIDE])
