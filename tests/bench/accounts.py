"""The table of many accounts: the site playbook on the members of an organization, some at a time."""

from __future__ import annotations

import collections
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from sandbox import Sandbox
from sandbox.client import DEFAULT_ACCOUNT

from .runs import ANSIBLE, Bench, progress
from .site import ARTICLE, PLAYBOOK
from .table import Figures, medians, text

KINDS = ("first", "no-op")
HEAD = ["accounts", "run", "forks", "wall s", "CPU s", "peak MiB", "AWS calls", "wall each", "CPU each", "calls each"]


class AccountsBench(Bench):
    """The runs on an organization of so many members, with the module server."""

    def __init__(self, sandbox: Sandbox, scratch: Path, answer_after_ms: int = 0) -> None:
        super().__init__(sandbox, scratch, answer_after_ms)
        self._output = scratch / "accounts"
        self._inventory = scratch / "bench.organization.yml"
        members = {"plugin": "dayone.aws_account.organization", "exclude_filters": {"ids": [DEFAULT_ACCOUNT]}}
        self._inventory.write_text(json.dumps(members))
        self._key: dict[str, str] = {}

    def measure(self, runs: int, sizes: Sequence[int], forks: Sequence[int]) -> str:
        """The table of these numbers of accounts, with these numbers of accounts at a time, as text."""
        measured: dict[tuple[int, str, int], list[Figures]] = collections.defaultdict(list)
        for number in range(runs):
            for size in sizes:
                for at_a_time in forks:
                    progress(f"Round {number + 1} of {runs}: {size} accounts, {at_a_time} at a time")
                    self._prepare(size)
                    for kind in KINDS:
                        self._sandbox.clear_journal()
                        figures = self._run("in-process", self._command(at_a_time), memory=True)
                        measured[size, kind, at_a_time].append(figures)
        ways = [(size, kind, at_a_time) for size in sizes for kind in KINDS for at_a_time in forks]
        return text(HEAD, [row(*way, medians(measured[way])) for way in ways])

    def _prepare(self, size: int) -> None:
        shutil.rmtree(self._output, ignore_errors=True)
        self._sandbox.reset()
        self._key = self._sandbox.administrator()
        organizations = self._sandbox.client("organizations")
        organizations.create_organization(FeatureSet="ALL")
        for number in range(size):
            organizations.create_account(AccountName=f"a{number:03}", Email=f"a{number:03}@example.com")

    def _env(self, way: str) -> dict[str, str]:
        """As somebody who may assume the members' role, which a root user may not."""
        key = {"AWS_ACCESS_KEY_ID": self._key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": self._key["SecretAccessKey"]}
        return {**super()._env(way), **key}

    def _command(self, forks: int) -> list[str]:
        of_each = {
            "iam_admin_account_alias": "dayone-example-{{ account_id }}",
            "dayone_output_dir": f"{self._output}/{{{{ account_id }}}}",
        }
        members = ["-i", str(self._inventory), "--forks", str(forks)]
        return [*ANSIBLE, PLAYBOOK, *members, "-e", f"@{ARTICLE}", "-e", json.dumps(of_each)]


def row(size: int, kind: str, forks: int, of: Figures) -> list[str]:
    """One line of the table."""
    totals = [f"{of.wall:.1f}", f"{of.cpu:.1f}", f"{of.memory:.0f}", str(of.calls)]
    each = [f"{of.wall / size:.2f}", f"{of.cpu / size:.2f}", f"{of.calls / size:.1f}"]
    return [str(size), kind, str(forks), *totals, *each]
