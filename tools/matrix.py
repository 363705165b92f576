"""Run the tests with every supported ansible-core and every supported major version of amazon.aws, and print the table.

`make matrix` takes an hour and a half; `make matrix ARGS="--quick"` runs what touches Ansible most, in ten minutes.
`--core 2.17` and `--collections 11` choose.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
MATRIX = CHECKOUT / ".cache" / "matrix"
CORES = {"2.17": "2.17.14", "2.18": "2.18.19", "2.19": "2.19.14"}
# Majors of amazon.aws, each with the `ansible` package that it comes in.
COLLECTIONS = {"10": "12.3.0", "11": "14.5.0"}
# What the tests do not import, and what would bring another ansible-core.
NOT_NEEDED = ("ansible==", "ansible-lint", "antsibull", "molecule", "mypy", "ruff", "yamllint", "ansible-builder")
# What goes with an ansible-core: its own choice.
OF_CORE = ("ansible", "resolvelib")
QUICK = (
    *("site", "cloudtrail", "iam_admin", "billing", "root_user", "many_accounts", "member_roots"),
    *("module_server", "in_process", "organization_inventory", "runner"),
)


def main() -> int:
    """Print a row for each pair; 1 if anything failed."""
    parser = argparse.ArgumentParser(prog="make matrix", description=__doc__)
    parser.add_argument("--core", nargs="+", choices=CORES, default=list(CORES))
    parser.add_argument("--collections", nargs="+", choices=COLLECTIONS, default=list(COLLECTIONS))
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    rows = ["| ansible-core | amazon.aws | passed | failed |", "| --- | --- | ---: | ---: |"]
    failures = 0
    for core in options.core:
        python = environment(core)
        for major in options.collections:
            print(f"\n== ansible-core {CORES[core]}, amazon.aws {major}", flush=True)
            passed, failed = tested(python, collections(major), quick=options.quick)
            rows.append(f"| {CORES[core]} | {major} | {passed} | {failed} |")
            failures += failed
    print("\n" + "\n".join(rows))
    return 1 if failures else 0


def environment(core: str) -> Path:
    """The Python of an environment with this ansible-core and what the tests import, made where there is none."""
    place = MATRIX / f"core-{CORES[core]}"
    python = place / "bin" / "python"
    done = place / "installed"
    wanted = "".join(without(CHECKOUT / "requirements-dev.txt", NOT_NEEDED))
    if not done.exists() or done.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        (place / "requirements.txt").write_text(f"{wanted}ansible-core=={CORES[core]}\n")
        (place / "constraints.txt").write_text("".join(without(CHECKOUT / "constraints.txt", OF_CORE)))
        pip(python, "install", "-r", place / "requirements.txt")
        done.write_text(wanted)
    return python


def without(file: Path, names: tuple[str, ...]) -> list[str]:
    """The lines of a file of requirements that do not begin so, with the files that they name at full length."""
    kept = [line for line in file.read_text().splitlines(keepends=True) if not line.startswith(names)]
    return [line.replace("-r requirements.txt", f"-r {CHECKOUT / 'requirements.txt'}") for line in kept]


def collections(major: str) -> Path:
    """Where this major version of amazon.aws and community.aws lies, fetched where it is not there."""
    place = MATRIX / f"ansible-{COLLECTIONS[major]}"
    if not place.exists():
        with tempfile.TemporaryDirectory(dir=MATRIX) as scratch:
            # A package for another Python perhaps, of which the collections alone are taken.
            only = ("--no-deps", "--only-binary=:all:", "--python-version=3.13", f"--dest={scratch}")
            pip(Path(sys.executable), "download", *only, f"ansible=={COLLECTIONS[major]}")
            (wheel,) = Path(scratch).glob("*.whl")
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(Path(scratch) / "all", [name for name in archive.namelist() if is_of_aws(name)])
            (Path(scratch) / "all").rename(place)
    return place


def is_of_aws(name: str) -> bool:
    """Whether a file of the package is one of the collections that ours builds on."""
    return name.startswith(("ansible_collections/amazon/aws/", "ansible_collections/community/aws/"))


def pip(python: Path, *arguments: str | Path) -> None:
    """One of pip's commands."""
    subprocess.run([python, "-m", "pip", "--quiet", *arguments], check=True)


def tested(python: Path, place: Path, *, quick: bool) -> tuple[int, int]:
    """How many tests passed and failed; one that was skipped has failed."""
    chosen = [f"tests/account/test_{name}.py" for name in QUICK] if quick else ["tests/account"]
    counted = [count(python, place, ["tests/unit"]), count(python, place, ["-m", "not long", "-n2", *chosen])]
    return sum(passed for passed, _failed in counted), sum(failed for _passed, failed in counted)


def count(python: Path, place: Path, arguments: list[str]) -> tuple[int, int]:
    """The same of one call of pytest."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "AWS_", "PYTHON"))}
    ours = CHECKOUT / ".cache" / "collections"
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        done = subprocess.run(
            [python, "-m", "pytest", "--quiet", f"--junit-xml={report}", *arguments],
            cwd=CHECKOUT,
            # What an ansible-core reads while it is imported is known of the one in .venv alone.
            env={**kept, "DAYONE_COLLECTIONS": f"{ours}{os.pathsep}{place}", "DAYONE_WARM": "off"},
            check=False,
        )
        cases = list(ET.parse(report).getroot().iter("testcase")) if report.exists() else []  # noqa: S314 - pytest's own
    passed = sum(len(case.findall("*[@message]")) == 0 for case in cases)
    failed = len(cases) - passed
    return passed, failed if done.returncode == 0 or failed else 1


if __name__ == "__main__":
    sys.exit(main())
