# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the policy of a bucket or key says of a request, as far as that can be known before the request is made.

A statement whose condition depends on what is not known is neither taken for a yes nor for a no.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._policy_statements import as_list, statements

ALLOWED, DENIED, NOT_ALLOWED, UNSURE = "allowed", "denied", "not allowed", "unsure"
NAMES = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike")
NEGATED = ("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike")

Statement = dict[str, Any]


class Ask(NamedTuple):
    """A request that AWS would judge by the policy."""

    principal: str
    """Who asks: a service, as cloudtrail.amazonaws.com, or the ARN of an identity."""
    action: str
    resource: str
    context: Mapping[str, str]
    """Condition keys that AWS sends with it."""
    absent: frozenset[str] = frozenset()
    """Condition keys, in lower case, that AWS does not send with it. Of others it is not known."""


class Judgement(NamedTuple):
    """The statements that concern a request."""

    allowing: list[Statement]
    denying: list[Statement]
    perhaps_allowing: list[Statement]
    perhaps_denying: list[Statement]

    @property
    def verdict(self) -> str:
        if self.denying:
            return DENIED
        if self.allowing:
            return UNSURE if self.perhaps_denying else ALLOWED
        return UNSURE if self.perhaps_allowing else NOT_ALLOWED


def judge(policy: str | Mapping[str, Any] | None, ask: Ask) -> Judgement:
    """What the policy says of the request. A resource without a policy allows nothing."""
    found: Mapping[str, Any] = json.loads(policy) if isinstance(policy, str) and policy else policy or {}
    judgement = Judgement([], [], [], [])
    for statement in statements(found):
        meant = concerns(statement, ask)
        if meant is False:
            continue
        sure, perhaps = (
            (judgement.denying, judgement.perhaps_denying)
            if statement["Effect"] == "Deny"
            else (judgement.allowing, judgement.perhaps_allowing)
        )
        (perhaps if meant is None else sure).append(statement)
    return judgement


def concerns(statement: Statement, ask: Ask) -> bool | None:
    """Whether a statement is about the request; None where a condition cannot be known."""
    if not (
        _element(statement, "Principal", lambda given: _names(given, ask.principal))
        and _element(
            statement, "Action", lambda given: any(like(item, ask.action, fold=True) for item in as_list(given))
        )
        and _element(statement, "Resource", lambda given: any(like(item, ask.resource) for item in as_list(given)))
    ):
        return False
    held = [
        holds(operator, key, as_list(values), ask)
        for operator, conditions in (statement.get("Condition") or {}).items()
        for key, values in conditions.items()
    ]
    if False in held:
        return False
    return None if None in held else True


def _element(statement: Statement, name: str, test: Any) -> bool:
    """An element or its opposite, as Action or NotAction; a statement without either means nobody and nothing."""
    if name in statement:
        return bool(test(statement[name]))
    opposite = f"Not{name}"
    return opposite in statement and not test(statement[opposite])


def _names(given: Any, principal: str) -> bool:
    if given == "*":
        return True
    everybody = as_list(given.get("AWS", []))
    if "*" in everybody:
        return True
    if not principal.startswith("arn:"):
        return principal in as_list(given.get("Service", []))
    return any(_is_named(principal, name) for name in everybody)


def _is_named(arn: str, name: str) -> bool:
    """Whether the name is that of an identity: its ARN, a session's role, its account.

    A session's ARN lacks the path of its role, and needs none: an account has no two roles of a name.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    partition, account, what = arn.split(":")[1], arn.split(":")[4], arn.split(":", 5)[5]
    if is_session(arn) and name.startswith(f"arn:{partition}:iam::{account}:role/"):
        return name.rsplit("/", maxsplit=1)[-1] == what.split("/")[1]
    return name in (arn, account, f"arn:{partition}:iam::{account}:root")


def is_session(arn: str) -> bool:
    """Whether somebody has assumed a role."""
    return arn.split(":", 5)[5].startswith("assumed-role/")


def holds(operator: str, key: str, values: list[Any], ask: Ask) -> bool | None:
    """One condition; None where the key or the operator is not known.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    sent = {name.lower(): value for name, value in ask.context.items()}.get(key.lower())
    if sent is None and key.lower() not in ask.absent:
        return None
    if operator == "Null":
        return any((sent is None) == (str(value).lower() == "true") for value in values)
    name = operator.removesuffix("IfExists")
    if name not in (*NAMES, *NEGATED, "Bool"):
        return None
    if sent is None:
        # A key that is not sent fails a condition, unless its operator says otherwise.
        return operator.endswith("IfExists") or name in NEGATED
    if name == "Bool":
        return any(sent == str(value).lower() for value in values)
    wildcards = name.startswith("Arn") or name.endswith("Like")
    fold = name.endswith("IgnoreCase")
    return any(like(str(value), sent, fold=fold, wildcards=wildcards) for value in values) != (name in NEGATED)


def like(pattern: str, value: str, *, fold: bool = False, wildcards: bool = True) -> bool:
    """Whether the value fits the pattern, in which * stands for anything and ? for one character."""
    # A '[' is itself here. The expressions of fnmatch find in time that many stars do not fit.
    expression = fnmatch.translate(pattern.replace("[", "[[]")) if wildcards else re.escape(pattern)
    return re.fullmatch(expression, value, re.IGNORECASE if fold else 0) is not None


def titles(named: list[Statement]) -> str:
    """The statements for a person: by their Sid, or else whole."""
    return ", ".join(f"'{item['Sid']}'" if item.get("Sid") else json.dumps(item, sort_keys=True) for item in named)
