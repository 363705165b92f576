"""Build the documentation site into .cache/docsite/html, of the repository's own pages and the plugins' documentation.

Every page of docs/ is taken, with the READMEs of roles and of the stand-in account and what stands beside the README.
The links of docs/README.md are the order; a page that it does not name comes last. Nothing is fetched, and a warning
is a failure.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import check

CHECKOUT = Path(__file__).resolve().parents[1]
SITE = CHECKOUT / ".cache" / "docsite"
SOURCE = SITE / "source"
HTML = SITE / "html"
REFERENCE = SOURCE / "reference"
COLLECTION = "dayone.aws_account"
PAGES = ("*.md", "CHANGELOG.rst", "docs/**/*.md", "roles/*/README.md", "tests/sandbox/README.md")
INDEX = "docs/README.md"
NAMED_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s:#]+)\)")
LINK = re.compile(r"\]\(([^)\s:#]+)(#[^)\s]*)?\)")
SECTION = re.compile(r"^## +(.+)\n((?:(?!^## ).*\n)*)", re.MULTILINE)


def main() -> int:
    """Lay the pages out, generate the reference, run Sphinx."""
    navigation_is_new = lay_out()
    reference = ["collection", "--use-current", "--squash-hierarchy", "--fail-on-error", "--cleanup", "everything"]
    reference += ["--no-add-antsibull-docs-version", "--dest-dir", str(REFERENCE), COLLECTION]
    sphinx = ["--quiet", "--fail-on-warning", "--nitpicky", "--jobs", "2", "--builder", "html"]
    sphinx += ["--conf-dir", "docs/site", "--doctree-dir", str(SITE / "doctrees"), str(SOURCE), str(HTML)]
    if navigation_is_new:
        sphinx.insert(0, "--write-all")
    if not (check.run("antsibull-docs", *reference) and check.run("sphinx-build", *sphinx)):
        # Of a page that it has read already, Sphinx would not warn again.
        shutil.rmtree(SITE / "doctrees", ignore_errors=True)
        return 1
    print(f"The documentation is in {HTML.relative_to(CHECKOUT)}/index.html")
    return 0


def lay_out() -> bool:
    """Write each page where the site has it; whether the navigation, which is on all pages, is another than before.

    What has not changed is left alone, so that Sphinx need not read it again.
    """
    wanted = {place(page): text_of(page) for page in pages()}
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for old in SOURCE.rglob("*"):
        if old.is_file() and REFERENCE not in old.parents and str(old.relative_to(SOURCE)) not in wanted:
            old.unlink()
    changed = [name for name, text in wanted.items() if write(SOURCE / name, text)]
    for page in pages():
        for target in linked_files(page):
            to = SOURCE / place(target)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / target, to)
    return "index.md" in changed


def pages() -> list[str]:
    """The pages, by their paths in the repository."""
    return sorted({str(page.relative_to(CHECKOUT)) for pattern in PAGES for page in CHECKOUT.glob(pattern)})


def place(path: str) -> str:
    """Where the site has a file: docs/ is its top, and a directory's README has the directory's name."""
    if path == INDEX:
        return "index.md"
    path = re.sub(r"^docs/", "", path)
    path = re.sub(r"/README\.md$", ".md", path)
    return path if "/" in path else path.lower()


def text_of(page: str) -> str:
    """A page as the site has it: the links lead to other places, and the index gets its tables of contents."""
    text = (CHECKOUT / page).read_text()
    if page == INDEX:
        more = contents("More", [("", page) for page in left_over(text)])
        text = SECTION.sub(lambda section: f"{section[0]}\n{contents(section[1], named(section[2]))}\n", text)
        text += f"\n{contents('Reference', [('', 'reference/index')])}\n{more}\n"
    return LINK.sub(lambda link: f"]({moved(page, link[1])}{link[2] or ''})", text) if page.endswith(".md") else text


def moved(page: str, target: str) -> str:
    """A link of a page, from the page's place on the site to the target's."""
    there = resolved(page, target)
    return os.path.relpath(place(there), Path(place(page)).parent) if (CHECKOUT / there).is_file() else target


def resolved(page: str, target: str) -> str:
    """What a link leads to, by its path in the repository."""
    return os.path.relpath((CHECKOUT / page).parent / target, CHECKOUT)


def linked_files(page: str) -> Iterator[str]:
    """What a page links to and is no page, to be had for download."""
    if page.endswith(".md"):
        for link in LINK.findall((CHECKOUT / page).read_text()):
            target = resolved(page, link[0])
            if (CHECKOUT / target).is_file() and target not in pages():
                yield target


def named(text: str) -> list[tuple[str, str]]:
    """The pages that a section of the index links to, each with the words of the link."""
    linked = [(words.replace("`", ""), resolved(INDEX, target)) for words, target in NAMED_LINK.findall(text)]
    return [(words, page) for words, page in linked if page in pages()]


def left_over(text: str) -> list[str]:
    """The pages that no section of the index links to."""
    listed = {page for _, section in SECTION.findall(text) for _, page in named(section)}
    return [page for page in pages() if page != INDEX and page not in listed]


def contents(caption: str, listed: list[tuple[str, str]]) -> str:
    """A table of contents of the navigation; a page without words of its own has its title."""
    lines = [(words, re.sub(r"\.(md|rst)$", "", place(page))) for words, page in listed]
    entries = [f"{words} <{page}>" if words else page for words, page in lines]
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *entries, "```"])


def write(file: Path, text: str) -> bool:
    """Write a file if it has another text; whether it had."""
    if file.exists() and file.read_text() == text:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return True


if __name__ == "__main__":
    sys.exit(main())
