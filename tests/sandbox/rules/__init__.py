"""The rules of AWS that moto does not know, one file per area."""

from __future__ import annotations

from . import sts
from .registry import RULES, Answer, Rule

__all__ = ["RULES", "Answer", "Rule", "sts"]
