"""Run checks by the names of their make targets, all of them even when one fails, and count what passed and failed.

Each test of pytest counts as one, every other check as one. The last line reads `N passed, M failed`. Several targets
run beside each other, so that no core is idle.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import ansible_sanity
import branch_coverage

CHECKOUT = Path(__file__).resolve().parents[1]
CACHE = CHECKOUT / ".cache"
BIN = CHECKOUT / ".venv" / "bin"
COLLECTIONS = CACHE / "collections"
# The plugins under the name that they import each other by.
PLUGINS = COLLECTIONS / "ansible_collections" / "dayone" / "aws_account" / "plugins"
SCENARIOS = CHECKOUT / "extensions" / "molecule"
# What of the scenarios goes with every change; the account tests have the others' roles.
OFTEN = ("default", "password_policy")


@dataclasses.dataclass(frozen=True)
class Tally:
    """How many passed and how many failed, and the figures that tests noted."""

    passed: int
    failed: int
    figures: Counter[str] = dataclasses.field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.passed + other.passed, self.failed + other.failed, self.figures + other.figures)


Check = Callable[[], Tally]


def command(*arguments: str | Path, cwd: Path = CHECKOUT, **variables: str) -> Check:
    """A check that passes if the command's exit status is 0."""
    return lambda: one(run(*arguments, cwd=cwd, **variables))


def attempt(check: Check) -> Tally:
    """A check's tally; one that breaks off has failed, and the others still run."""
    try:
        return check()
    except (OSError, ValueError, subprocess.SubprocessError):
        traceback.print_exc()
        return one(False)


def one(passed: bool) -> Tally:
    """The tally of a single check."""
    return Tally(1, 0) if passed else Tally(0, 1)


def run(*arguments: str | Path, cwd: Path = CHECKOUT, **variables: str) -> bool:
    """Run a tool of .venv, with more environment variables perhaps; whether its exit status is 0."""
    program, *rest = arguments
    environment = {**env(), **variables}
    finished = subprocess.run([BIN / program, *rest], cwd=cwd, env=environment, stdin=subprocess.DEVNULL, check=False)
    return finished.returncode == 0


def env() -> dict[str, str]:
    """An environment in which no setting of the user, in Ansible's or AWS's files, changes what the checks see."""
    home = CACHE / "home"
    home.mkdir(parents=True, exist_ok=True)
    foreign = ("ANSIBLE_", "AWS_", "MOLECULE_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {
        **kept,
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
        "ANSIBLE_HOME": str(CACHE / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        # Compiled once, and not into the checkout.
        "PYTHONPYCACHEPREFIX": str(CACHE / "pycache"),
        "COLUMNS": "120",
        # What is installed in .venv is no part of the checkout's git repository, wherever a tool asks.
        "GIT_CEILING_DIRECTORIES": str(CHECKOUT / ".venv"),
        **({} if sys.stdout.isatty() else {"NO_COLOR": "1"}),
    }


def tests(folder: str, *arguments: str, **variables: str) -> Check:
    """The pytest tests of a folder, with more environment variables perhaps, counted one by one."""

    def check() -> Tally:
        with tempfile.TemporaryDirectory() as scratch:
            report = Path(scratch) / "report.xml"
            command_line = ("pytest", "--quiet", f"--junit-xml={report}", *arguments, f"tests/{folder}")
            finished = run(*command_line, cwd=CHECKOUT, **variables)
            counted = count(report) if report.exists() else Tally(0, 0)
        # A run that collected nothing, or broke off, is a failure of its own.
        return counted if finished and counted.passed else counted + Tally(0, int(not counted.failed))

    return check


def count(report: Path) -> Tally:
    """What pytest's report says. A skipped test has not passed: in this repository it counts as failed."""
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - pytest's own file
    passed = sum(len(case.findall("*[@message]")) == 0 for case in cases)
    figures: Counter[str] = Counter()
    for noted in (each for case in cases for each in case.iter("property")):
        kind, _colon, name = noted.attrib["name"].partition(": ")
        if kind == "figure":
            figures[name] += int(noted.attrib["value"])
    return Tally(passed, len(cases) - passed, figures)


def scenarios(*names: str) -> Check:
    """Molecule scenarios, each from create to destroy."""
    named = [option for name in names for option in ("--scenario-name", name)]
    # Given here for a checkout without git, too.
    base = ("--base-config", SCENARIOS / "config.yml")
    return command("molecule", *base, "test", *named, cwd=CHECKOUT)


def build() -> Tally:
    """Build the collection as Galaxy would get it, and install that into an empty place."""
    with tempfile.TemporaryDirectory() as scratch:
        collection = ansible_sanity.publish(CHECKOUT, BIN, env(), Path(scratch))
        return one((collection / "MANIFEST.json").is_file())


def checks(target: str) -> Iterator[tuple[str, Check]]:
    """The checks of a make target, each with its name."""
    match target:
        case "lint":
            yield "ruff", command("ruff", "check")
            yield "ruff format", command("ruff", "format", "--check")
            folders = ("playbooks/callback_plugins", "tests", "tools", "extensions/in_process")
            yield "mypy", command("mypy", PLUGINS, *folders)
            yield "yamllint", command("yamllint", "--strict", ".")
            yield "ansible-lint", command("ansible-lint", "--profile", "production", "--offline", "--strict")
            yield "changelog", command("antsibull-changelog", "lint")
        case "unit":
            yield "unit tests", tests("unit", **branch_coverage.begin("unit"))
            decisions = branch_coverage.decisions()
            yield "branches of what decides, by unit tests", lambda: one(branch_coverage.enough("unit", *decisions))
        case "account":
            yield "tests on the stand-in account", tests("account", "--numprocesses=2", "-m", "not long")
        case "bench":
            # Its short form: that it runs, and that the boto3 script makes the very calls.
            short = ("--runs", "1", "--only", "check", "--versions", "300", "--accounts", "2", "--forks", "2")
            yield "benchmark, short form", command("python", "-m", "bench", *short, PYTHONPATH="tests")
        case "browser":
            yield "the report's pages in a browser", tests("browser")
        case "molecule-short":
            yield f"molecule, scenarios {' and '.join(OFTEN)}", scenarios(*OFTEN)
        case "sanity":
            yield "ansible-test sanity", lambda: one(ansible_sanity.passes(CHECKOUT, BIN, env()))
        case "docs":
            options = ("--plugin-docs", "--validate-collection-refs", "dependent", "--disallow-unknown-collection-refs")
            yield "documentation of plugins and roles", command("antsibull-docs", "lint-collection-docs", *options, ".")
            yield "READMEs against the code", command("python", "tools/readmes.py")
            yield "compliance table against the controls", command("python", "tools/compliance.py", "--check")
            yield "documentation site", command("python", "tools/docsite.py")
            yield "build and install", build
            context = ("--context", CACHE / "execution-environment", "--verbosity", "1")
            yield "execution environment", command("ansible-builder", "create", *context)
        case _:
            yield from long_checks(target)


def long_checks(target: str) -> Iterator[tuple[str, Check]]:
    """Those of the make targets that `make test` has short forms of."""
    match target:
        case "coverage":
            measured = branch_coverage.begin("all")
            yield "unit tests", tests("unit", **measured)
            yield "tests on the stand-in account", tests("account", *branch_coverage.CHOSEN, **measured)
            faults = ("account/test_module_faults.py", "-k", "withdrawn")
            yield "modules refused at each of their calls", tests(*faults, DAYONE_TORTURE="1", **measured)
            yield "branches of plugins", lambda: one(branch_coverage.enough("all"))
        case "torture":
            yield "properties, with twenty times the examples", tests("unit", "-m", "hypothesis", DAYONE_TORTURE="1")
            yield (
                "tests that disturb and kill, at every step, and long ones",
                tests("account", "--numprocesses=2", "-m", "torture or long", DAYONE_TORTURE="1"),
            )
        case "molecule":
            for config in sorted(SCENARIOS.glob("*/molecule.yml")):
                yield f"molecule, scenario {config.parent.name}", scenarios(config.parent.name)
        case _:
            sys.exit(f"There is no check '{target}'.")


@dataclasses.dataclass(frozen=True)
class Finished:
    """What became of a target."""

    tally: Tally
    lines: list[str]
    """How each check ended, and how long it took."""
    output: str = ""
    """What it printed, where that was kept back."""


def run_target(target: str) -> Finished:
    """Run the checks of a target, one after the other."""
    total = Tally(0, 0)
    lines = []
    for name, check in checks(target):
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        tally = attempt(check)
        total += tally
        lines.append(f"{'ok' if not tally.failed else 'FAILED':7}{time.monotonic() - started:6.1f} s  {name}")
    return Finished(total, lines)


def run_target_aside(target: str) -> Finished:
    """The same in a process of its own, with all output kept back until the end."""
    with tempfile.TemporaryFile("w+", errors="replace") as kept:
        for descriptor in (1, 2):
            os.dup2(kept.fileno(), descriptor)
        finished = run_target(target)
        sys.stdout.flush()
        kept.seek(0)
        return dataclasses.replace(finished, output=kept.read())


def run_targets(targets: list[str]) -> Iterator[Finished]:
    """The first here, to be watched; the others meanwhile in another process, one after the other.

    The account's tests have two processes, and these have as much to do in that time as each of them.
    """
    first, *others = targets
    # A process for each target, as it does not get its output back.
    with ProcessPoolExecutor(max_workers=1, max_tasks_per_child=1, mp_context=get_context("spawn")) as processes:
        aside = [processes.submit(run_target_aside, target) for target in others]
        yield run_target(first)
        for done in as_completed(aside):
            finished = done.result()
            print(finished.output, end="", flush=True)
            yield finished


def main() -> int:
    """Run the checks that are asked for."""
    started = time.monotonic()
    finished = list(run_targets(sys.argv[1:]))
    total = sum((each.tally for each in finished), Tally(0, 0))
    if total.figures:
        total.figures["seconds"] = round(time.monotonic() - started)
        print("\n" + "\n".join(f"{number:8}  {name}" for name, number in total.figures.items()))
    print("\n" + "\n".join(line for each in finished for line in each.lines))
    print(f"{total.passed} passed, {total.failed} failed")
    return 0 if total.passed and not total.failed else 1


if __name__ == "__main__":
    sys.exit(main())
