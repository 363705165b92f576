"""No credentials, expired or unknown ones, no permission, no network: one sentence that says which, and what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from conftest import Run
from sandbox import Sandbox

Ansible = Callable[..., Run]

PLAY: list[dict[str, Any]] = [
    {
        "hosts": "localhost",
        "gather_facts": False,
        "roles": ["dayone.aws_account.iam_admin"],
        "vars": {"iam_admin_users": [{"name": "admin", "mfa": "none"}]},
    }
]


def sentence(run: Run) -> str:
    """What the role says at the end of a run that failed."""
    assert run.rc != 0
    last = run.tasks[-1]
    assert last["name"] == "Say what went wrong and what to do about it"
    return str(last["result"]["msg"])


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_no_credentials(ansible: Ansible) -> None:
    said = sentence(ansible(PLAY, env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, check=False))
    assert "Unable to locate credentials" in said
    assert "Give this run credentials" in said


def test_expired_credentials(account: Sandbox, ansible: Ansible) -> None:
    account.fail(
        "sts", "GetCallerIdentity", "ExpiredToken", message="The security token included in the request is expired"
    )
    said = sentence(ansible(PLAY, check=False))
    assert "ExpiredToken" in said
    assert "The credentials have run out" in said


def test_unknown_credentials(ansible: Ansible) -> None:
    said = sentence(ansible(PLAY, env={"AWS_ACCESS_KEY_ID": "AKIANOBODYKNOWSTHIS0"}, check=False))
    assert "InvalidClientTokenId" in said
    assert "AWS does not know these credentials" in said


def test_no_permission(account: Sandbox, ansible: Ansible) -> None:
    account.fail(
        "iam",
        "CreateUser",
        "AccessDenied",
        message="User: arn:aws:iam::123456789012:user/x is not authorized to perform: iam:CreateUser",
    )
    said = sentence(ansible(PLAY, check=False))
    assert said.startswith("Create the administrators: ")
    assert "not authorized to perform: iam:CreateUser" in said
    assert "lacks that permission" in said


def test_no_network(ansible: Ansible) -> None:
    said = sentence(ansible(PLAY, env={"AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}"}, check=False))
    assert "Could not connect to the endpoint URL" in said
    assert "AWS cannot be reached" in said
