"""How a rule is tied to the actions it governs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from ..request import Request
from ..world import World

Answer = dict[str, Any]
# A rule raises a RefusalError, answers itself, or returns None and leaves the answer to moto. What is too long for
# moto's serializer it writes itself, as the service would send it.
Rule = Callable[[Request, World], Answer | Response | None]

RULES: dict[tuple[str, str], list[Rule]] = {}


def rule(service: str, *actions: str, first: bool = False) -> Callable[[Rule], Rule]:
    """Apply the rule to these actions, after the rules that were tied to them before, or as the first of them."""

    def register(function: Rule) -> Rule:
        for action in actions:
            rules = RULES.setdefault((service, action), [])
            rules.insert(0 if first else len(rules), function)
        return function

    return register
