"""Fixtures: one sandbox server for the session, fresh accounts for each test, ansible-playbook against them."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from deprecations import deprecations
from hypothesis import HealthCheck, configuration, settings
from sandbox import Sandbox
from torture import DONE, TORTURE
from warm import WarmAnsible

CHECKOUT = Path(__file__).resolve().parents[1]
CALLBACKS = Path(__file__).resolve().parent / "account" / "callback"
# DAYONE_COLLECTIONS has where collections are, for tests in the environment of another ansible-core, which has none.
COLLECTIONS = os.environ.get("DAYONE_COLLECTIONS") or str(CHECKOUT / ".cache" / "collections")
sys.path += [path for path in COLLECTIONS.split(os.pathsep) if path not in sys.path]
# DAYONE_IN_PROCESS=off runs the tests with Ansible as it comes.
ACTION_PLUGINS = "" if os.environ.get("DAYONE_IN_PROCESS") == "off" else str(CHECKOUT / "extensions" / "in_process")
RUN_SECONDS = 300
# The same examples on each machine and in each run, and no example timed.
settings.register_profile(
    "repeatable",
    max_examples=1000 if TORTURE else 50,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")
configuration.set_hypothesis_home_dir(CHECKOUT / ".cache" / "hypothesis")

Plays = str | os.PathLike[str] | list[dict[str, Any]]


@dataclasses.dataclass(frozen=True)
class Run:
    """What an ansible-playbook run did."""

    rc: int
    output: str
    tasks: list[dict[str, Any]]
    stats: dict[str, dict[str, int]]

    @property
    def changed(self) -> list[str]:
        """Names of the tasks that reported a change, in order."""
        return [task["name"] for task in self.tasks if task["changed"]]

    def task(self, name: str) -> dict[str, Any]:
        """The result of the one task of this name that was not skipped."""
        (found,) = [task for task in self.tasks if task["name"] == name and task["status"] != "skipped"]
        return found


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[[str, int], None]:
    """Adds to a figure that is printed, summed up over all tests, at the end."""
    return lambda name, more: record_property(f"figure: {name}", more)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests have noted."""
    sums: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            # By then, all that a test and its fixtures have noted is there.
            noted = getattr(report, "user_properties", []) if getattr(report, "when", "") == "teardown" else []
            for name, value in noted:
                if name.startswith("figure: "):
                    sums[name.removeprefix("figure: ")] += value
    if sums:
        terminalreporter.section("figures")
        for name, value in sorted(sums.items()):
            terminalreporter.write_line(f"{value:8}  {name}")


@pytest.fixture(scope="session")
def _server() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def account(_server: Sandbox, figures: Callable[[str, int], None]) -> Iterator[Sandbox]:
    """A sandbox with fresh accounts; its root user's credentials are the default."""
    _server.reset()
    hit, done = _server.calls_hit(), DONE.copy()
    yield _server
    since = DONE - done + Counter({"faults injected": _server.calls_hit() - hit})
    for what, times in since.items():
        figures(what, times)


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Note how many inputs a property was tried with, as Hypothesis tells."""
    told = str(getattr(item, "hypothesis_statistics", ""))
    tried = sum(map(int, re.findall(r"(\d+) (?:passing|failing)", told)))
    if tried:
        item.user_properties.append(("figure: inputs tried", tried))


@pytest.fixture(scope="session")
def _warm() -> Iterator[WarmAnsible]:
    with WarmAnsible() as warm:
        yield warm


@pytest.fixture
def ansible(account: Sandbox, tmp_path: Path, _warm: WarmAnsible) -> Callable[..., Run]:
    """Run a playbook (a path, a collection's playbook name, or a list of plays) against the account."""
    home = tmp_path / "ansible"
    home.mkdir()
    # Ansible looks for results a thousand times a second, which others could use.
    (home / "ansible.cfg").write_text("[defaults]\ninternal_poll_interval = 0.005\n")
    work = tmp_path / "work"
    work.mkdir()
    runs = 0

    def ansible_playbook(
        playbook: Plays,
        *arguments: str,
        extra_vars: dict[str, Any] | None = None,
        env: dict[str, str] | None = None,
        check: bool = True,
        deprecates: bool = False,
    ) -> Run:
        nonlocal runs
        runs += 1
        record = home / f"record-{runs}.jsonl"
        record.touch()
        command = [sys.executable, "-m", "ansible.cli.playbook", _playbook(playbook, home / f"play-{runs}.yml")]
        command += arguments
        if extra_vars is not None:
            # In a file: values on a command line show in the process list.
            variables = home / f"vars-{runs}.json"
            variables.write_text(json.dumps(extra_vars))
            command += ["-e", f"@{variables}"]
        # A relative output directory is below PWD.
        own = {"PWD": str(work), "RECORD_FILE": str(record), **(env or {})}
        start = _warm.run if _warm.can_run(env or {}) else run_cold
        done = start(command, work, {**account.process_env(), **ansible_env(home), **own}, RUN_SECONDS)
        lines = [json.loads(line) for line in record.read_text().splitlines()]
        run = Run(
            done.returncode,
            done.stdout,
            [line for line in lines if "stats" not in line],
            next((line["stats"] for line in lines if "stats" in line), {}),
        )
        assert deprecates or deprecations(run.output) == []
        if check:
            assert run.rc == 0, run.output
        return run

    return ansible_playbook


def run_cold(
    command: list[str], directory: Path, env: dict[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a program in an interpreter of its own."""
    return subprocess.run(
        command,
        cwd=directory,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )


def _playbook(playbook: Plays, file: Path) -> str:
    if not isinstance(playbook, list):
        return os.fspath(playbook)
    file.write_text(yaml.safe_dump(playbook, sort_keys=False))
    return str(file)


def ansible_env(home: Path) -> dict[str, str]:
    """The environment of a run whose files are below a directory of its own."""
    return {
        **({"ANSIBLE_ACTION_PLUGINS": ACTION_PLUGINS} if ACTION_PLUGINS else {}),
        "ANSIBLE_HOME": str(home),
        "ANSIBLE_LOCAL_TEMP": str(home / "tmp"),
        "ANSIBLE_REMOTE_TMP": str(home / "tmp"),
        "ANSIBLE_CONFIG": str(home / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACKS),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        # They are failures, see deprecations.py.
        "ANSIBLE_DEPRECATION_WARNINGS": "true",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
    }
