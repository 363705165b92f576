"""What the collection is made of: nothing beyond what it says, and for its development, files known by their hashes."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).resolve().parents[2]
SHIPPED = [*sorted((CHECKOUT / "plugins").rglob("*.py")), *sorted((CHECKOUT / "playbooks").rglob("*.py"))]
COLLECTIONS = {"amazon.aws", "community.aws"}
OF_AWS = {"boto3", "botocore"}
FOR_MFA = {"pyotp", "segno"}
# ansible-core needs it itself, for Ansible Vault; modules do, too.
OF_ANSIBLE_CORE = {"ansible", "cryptography"}
HASHED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)((?: \\\n)?\s+--hash=sha256:[0-9a-f]{64})+\n")


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
    foreign = set(imports(file)) - own - COLLECTIONS - OF_AWS - FOR_MFA - OF_ANSIBLE_CORE
    assert foreign == set()


def test_what_is_imported_is_declared_and_nothing_more() -> None:
    galaxy = yaml.safe_load((CHECKOUT / "galaxy.yml").read_text())
    assert set(galaxy["dependencies"]) == COLLECTIONS
    lines = (CHECKOUT / "requirements.txt").read_text().splitlines()
    declared = {Requirement(line).name for line in lines if line and not line.startswith("#")}
    assert declared == OF_AWS | FOR_MFA | (OF_ANSIBLE_CORE - {"ansible"})
