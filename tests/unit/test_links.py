"""Every link from one file of the documentation to another leads somewhere, to the heading that it names too."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """The Markdown files of the repository, those that are not committed yet too."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [CHECKOUT / name for name in listed.stdout.splitlines()]


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to a page's headings: lower case, no punctuation, hyphens for spaces."""
    headings = HEADING.findall(FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> Iterator[str]:
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        path, _hash, anchor = link.partition("#")
        if ":" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            yield f"{page.name}: {link} is not there"
        elif anchor and anchor not in anchors(target):
            yield f"{page.name}: {link} names no heading"


def test_links_lead_somewhere() -> None:
    found = pages()
    assert CHECKOUT / "README.md" in found
    assert [line for page in found for line in broken(page)] == []
