"""What the pages quote of the code is what the code has: prices, error messages, and the commands in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import documented
import pytest
import yaml
from ansible_collections.dayone.aws_account.plugins.module_utils._prices import PRICES

CHECKOUT = Path(__file__).resolve().parents[2]
DOCS = CHECKOUT / "docs"
ROW = re.compile(r"^\| (.+?) \| ", re.MULTILINE)
# What stands for a value in a sentence of the code.
HOLE = "\0"


def sentences() -> Iterator[str]:
    """Every text of the plugins, playbooks and roles, with a hole for each value."""
    for folder in ("plugins", "playbooks"):
        for file in (CHECKOUT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.JoinedStr):
                    yield "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
    for folder in ("roles", "playbooks"):
        for file in (CHECKOUT / folder).rglob("*.yml"):
            yield re.sub(r"\s+", " ", re.sub(r"{{.*?}}", HOLE, file.read_text(), flags=re.DOTALL))


def quoted() -> list[str]:
    """The messages of the page about error messages."""
    rows = ROW.findall((DOCS / "troubleshooting.md").read_text())
    return [row for row in rows if row not in ("it says", "---")]


def test_messages_are_those_of_the_code() -> None:
    corpus = list(sentences())
    assert len(quoted()) > 30
    patterns = {message: re.compile(".*".join(map(re.escape, message.split("…")))) for message in quoted()}
    assert [message for message, pattern in patterns.items() if not any(map(pattern.search, corpus))] == []


def test_prices_are_those_of_the_code() -> None:
    row = re.compile(r"^\| \[(.+)\]\((.+)\) \| ([\d.]+) \| (.+) \| ([\d-]+) \|$", re.MULTILINE)
    shown = row.findall((DOCS / "costs.md").read_text())
    wanted = [(price.what.rstrip(","), price.source, price.figure, price.unit, price.date) for price in PRICES.values()]
    assert shown == wanted


def test_both_readmes_say_the_same_commands() -> None:
    translated = re.compile(r"=(NAME|[^\x00-\x7f]+)$|region: [\w-]+$", re.MULTILINE)

    def shape(page: str) -> list[tuple[str, str]]:
        """What is typed and written, but for a name that is translated and a region that is nearer."""
        return [(block.language, translated.sub("…", block.text)) for block in documented.blocks(page)]

    assert shape("README.md") == shape("README.ja.md")


@pytest.mark.parametrize("page", documented.pages())
def test_blocks_are_what_they_say(page: str) -> None:
    for block in documented.blocks(page):
        assert block.language in ("ini", "json", "sh", "text", "yaml"), block.text
        if block.language == "yaml":
            assert yaml.safe_load(block.text) is not None


def test_what_is_left_out_is_there() -> None:
    """Exceptions that nothing needs any more are gone."""
    every = [command for page in documented.all_pages() for command in documented.commands(page)]
    assert [begin for begin in documented.NOT_RUN if not any(command.startswith(begin) for command in every)] == []
    assert [key for key in documented.STATUS if key[1] not in documented.commands(key[0])] == []
    shown = [(block.page, block.text) for page in documented.pages() for block in documented.blocks(page)]
    assert [
        (page, words)
        for page, words in documented.NOT_SHOWN
        if not any(page == shown_page and text.startswith(words) for shown_page, text in shown)
    ] == []
