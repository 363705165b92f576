"""The stand-in account: moto behind a thin layer that refuses what AWS refuses. See README.md."""

from __future__ import annotations

from .client import Sandbox
from .journal import Call

__all__ = ["Call", "Sandbox"]
