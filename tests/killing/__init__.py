"""Kills a run at each of its steps in turn, so that a test can see how the next run carries on.

A step is a call to AWS (before it is sent, and after AWS has done it but before the caller knows) or a change of a file
below a directory (before it happens: opening for writing, fsync, rename, removal). Two ways to run:

- ``Module`` runs a module in forks of a process that has loaded what it needs: some 50 ms each.
- ``command`` runs any command, as ansible-playbook with modules in interpreters of their own, and kills it whole.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from . import steps

HERE = Path(__file__).resolve().parent
PATIENCE_SECONDS = 60


class Outcome(NamedTuple):
    """What became of a run."""

    killed: bool
    steps: list[str]
    result: dict[str, Any] | None = None
    """What the module returned, or said when it failed."""


class Module:
    """A module of this collection, to be run with or without being killed."""

    def __init__(self, name: str, directory: Path, environment: dict[str, str]) -> None:
        """Args:
        name: the module's name, without the collection.
        directory: below it, changes of files are steps.
        environment: as of ``Sandbox.process_env``.
        """
        self._name = f"ansible_collections.dayone.aws_account.plugins.modules.{name}"
        self._directory = directory
        self._environment = environment
        self._files = directory.parent / f"killing-{directory.name}"
        self._files.mkdir(exist_ok=True)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["boto3", "botocore.httpsession", __name__, self._name])
        with pytest.MonkeyPatch.context() as patch:
            # The process that is forked finds modules where this one does.
            patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
            forkserver.ensure_running()

    def run(self, arguments: dict[str, Any], *, kill_at: int = 0) -> Outcome:
        """Run it; ``kill_at`` counts steps from 1, and 0 lets it be."""
        output, log = self._files / "output", self._files / "steps"
        log.write_text("")
        plan = steps.Plan(str(log), str(self._directory), kill_at)
        process = self._context.Process(
            target=_be_module, args=(self._name, arguments, self._environment, str(output), plan)
        )
        process.start()
        process.join(PATIENCE_SECONDS)
        assert process.exitcode is not None, f"It has not ended after {PATIENCE_SECONDS} seconds."
        killed = process.exitcode == -signal.SIGKILL
        process.close()
        return Outcome(killed, log.read_text().splitlines(), None if killed else json.loads(output.read_text()))


def _be_module(
    name: str, arguments: dict[str, Any], environment: dict[str, str], output: str, plan: steps.Plan
) -> None:
    """In the fork: be the module, as ansible-core's payload would run it."""
    from ansible.module_utils import basic  # noqa: PLC0415 - loaded before the fork

    os.environ.clear()
    os.environ.update(environment)
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(written, 1)
    sys.stdout = open(1, "w", closefd=False)  # noqa: PTH123, SIM115 - it ends with the process
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        basic._ANSIBLE_PROFILE = "legacy"
    steps.install(plan)
    try:
        importlib.import_module(name).main()  # type: ignore[attr-defined]
    finally:
        sys.stdout.flush()


def command(
    arguments: list[str], environment: dict[str, str], directory: Path, log: Path, *, kill_at: int = 0
) -> Outcome:
    """Run a command; each step of it and of the interpreters that it starts counts, and at ``kill_at`` all are killed.

    Args:
        directory: below it, changes of files are steps.
        log: a file for the names of the steps, outside of that directory.
    """
    log.write_text("")
    process = subprocess.Popen(
        arguments,
        env={
            **environment,
            **steps.Plan(str(log), str(directory), kill_at).environment(),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(HERE), environment.get("PYTHONPATH", "")])),
        },
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    status = process.wait(PATIENCE_SECONDS * 5)
    return Outcome(status == -signal.SIGKILL, log.read_text().splitlines())
