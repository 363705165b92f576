"""The run's vault secrets get to modules that write secrets, and to no callback plugin, file or other machine."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from sandbox import Sandbox

Ansible = Callable[..., Run]

PASSWORD = "a vault password"


def vault(tmp_path: Path) -> list[str]:
    """The arguments that give a run a vault secret."""
    (tmp_path / "vault-password").write_text(PASSWORD)
    return ["--vault-password-file", str(tmp_path / "vault-password")]


def play(tmp_path: Path, **keywords: Any) -> list[dict[str, Any]]:
    options = {"user_name": "ada", "password_file": str(tmp_path / "ada.password")}
    task = {"name": "it", "dayone.aws_account.iam_login_profile": options, **keywords}
    return [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]


@pytest.mark.parametrize("keywords", [{}, {"loop": [1, 2]}])
def test_callback_plugins_are_not_told(
    account: Sandbox, ansible: Ansible, tmp_path: Path, keywords: dict[str, Any]
) -> None:
    account.client("iam").create_user(UserName="ada")
    run = ansible(
        play(tmp_path, **keywords),
        *vault(tmp_path),
        env={"ANSIBLE_CALLBACKS_ENABLED": "record,task_fields", "TASK_FIELDS_FILE": str(tmp_path / "fields")},
    )
    assert run.changed == ["it"]
    assert (tmp_path / "ada.password").read_text().startswith("$ANSIBLE_VAULT;")
    told = (tmp_path / "fields").read_text()
    assert "password_file" in told
    for secret in (base64.b64encode(PASSWORD.encode()).decode(), PASSWORD, "vault_secrets"):
        assert secret not in told


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"async": 30, "poll": 1}, "Take 'async' away"),
        ({}, "Unset ANSIBLE_KEEP_REMOTE_FILES"),
        ({"vars": {"ansible_connection": "ssh"}}, "connection is 'ssh'"),
    ],
)
def test_where_they_would_leave_the_process_it_stops(
    account: Sandbox,
    ansible: Ansible,
    tmp_path: Path,
    keywords: dict[str, Any],
    words: str,
) -> None:
    account.client("iam").create_user(UserName="ada")
    account.clear_journal()
    env = {"ANSIBLE_KEEP_REMOTE_FILES": "true"} if words.startswith("Unset") else {}
    run = ansible(play(tmp_path, **keywords), *vault(tmp_path), env=env, check=False)
    assert words in run.task("it")["result"]["msg"]
    assert account.journal() == []
    home = tmp_path / "ansible"
    kept = [path for path in home.rglob("*") if path.is_file() and b"vault_secrets" in path.read_bytes()]
    assert kept == []
