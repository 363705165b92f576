"""A command run and measured against the stand-in account, in an environment without settings of the person."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from sandbox import Sandbox

from .table import Figures, medians

TESTS = Path(__file__).resolve().parents[1]
CHECKOUT = TESTS.parent
# By way, what takes the place of Ansible's own way of running modules.
ACTION_PLUGINS = {"in-process": CHECKOUT / "extensions" / "in_process", "at once": TESTS / "bench" / "at_once"}
ANSIBLE = [sys.executable, "-m", "ansible.cli.playbook"]


class Bench:
    """Runs in a directory of their own, on one stand-in account that is made fresh again and again."""

    def __init__(self, sandbox: Sandbox, scratch: Path, answer_after_ms: int = 0) -> None:
        self._sandbox = sandbox
        self._scratch = scratch
        self._answer_after_ms = answer_after_ms
        (scratch / "ansible.cfg").touch()

    def _run(self, way: str, command: list[str], *, memory: bool, more: dict[str, str] | None = None) -> Figures:
        figures, log = self._scratch / "figures.json", self._scratch / "log"
        measure = [sys.executable, "-m", "bench.measure", str(figures), *(["--memory"] if memory else []), "--"]
        env = {**self._env(way), **(more or {})}
        # For the measuring process alone; the command gets its own.
        start = ["env", f"PYTHONPATH={env.pop('PYTHONPATH', '')}"] if more else ["env", "-u", "PYTHONPATH"]
        self._sandbox.world(answer_after_ms=self._answer_after_ms)
        with log.open("w") as file:
            done = subprocess.run(
                [*measure, *start, *command],
                env={**env, "PYTHONPATH": str(TESTS)},
                cwd=self._scratch,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                check=False,
            )
        self._sandbox.world(answer_after_ms=0)
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{log.read_text()}")
        return Figures(**json.loads(figures.read_text()), calls=len(self._sandbox.journal()))

    def _env(self, way: str) -> dict[str, str]:
        """Nothing of the person's own settings of Ansible and Python, and the way's of running modules."""
        everything = self._sandbox.process_env()
        kept = {name: value for name, value in everything.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
        return {
            **kept,
            "ANSIBLE_CONFIG": str(self._scratch / "ansible.cfg"),
            "ANSIBLE_HOME": str(self._scratch / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".cache" / "collections"),
            **({"ANSIBLE_ACTION_PLUGINS": str(ACTION_PLUGINS[way])} if way in ACTION_PLUGINS else {}),
        }


def rounds(runs: int) -> int:
    """How often each is run: the last round is for memory alone, unless it is the only one."""
    return runs + 1 if runs > 1 else 1


def combined(measured: list[Figures]) -> Figures:
    """The medians of the timed runs, with the memory of the last."""
    *timed, sampled = measured
    of = medians(timed or [sampled])
    return Figures(of.wall, of.cpu, sampled.memory, of.calls)


def progress(what: str) -> None:
    """A line for whoever waits."""
    print(f"{what} …", file=sys.stderr, flush=True)


def machine() -> str:
    """What the figures were taken with."""
    versions = subprocess.run(
        [sys.executable, "-c", "import ansible.release, boto3; print(ansible.release.__version__, boto3.__version__)"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.split()
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} cores, Python {python}, ansible-core {versions[0]}, boto3 {versions[1]}"
