"""The role iam_admin in depth: what it refuses, replaces, removes, and how many calls it takes."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
from account.aws_errors import refused
from conftest import Run
from sandbox import Sandbox

Ansible = Callable[..., Run]

AWS_POLICY = "arn:aws:iam::aws:policy/"
ALLOW_ALL = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
)


def writing(account: Sandbox) -> list[str]:
    return [call.action for call in account.journal() if call.writes]


@pytest.fixture
def administer(ansible: Ansible, tmp_path: Path) -> Callable[..., Run]:
    """Run the role with these users and variables, as a play of somebody's own."""

    def run(*users: dict[str, Any], arguments: tuple[str, ...] = (), check: bool = True, **variables: Any) -> Run:
        role = {"ansible.builtin.include_role": {"name": "dayone.aws_account.iam_admin"}}
        names = {
            "iam_admin_users": [{"mfa": "none", **user} for user in users],
            "dayone_output_dir": str(tmp_path / "out"),
        }
        env = variables.pop("env", None)
        done = [{"name": "done", "ansible.builtin.debug": {"msg": "{{ dayone_done }}"}}]
        play = {"hosts": "localhost", "gather_facts": False, "tasks": [role, *done], "vars": {**names, **variables}}
        return ansible([play], *arguments, check=check, env=env)

    return run


Administer = Callable[..., Run]


def key_env(file: Path) -> dict[str, str]:
    """The environment of somebody who has the access key in the file."""
    key_id, secret = file.read_text().splitlines()[1].split(",")
    return {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret}


class TestPolicies:
    def test_by_name_and_arn_of_aws_and_of_the_account(self, account: Sandbox, administer: Administer) -> None:
        iam = account.client("iam")
        own = iam.create_policy(PolicyName="Own", Path="/team/", PolicyDocument=ALLOW_ALL)["Policy"]["Arn"]
        wanted = ["Own", "Billing", AWS_POLICY + "ReadOnlyAccess"]
        administer({"name": "ada"}, iam_admin_managed_policies=wanted)
        attached = iam.list_attached_group_policies(GroupName="Administrators")["AttachedPolicies"]
        assert {policy["PolicyArn"] for policy in attached} == {
            own,
            AWS_POLICY + "job-function/Billing",
            AWS_POLICY + "ReadOnlyAccess",
        }
        account.clear_journal()
        assert administer({"name": "ada"}, iam_admin_managed_policies=wanted).changed == []
        # Names that are attached need no looking up.
        assert "ListPolicies" not in [call.action for call in account.journal()]

    def test_an_unknown_or_ambiguous_name_stops_it(self, account: Sandbox, administer: Administer) -> None:
        account.client("iam").create_policy(PolicyName="ReadOnlyAccess", PolicyDocument=ALLOW_ALL)
        account.clear_journal()
        unknown = administer({"name": "ada"}, iam_admin_managed_policies=["Nothing"], check=False)
        both = administer({"name": "ada"}, iam_admin_managed_policies=["ReadOnlyAccess"], check=False)
        assert "no managed policy named 'Nothing'" in unknown.output
        assert "give the ARN of the one you mean" in both.output
        assert writing(account) == []

    def test_purge(self, account: Sandbox, administer: Administer) -> None:
        iam = account.client("iam")
        administer({"name": "ada"}, {"name": "bob"}, iam_admin_require_mfa=True)
        iam.attach_group_policy(GroupName="Administrators", PolicyArn=AWS_POLICY + "ReadOnlyAccess")
        assert administer({"name": "ada"}).changed == []
        run = administer({"name": "ada"}, iam_admin_purge=["members", "policies"])
        assert run.changed == [
            "Put them into a group with the administrators' policies",
            "Detach the group's other policies",
            "Require MFA of the group's members, or no more",
        ]
        assert "MFA no longer required" in str(run.task("done")["result"]["msg"])
        assert [user["UserName"] for user in iam.get_group(GroupName="Administrators")["Users"]] == ["ada"]
        attached = iam.list_attached_group_policies(GroupName="Administrators")["AttachedPolicies"]
        assert [policy["PolicyName"] for policy in attached] == ["AdministratorAccess"]
        assert iam.list_group_policies(GroupName="Administrators")["PolicyNames"] == []
        assert len(iam.list_users()["Users"]) == 2
        assert administer({"name": "ada"}, iam_admin_purge=["members", "policies"]).changed == []


class TestRemoval:
    def test_a_user_goes_with_all_that_is_theirs(
        self, account: Sandbox, administer: Administer, tmp_path: Path
    ) -> None:
        users: list[dict[str, Any]] = [{"name": "ada"}, {"name": "bob", "mfa": "seed", "access_key": True}]
        administer(*users)
        iam = account.client("iam")
        iam.attach_user_policy(UserName="bob", PolicyArn=AWS_POLICY + "ReadOnlyAccess")
        # A device that is nobody's yet and not of this user's name.
        iam.create_virtual_mfa_device(VirtualMFADeviceName="spare", Path="/phones/")
        gone = [{"name": "ada"}, {"name": "bob", "state": "absent"}]
        announced = administer(*gone, arguments=("--check", "--diff"))
        assert "IAM user bob (as it is)" in announced.output
        assert len(iam.list_users()["Users"]) == 2
        run = administer(*gone)
        assert "user 'bob' removed" in str(run.task("done")["result"]["msg"])
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ada"]
        (left,) = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
        assert left["SerialNumber"].endswith(":mfa/phones/spare")
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["ada.password"]
        assert administer(*gone).changed == []

    def test_a_device_of_the_users_name_that_is_somebody_elses_stays(
        self, account: Sandbox, administer: Administer
    ) -> None:
        administer({"name": "ada"}, {"name": "bob"})
        iam = account.client("iam")
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="bob")["VirtualMFADevice"]
        code, now = pyotp.TOTP(device["Base32StringSeed"].decode()), time.time()
        codes = {"AuthenticationCode1": code.at(now - 30), "AuthenticationCode2": code.at(now)}
        iam.enable_mfa_device(UserName="ada", SerialNumber=device["SerialNumber"], **codes)
        administer({"name": "ada"}, {"name": "bob", "state": "absent"})
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ada"]
        assert len(iam.list_mfa_devices(UserName="ada")["MFADevices"]) == 1

    def test_neither_the_caller_nor_the_last_administrator(
        self, account: Sandbox, administer: Administer, tmp_path: Path
    ) -> None:
        administer({"name": "ada", "access_key": True}, {"name": "bob"})
        env = key_env(tmp_path / "out" / "ada.accessKeys.csv")
        account.clear_journal()
        refusals = {
            "This run is 'ada' itself": [
                administer({"name": "ada", "state": "absent"}, {"name": "bob"}, env=env, check=False),
                administer({"name": "bob"}, iam_admin_purge=["members"], env=env, check=False),
            ],
            "Nobody would be left": [
                administer({"name": "ada", "state": "absent"}, {"name": "bob", "state": "absent"}, check=False)
            ],
        }
        for words, runs in refusals.items():
            for run in runs:
                assert run.rc != 0
                assert words in run.output
        assert writing(account) == []


class TestPasswords:
    def test_one_that_breaks_the_policy_in_force_is_refused_by_its_rule(
        self, account: Sandbox, administer: Administer
    ) -> None:
        account.client("iam").update_account_password_policy(MinimumPasswordLength=20, RequireSymbols=True)
        account.clear_journal()
        users = {"name": "ada", "password": "Too-Short-1"}, {"name": "bob", "password": "LongEnoughWithoutSymbols1"}
        run = administer(*users, arguments=("-vvv",), check=False)
        assert "at least 20 characters" in run.output
        assert "'bob' breaks the account's password policy: it needs one of the symbols" in run.output
        assert not any(user["password"] in run.output for user in users)
        assert writing(account) == []

    def test_one_that_breaks_the_policy_to_come_is_refused_before_any_call(
        self, account: Sandbox, ansible: Ansible
    ) -> None:
        roles = ["password_policy", "iam_admin"]
        tasks: list[dict[str, Any]] = [{"dayone.aws_account.check_input": {"roles": roles}}]
        tasks += [{"ansible.builtin.import_role": {"name": f"dayone.aws_account.{role}"}} for role in roles]
        variables = {
            "password_policy_minimum_length": 30,
            "iam_admin_users": [{"name": "ada", "password": "Short-For-It-1"}, {"name": "bob"}],
        }
        run = ansible(
            [{"hosts": "localhost", "gather_facts": False, "tasks": tasks, "vars": variables}], "-vvv", check=False
        )
        assert "ada (it needs at least 30 characters)" in run.output
        assert "Short-For-It-1" not in run.output
        assert account.journal() == []

    def test_it_is_set_once_and_replaced_when_asked(
        self, account: Sandbox, administer: Administer, tmp_path: Path
    ) -> None:
        file = tmp_path / "out" / "ada.password"
        administer({"name": "ada", "access_key": True})
        first = file.read_text()
        assert administer({"name": "ada", "password": "Not-Set-Any-More-1"}).changed == []
        run = administer({"name": "ada", "update_password": "always"})
        assert run.changed == ["Let the administrators sign in to the console"]
        assert file.read_text() != first
        env = key_env(tmp_path / "out" / "ada.accessKeys.csv")
        own = account.client(
            "iam",
            credentials={
                "AccessKeyId": env["AWS_ACCESS_KEY_ID"],
                "SecretAccessKey": env["AWS_SECRET_ACCESS_KEY"],
            },
        )
        own.change_password(OldPassword=file.read_text().strip(), NewPassword="Chosen-By-Ada-1")


class TestAccessKeys:
    def test_rotation_and_profile(self, account: Sandbox, administer: Administer, tmp_path: Path) -> None:
        credentials = tmp_path / "credentials"
        credentials.write_text("# mine\n[default]\naws_access_key_id = KEPT\naws_secret_access_key=kept\n")
        ada = {"name": "ada", "access_key": True, "credentials_profile": "ada"}
        options = {"iam_admin_credentials_file": str(credentials)}
        administer(ada, **options)
        file = tmp_path / "out" / "ada.accessKeys.csv"
        first = file.read_text()
        assert administer(ada, **options).changed == []
        run = administer({**ada, "rotate_access_key": True}, arguments=("-vvv",), **options)
        assert run.changed == ["Give the administrators access keys"]
        assert file.read_text() != first
        key_id, secret = file.read_text().splitlines()[1].split(",")
        keys = account.client("iam").list_access_keys(UserName="ada")["AccessKeyMetadata"]
        assert [key["AccessKeyId"] for key in keys] == [key_id]
        assert secret not in run.output
        assert credentials.read_text() == (
            "# mine\n[default]\naws_access_key_id = KEPT\naws_secret_access_key=kept\n\n"
            f"[ada]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
        )
        assert credentials.stat().st_mode & 0o777 == 0o600

    def test_a_profile_of_somebody_else_is_left_alone(
        self, account: Sandbox, administer: Administer, tmp_path: Path
    ) -> None:
        credentials = tmp_path / "credentials"
        content = "[ada]\naws_access_key_id = OTHER\naws_secret_access_key = other\n"
        credentials.write_text(content)
        ada = {"name": "ada", "access_key": True, "credentials_profile": "ada"}
        run = administer(ada, iam_admin_credentials_file=str(credentials), check=False)
        assert "has another access key already" in run.output
        assert credentials.read_text() == content
        assert account.client("iam").list_access_keys(UserName="ada")["AccessKeyMetadata"] == []

    def test_a_run_does_not_cut_itself_off(self, account: Sandbox, administer: Administer, tmp_path: Path) -> None:
        administer({"name": "ada", "access_key": True})
        env = key_env(tmp_path / "out" / "ada.accessKeys.csv")
        account.clear_journal()
        run = administer({"name": "ada", "access_key": True, "rotate_access_key": True}, env=env, check=False)
        assert "it would cut itself off" in run.output
        assert writing(account) == []

    def test_a_key_that_seems_lost_and_is_used_is_not_replaced(
        self, account: Sandbox, administer: Administer, tmp_path: Path
    ) -> None:
        iam = account.client("iam")
        iam.create_user(UserName="ada")
        key = iam.create_access_key(UserName="ada")["AccessKey"]
        (tmp_path / "out").mkdir(mode=0o700)
        marker = tmp_path / "out" / ".ada.accessKeys.csv.creating"
        marker.write_text(json.dumps({"before": [], "rotate": False, "at": time.time()}))
        account.client("iam", credentials=key).list_users()
        account.clear_journal()
        run = administer({"name": "ada", "access_key": True, "console_access": False}, check=False)
        assert f"has the access key {key['AccessKeyId']}" in run.output
        assert "somebody uses it" in run.output
        assert str(marker) in run.output
        assert "CreateAccessKey" not in writing(account)
        assert len(iam.list_access_keys(UserName="ada")["AccessKeyMetadata"]) == 1

    def test_a_key_whose_file_is_gone_is_named(self, account: Sandbox, administer: Administer, tmp_path: Path) -> None:
        ada = {"name": "ada", "access_key": True, "console_access": False}
        administer(ada)
        file = tmp_path / "out" / "ada.accessKeys.csv"
        key_id = key_env(file)["AWS_ACCESS_KEY_ID"]
        file.unlink()
        run = administer(ada)
        assert f"User 'ada' has the access key {key_id}, but there is no file" in run.output
        assert run.changed == []

    def test_what_is_about_a_key_needs_one_and_a_number_can_be_a_password(
        self, account: Sandbox, administer: Administer
    ) -> None:
        run = administer(
            {"name": "ada", "rotate_access_key": True},
            {"name": "bob", "credentials_profile": "bob"},
            {"name": "eve", "password": 12345678},
            password_policy__wanted={"min_pw_length": 14},
            check=False,
        )
        assert "without access_key: true for ada, bob." in run.output
        assert "eve (it needs at least 14 characters)" in run.output
        assert account.journal() == []

    def test_a_key_is_asked_for_once(self, account: Sandbox, administer: Administer, tmp_path: Path) -> None:
        ada = {"name": "ada", "access_key": True, "console_access": False}
        account.fail("iam", "CreateAccessKey", "InternalFailure", status=500, times=1)
        administer(ada, check=False)
        assert writing(account).count("CreateAccessKey") == 1
        marker = tmp_path / "out" / ".ada.accessKeys.csv.creating"
        assert marker.exists()
        # AWS had made the key all the same.
        lost = account.client("iam").create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]
        run = administer(ada)
        assert f"An interrupted run lost the secret of {lost}" in run.output
        keys = account.client("iam").list_access_keys(UserName="ada")["AccessKeyMetadata"]
        env = key_env(tmp_path / "out" / "ada.accessKeys.csv")
        assert [key["AccessKeyId"] for key in keys] == [env["AWS_ACCESS_KEY_ID"]]
        assert not marker.exists()

    def test_a_refused_rotation_leaves_nothing_to_carry_on_with(
        self, account: Sandbox, administer: Administer, tmp_path: Path
    ) -> None:
        ada = {"name": "ada", "access_key": True, "console_access": False}
        administer(ada)
        before = (tmp_path / "out" / "ada.accessKeys.csv").read_text()
        account.fail("iam", "CreateAccessKey", "AccessDenied", times=1)
        run = administer({**ada, "rotate_access_key": True}, check=False)
        assert "Could not give user 'ada' an access key: AWS answered CreateAccessKey with AccessDenied" in run.output
        assert administer(ada).changed == []
        assert (tmp_path / "out" / "ada.accessKeys.csv").read_text() == before

    def test_a_third_key_is_not_tried(self, account: Sandbox, administer: Administer) -> None:
        iam = account.client("iam")
        iam.create_user(UserName="ada")
        for _number in range(2):
            iam.create_access_key(UserName="ada")
        run = administer({"name": "ada", "access_key": True, "rotate_access_key": True}, check=False)
        assert "AWS allows no third one" in run.output
        assert len(iam.list_access_keys(UserName="ada")["AccessKeyMetadata"]) == 2


class TestAlias:
    def test_a_change_is_announced_as_what_it_is(self, account: Sandbox, administer: Administer) -> None:
        administer({"name": "ada"}, iam_admin_account_alias="old-name")
        run = administer({"name": "ada"}, iam_admin_account_alias="new-name")
        said = "account alias 'old-name' changed to 'new-name': sign-in links under the old name stop working"
        assert run.task("done")["result"]["msg"] == [said]
        assert administer({"name": "ada"}).changed == []
        run = administer({"name": "ada"}, iam_admin_account_alias_state="absent")
        assert "'new-name' removed" in str(run.task("done")["result"]["msg"])
        assert account.client("iam").list_account_aliases()["AccountAliases"] == []


class TestNamesAndTags:
    def test_every_character_that_iam_allows(self, account: Sandbox, administer: Administer, tmp_path: Path) -> None:
        name = "Az09+=,.@_-" + "x" * 53
        key, value = "Größe 大きさ_.:/=+-@", "ключ 値 ٣ _.:/=+-@"
        users = {"name": name, "path": "/Az09+=,.@_-/two/", "tags": {key: value, "empty": ""}, "access_key": True}
        group = "Group+=,.@_-" + "y" * 116
        administer(users, iam_admin_group=group)
        iam = account.client("iam")
        assert iam.get_user(UserName=name)["User"]["Arn"].endswith(f":user/Az09+=,.@_-/two/{name}")
        tags = {tag["Key"]: tag["Value"] for tag in iam.list_user_tags(UserName=name)["Tags"]}
        assert tags == {key: value, "empty": ""}
        assert (tmp_path / "out" / f"{name}.accessKeys.csv").exists()
        assert administer(users, iam_admin_group=group).changed == []

    @pytest.mark.parametrize(
        ("user", "words"),
        [
            ({"name": "山田"}, "unaccented"),
            ({"name": "ada\n"}, "unaccented"),
            ({"name": "x" * 65}, "1 to 64"),
            ({"name": "ada", "path": "/büro/"}, "a path begins and ends with a slash"),
            ({"name": "ada", "path": "staff"}, "a path begins and ends with a slash"),
            ({"name": "ada", "tags": {"mood": "😀"}}, "no emoji"),
            ({"name": "ada", "tags": {"AWS:team": "x"}}, "no key begins with aws:"),
            ({"name": "ada", "tags": {"a": "1", "A": "2"}}, "upper and lower case only"),
            ({"name": "ada", "credentials_profile": "a]b"}, "credentials_profile"),
            ({"name": "ada", "credentials_profile": "ada", "variables": {"iam_admin_encrypt": "always"}}, "is plain"),
        ],
    )
    def test_what_iam_refuses_is_refused_before_any_call_with_the_reason(
        self, account: Sandbox, administer: Administer, user: dict[str, Any], words: str
    ) -> None:
        variables = user.get("variables", {})
        run = administer({key: value for key, value in user.items() if key != "variables"}, check=False, **variables)
        assert run.rc != 0
        assert words in re.sub(r"\s+", " ", run.output)
        assert account.journal() == []

    def test_a_name_in_another_case_is_the_same_name(self, account: Sandbox, administer: Administer) -> None:
        account.client("iam").create_user(UserName="Ada")
        run = administer({"name": "ada"}, check=False)
        assert "write it as it is there" in run.output


def test_two_hundred_users_take_few_calls_and_one_listing(account: Sandbox, administer: Administer) -> None:
    iam = account.client("iam")
    iam.create_group(GroupName="Administrators")
    iam.attach_group_policy(GroupName="Administrators", PolicyArn=AWS_POLICY + "AdministratorAccess")
    names = [f"user-{number}" for number in range(200)]
    for name in names:
        iam.create_user(UserName=name, Tags=[{"Key": "Team", "Value": "founders"}])
        iam.create_login_profile(UserName=name, Password="Some-Password-1")
        iam.create_access_key(UserName=name)
        iam.add_user_to_group(GroupName="Administrators", UserName=name)
    account.clear_journal()
    users = [{"name": name, "access_key": True, "tags": {"Team": "founders"}} for name in names]
    assert administer(*users).changed == []
    calls = Counter(call.action for call in account.journal())
    assert writing(account) == []
    assert calls.pop("GetLoginProfile") == calls.pop("ListAccessKeys") == 200
    # All else does not grow with the users, but for the pages of one listing.
    assert calls.pop("GetAccountAuthorizationDetails") == 3
    assert calls.total() < 10


class TestRequireMfa:
    """Under enforcement: nobody gets past it, and nobody is locked out by it."""

    @pytest.fixture
    def iam(self, account: Sandbox, administer: Administer, tmp_path: Path) -> Any:
        """IAM as ada, who has to choose a password and has no MFA device yet; bob has none either."""
        administer({"name": "ada", "access_key": True, "path": "/staff/"}, {"name": "bob"}, iam_admin_require_mfa=True)
        self.password = (tmp_path / "out" / "ada.password").read_text().strip()
        env = key_env(tmp_path / "out" / "ada.accessKeys.csv")
        self.key = {"AccessKeyId": env["AWS_ACCESS_KEY_ID"], "SecretAccessKey": env["AWS_SECRET_ACCESS_KEY"]}
        account.world(enforce_policies=True)
        return account.client("iam", credentials=self.key)

    def test_a_user_enrols_and_then_may_do_everything(self, account: Sandbox, iam: Any) -> None:
        with refused("AccessDenied", 403):
            iam.list_users()
        with refused("AuthorizationError", 403):
            account.client("sns", credentials=self.key).list_topics()
        # The forced change at the first sign-in.
        account.client("iam").update_account_password_policy(AllowUsersToChangePassword=True)
        iam.get_account_password_policy()
        iam.change_password(OldPassword=self.password, NewPassword="Chosen-By-Ada-1")
        # An enrolment that was broken off, and another one.
        left = iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")["VirtualMFADevice"]["SerialNumber"]
        assert [device["SerialNumber"] for device in iam.list_virtual_mfa_devices()["VirtualMFADevices"]] == [left]
        iam.delete_virtual_mfa_device(SerialNumber=left)
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")["VirtualMFADevice"]
        code, now = pyotp.TOTP(device["Base32StringSeed"].decode()), time.time()
        enable = {"SerialNumber": left, "AuthenticationCode1": code.at(now - 30), "AuthenticationCode2": code.at(now)}
        iam.enable_mfa_device(UserName="ada", **enable)
        assert iam.get_user()["User"]["UserName"] == "ada"
        assert len(iam.list_mfa_devices(UserName="ada")["MFADevices"]) == 1
        with refused("AccessDenied", 403):
            iam.list_users()
        # Who has the key but not the phone does not get rid of the device.
        with refused("AccessDenied", 403):
            iam.deactivate_mfa_device(UserName="ada", SerialNumber=left)
        sts = account.client("sts", credentials=self.key)
        session = sts.get_session_token(SerialNumber=left, TokenCode=code.at(now + 30))["Credentials"]
        account.client("iam", credentials=session).list_users()

    def test_members_without_full_rights_enrol_too(
        self, account: Sandbox, administer: Administer, tmp_path: Path
    ) -> None:
        administer(
            {"name": "ada", "access_key": True},
            iam_admin_require_mfa=True,
            iam_admin_managed_policies=["PowerUserAccess"],
        )
        env = key_env(tmp_path / "out" / "ada.accessKeys.csv")
        key = {"AccessKeyId": env["AWS_ACCESS_KEY_ID"], "SecretAccessKey": env["AWS_SECRET_ACCESS_KEY"]}
        account.world(enforce_policies=True)
        iam = account.client("iam", credentials=key)
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")["VirtualMFADevice"]
        code, now = pyotp.TOTP(device["Base32StringSeed"].decode()), time.time()
        iam.enable_mfa_device(
            UserName="ada",
            SerialNumber=device["SerialNumber"],
            AuthenticationCode1=code.at(now - 30),
            AuthenticationCode2=code.at(now),
        )
        assert iam.list_mfa_devices(UserName="ada")["MFADevices"]
        with refused("AccessDenied", 403):
            iam.create_user(UserName="eve")

    def test_nobody_enrols_for_somebody_else(self, iam: Any) -> None:
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="bob")["VirtualMFADevice"]
        code, now = pyotp.TOTP(device["Base32StringSeed"].decode()), time.time()
        codes = {"AuthenticationCode1": code.at(now - 30), "AuthenticationCode2": code.at(now)}
        with refused("AccessDenied", 403):
            iam.enable_mfa_device(UserName="bob", SerialNumber=device["SerialNumber"], **codes)


class TestRequireMfaOfTheCaller:
    """Under enforcement: a run by an access key of somebody in the group does not lock itself out halfway."""

    @pytest.fixture
    def ada(self, account: Sandbox, administer: Administer, tmp_path: Path) -> dict[str, str]:
        """The environment of ada, who is in the group, with a long-term key."""
        administer({"name": "ada", "access_key": True})
        account.world(enforce_policies=True)
        account.clear_journal()
        return key_env(tmp_path / "out" / "ada.accessKeys.csv")

    def test_a_long_term_key_is_refused_before_anything(
        self, account: Sandbox, administer: Administer, ada: dict[str, str]
    ) -> None:
        run = administer({"name": "ada"}, {"name": "bob"}, iam_admin_require_mfa=True, env=ada, check=False)
        assert run.rc != 0
        assert "it would lock itself out" in run.output
        assert "get-session-token" in run.output
        assert writing(account) == []

    def test_one_who_is_to_be_in_the_group_is_refused_too(
        self, account: Sandbox, administer: Administer, ada: dict[str, str]
    ) -> None:
        administer({"name": "bob"}, iam_admin_group="Others", iam_admin_require_mfa=True)
        account.clear_journal()
        run = administer({"name": "ada"}, iam_admin_group="Others", iam_admin_require_mfa=True, env=ada, check=False)
        assert "it would lock itself out" in run.output
        assert writing(account) == []

    def test_a_session_with_mfa_requires_it_last(
        self, account: Sandbox, administer: Administer, ada: dict[str, str]
    ) -> None:
        keys = {"AccessKeyId": ada["AWS_ACCESS_KEY_ID"], "SecretAccessKey": ada["AWS_SECRET_ACCESS_KEY"]}
        iam = account.client("iam", credentials=keys)
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")["VirtualMFADevice"]
        number, code, now = device["SerialNumber"], pyotp.TOTP(device["Base32StringSeed"].decode()), time.time()
        codes = {"AuthenticationCode1": code.at(now - 30), "AuthenticationCode2": code.at(now)}
        iam.enable_mfa_device(UserName="ada", SerialNumber=number, **codes)
        sts = account.client("sts", credentials=keys)
        session = sts.get_session_token(SerialNumber=number, TokenCode=code.at(now + 30))["Credentials"]
        env = {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }
        account.clear_journal()
        bob = {"name": "bob", "access_key": True, "mfa": "seed"}
        administer({"name": "ada"}, bob, iam_admin_require_mfa=True, iam_admin_account_alias="acme", env=env)
        assert writing(account)[-1] == "PutGroupPolicy"
        assert "EnableMFADevice" in writing(account)
