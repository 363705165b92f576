"""The role iam_admin killed after its writes: the next run completes, and leaves nothing over."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from killing_proxy import Killer
from sandbox import Sandbox
from torture import STRIDE, killed_at

pytestmark = pytest.mark.torture
Ansible = Callable[..., Run]

WRITES = [
    "CreateUser",
    "CreateGroup",
    "AttachGroupPolicy",
    "AddUserToGroup",
    "CreateLoginProfile",
    "CreateAccessKey",
    "CreateAccountAlias",
    "PutGroupPolicy",
]


def play(users: list[dict[str, Any]], **variables: Any) -> list[dict[str, Any]]:
    role = {"ansible.builtin.include_role": {"name": "dayone.aws_account.iam_admin"}}
    variables["iam_admin_users"] = users
    return [{"hosts": "localhost", "gather_facts": False, "tasks": [role], "vars": variables}]


def key_file(user_name: str, path: Path, **options: Any) -> list[dict[str, Any]]:
    module = {"dayone.aws_account.iam_access_key_file": {"user_name": user_name, "path": str(path), **options}}
    return [{"hosts": "localhost", "gather_facts": False, "tasks": [{"name": "key", **module}]}]


def works(account: Sandbox, file: Path, user_name: str) -> bool:
    """Whether the key in the file is the user's one key, and active."""
    key_id, secret = file.read_text().splitlines()[1].split(",")
    keys = account.client("iam").list_access_keys(UserName=user_name)["AccessKeyMetadata"]
    assert [(key["AccessKeyId"], key["Status"]) for key in keys] == [(key_id, "Active")]
    identity = account.client("sts", credentials={"AccessKeyId": key_id, "SecretAccessKey": secret})
    return bool(identity.get_caller_identity()["Arn"].endswith(f"/{user_name}"))


def test_killed_again_and_again_a_first_run_comes_to_its_end(
    account: Sandbox, ansible: Ansible, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    users = [{"name": "ada", "access_key": True, "mfa": "none", "credentials_profile": "ada"}]
    options = {"iam_admin_require_mfa": True, "iam_admin_account_alias": "acme", "dayone_output_dir": str(out)}
    # Each run carries on from where the one before was killed.
    for write in killed_at(WRITES):
        # The key whose secret the run before lost is deactivated, deleted and made anew first.
        anew = 3 if write == "CreateAccountAlias" else 0
        with Killer(account, after=STRIDE + anew) as killer:
            run = ansible(play(users, **options), env=killer.env, check=False)
        assert (run.rc, killer.killed) == (-9, write)

    ansible(play(users, **options))
    iam = account.client("iam")
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ada"]
    assert [user["UserName"] for user in iam.get_group(GroupName="Administrators")["Users"]] == ["ada"]
    assert iam.list_group_policies(GroupName="Administrators")["PolicyNames"] == ["dayone-require-mfa"]
    assert len(iam.list_attached_group_policies(GroupName="Administrators")["AttachedPolicies"]) == 1
    assert iam.list_account_aliases()["AccountAliases"] == ["acme"]
    assert works(account, out / "ada.accessKeys.csv", "ada")
    key_id, secret = (out / "ada.accessKeys.csv").read_text().splitlines()[1].split(",")
    profile = f"[ada]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
    assert (out / "credentials").read_text() == profile
    # The password in the file is the one that AWS has.
    account.client("iam", credentials={"AccessKeyId": key_id, "SecretAccessKey": secret}).change_password(
        OldPassword=(out / "ada.password").read_text().strip(), NewPassword="Another-Password-1"
    )
    assert sorted(path.name for path in out.iterdir()) == [
        "account",
        "ada.accessKeys.csv",
        "ada.password",
        "credentials",
    ]
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}


ROTATION = ["CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"]


@pytest.mark.parametrize(("action", "asked_again"), list(zip(ROTATION, [False, True, False], strict=True)))
def test_a_killed_rotation_is_completed_by_the_next(
    account: Sandbox, ansible: Ansible, tmp_path: Path, action: str, asked_again: bool
) -> None:
    file = tmp_path / "ada.csv"
    iam = account.client("iam")
    iam.create_user(UserName="ada")
    profile = {"credentials_file": str(tmp_path / "credentials"), "credentials_profile": "ada"}
    ansible(key_file("ada", file, **profile))
    before = iam.list_access_keys(UserName="ada")["AccessKeyMetadata"][0]["AccessKeyId"]
    with Killer(account, after=ROTATION.index(action) + 1) as killer:
        ansible(key_file("ada", file, rotate=True, **profile), env=killer.env, check=False)
    assert killer.killed == action
    ansible(key_file("ada", file, rotate=asked_again, **profile))
    assert works(account, file, "ada")
    assert before not in file.read_text() + (tmp_path / "credentials").read_text()
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["ada.csv", "credentials"]


def test_a_removal_killed_again_and_again_comes_to_its_end(account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = {"dayone_output_dir": str(out)}
    ada: dict[str, Any] = {"name": "ada", "mfa": "none", "password": "Given-By-Hand-2026"}
    bob: dict[str, Any] = {"name": "bob", "mfa": "seed", "access_key": True, "credentials_profile": "bob"}
    ansible(play([ada, bob], **options))
    iam = account.client("iam")
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=json.dumps(policy))
    done = []
    gone = [ada, {"name": "bob", "state": "absent", "credentials_profile": "bob"}]
    assert {path.name for path in out.iterdir()} > {"bob.password"}
    while True:
        with Killer(account, after=STRIDE) as killer:
            run = ansible(play(gone, **options), env=killer.env, check=False)
        if not killer.killed:
            break
        done.append(killer.killed)
        # What the next run needs to know of the user is there as long as the user is.
        if killer.killed != "DeleteUser":
            assert "bob" in [user["UserName"] for user in iam.list_users()["Users"]]
        assert (out / "bob.password").exists()
        # Nothing in it is a key that AWS has no more.
        assert not (out / "credentials").exists()
    assert run.rc == 0
    # Signing in comes first, the second factor after it.
    assert done == killed_at(
        [
            "DeleteLoginProfile",
            "DeleteAccessKey",
            "DeactivateMFADevice",
            "DeleteVirtualMFADevice",
            "DeleteUserPolicy",
            "RemoveUserFromGroup",
            "DeleteUser",
        ]
    )
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ada"]
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
    assert [path.name for path in out.iterdir()] == ["account"]
