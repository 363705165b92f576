"""The record of every call: who called what and how it ended. Never with parameters, which can hold secrets."""

from __future__ import annotations

import dataclasses

# Actions with these verbs change nothing in the account; handing out temporary credentials does not either.
READING_VERBS = ("Assume", "Check", "Describe", "Get", "Head", "List", "Lookup", "Simulate", "Validate")
# AWS counts making the credential report among the reads (Service Authorization Reference, IAM).
READING_ACTIONS = frozenset({"GenerateCredentialReport"})


def writes(action: str) -> bool:
    """Whether an action changes the account."""
    return not action.startswith(READING_VERBS) and action not in READING_ACTIONS


@dataclasses.dataclass(frozen=True)
class Call:
    """One line of the journal."""

    account: str
    principal: str
    service: str
    action: str
    writes: bool
    status: int
    error: str | None
    # What the caller had to be allowed to, where policies are enforced.
    permissions: list[str] = dataclasses.field(default_factory=list)
    # Which of the service's endpoints was called, by the signature.
    region: str = ""
