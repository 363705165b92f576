"""AWS's own policies, read once: moto reads all 1,500 of them for each account, after each reset."""

from __future__ import annotations

import copy
from collections import defaultdict

from moto.iam.models import IAMBackend, ManagedPolicy

_read_all = IAMBackend._init_aws_policies
_read: defaultdict[str, list[ManagedPolicy]] = defaultdict(list)


def read_once() -> None:
    """Let each account have copies, which count what they are attached to for themselves."""
    IAMBackend._init_aws_policies = _copies  # type: ignore[method-assign,assignment]


def _copies(backend: IAMBackend) -> list[ManagedPolicy]:
    policies = _read[backend.region_name]
    if not policies:
        policies.extend(_read_all(backend))
    copies = [copy.copy(policy) for policy in policies]
    for policy in copies:
        policy.account_id = backend.account_id
        # Nobody but AWS changes the document.
        policy.tags = {}
    return copies
