"""Answers of AWS that did not come whole."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import why_unreadable


@pytest.mark.parametrize(
    ("body", "announced", "reader", "why"),
    [
        (b'{"Trails": []}', "14", json.loads, ""),
        (b'{"Trai', "14", json.loads, "6 of 14 bytes came"),
        (b'{"Trai', None, json.loads, "its body cannot be read"),
        (b"<html>", None, json.loads, "its body cannot be read"),
        (b"\xff\xfe<", "3", json.loads, "its body cannot be read"),
        (b"<a/>", "4", ET.fromstring, ""),
        (b" \n<?xml version='1.0'?><a/>", None, ET.fromstring, ""),
        (b"<a>", "3", ET.fromstring, "its body cannot be read"),
        (b"", "17", ET.fromstring, "0 of 17 bytes came"),
        # Deletions answer with nothing.
        (b"", None, json.loads, ""),
        (b"any text", "8", None, ""),
    ],
)
def test_why(body: bytes, announced: str | None, reader: Callable[[bytes], Any] | None, why: str) -> None:
    assert why_unreadable(body, announced, reader) == why
