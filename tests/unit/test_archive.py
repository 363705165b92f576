"""What `ansible-galaxy collection build` puts into the archive: what users need, and nothing that lies about."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import importer
import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
# Made by the build.
MADE = {"MANIFEST.json", "FILES.json"}
TOP = MADE | {
    *("CHANGELOG.rst", "CONTRIBUTING.md", "LICENSE", "README.ja.md", "README.md", "SECURITY.md"),
    *("changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "roles"),
    *("execution-environment.yml", "requirements.txt", "requirements.yml"),
}
# What Galaxy asks for, installing needs, and an execution environment is made from.
NEEDED = {
    *("changelogs/changelog.yaml", "meta/runtime.yml", "meta/execution-environment.yml"),
    *("playbooks/site.yml", "extensions/in_process/normal.py", "extensions/in_process/module_server/server.py"),
}
# What may lie about in a checkout, and is nobody's but its owner's.
ABOUT = (
    *(".env", ".venv/pyvenv.cfg", ".cache/pytest/x", ".vscode/settings.json", "docs/.draft.md", "my.yml"),
    *("dayone-output/123456789012/admin.password", "dayone-aws_account-0.0.1.tar.gz", "tests/output/x"),
    *("plugins/modules/__pycache__/budget.cpython-311.pyc", "changelogs/.plugin-cache.yaml"),
)
LARGEST_BYTES = 20 * 1024 * 1024


def listed_by_git(*options: str) -> set[str]:
    """The files of the repository, those that are new with them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *options]
    done = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True)
    return {name for name in done.stdout.split("\0") if name and (CHECKOUT / name).is_file()}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """The archive of a checkout in which all kinds of things lie about: the size of each file, by its name."""
    scratch = tmp_path_factory.mktemp("archive")
    copy = scratch / "checkout"
    for name in listed_by_git():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, copy / name)
    for name in ABOUT:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).touch()
    build = [sys.executable, "-m", "ansible.cli.galaxy", "collection", "build", "--output-path", str(scratch)]
    subprocess.run(build, cwd=copy, stdout=subprocess.DEVNULL, check=True)
    (built,) = scratch.glob("*.tar.gz")
    with tarfile.open(built) as opened:
        return {member.name: member.size for member in opened.getmembers() if member.isfile()}


def test_it_has_what_users_need(archive: dict[str, int]) -> None:
    assert {name.partition("/")[0] for name in archive} == TOP
    assert archive.keys() >= NEEDED
    for folder in ("plugins", "roles", "playbooks", "docs", "meta", "changelogs", "extensions"):
        wanted = {name for name in listed_by_git(folder) if not name.startswith("docs/site/")}
        assert wanted
        assert wanted - archive.keys() == set()


def test_it_has_nothing_else(archive: dict[str, int]) -> None:
    assert archive.keys() - MADE - listed_by_git() == set()
    hidden = [name for name in archive if any(part.startswith(".") for part in Path(name).parts)]
    assert hidden == []


def test_galaxy_takes_it(archive: dict[str, int]) -> None:
    """What Galaxy refuses or complains of; `make importer` asks galaxy-importer itself."""
    galaxy = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())
    assert 0 < len(galaxy["tags"]) <= 20
    assert all(tag.isascii() and tag.isalnum() and tag.islower() for tag in galaxy["tags"])
    assert galaxy["repository"].startswith("https://")
    assert galaxy["readme"] in archive
    assert max(archive.values()) < LARGEST_BYTES
    assert yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text())["requires_ansible"]
    roles = {folder.name for folder in (CHECKOUT / "roles").iterdir()}
    assert {f"roles/{role}/README.md" for role in roles} <= archive.keys()


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        (f"Loading module budget\nWARNING: ERROR in a file\n{importer.FINISHED}\n", True),
        (f"ERROR: No changelog found.\n{importer.FINISHED}\n", False),
        ("Loading module budget\n", False),
        ("", False),
    ],
)
def test_galaxy_importer_is_taken_at_its_word(said: str, accepted: bool) -> None:
    assert importer.is_accepted(said) is accepted
