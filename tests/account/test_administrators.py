"""The role iam_admin in depth: what it refuses, replaces, removes, and how many calls it takes."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
from account import credentials_by_hand
from account.aws_errors import refused
from conftest import Run
from killed_module import Module
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
Reading = Callable[..., dict[str, Any]]


@pytest.fixture
def reading(account: Sandbox, tmp_path: Path) -> Reading:
    """What iam_administrators_info says of these users, before anything is changed."""
    module = Module("iam_administrators_info", tmp_path / "none", account.process_env())

    def run(*users: dict[str, Any], **options: Any) -> dict[str, Any]:
        users = tuple({"console_access": False, **user} for user in users)
        result = module.run({"group": "Administrators", "users": list(users), **options}).result
        assert result is not None
        return result

    return run


def key_env(file: Path) -> dict[str, str]:
    """The environment of somebody who has the access key in the file."""
    key_id, secret = file.read_text().splitlines()[1].split(",")
    return {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret}


class TestPolicies:
    def test_by_name_and_arn_of_aws_and_of_the_account(self, account: Sandbox, administer: Administer) -> None:
        iam = account.client("iam")
        name, path = "Own+=,.@_-9", "/team/+=,.@_-9/"
        own = iam.create_policy(PolicyName=name, Path=path, PolicyDocument=ALLOW_ALL)["Policy"]["Arn"]
        wanted = [name, "Billing", AWS_POLICY + "ReadOnlyAccess"]
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

    @pytest.mark.parametrize(
        ("policies", "words"),
        [
            (["Nothing"], "There is no managed policy named 'Nothing'"),
            (["ReadOnlyAccess"], "give the ARN of the one you mean"),
            (
                [AWS_POLICY + "AdministratorAcces"],
                "There is no managed policy 'arn:aws:iam::aws:policy/AdministratorAcces'",
            ),
            (["arn:aws:iam::aws:role/x"], "that is no ARN of one"),
            (["AdministratorAccess", "arn:none"], "There is no managed policy 'arn:none'"),
        ],
    )
    def test_one_that_does_not_exist_is_refused(
        self, account: Sandbox, reading: Reading, policies: list[str], words: str
    ) -> None:
        account.client("iam").create_policy(PolicyName="ReadOnlyAccess", PolicyDocument=ALLOW_ALL)
        assert words in reading({"name": "ada"}, managed_policies=policies)["msg"]

    def test_one_that_is_attached_needs_no_looking_up(self, account: Sandbox, reading: Reading) -> None:
        iam = account.client("iam")
        iam.create_group(GroupName="Administrators")
        iam.attach_group_policy(GroupName="Administrators", PolicyArn=AWS_POLICY + "job-function/Billing")
        account.clear_journal()
        wanted = ["Billing", AWS_POLICY + "job-function/Billing", AWS_POLICY + "ReadOnlyAccess"]
        plan = reading({"name": "ada"}, managed_policies=wanted)
        assert plan["policy_arns"] == [wanted[1], wanted[1], wanted[2]]
        calls = [call.action for call in account.journal()]
        assert (calls.count("GetPolicy"), calls.count("ListPolicies")) == (1, 0)

    def test_purge(self, account: Sandbox, administer: Administer) -> None:
        iam = account.client("iam")
        administer({"name": "ada"}, {"name": "bob"})
        iam.attach_group_policy(GroupName="Administrators", PolicyArn=AWS_POLICY + "ReadOnlyAccess")
        iam.put_group_policy(GroupName="Administrators", PolicyName="by-hand", PolicyDocument=ALLOW_ALL)
        assert administer({"name": "ada"}).changed == []
        announced = administer({"name": "eve"}, arguments=("--check",), iam_admin_purge=["members", "policies"])
        account.clear_journal()
        run = administer({"name": "eve"}, iam_admin_purge=["members", "policies"])
        assert run.changed == announced.changed
        assert run.changed[-1] == "Take the other members and policies from the group"
        # Who is to come can sign in before anybody leaves.
        writes = writing(account)
        assert writes.index("CreateLoginProfile") < writes.index("RemoveUserFromGroup")
        assert sorted(writes[-3:]) == ["DetachGroupPolicy", "RemoveUserFromGroup", "RemoveUserFromGroup"]
        assert "user 'bob' taken from group 'Administrators'" in run.task("done")["result"]["msg"]
        assert [user["UserName"] for user in iam.get_group(GroupName="Administrators")["Users"]] == ["eve"]
        attached = iam.list_attached_group_policies(GroupName="Administrators")["AttachedPolicies"]
        assert [policy["PolicyName"] for policy in attached] == ["AdministratorAccess"]
        assert iam.list_group_policies(GroupName="Administrators")["PolicyNames"] == ["by-hand"]
        assert len(iam.list_users()["Users"]) == 3
        assert administer({"name": "eve"}, iam_admin_purge=["members", "policies"]).changed == []

    def test_a_purge_of_the_accounts_own_policy_that_gives_full_rights_is_refused(
        self, account: Sandbox, reading: Reading
    ) -> None:
        iam = account.client("iam")
        iam.create_group(GroupName="Administrators")
        arns = []
        for name in ("Full", "Own"):
            arn = iam.create_policy(PolicyName=name, PolicyDocument=ALLOW_ALL)["Policy"]["Arn"]
            iam.attach_group_policy(GroupName="Administrators", PolicyArn=arn)
            arns.append(arn)
        # Only the version in force counts.
        nothing = ALLOW_ALL.replace("Allow", "Deny")
        iam.create_policy_version(PolicyArn=arns[1], PolicyDocument=nothing, SetAsDefault=True)
        account.clear_journal()
        options: dict[str, Any] = {"purge": ["policies"], "managed_policies": ["ReadOnlyAccess", arns[1]]}
        said = reading({"name": "ada"}, **options)["msg"]
        assert f"The purge would take {arns[0]} from the group" in said
        assert writing(account) == []
        plan = reading({"name": "ada"}, purge=["policies"], managed_policies=[arns[0]])
        assert plan["detach"] == [arns[1]]


class TestRemoval:
    @pytest.mark.long
    def test_a_user_goes_with_all_that_is_theirs(
        self, account: Sandbox, administer: Administer, tmp_path: Path
    ) -> None:
        users: list[dict[str, Any]] = [{"name": "ada"}, {"name": "bob", "mfa": "seed", "access_key": True}]
        administer(*users)
        iam, out = account.client("iam"), tmp_path / "out"
        iam.attach_user_policy(UserName="bob", PolicyArn=AWS_POLICY + "ReadOnlyAccess")
        by_hand = credentials_by_hand.give(iam, "bob")
        # What interrupted writes left, and what is not this user's.
        left = [".bob.password.new.partial", "..bob.accessKeys.csv.creating.partial", ".bob.mfa.png.partial"]
        for name in [*left, "bob.password.new", "bob2.password", "bob.txt"]:
            (out / name).touch()
        # A device that is nobody's yet and not of this user's name.
        iam.create_virtual_mfa_device(VirtualMFADeviceName="spare", Path="/phones/")
        gone = [{"name": "ada"}, {"name": "bob", "state": "absent"}]
        announced = administer(*gone, arguments=("--check", "--diff"))
        assert "IAM user bob (as it is)" in announced.output
        assert len(iam.list_users()["Users"]) == 2
        run = administer(*gone)
        (removed,) = [line for line in run.task("done")["result"]["msg"] if line.startswith("user 'bob' removed")]
        assert "file 'bob.password' removed" in run.task("done")["result"]["msg"]
        for kind, name in by_hand.items():
            assert f"{kind} {name}" in removed
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ada"]
        (device,) = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
        assert device["SerialNumber"].endswith(":mfa/phones/spare")
        assert {path.name for path in out.iterdir()} == {"account", "ada.password", "bob2.password", "bob.txt"}
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
        # The directory is of an earlier version, which did not say whose it is.
        (tmp_path / "out" / "account").unlink()
        run = administer({"name": "ada", "password": "Not-Set-Any-More-1"})
        assert run.changed == ["Note which account the secrets are of"]
        assert (tmp_path / "out" / "account").read_text() == "123456789012\n"
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
        (warning,) = run.task("Read what the administrators lack")["result"]["warnings"]
        assert f"User 'ada' has the access key {key_id}, but there is no file" in warning
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

    def test_what_aws_has_not_let_in_is_asked_again(self, account: Sandbox, tmp_path: Path) -> None:
        account.client("iam").create_user(UserName="ada")
        account.fail("iam", "CreateAccessKey", "Throttling", status=400, times=1)
        module = Module("iam_access_key_file", tmp_path / "out", account.process_env())
        result = module.run({"user_name": "ada", "path": str(tmp_path / "out" / "ada.csv")}).result
        assert result
        assert result["changed"]
        (key,) = account.client("iam").list_access_keys(UserName="ada")["AccessKeyMetadata"]
        assert key["AccessKeyId"] == key_env(tmp_path / "out" / "ada.csv")["AWS_ACCESS_KEY_ID"]
        assert [path.name for path in (tmp_path / "out").iterdir()] == ["ada.csv"]

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
    @pytest.mark.long
    def test_every_character_that_iam_allows(self, account: Sandbox, administer: Administer, tmp_path: Path) -> None:
        name = "Az09+=,.@_-" + "x" * 53
        key, value = "Größe 大きさ_.:/=+-@", "ключ 値 ٣ ½ \u1680\u2003\u2028\u202f\u205f\u3000 _.:/=+-@"
        path = "/" + "".join(map(chr, range(0x21, 0x7F))) + "/"
        users = {
            "name": name,
            "path": path,
            "tags": {key: value, "empty": ""},
            "access_key": True,
            "credentials_profile": "Az09+=.@_-",
            "mfa": "seed",
        }
        group, options = "Group+=,.@_-" + "y" * 116, {"iam_admin_group_path": path}
        administer(users, iam_admin_group=group, **options)
        iam = account.client("iam")
        assert iam.get_user(UserName=name)["User"]["Arn"].endswith(f":user{path}{name}")
        assert iam.get_group(GroupName=group)["Group"]["Arn"].endswith(f":group{path}{group}")
        tags = {tag["Key"]: tag["Value"] for tag in iam.list_user_tags(UserName=name)["Tags"]}
        assert tags == {key: value, "empty": ""}
        assert {file.name.removeprefix(name) for file in (tmp_path / "out").iterdir()} == {
            "account",
            "credentials",
            ".accessKeys.csv",
            ".mfa",
            ".password",
        }
        (device,) = iam.list_mfa_devices(UserName=name)["MFADevices"]
        assert device["SerialNumber"].endswith(f":mfa/{name}")
        seed = pyotp.parse_uri((tmp_path / "out" / f"{name}.mfa").read_text().strip())
        assert isinstance(seed, pyotp.TOTP)
        assert seed.name.startswith(name)
        again = administer(users, iam_admin_group=group, **options)
        assert again.changed == []
        assert "warnings" not in again.task("Read what the administrators lack")["result"]
        administer({"name": "ada"}, {**users, "state": "absent"}, iam_admin_group=group)
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ada"]
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
        assert {file.name for file in (tmp_path / "out").iterdir()} == {"account", "ada.password"}

    def test_what_iam_refuses_is_refused_before_any_call_with_the_reason(
        self, account: Sandbox, administer: Administer
    ) -> None:
        long = "x" * 65
        users: list[dict[str, Any]] = [
            *({"name": name} for name in ("山田", "new\nline", long)),
            *(
                {"name": f"p{number}", "path": path}
                for number, path in enumerate(["/büro/", "staff", "/a b/", "/\x7f/"])
            ),
            {"name": "far", "path": f"/{'x' * 511}/"},
            {"name": "emoji", "tags": {"mood": "😀"}},
            {"name": "aws", "tags": {"AWS:team": "x"}},
            {"name": "case", "tags": {"a": "1", "A": "2"}},
            {"name": "many", "tags": {f"tag{number}": "" for number in range(51)}},
            {"name": "profile", "credentials_profile": "a]b", "access_key": True},
            {"name": "euro", "password": "Costs-20-€uros"},
            {"name": "no-console", "password": "Some-Password-1", "console_access": False},
            {"name": "no-update", "update_password": "always", "console_access": False},
            {"name": "gone", "password": "€", "path": "/", "state": "absent"},
        ]
        options = {"iam_admin_encrypt": "always", "iam_admin_group_path": "/group"}
        run = administer(*users, check=False, arguments=("-vvv",), **options)
        assert run.rc != 0
        (said,) = {task["result"]["msg"] for task in run.tasks if task["status"] == "failed" and "name" in task}
        for words in (
            f"a user named '山田', 'new\nline', '{long}'; a name may have 1 to 64 unaccented",
            f"has the path '/büro/', 'staff', '/a b/', '/\\x7f/', '/{'x' * 511}/', '/group'; a path begins and ends",
            "tags that IAM refuses (emoji: mood, aws: AWS:team)",
            "(no emoji), and no key begins with aws:",
            "upper and lower case only, which are one key to IAM, for case, many.",
            "a credentials_profile with other characters than",
            "iam_admin_encrypt is always, and iam_admin_users has a credentials_profile",
            "euro (it has characters that IAM takes in no password: only those of Basic Latin and Latin-1",
            "update_password: always with console_access: false for no-console, no-update.",
        ):
            assert words in said
        assert "gone" not in said
        assert "20-€" not in run.output
        assert account.journal() == []

    def test_what_exists_in_another_case_or_under_another_path_is_adopted_as_it_is(
        self, account: Sandbox, administer: Administer, tmp_path: Path
    ) -> None:
        iam = account.client("iam")
        iam.create_user(UserName="Ada", Path="/old/")
        iam.create_user(UserName="Bob")
        iam.create_group(GroupName="ADMINISTRATORS", Path="/old/")
        iam.add_user_to_group(GroupName="ADMINISTRATORS", UserName="Bob")
        ada = {"name": "ada", "path": "/new/", "access_key": True, "mfa": "phone", "tags": {"Team": "x"}}
        users = [ada, {"name": "bob", "state": "absent"}]
        run = administer(*users, iam_admin_group_path="/new/", iam_admin_require_mfa=True)
        said = " ".join(run.task("Read what the administrators lack")["result"]["warnings"])
        assert "User 'Ada' has the path '/old/', and '/new/' was asked for. It stays" in said
        assert "The group 'ADMINISTRATORS' has the path '/old/', and '/new/' was asked for. It stays" in said
        (user,) = iam.list_users()["Users"]
        assert user["Arn"].endswith(":user/old/Ada")
        (group,) = iam.list_groups()["Groups"]
        assert group["Arn"].endswith(":group/old/ADMINISTRATORS")
        assert [user["UserName"] for user in iam.get_group(GroupName="ADMINISTRATORS")["Users"]] == ["Ada"]
        assert iam.list_group_policies(GroupName="ADMINISTRATORS")["PolicyNames"] == ["dayone-require-mfa"]
        assert iam.get_login_profile(UserName="Ada")
        assert len(iam.list_access_keys(UserName="Ada")["AccessKeyMetadata"]) == 1
        assert iam.list_user_tags(UserName="Ada")["Tags"] == [{"Key": "Team", "Value": "x"}]
        (device,) = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
        assert device["SerialNumber"].endswith(":mfa/Ada")
        assert {path.name.removeprefix("ada.") for path in (tmp_path / "out").iterdir()} == {
            "account",
            "password",
            "accessKeys.csv",
            "mfa",
            "mfa.png",
        }
        assert administer(*users, iam_admin_require_mfa=True).changed == []

    def test_a_caller_in_another_case_is_the_caller(self, account: Sandbox, reading: Reading) -> None:
        iam = account.client("iam")
        iam.create_group(GroupName="Administrators")
        for name in ("Ada", "Bob"):
            iam.create_user(UserName=name)
            iam.add_user_to_group(GroupName="Administrators", UserName=name)
        iam.create_login_profile(UserName="Bob", Password="Some-Password-1")
        gone = {"name": "ADA", "state": "absent"}, {"name": "bob", "state": "absent"}
        assert "Bob would be the last" in reading(*gone)["msg"]
        plan = reading(gone[0], {"name": "bob"})
        assert (plan["remove"], plan["user_names"]["ADA"], plan["members"]) == (["ADA"], "Ada", ["Bob"])


def test_two_hundred_users_take_few_calls_and_one_listing(
    account: Sandbox, administer: Administer, tmp_path: Path
) -> None:
    """Each has password, access key, tags and device; and half as many have left."""
    iam = account.client("iam")
    iam.create_group(GroupName="Administrators")
    iam.attach_group_policy(GroupName="Administrators", PolicyArn=AWS_POLICY + "AdministratorAccess")
    names = [f"user-{number}" for number in range(200)]
    for name in names:
        iam.create_user(UserName=name, Tags=[{"Key": "Team", "Value": "founders"}])
        iam.create_login_profile(UserName=name, Password="Some-Password-1")
        iam.create_access_key(UserName=name)
        iam.add_user_to_group(GroupName="Administrators", UserName=name)
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        code, now = pyotp.TOTP(device["Base32StringSeed"].decode()), time.time()
        codes = {"AuthenticationCode1": code.at(now - 30), "AuthenticationCode2": code.at(now)}
        iam.enable_mfa_device(UserName=name, SerialNumber=device["SerialNumber"], **codes)
    account.clear_journal()
    users: list[dict[str, Any]] = [
        {"name": name, "access_key": True, "tags": {"Team": "founders"}, "mfa": "phone"} for name in names
    ]
    users += [{"name": f"former-{number}", "state": "absent"} for number in range(100)]
    assert administer(*users).changed == []
    assert not (tmp_path / "out").exists()
    calls = Counter(call.action for call in account.journal())
    assert writing(account) == []
    assert calls.pop("GetLoginProfile") == calls.pop("ListAccessKeys") == 200
    # All else does not grow with the users, but for the pages of one listing.
    assert calls.pop("GetAccountAuthorizationDetails") == 3
    assert calls.pop("ListVirtualMFADevices") == 2
    assert calls == {"GetCallerIdentity": 1, "ListAccountAliases": 1}


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


class TestRequireMfaNoMore:
    def test_switched_off_the_policy_goes_and_it_is_said(self, account: Sandbox, administer: Administer) -> None:
        iam = account.client("iam")
        administer({"name": "ada"}, iam_admin_require_mfa=True)
        iam.put_group_policy(GroupName="Administrators", PolicyName="by-hand", PolicyDocument=ALLOW_ALL)
        assert administer({"name": "ada"}).changed == []  # left out, it stays as it is
        run = administer({"name": "ada"}, arguments=("--diff",), iam_admin_require_mfa=False)
        assert run.changed == ["Show the differences", "Require MFA of the group's members, or no more"]
        assert "Policy dayone-require-mfa of IAM group Administrators (as it is)" in run.output
        assert run.task("done")["result"]["msg"] == ["MFA no longer required in group 'Administrators'"]
        assert iam.list_group_policies(GroupName="Administrators")["PolicyNames"] == ["by-hand"]
        assert administer({"name": "ada"}, iam_admin_require_mfa=False).changed == []


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
