"""The roles password_policy and iam_admin against the stand-in account, as plays of other people use them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from sandbox import Sandbox

Ansible = Callable[..., Run]


def play(*roles: str, **variables: Any) -> list[dict[str, Any]]:
    tasks = [{"ansible.builtin.include_role": {"name": f"dayone.aws_account.{role}"}} for role in roles]
    return [{"hosts": "localhost", "gather_facts": False, "tasks": tasks, "vars": variables}]


def writing(account: Sandbox) -> list[str]:
    return [call.action for call in account.journal() if call.writes]


ADMINISTRATORS = {
    "iam_admin_users": [
        {"name": "admin", "access_key": True, "mfa": "phone", "tags": {"Team": "founders"}},
        {"name": "robot@example", "console_access": False, "mfa": "seed"},
        {"name": "plain", "password": "Given-By-Hand-2026", "password_reset_required": False, "mfa": "none"},
    ],
    "iam_admin_account_alias": "acme-books",
    "iam_admin_require_mfa": True,
}


class TestPasswordPolicy:
    def test_defaults_are_those_of_the_benchmark_and_stay(self, account: Sandbox, ansible: Ansible) -> None:
        run = ansible(play("password_policy"))
        assert run.changed == ["Set the account's password policy"]
        policy = account.client("iam").get_account_password_policy()["PasswordPolicy"]
        assert (policy["MinimumPasswordLength"], policy["PasswordReusePrevention"]) == (14, 24)
        assert policy["RequireSymbols"] is policy["AllowUsersToChangePassword"] is True
        assert policy["ExpirePasswords"] is False
        account.clear_journal()
        assert ansible(play("password_policy")).changed == []
        assert writing(account) == []

    def test_every_field_is_set_and_changed(self, account: Sandbox, ansible: Ansible) -> None:
        chosen = {
            "password_policy_minimum_length": 20,
            "password_policy_require_uppercase": False,
            "password_policy_require_lowercase": False,
            "password_policy_require_numbers": False,
            "password_policy_require_symbols": False,
            "password_policy_allow_change": False,
            "password_policy_max_age_days": 90,
            "password_policy_reuse_prevention": 3,
            "password_policy_hard_expiry": True,
        }
        ansible(play("password_policy"))
        ansible(play("password_policy", password_policy_weaken=True, **chosen))
        policy = account.client("iam").get_account_password_policy()["PasswordPolicy"]
        assert policy == {
            "MinimumPasswordLength": 20,
            "RequireUppercaseCharacters": False,
            "RequireLowercaseCharacters": False,
            "RequireNumbers": False,
            "RequireSymbols": False,
            "AllowUsersToChangePassword": False,
            "ExpirePasswords": True,
            "MaxPasswordAge": 90,
            "PasswordReusePrevention": 3,
            "HardExpiry": True,
        }

    def test_what_is_stricter_stays_so_unless_told_to(self, account: Sandbox, ansible: Ansible) -> None:
        iam = account.client("iam")
        iam.update_account_password_policy(
            MinimumPasswordLength=20, RequireSymbols=True, MaxPasswordAge=90, HardExpiry=True, PasswordReusePrevention=5
        )
        chosen = {"password_policy_require_symbols": False}
        announced = ansible(play("password_policy", **chosen), "--check")
        run = ansible(play("password_policy", **chosen))
        assert run.changed == announced.changed == ["Set the account's password policy"]
        policy = iam.get_account_password_policy()["PasswordPolicy"]
        assert (policy["MinimumPasswordLength"], policy["MaxPasswordAge"]) == (20, 90)
        assert policy["RequireSymbols"] is policy["HardExpiry"] is True
        # What was weaker is as asked.
        assert policy["PasswordReusePrevention"] == 24
        assert policy["AllowUsersToChangePassword"] is policy["RequireNumbers"] is True
        (warning,) = run.task("Read the password policy")["result"]["warnings"]
        assert "min_pw_length is 20, and 14 was asked for" in warning
        assert "password_policy_weaken" in warning
        assert ansible(play("password_policy", **chosen)).changed == []
        run = ansible(play("password_policy", password_policy_weaken=True, **chosen))
        assert "becomes weaker" in run.task("Read the password policy")["result"]["warnings"][0]
        policy = iam.get_account_password_policy()["PasswordPolicy"]
        assert policy["MinimumPasswordLength"] == 14
        assert policy["RequireSymbols"] is policy["ExpirePasswords"] is False

    def test_check_mode_writes_nothing_and_shows_the_difference(self, account: Sandbox, ansible: Ansible) -> None:
        run = ansible(play("password_policy"), "--check", "--diff")
        assert run.changed == ["Set the account's password policy"]
        assert '+  "min_pw_length": 14' in run.output
        assert writing(account) == []


class TestIamAdmin:
    def test_administrators_are_complete_and_stay(self, account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
        out = tmp_path / "out"
        variables = {**ADMINISTRATORS, "dayone_output_dir": str(out)}
        expected = ansible(play("iam_admin", **variables), "--check").changed
        assert writing(account) == []
        assert not out.exists()
        first = ansible(play("iam_admin", **variables), "-vvv")
        assert first.changed == expected

        iam = account.client("iam")
        group = iam.get_group(GroupName="Administrators")
        assert {user["UserName"] for user in group["Users"]} == {"admin", "robot@example", "plain"}
        (attached,) = iam.list_attached_group_policies(GroupName="Administrators")["AttachedPolicies"]
        assert attached["PolicyArn"] == "arn:aws:iam::aws:policy/AdministratorAccess"
        assert iam.list_group_policies(GroupName="Administrators")["PolicyNames"] == ["dayone-require-mfa"]
        assert iam.list_user_tags(UserName="admin")["Tags"] == [{"Key": "Team", "Value": "founders"}]
        assert iam.list_account_aliases()["AccountAliases"] == ["acme-books"]
        assert iam.get_login_profile(UserName="admin")["LoginProfile"]["PasswordResetRequired"] is True
        assert iam.get_login_profile(UserName="plain")["LoginProfile"]["PasswordResetRequired"] is False
        assert len(iam.list_mfa_devices(UserName="robot@example")["MFADevices"]) == 1
        with pytest.raises(iam.exceptions.NoSuchEntityException):
            iam.get_login_profile(UserName="robot@example")

        assert sorted(path.name for path in out.iterdir()) == [
            "account",
            "admin.accessKeys.csv",
            "admin.mfa",
            "admin.mfa.png",
            "admin.password",
            "robot@example.mfa",
        ]
        assert out.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
        assert "Given-By-Hand-2026" not in first.output + str(first.tasks)
        for secret in self.secrets(out):
            assert secret not in first.output + str(first.tasks)

        account.clear_journal()
        assert ansible(play("iam_admin", **variables)).changed == []
        assert writing(account) == []

    @staticmethod
    def secrets(out: Path) -> list[str]:
        key = (out / "admin.accessKeys.csv").read_text().splitlines()[1].split(",")[1]
        seeds = [path.read_text().split("secret=")[1].split("&")[0] for path in out.glob("*.mfa")]
        return [key, (out / "admin.password").read_text().strip(), *seeds]

    def test_what_exists_is_adopted_and_the_rest_left_alone(
        self, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        iam = account.client("iam")
        iam.create_group(GroupName="Administrators")
        iam.attach_group_policy(GroupName="Administrators", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        for name in ("admin", "colleague"):
            iam.create_user(UserName=name, Tags=[{"Key": "Kept", "Value": "yes"}])
            iam.add_user_to_group(GroupName="Administrators", UserName=name)
        users = [{"name": "admin", "mfa": "none", "tags": {"New": "tag"}}]
        # Below the directory that the run was started from, wherever the playbook lies.
        ansible(play("iam_admin", iam_admin_users=users, dayone_output_dir="out"), env={"PWD": str(tmp_path)})
        assert (tmp_path / "out" / "account").exists()
        tags = {tag["Key"]: tag["Value"] for tag in iam.list_user_tags(UserName="admin")["Tags"]}
        assert tags == {"Kept": "yes", "New": "tag"}
        assert len(iam.get_group(GroupName="Administrators")["Users"]) == 2
        assert len(iam.list_attached_group_policies(GroupName="Administrators")["AttachedPolicies"]) == 2
        # A user whom an interrupted run left without a password gets one now.
        assert iam.get_login_profile(UserName="admin")["LoginProfile"]["UserName"] == "admin"

    def test_the_difference_is_shown_without_secrets(self, account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
        users = [{"name": "admin", "password": "Shown-To-Nobody-1", "mfa": "none"}]
        variables = {"iam_admin_users": users, "dayone_output_dir": str(tmp_path / "out")}
        run = ansible(play("iam_admin", **variables), "--check", "--diff")
        assert "IAM user admin (as it will be)" in run.output
        assert '+    "arn:aws:iam::aws:policy/AdministratorAccess"' in run.output
        assert "Shown-To-Nobody-1" not in run.output
        ansible(play("iam_admin", **variables))
        account.clear_journal()
        assert ansible(play("iam_admin", **variables), "--diff").changed == []
        assert writing(account) == []


class TestInput:
    @pytest.mark.parametrize(
        ("role", "variables", "words"),
        [
            ("password_policy", {"password_policy_minimum_length": 5}, ["password_policy_minimum_length", "6 to 128"]),
            (
                "password_policy",
                {"password_policy_reuse_prevention": 25, "password_policy_max_age_days": 1096},
                ["reuse_prevention", "0 to 24", "password_policy_max_age_days", "1095"],
            ),
            ("iam_admin", {}, ["iam_admin_users"]),
            ("iam_admin", {"iam_admin_users": []}, ["iam_admin_users", "at least one"]),
            ("iam_admin", {"iam_admin_users": [{"access_key": True}]}, ["name", "iam_admin_users"]),
            ("iam_admin", {"iam_admin_users": [{"name": "jürgen"}]}, ["iam_admin_users", "jürgen", "unaccented"]),
            ("iam_admin", {"iam_admin_users": [{"name": "a"}, {"name": "A"}]}, ["iam_admin_users", "twice"]),
            ("iam_admin", {"iam_admin_users": [{"name": "a", "mfa": "sms"}]}, ["mfa", "phone"]),
            (
                "iam_admin",
                {"iam_admin_users": [{"name": "a"}], "iam_admin_account_alias": "Bad_Alias"},
                ["iam_admin_account_alias", "3 to 63"],
            ),
            (
                "iam_admin",
                {"iam_admin_users": [{"name": "a"}], "iam_admin_mfa_codes": {"a": ["12345", "123456"]}},
                ["iam_admin_mfa_codes", "two codes of six digits"],
            ),
        ],
    )
    def test_wrong_input_stops_before_the_first_call(
        self, account: Sandbox, ansible: Ansible, role: str, variables: dict[str, Any], words: list[str]
    ) -> None:
        run = ansible(play(role, **variables), check=False)
        assert run.rc != 0
        for word in words:
            assert word in run.output
        assert account.journal() == []
