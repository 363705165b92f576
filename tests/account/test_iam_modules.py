"""The IAM modules against the stand-in account: each changes what it should, once, and keeps secrets to files."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
from botocore.exceptions import ClientError
from conftest import Run
from sandbox import Sandbox
from sandbox.client import DEFAULT_ACCOUNT, root_keys

Ansible = Callable[..., Run]


def play(*tasks: dict[str, Any], **keywords: Any) -> list[dict[str, Any]]:
    return [{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks), **keywords}]


def task(module: str, title: str = "it", /, **options: Any) -> dict[str, Any]:
    return {"name": title, f"dayone.aws_account.{module}": options}


def failing(module: str, title: str, /, **options: Any) -> dict[str, Any]:
    """A task whose failure the test reads."""
    return {**task(module, title, **options), "ignore_errors": True}


def writing(account: Sandbox) -> list[str]:
    return [call.action for call in account.journal() if call.writes]


@pytest.fixture
def admin(account: Sandbox) -> Any:
    """An IAM client, and a user `admin` made with it."""
    iam = account.client("iam")
    iam.create_user(UserName="admin")
    account.clear_journal()
    return iam


class TestAccountAlias:
    def test_it_is_created_changed_and_removed(self, account: Sandbox, ansible: Ansible) -> None:
        iam = account.client("iam")
        run = ansible(
            play(
                task("iam_account_alias", "create", name="first-name"),
                task("iam_account_alias", "again", name="first-name"),
                task("iam_account_alias", "change", name="second-name"),
                task("iam_account_alias", "not this one", name="first-name", state="absent"),
            )
        )
        assert run.changed == ["create", "change"]
        assert run.task("change")["result"]["sign_in_url"] == "https://second-name.signin.aws.amazon.com/console"
        assert "first-name" in run.task("change")["result"]["warnings"][0]
        assert iam.list_account_aliases()["AccountAliases"] == ["second-name"]
        run = ansible(
            play(task("iam_account_alias", "remove", state="absent"), task("iam_account_alias", "gone", state="absent"))
        )
        assert run.changed == ["remove"]
        assert iam.list_account_aliases()["AccountAliases"] == []

    def test_a_taken_or_malformed_alias_gets_a_plain_error(self, account: Sandbox, ansible: Ansible) -> None:
        account.world(alias_taken="taken-name")
        run = ansible(
            play(
                failing("iam_account_alias", "taken", name="taken-name"),
                failing("iam_account_alias", "malformed", name="Not_A_Name"),
            )
        )
        assert "belongs to another AWS account" in run.task("taken")["result"]["msg"]
        assert "3 to 63 lowercase letters" in run.task("malformed")["result"]["msg"]

    def test_check_mode_announces_and_leaves_it(self, account: Sandbox, ansible: Ansible) -> None:
        run = ansible(play(task("iam_account_alias", "create", name="a-name")), "--check", "--diff")
        assert run.changed == ["create"]
        assert run.task("create")["result"]["diff"] == {
            "before": {"account_alias": ""},
            "after": {"account_alias": "a-name"},
        }
        assert writing(account) == []


class TestLoginProfile:
    def test_a_password_is_generated_kept_and_accepted(self, admin: Any, ansible: Ansible, tmp_path: Path) -> None:
        admin.update_account_password_policy(MinimumPasswordLength=40, RequireSymbols=True, RequireNumbers=True)
        file = tmp_path / "secrets" / "admin.password"
        options = {"user_name": "admin", "password_file": str(file)}
        run = ansible(play(task("iam_login_profile", "set", **options), task("iam_login_profile", "again", **options)))
        assert run.changed == ["set"]
        assert len(file.read_text().strip()) == 40
        assert file.read_text().strip() not in run.output + str(run.tasks)
        assert admin.get_login_profile(UserName="admin")["LoginProfile"]["PasswordResetRequired"] is True

    def test_a_password_kept_by_an_interrupted_run_is_used(
        self, admin: Any, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        file = tmp_path / "admin.password"
        file.write_text("Kept-By-An-Earlier-Run-1\n")
        ansible(play(task("iam_login_profile", user_name="admin", password_file=str(file))))
        assert file.read_text() == "Kept-By-An-Earlier-Run-1\n"
        assert "CreateLoginProfile" in writing(account)

    def test_a_given_password_that_breaks_the_policy_is_refused_by_rule(
        self, admin: Any, account: Sandbox, ansible: Ansible
    ) -> None:
        admin.update_account_password_policy(MinimumPasswordLength=14, RequireSymbols=True)
        account.clear_journal()
        run = ansible(play(failing("iam_login_profile", "refused", user_name="admin", password="Tooshort1")), "-vvv")
        message = run.task("refused")["result"]["msg"]
        assert "at least 14 characters" in message
        assert "one of the symbols" in message
        assert "Tooshort1" not in run.output
        assert writing(account) == []

    def test_check_mode_for_a_user_to_come(self, account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
        file = tmp_path / "new.password"
        run = ansible(play(task("iam_login_profile", "set", user_name="new", password_file=str(file))), "--check")
        assert run.changed == ["set"]
        assert not file.exists()
        assert writing(account) == []

    def test_it_is_taken_away(self, admin: Any, ansible: Ansible) -> None:
        admin.create_login_profile(UserName="admin", Password="Some-Password-1")
        gone = {"user_name": "admin", "state": "absent"}
        run = ansible(play(task("iam_login_profile", "remove", **gone), task("iam_login_profile", "again", **gone)))
        assert run.changed == ["remove"]
        with pytest.raises(ClientError, match="NoSuchEntity"):
            admin.get_login_profile(UserName="admin")

    def test_a_place_that_cannot_be_written_stops_before_aws(
        self, admin: Any, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        options = {"user_name": "admin", "password_file": str(tmp_path / "file" / "password")}
        run = ansible(play(failing("iam_login_profile", "refused", **options)))
        assert "make that place writable" in run.task("refused")["result"]["msg"]
        assert writing(account) == []


class TestAccessKeyFile:
    def test_a_key_is_made_once_and_kept(self, admin: Any, account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
        file = tmp_path / "secrets" / "key.csv"
        options = {"user_name": "admin", "path": str(file)}
        run = ansible(
            play(task("iam_access_key_file", "make", **options), task("iam_access_key_file", "again", **options)),
            "-vvv",
        )
        assert run.changed == ["make"]
        key_id, secret = file.read_text().splitlines()[1].split(",")
        assert [key["AccessKeyId"] for key in admin.list_access_keys(UserName="admin")["AccessKeyMetadata"]] == [key_id]
        keys = {"AccessKeyId": key_id, "SecretAccessKey": secret}
        assert account.client("sts", credentials=keys).get_caller_identity()["Arn"].endswith(":user/admin")
        assert file.stat().st_mode & 0o777 == 0o600
        assert secret not in run.output + str(run.tasks)

    def test_always_encrypted_it_goes_to_no_profile(
        self, admin: Any, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        profile = {"credentials_file": str(tmp_path / "credentials"), "credentials_profile": "admin"}
        options = {"user_name": "admin", "path": str(tmp_path / "key.csv"), "encrypt": "always", **profile}
        (tmp_path / "vault-password").write_text("a vault password")
        vault = ["--vault-password-file", str(tmp_path / "vault-password")]
        run = ansible(play(failing("iam_access_key_file", "refused", **options)), *vault)
        assert "a credentials file is plain" in run.task("refused")["result"]["msg"]
        assert account.journal() == []
        assert not (tmp_path / "credentials").exists()

    def test_a_key_whose_secret_is_lost_is_named(self, admin: Any, ansible: Ansible, tmp_path: Path) -> None:
        key_id = admin.create_access_key(UserName="admin")["AccessKey"]["AccessKeyId"]
        run = ansible(play(task("iam_access_key_file", "look", user_name="admin", path=str(tmp_path / "key.csv"))))
        assert run.changed == []
        assert run.task("look")["result"]["secret_kept"] is False
        assert key_id in run.task("look")["result"]["warnings"][0]

    def test_check_mode(self, account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
        file = tmp_path / "key.csv"
        run = ansible(play(task("iam_access_key_file", "make", user_name="new", path=str(file))), "--check")
        assert run.changed == ["make"]
        assert not file.exists()
        assert writing(account) == []


class TestPasswordPolicyInfo:
    def test_it_reads_what_is_there(self, admin: Any, ansible: Ansible) -> None:
        reading = play(
            task("iam_password_policy_info", "policy"),
            task("iam_password_policy_info", "some", wanted={"min_pw_length": 8, "require_numbers": True}),
            failing("iam_password_policy_info", "unknown", wanted={"length": 8}),
        )
        run = ansible(reading)
        assert run.task("policy")["result"]["password_policy"] == {}
        assert run.task("some")["result"]["to_set"]["min_pw_length"] == 8
        assert "length" in run.task("unknown")["result"]["msg"]
        admin.update_account_password_policy(MinimumPasswordLength=20, PasswordReusePrevention=5)
        run = ansible(reading)
        policy = run.task("policy")["result"]["password_policy"]
        assert (policy["min_pw_length"], policy["pw_reuse_prevent"], policy["pw_max_age"]) == (20, 5, 0)
        some = run.task("some")["result"]
        assert some["to_set"] == {**policy, "require_numbers": True}
        assert some["stricter"] == ["min_pw_length"]


class TestVirtualMfaDevice:
    def test_seed_assigns_keeps_the_seed_and_leaks_nothing(
        self, admin: Any, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        file = tmp_path / "secrets" / "admin.mfa"
        options = {"user_name": "admin", "method": "seed", "seed_file": str(file)}
        run = ansible(
            play(
                task("iam_virtual_mfa_device", "enable", **options), task("iam_virtual_mfa_device", "again", **options)
            ),
            "-vvv",
        )
        assert run.changed == ["enable"]
        serial = run.task("again")["result"]["serial_number"]
        assert [item["SerialNumber"] for item in admin.list_mfa_devices(UserName="admin")["MFADevices"]] == [serial]
        seed = pyotp.parse_uri(file.read_text().strip()).secret
        assert seed not in run.output + str(run.tasks)
        assert file.stat().st_mode & 0o777 == 0o600
        assert [path.name for path in file.parent.iterdir()] == ["admin.mfa"]

    def test_a_device_that_is_in_order_costs_one_call(
        self, admin: Any, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        options = {"user_name": "admin", "method": "seed", "seed_file": str(tmp_path / "admin.mfa")}
        ansible(play(task("iam_virtual_mfa_device", **options)))
        account.clear_journal()
        ansible(play(task("iam_virtual_mfa_device", **options)))
        assert [call.action for call in account.journal()] == ["ListMFADevices"]

    def test_an_interrupted_run_is_carried_on_with(self, admin: Any, ansible: Ansible, tmp_path: Path) -> None:
        file = tmp_path / "admin.mfa"
        made = admin.create_virtual_mfa_device(VirtualMFADeviceName="admin")["VirtualMFADevice"]
        seed = made["Base32StringSeed"].decode()
        uri = pyotp.TOTP(seed).provisioning_uri(name="admin@123456789012", issuer_name="Amazon Web Services")
        file.write_text(uri)
        ansible(play(task("iam_virtual_mfa_device", user_name="admin", method="seed", seed_file=str(file))))
        assert file.read_text() == uri
        assert len(admin.list_mfa_devices(UserName="admin")["MFADevices"]) == 1

    def test_a_pending_device_whose_seed_nobody_has_is_replaced(
        self, admin: Any, ansible: Ansible, tmp_path: Path
    ) -> None:
        lost = admin.create_virtual_mfa_device(VirtualMFADeviceName="admin")["VirtualMFADevice"]
        file = tmp_path / "admin.mfa"
        ansible(play(task("iam_virtual_mfa_device", user_name="admin", method="seed", seed_file=str(file))))
        assert lost["Base32StringSeed"].decode() not in file.read_text()
        assert len(admin.list_virtual_mfa_devices()["VirtualMFADevices"]) == 1
        assert len(admin.list_mfa_devices(UserName="admin")["MFADevices"]) == 1

    def test_another_users_device_is_named_and_left(self, admin: Any, ansible: Ansible, tmp_path: Path) -> None:
        admin.create_user(UserName="other")
        options = {"device_name": "shared", "method": "seed"}
        run = ansible(
            play(
                task("iam_virtual_mfa_device", "first", user_name="other", seed_file=str(tmp_path / "1"), **options),
                failing(
                    "iam_virtual_mfa_device", "second", user_name="admin", seed_file=str(tmp_path / "2"), **options
                ),
            )
        )
        assert "belongs to user 'other'" in run.task("second")["result"]["msg"]
        assert len(admin.list_mfa_devices(UserName="other")["MFADevices"]) == 1
        assert not (tmp_path / "2").exists()

    def test_a_phone_is_waited_for_and_finished_with_codes(
        self, admin: Any, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        file = tmp_path / "admin.mfa"
        options = {"user_name": "admin", "seed_file": str(file)}
        run = ansible(
            play(task("iam_virtual_mfa_device", "begin", **options), task("iam_virtual_mfa_device", "wait", **options))
        )
        assert run.changed == ["begin"]
        assert run.task("wait")["result"]["status"] == "pending"
        assert Path(run.task("wait")["result"]["qr_code_file"]).stat().st_mode & 0o777 == 0o600
        totp = pyotp.TOTP(pyotp.parse_uri(file.read_text().strip()).secret)
        wrong = failing("iam_virtual_mfa_device", "wrong", authentication_codes=["000000", "000001"], **options)
        run = ansible(play(wrong))
        assert "Neither is a code of this device" in run.task("wrong")["result"]["msg"]
        now = int(time.time())
        codes = [totp.at(now - 30), totp.at(now)]
        run = ansible(play(task("iam_virtual_mfa_device", "finish", authentication_codes=codes, **options)), "-vvv")
        assert run.changed == ["finish"]
        assert run.task("finish")["result"]["status"] == "assigned"
        assert not any(code in run.output for code in codes)
        # The phone has the seed now; nothing else keeps it.
        assert not list(tmp_path.glob("admin.mfa*"))

    def test_check_mode_announces_what_the_run_would_do(
        self, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        options = {"user_name": "new", "method": "seed", "seed_file": str(tmp_path / "new.mfa")}
        run = ansible(play(task("iam_virtual_mfa_device", "enable", **options)), "--check", "--diff")
        assert run.changed == ["enable"]
        assert run.task("enable")["result"]["diff"] == {"before": {"status": "absent"}, "after": {"status": "assigned"}}
        assert writing(account) == []
        assert list(tmp_path.glob("new.mfa*")) == []

    def test_it_is_removed_with_its_seed(self, admin: Any, ansible: Ansible, tmp_path: Path) -> None:
        file = tmp_path / "admin.mfa"
        options = {"user_name": "admin", "method": "seed", "seed_file": str(file)}
        run = ansible(
            play(
                task("iam_virtual_mfa_device", "enable", **options),
                task("iam_virtual_mfa_device", "remove", state="absent", **options),
                task("iam_virtual_mfa_device", "gone", state="absent", **options),
            )
        )
        assert run.changed == ["enable", "remove"]
        assert admin.list_virtual_mfa_devices()["VirtualMFADevices"] == []
        assert not file.exists()

    def test_a_sign_in_is_tried_out_with_the_users_own_key(
        self, admin: Any, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        key_file = tmp_path / "key.csv"
        run = ansible(
            play(
                task("iam_access_key_file", "key", user_name="admin", path=str(key_file)),
                task(
                    "iam_virtual_mfa_device",
                    "enable",
                    user_name="admin",
                    method="seed",
                    seed_file=str(tmp_path / "admin.mfa"),
                    access_key_file=str(key_file),
                ),
            )
        )
        assert run.task("enable")["result"]["sign_in_verified"] is True
        (session,) = [call for call in account.journal() if call.action == "GetSessionToken"]
        assert session.principal.endswith(":user/admin")
        assert session.status == 200


class TestCredentials:
    """Defaults that a play sets once reach amazon.aws's modules and ours."""

    @pytest.mark.parametrize("group", ["group/aws", "group/amazon.aws.aws", "group/dayone.aws_account.all"])
    def test_group_defaults_reach_our_modules(self, account: Sandbox, ansible: Ansible, group: str) -> None:
        keys = root_keys(DEFAULT_ACCOUNT)
        run = ansible(
            play(
                {"name": "caller", "amazon.aws.aws_caller_info": {}},
                task("iam_account_alias", "alias", name="from-defaults"),
                {
                    "name": "inner",
                    "block": [task("iam_account_alias", "other", name="inner-name")],
                    "module_defaults": {},
                },
                module_defaults={
                    group: {
                        "access_key": keys["AccessKeyId"],
                        "secret_key": keys["SecretAccessKey"],
                        "region": "eu-central-1",
                    }
                },
            ),
            env={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
        )
        assert run.changed == ["alias", "other"]
        assert keys["SecretAccessKey"] not in run.output
