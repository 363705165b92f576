"""The table of dayone.aws_account.site: a boto3 script, Ansible as it comes, the module server, no modules."""

from __future__ import annotations

import collections
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox import Sandbox

from .runs import ANSIBLE, CHECKOUT, TESTS, Bench, combined, progress, rounds
from .table import Figures, medians, rows, text

PLAYBOOK = "dayone.aws_account.site"
ARTICLE = CHECKOUT / "playbooks" / "vars" / "article.yml"
# Each kind of run: its arguments, and whether the account is fresh.
KINDS = {"check": (["--check"], True), "first": ([], True), "no-op": ([], False)}
WAYS = ("boto3", "stock", "in-process", "at once")
HEAD = ["run", "way", "wall s", "CPU s", "peak MiB", "AWS calls", "faster", "less CPU", "of boto3"]


class SiteBench(Bench):
    """The runs of the site playbook."""

    def __init__(self, sandbox: Sandbox, scratch: Path, answer_after_ms: int = 0) -> None:
        super().__init__(sandbox, scratch, answer_after_ms)
        self._output = scratch / "output"
        (scratch / "empty.yml").write_text("- hosts: localhost\n  gather_facts: false\n  tasks: []\n")

    def measure(self, runs: int, kinds: Sequence[str]) -> str:
        """The table of these kinds of run, as text."""
        for kind in kinds:
            self._record(kind)
        measured: dict[tuple[str, str], list[Figures]] = collections.defaultdict(list)
        start_ups = []
        # In turn, so that what else the machine does falls on all of them.
        for number in range(rounds(runs)):
            memory = number == rounds(runs) - 1
            progress(f"Round {number + 1} of {rounds(runs)}{' (memory)' if memory else ''}")
            if number < runs:
                start_ups.append(self._run("stock", [*ANSIBLE, str(self._scratch / "empty.yml")], memory=False))
            for way in WAYS:
                for kind in kinds:
                    measured[kind, way].append(self._measure(kind, way, memory=memory))
        start_up = medians(start_ups)
        body = []
        for kind in kinds:
            body += rows(kind, {way: combined(measured[kind, way]) for way in WAYS}, start_up)
        return text(HEAD, body) + f"\n\nAnsible's own start-up: {start_up.wall:.2f} s wall, {start_up.cpu:.2f} s CPU."

    def _record(self, kind: str) -> None:
        """Note the calls of a run as Ansible comes, and see that the script makes the very same."""
        progress(f"Recording the calls of the {kind} run")
        recording = self._recording(kind)
        self._prepare(kind)
        results = self._results(kind)
        results.mkdir()
        env = {
            "PYTHONPATH": str(TESTS / "bench" / "recorder"),
            "BENCH_RECORDING": str(recording),
            "BENCH_RESULTS": str(results),
            "BENCH_NOTE": "yes",
        }
        # As `stock`, with the results noted.
        self._run("at once", self._command(kind, "at once"), memory=False, more=env)
        noted = self._calls()
        if kind == "no-op":
            # The script's own account, as its first run leaves it.
            self._prepare("first")
            self._run("boto3", self._command("first", "boto3"), memory=False)
        self._prepare(kind)
        self._run("boto3", self._command(kind, "boto3"), memory=False)
        if self._calls() != noted:
            differ = (self._calls() - noted) | (noted - self._calls())
            raise SystemExit(f"The boto3 script does not make the calls of the {kind} run: {dict(differ)}")
        if kind == "first":
            # What the recorded no-op run starts from is Ansible's own first run.
            self._prepare(kind)
            self._run("stock", self._command(kind, "stock"), memory=False)

    def _measure(self, kind: str, way: str, *, memory: bool) -> Figures:
        self._prepare(kind)
        more = {"BENCH_RESULTS": str(self._results(kind))} if way == "at once" else None
        for returned in self._results(kind).glob("*.returned"):
            returned.unlink()
        return self._run(way, self._command(kind, way), memory=memory, more=more)

    def _prepare(self, kind: str) -> None:
        if KINDS[kind][1]:
            self._sandbox.reset()
            shutil.rmtree(self._output, ignore_errors=True)
        self._sandbox.clear_journal()

    def _command(self, kind: str, way: str) -> list[str]:
        if way == "boto3":
            return [sys.executable, str(TESTS / "bench" / "replay.py"), str(self._recording(kind))]
        output = json.dumps({"dayone_output_dir": str(self._output)})
        return [*ANSIBLE, PLAYBOOK, "-e", f"@{ARTICLE}", "-e", output, *KINDS[kind][0]]

    def _recording(self, kind: str) -> Path:
        return self._scratch / f"{kind}.jsonl"

    def _results(self, kind: str) -> Path:
        return self._scratch / f"{kind}-results"

    def _calls(self) -> collections.Counter[str]:
        return collections.Counter(f"{call.service}.{call.action} {call.status}" for call in self._sandbox.journal())

    def calls_by_task(self) -> str:
        """What each task of a no-op run asks of AWS."""
        self._prepare("first")
        self._run("in-process", self._command("first", "in-process"), memory=False)
        self._prepare("no-op")
        noted = self._scratch / "calls"
        env = {
            "ANSIBLE_CALLBACK_PLUGINS": str(TESTS / "bench" / "callback"),
            "ANSIBLE_CALLBACKS_ENABLED": "calls",
            "BENCH_CALLS": str(noted),
            "PYTHONPATH": str(TESTS),
        }
        self._run("in-process", self._command("no-op", "in-process"), memory=False, more=env)
        return f"{noted.read_text()}{len(self._sandbox.journal()):4} calls in a no-op run"
