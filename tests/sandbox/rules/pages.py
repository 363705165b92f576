"""Answers in pages, as AWS gives them."""

from __future__ import annotations

from typing import Any

from .registry import Answer


def page_of(entries: list[dict[str, Any]], name: str, params: dict[str, Any], *, token: str, size: str) -> Answer:
    """The page that a call asks for, and the token of the next one.

    Args:
        entries: all there are.
        name: what the answer calls them.
        params: the call's.
        token: what the service calls the token, in call and answer.
        size: what it calls the page's size.
    """
    start, most = int(params.get(token) or 0), params.get(size) or 100
    answer: Answer = {name: entries[start : start + most]}
    if start + most < len(entries):
        answer[token] = str(start + most)
    return answer
