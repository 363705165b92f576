"""How closely the tests that kill look: `make torture` kills at every step, `make test` at every fifth."""

from __future__ import annotations

import os

STRIDE = 1 if os.environ.get("DAYONE_TORTURE") else 5
