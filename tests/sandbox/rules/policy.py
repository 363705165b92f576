"""A small evaluator of resource policies: may a service or an identity do this to that, under these conditions?"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any


@dataclasses.dataclass(frozen=True)
class Ask:
    """What an AWS service wants to do, and the condition keys that AWS sends with it."""

    service: str
    action: str
    resource: str
    context: dict[str, str]
    # What a policy may call the asker by, where it is an identity of an account and no service.
    identities: tuple[str, ...] = ()


def allows(policy: str | bytes | None, ask: Ask) -> bool:
    """Whether the policy lets the service in: something allows and nothing denies.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    if not policy:
        return False
    matching = [statement for statement in as_list(json.loads(policy)["Statement"]) if _matches(statement, ask)]
    effects = {statement["Effect"] for statement in matching}
    return effects == {"Allow"}


def _matches(statement: dict[str, Any], ask: Ask) -> bool:
    return (
        _fits(statement, "Principal", lambda given: _names(given, ask))
        and _fits(statement, "Action", lambda given: any(like(item, ask.action, fold=True) for item in as_list(given)))
        and _fits(statement, "Resource", lambda given: any(like(item, ask.resource) for item in as_list(given)))
        and all(
            holds(operator, key, as_list(wanted), ask.context)
            for operator, conditions in statement.get("Condition", {}).items()
            for key, wanted in conditions.items()
        )
    )


def _fits(statement: dict[str, Any], element: str, test: Callable[[Any], bool]) -> bool:
    """An element, or its opposite as in NotAction; a statement with neither of them is about nothing."""
    if element in statement:
        return test(statement[element])
    return f"Not{element}" in statement and not test(statement[f"Not{element}"])


def _names(principal: Any, ask: Ask) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, dict):
        return False
    named = as_list(principal.get("AWS", []))
    return ask.service in as_list(principal.get("Service", [])) or any(name in named for name in ("*", *ask.identities))


def holds(operator: str, key: str, wanted: list[Any], context: dict[str, str]) -> bool:
    """One condition; a key that AWS does not send fails it, unless the operator ends in IfExists or is a negation.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    name, if_exists, _rest = operator.partition("IfExists")
    if name not in KNOWN_OPERATORS:
        raise ValueError(f"The sandbox does not know the condition operator {operator}.")
    sent = {sent_key.lower(): value for sent_key, value in context.items()}.get(key.lower())
    if name == "Null":
        return any((sent is None) == (str(value).lower() == "true") for value in wanted)
    negated = "Not" in name
    if sent is None:
        return bool(if_exists) or negated
    if name == "Bool":
        return any(sent == str(value).lower() for value in wanted)
    wildcards = name.startswith("Arn") or name.endswith("Like")
    fold = name.endswith("IgnoreCase")
    if wildcards:
        found = any(like(value, sent) for value in wanted)
    else:
        found = any(value.lower() == sent.lower() if fold else value == sent for value in wanted)
    return found != negated


KNOWN_OPERATORS = {
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Bool",
    "Null",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
}


def like(pattern: str, value: str, *, fold: bool = False) -> bool:
    """Whether the value fits the pattern, in which * stands for anything and ? for one character."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.IGNORECASE | re.DOTALL if fold else re.DOTALL) is not None


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
