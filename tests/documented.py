"""What the documentation tells people to type, and what it says they will see.

In a page, ```sh is a block of commands. ```text after it is output: its lines are shown in this order, others may come
between, and … stands for anything. ```yaml that begins with a comment of a file's name is that file; with `in` before
the name, its keys are to be put into the file.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
FENCED = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)

# Commands that cannot be run by a test on the stand-in account, by how they begin, and why.
NOT_RUN = {
    "ansible-builder build": "builds an image, which takes a container engine",
    "aws ": "the AWS CLI is not installed by `make install`",
    "ansible-playbook dayone.aws_account.delete_trail_logs -e cloudtrail_bucket=NAME": "NAME is the reader's",
    "diff <(jq": "jq is not installed by `make install`",
    "jq ": "the same",
    "make test": "this is what runs the test",
}
# Pages for who works on the collection: their commands are the tests, checks and measurements themselves.
FOR_CONTRIBUTORS = {"CONTRIBUTING.md", "docs/benchmark.md", "docs/development.md", "docs/releasing.md"}
# Commands that end with another status than 0, by page.
STATUS = {
    (
        "docs/changes.md",
        'ansible-playbook dayone.aws_account.report -e \'{"account_report_fail_on": ["fail", "manual"]}\'',
    ): 2,
    ("docs/pipeline.md", "ansible-playbook dayone.aws_account.site -e @my.yml -e root_user_manual_steps=fail"): 2,
}
# Blocks of output that show what the stand-in account does not have, by page and first words, and why.
NOT_SHOWN = {
    ("docs/delete-trail-logs.md", "Bucket 'example-trail-logs': 15,000"): "a line that depends on the time",
    ("docs/many-accounts.md", "ACCOUNTS"): "an account that failed and one that was not begun",
    ("docs/member-roots.md", "444455556666"): "ids of accounts that nobody can choose",
}


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    language: str
    text: str

    @property
    def commands(self) -> list[str]:
        """The commands, one a line, those that go on with a backslash joined."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [line for line in lines if line.strip() and not line.startswith("#")]

    @property
    def file(self) -> tuple[str, bool] | None:
        """The name of the file that a YAML block is, and whether it is only to be put into it."""
        found = re.match(r"# (in )?([\w./-]+\.yml)\b", self.text)
        return (found[2], bool(found[1])) if found and self.language == "yaml" else None


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page."""
    return [
        Block(page, language, "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True)))
        for indent, language, text in FENCED.findall((CHECKOUT / page).read_text())
    ]


def all_pages() -> list[str]:
    """The README and the pages of docs/."""
    found = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]
    return [str(page.relative_to(CHECKOUT)) for page in found]


def pages() -> list[str]:
    """Those for users that have something to type in them, and that can be run."""
    return [
        page
        for page in all_pages()
        if page not in FOR_CONTRIBUTORS and any(why_not(command) is None for command in commands(page))
    ]


def commands(page: str) -> list[str]:
    """All commands of a page."""
    return [command for block in blocks(page) if block.language == "sh" for command in block.commands]


def why_not(command: str) -> str | None:
    """Why a command is not run, if it is not."""
    return next((reason for begin, reason in NOT_RUN.items() if command.startswith(begin)), None)


def missing(shown: str, output: str) -> Iterator[str]:
    """The lines that are shown and that the output does not have, in this order."""
    rest = [line.strip() for line in output.splitlines()]
    for line in filter(None, map(str.strip, shown.splitlines())):
        pattern = re.compile(".*".join(map(re.escape, line.split("…"))))
        found = next((number for number, text in enumerate(rest) if pattern.fullmatch(text)), None)
        if found is None:
            yield line
        else:
            rest = rest[found + 1 :]
