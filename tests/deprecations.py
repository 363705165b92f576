"""Deprecation warnings in what a run shows: each is a failure, but for those that amazon.aws has of itself."""

from __future__ import annotations

import re

BEGIN = "[DEPRECATION WARNING]:"
# By how it begins, what cannot be mended here, and why.
KNOWN = {
    "The 'iam_user' return key is deprecated and will be replaced by 'user'.": (
        "amazon.aws.iam_user says so whenever it runs, whether or not anybody reads the key; no role here does"
    ),
    "Passing `disable_lookups` to `template` is deprecated.": (
        "the base of amazon.aws's inventories, and so of ours, passes it when it reads its options"
    ),
}


def deprecations(output: str) -> list[str]:
    """How each deprecation warning begins that is not known; Ansible may have broken its lines anywhere."""
    _before, *warnings = _bare(output).split(_bare(BEGIN))
    known = tuple(map(_bare, KNOWN))
    return [warning[:300] for warning in warnings if not warning.startswith(known)]


def _bare(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\s", "", text)
