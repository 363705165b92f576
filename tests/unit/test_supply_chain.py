"""What the collection is made of: nothing beyond what it says, and for its development, files known by their hashes."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import install
import lock
import pytest
import yaml
from packaging.requirements import Requirement

CHECKOUT = Path(__file__).resolve().parents[2]
SHIPPED = [*sorted((CHECKOUT / "plugins").rglob("*.py")), *sorted((CHECKOUT / "playbooks").rglob("*.py"))]
COLLECTIONS = {"amazon.aws", "community.aws"}
OF_AWS = {"boto3", "botocore"}
FOR_MFA = {"pyotp", "segno"}
# ansible-core needs it itself, for Ansible Vault; modules do, too.
FOR_VAULT = {"cryptography"}
# What runs in ansible-playbook itself finds these there.
OF_ANSIBLE_CORE = {"ansible", "jinja2", "markupsafe"}


def imports(file: Path) -> Iterator[str]:
    """What a file imports: the package; of a collection, its name."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module]
        else:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            parts = name.split(".")
            yield ".".join(parts[1:3]) if parts[0] == "ansible_collections" else parts[0]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: str(file.relative_to(CHECKOUT)))
def test_nothing_else_is_imported(file: Path) -> None:
    own = {"dayone.aws_account", *sys.stdlib_module_names}
    foreign = set(imports(file)) - own - COLLECTIONS - OF_AWS - FOR_MFA - FOR_VAULT - OF_ANSIBLE_CORE
    assert foreign == set()


def test_what_is_imported_is_declared_and_nothing_more() -> None:
    galaxy = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())
    assert set(galaxy["dependencies"]) == COLLECTIONS
    lines = (CHECKOUT / "requirements.txt").read_text().splitlines()
    declared = {Requirement(line).name for line in lines if line and not line.startswith("#")}
    assert declared == OF_AWS | FOR_MFA | FOR_VAULT


def test_every_file_of_the_development_set_up_is_known_by_its_hash() -> None:
    hashes = install.read_hashes()
    # `make lock` brings it into step.
    assert hashes.hashes.keys() == install.pins()
    assert all(hashes.hashes.values())
    assert hashes.platforms
    # It names files by what is in them, not by where they lie.
    assert "://" not in install.HASHES.read_text()


def test_hashes_of_another_platform_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "HASHES", tmp_path / "hashes.txt")

    def report(version: str, content: str) -> dict[str, Any]:
        files = {"archive_info": {"hashes": {"sha256": content * 64}}}
        return {"install": [{"metadata": {"name": "Some_Thing", "version": version}, "download_info": files}]}

    assert install.read_hashes() == install.Hashes(set(), {})
    lock.write(report("1.0", "a"), "cp311 on Linux x86_64")
    lock.write(report("1.0", "b"), "cp312 on Linux x86_64")
    both = {"cp311 on Linux x86_64", "cp312 on Linux x86_64"}
    assert install.read_hashes() == install.Hashes(both, {"some-thing==1.0": {"a" * 64, "b" * 64}})
    # Those of another version are of no use.
    lock.write(report("1.1", "c"), "cp312 on Linux x86_64")
    assert install.read_hashes() == install.Hashes({"cp312 on Linux x86_64"}, {"some-thing==1.1": {"c" * 64}})
