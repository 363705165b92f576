"""A user's credentials taken away, users and groups created under a path; killed anywhere, the next run finishes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from account import credentials_by_hand
from killed_module import Module
from sandbox import Sandbox

EVERY_CHARACTER = "/" + "".join(map(chr, range(0x21, 0x7F))) + "/"


class Removal:
    """The module that takes credentials away, and a user `ada` who has some of each kind."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self.account = account
        self.iam = account.client("iam")
        self.iam.create_user(UserName="ada", Path="/staff/")
        self.module = Module("iam_credentials_removal", directory, account.process_env())

    def give(self) -> list[str]:
        """Everything that the module removes, in its order."""
        self.iam.create_login_profile(UserName="ada", Password="Some-Password-1")
        keys = [self.iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"] for _number in range(2)]
        by_hand = credentials_by_hand.give(self.iam, "ada")
        return ["console password", *(f"access key {key}" for key in keys)] + [
            f"{kind} {name}" for kind, name in by_hand.items()
        ]

    def run(self, **more: Any) -> dict[str, Any]:
        result = self.module.run({"user_name": "ada", **more}).result
        assert result is not None
        assert not result.get("failed"), result
        return result


@pytest.fixture
def removal(account: Sandbox, tmp_path: Path) -> Removal:
    return Removal(account, tmp_path / "out")


def test_all_that_a_user_signs_in_with_goes_and_is_named(removal: Removal) -> None:
    there = removal.give()
    announced = removal.run(_ansible_check_mode=True)
    assert (announced["changed"], announced["removed"]) == (True, there)
    assert removal.iam.get_login_profile(UserName="ada")
    done = removal.run()
    assert (done["changed"], done["removed"]) == (True, there)
    again = removal.run()
    assert (again["changed"], again["removed"]) == (False, [])
    # DeleteUser refuses as long as there is one.
    removal.iam.delete_user(UserName="ada")
    assert removal.run()["removed"] == []


def test_killed_after_any_call_the_next_run_finishes(removal: Removal) -> None:
    removal.give()
    steps = removal.module.run({"user_name": "ada"}).steps
    calls = [name.removeprefix("after ") for name in steps if name.startswith("after ")]
    # First what a person signs in with, then what programs do.
    assert [name.removeprefix("Delete") for name in calls if name.startswith("Delete")] == [
        "LoginProfile",
        "AccessKey",
        "AccessKey",
        "SSHPublicKey",
        "ServiceSpecificCredential",
        "SigningCertificate",
    ]
    removal.iam.delete_user(UserName="ada")
    for number, name in enumerate(steps, start=1):
        if name.startswith("after Delete"):
            removal.iam.create_user(UserName="ada")
            removal.give()
            assert removal.module.run({"user_name": "ada"}, kill_at=number).killed
            removal.run()
            removal.iam.delete_user(UserName="ada")


def test_a_refusal_is_told(removal: Removal) -> None:
    removal.give()
    removal.account.fail("iam", "DeleteServiceSpecificCredential", "AccessDenied", status=403)
    result = removal.module.run({"user_name": "ada"}).result
    assert result
    assert result["failed"]
    assert "Could not take away what user 'ada' signs in with: AWS answered DeleteServiceSpecific" in result["msg"]


@pytest.mark.parametrize(("kind", "tags"), [("user", {"Team": "founders", "Floor": 2}), ("group", {})])
def test_a_user_or_group_is_created_once_with_its_path_and_tags(
    account: Sandbox, tmp_path: Path, kind: str, tags: dict[str, Any]
) -> None:
    iam = account.client("iam")
    module = Module("iam_identity", tmp_path / "out", account.process_env())
    arguments = {"kind": kind, "name": "Ada+=,.@-_9", "path": EVERY_CHARACTER, "tags": tags}
    announced = module.run({**arguments, "_ansible_check_mode": True}).result or {}
    assert (announced["changed"], announced["arn"]) == (True, "")
    done = module.run(arguments).result or {}
    assert (done["changed"], done["arn"]) == (True, f"arn:aws:iam::123456789012:{kind}{EVERY_CHARACTER}Ada+=,.@-_9")
    if kind == "user":
        found = {item["Key"]: item["Value"] for item in iam.list_user_tags(UserName="Ada+=,.@-_9")["Tags"]}
        assert found == {"Team": "founders", "Floor": "2"}
    # One that exists stays where it is.
    again = module.run({**arguments, "path": "/"}).result or {}
    assert (again["changed"], again["arn"]) == (False, done["arn"])


def test_what_is_asked_in_vain_is_refused(account: Sandbox, tmp_path: Path) -> None:
    module = Module("iam_identity", tmp_path / "out", account.process_env())
    tagged = module.run({"kind": "group", "name": "g", "tags": {"a": "b"}}).result or {}
    assert "IAM has no tags on groups" in tagged["msg"]
    assert account.journal() == []
    wrong = module.run({"kind": "user", "name": "ada", "path": "/bü/"}).result or {}
    assert "Could not create the IAM user 'ada' under the path '/bü/'" in wrong["msg"]
