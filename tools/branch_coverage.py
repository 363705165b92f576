"""How many branches of the plugins the tests take, by coverage.py; what they do not take is listed.

Tests run with `COVERAGE_PROCESS_START` in their environment: it has each Python measure itself, forks of the module
server and modules of tests/killed_module.py with it. Modules that Ansible starts in an interpreter of their own are not
seen, nor is a process that is killed.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

CHECKOUT = Path(__file__).resolve().parents[1]
CACHE = CHECKOUT / ".cache" / "coverage"
PLUGINS = CHECKOUT / "plugins"
COVERAGE = CHECKOUT / ".venv" / "bin" / "coverage"
LEAST_PERCENT = 95
# Those of tests/account that show branches of plugins: not those of the stand-in account and of the module server
# themselves, nor those that kill, whose processes tell nothing.
CHOSEN = (
    *("--numprocesses=2", "-m", "not long and not torture"),
    *(f"--ignore-glob=*/test_{name}.py" for name in ("sandbox_*", "*_killed", "in_process", "module_server", "runner")),
)
# What has none of these imports decides, and asks nobody.
ASKING = ("boto", "ansible_collections.amazon", "ansible_collections.community")
# Documentation alone, which only ansible-doc and ansible-test read.
LEFT_OUT = "doc_fragments"
SETTINGS = """\
[run]
branch = true
parallel = true
# As Python 3.11 has no other for branches.
core = ctrace
# So that a fork writes down what it has seen.
patch = _exit
source = {plugins}
omit = {plugins}/{left_out}/*
data_file = {place}/data
disable_warnings = no-data-collected, couldnt-parse, module-not-measured, module-not-imported
[report]
include_namespace_packages = true
show_missing = true
skip_covered = true
"""


class Branches(NamedTuple):
    """How many there are, and how many were taken."""

    there: int
    taken: int

    @property
    def enough(self) -> bool:
        """Whether the share is large enough; of nothing, nothing was measured."""
        return self.there > 0 and self.taken * 100 >= self.there * LEAST_PERCENT

    def __str__(self) -> str:
        share = self.taken * 100 / self.there if self.there else 0
        return f"{self.taken} of {self.there} branches taken: {share:.1f} %; {LEAST_PERCENT} % are asked for"


def begin(name: str) -> dict[str, str]:
    """The environment of tests that are measured under this name, from the beginning."""
    place = CACHE / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    settings = place / "settings"
    settings.write_text(SETTINGS.format(plugins=PLUGINS, left_out=LEFT_OUT, place=place))
    return {"COVERAGE_PROCESS_START": str(settings)}


def enough(name: str, *files: Path) -> bool:
    """Print what was found of the files (none: of all), and whether it is enough. Without any data it is not."""
    place = CACHE / name
    report = place / "report.json"
    only = ["--include", ",".join(map(str, files))] if files else []
    # Of a process that was killed as it wrote there is half a file: it is passed over.
    _coverage(place, "combine", "--quiet")
    _coverage(place, "report", *only)
    _coverage(place, "json", "--quiet", "-o", str(report), *only)
    if not report.exists():
        print("Nothing was measured.")
        return False
    measured = json.loads(report.read_text())
    print(found := branches_of(measured["totals"]))
    unseen = {str(file.relative_to(CHECKOUT)) for file in files} - measured["files"].keys()
    print(*(f"Not measured: {file}" for file in sorted(unseen)), sep="\n")
    return found.enough and not unseen


def branches_of(totals: dict[str, Any]) -> Branches:
    """The figures in coverage.py's own report."""
    return Branches(totals["num_branches"], totals["covered_branches"])


def decisions() -> list[Path]:
    """The module_utils that do without AWS: what unit tests are for."""
    return [file for file in sorted((PLUGINS / "module_utils").glob("*.py")) if not _asks(file)]


def _asks(file: Path) -> bool:
    names: list[str] = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return any(name.startswith(ASKING) for name in names)


def _coverage(place: Path, command: str, *arguments: str) -> None:
    subprocess.run([COVERAGE, command, f"--rcfile={place / 'settings'}", *arguments], cwd=CHECKOUT, check=False)
