"""Centralized root access and the root users of member accounts: seen, taken away, refused, and killed anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from account.member_scene import MANAGEMENT, Organization
from account.module_runs import Result, killed_after_each_write, runner, writing
from conftest import CHECKOUT, Run
from killed_module import Module
from sandbox import Sandbox

Ansible = Callable[..., Run]

BOTH = ["RootCredentialsManagement", "RootSessions"]
FEATURES, AUDIT, REMOVAL = (
    "iam_organizations_features",
    "iam_member_root_credentials_info",
    "iam_member_root_credentials",
)
OF_ROOT: dict[str, Any] = {
    "Action": "*",
    "Resource": "*",
    "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
}


class Scene:
    """An organization, and this collection's modules as its auditor runs them."""

    def __init__(self, account: Sandbox, directory: Path, members: int = 2, *, features: bool = True) -> None:
        self.account = account
        self.directory = directory
        self.organization = Organization(account, members, features=features)
        self.members = self.organization.members
        account.clear_journal()

    def module(self, name: str) -> Module:
        return Module(name, self.directory, self.account.process_env(**self.organization.env))

    def run(self, name: str, *, fails: bool = False, check: bool = False, **arguments: Any) -> Result:
        result = self.module(name).run({**arguments, "_ansible_check_mode": check, "_ansible_diff": True}).result
        assert result is not None
        assert bool(result.get("failed")) == fails, result
        return result

    def calls(self) -> list[str]:
        return [call.action for call in self.account.journal()]


class TestFeatures:
    def test_announced_enabled_and_enabled_already(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out", 0, features=False)
        announced = scene.run(FEATURES, check=True)
        assert (announced["changed"], announced["enabled_features"], writing(account)) == (True, BOTH, [])
        done = scene.run(FEATURES)
        assert (done["changed"], done["trusted_access_enabled"]) == (True, True)
        assert done["organization_id"] == scene.organization.id
        assert done["diff"] == {"before": {"features": []}, "after": {"features": BOTH}}
        assert scene.organization.iam.list_organizations_features()["EnabledFeatures"] == BOTH
        account.clear_journal()
        again = scene.run(FEATURES)
        assert (again["changed"], again["enabled_features"]) == (False, BOTH)
        assert scene.calls() == ["ListOrganizationsFeatures"]
        gone = scene.run(FEATURES, state="absent", features=BOTH[1:])
        assert (gone["changed"], gone["enabled_features"]) == (True, BOTH[:1])
        assert scene.organization.iam.list_organizations_features()["EnabledFeatures"] == BOTH[:1]

    def test_killed_after_any_write_the_next_run_finishes(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out", 0, features=False)

        def begin() -> None:
            scene.organization.client.disable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
            scene.organization.trust()
            scene.organization.iam.disable_organizations_root_credentials_management()
            scene.organization.iam.disable_organizations_root_sessions()
            scene.organization.client.disable_aws_service_access(ServicePrincipal="iam.amazonaws.com")

        assert killed_after_each_write(scene.module(FEATURES), {}, begin) == [
            "EnableAWSServiceAccess",
            "EnableOrganizationsRootCredentialsManagement",
            "EnableOrganizationsRootSessions",
        ]

    def test_what_is_in_the_way_is_explained(self, account: Sandbox, tmp_path: Path) -> None:
        alone = runner(account, tmp_path / "out", FEATURES)
        assert "in no organization" in alone(fails=True)["msg"]
        scene = Scene(account, tmp_path / "out", 1, features=False)
        assert "no trusted access" in scene.run(FEATURES, fails=True, trusted_access=False)["msg"]
        member = {"AWS_ACCESS_KEY_ID": f"AKIAROOT{scene.members[0]}", "AWS_SECRET_ACCESS_KEY": "-"}
        of_member = Module(FEATURES, tmp_path / "out", account.process_env(**member)).run({}).result or {}
        assert "neither its management account nor a delegated administrator" in of_member["msg"]
        scene.organization.client.register_delegated_administrator(
            AccountId=scene.members[0], ServicePrincipal="iam.amazonaws.com"
        )
        scene.organization.trust()
        of_member = Module(FEATURES, tmp_path / "out", account.process_env(**member)).run({}).result or {}
        assert "Only the management account" in of_member["msg"]


class TestAudit:
    def test_each_credential_is_told_and_a_bare_root_user_costs_two_calls(
        self, account: Sandbox, tmp_path: Path
    ) -> None:
        scene = Scene(account, tmp_path / "out", 3)
        full, bare, closed = scene.members
        scene.organization.give(full, root_access_keys=1, root_key_last_used="2026-11-01T10:00:00+00:00")
        scene.organization.client.close_account(AccountId=closed)
        account.clear_journal()
        found = scene.run(AUDIT)
        assert (found["changed"], writing(account), found["with_credentials"]) == (False, [], [full])
        told = {item["account_id"]: item for item in found["accounts"]}
        assert told.keys() == {full, bare}
        assert told[bare] == {
            "account_id": bare,
            "account_name": "member-1",
            "password": False,
            "access_keys": [],
            "signing_certificates": [],
            "mfa_devices": [],
        }
        assert (told[full]["password"], len(told[full]["signing_certificates"])) == (True, 1)
        assert told[full]["access_keys"][0]["last_used_date"] == "2026-11-01T10:00:00+00:00"
        assert told[full]["mfa_devices"] == [f"arn:aws:iam::{full}:mfa/root-account-mfa-device"]
        assert {item["account_id"]: item["reason"] for item in found["left_out"]} == {
            MANAGEMENT: "the management account, whose root user is not managed centrally",
            closed: "its status is SUSPENDED",
        }
        line = next(line for line in found["summary"] if line.startswith(f"{full} (member-0): "))
        assert "(last used 2026-11-01), signing certificate" in line
        assert "1 account: the root user has nothing to sign in with." in found["summary"]
        account.clear_journal()
        assert scene.run(AUDIT, accounts=[bare])["with_credentials"] == []
        assert scene.calls() == [
            "GetCallerIdentity",
            "ListOrganizationsFeatures",
            "DescribeOrganization",
            "AssumeRoot",
            "GetAccountSummary",
        ]

    def test_a_delegated_administrator_may_too(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out")
        administrator, other = scene.members
        scene.organization.client.register_delegated_administrator(
            AccountId=administrator, ServicePrincipal="iam.amazonaws.com"
        )
        iam = account.account_client("iam", administrator)
        iam.create_user(UserName="auditor")
        scene.organization.keys = iam.create_access_key(UserName="auditor")["AccessKey"]
        scene.organization.give(other)
        found = scene.run(AUDIT)
        assert (found["with_credentials"], found["caller_account"]) == ([other], administrator)

    def test_what_cannot_be_meant_is_refused(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out", 0)
        wrong: dict[str, dict[str, Any]] = {
            "An account id has 12 digits": {"accounts": ["12345678901"]},
            "No account ids: 'member'": {"exclude_accounts": ["member"]},
            "from 1 to 64": {"parallel": 65},
        }
        for sentence, arguments in wrong.items():
            assert sentence in scene.run(AUDIT, fails=True, **arguments)["msg"]
        assert scene.calls() == []
        # A list that came out empty never means all.
        none = scene.run(AUDIT, accounts=[])
        assert (none["accounts"], none["summary"]) == ([], ["There is no account to look at."])
        refused = scene.run(REMOVAL, fails=True, accounts=[MANAGEMENT, "111122223333"], state="absent")
        assert "is the management account of the organization" in refused["msg"]
        assert not {"AssumeRoot", "ListAccounts"} & set(scene.calls())

    def test_what_is_missing_is_explained(self, account: Sandbox, tmp_path: Path) -> None:
        as_root = runner(account, tmp_path / "out", AUDIT)
        assert "credentials of the root user of account 123456789012" in as_root(fails=True)["msg"]
        scene = Scene(account, tmp_path / "out", 0, features=False)
        assert "IAM has no trusted access" in scene.run(AUDIT, fails=True)["msg"]
        scene.organization.trust()
        scene.organization.iam.enable_organizations_root_sessions()
        assert "RootCredentialsManagement missing" in scene.run(AUDIT, fails=True)["msg"]

    def test_an_account_that_fails_is_named_and_hides_no_other(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out")
        denied, full = scene.members
        scene.organization.deny(denied, OF_ROOT)
        scene.organization.give(full)
        found = scene.run(AUDIT, fails=True, accounts=[*scene.members, "999999999999"])
        assert found["with_credentials"] == [full]
        assert "2 of 3 accounts failed." in found["msg"]
        reasons = {item["account_id"]: item["reason"] for item in found["failed_accounts"]}
        assert "A service control policy of the organization forbids it" in reasons[denied]
        assert "aws:AssumedRoot" in reasons[denied]
        assert "is no active member of the organization" in reasons["999999999999"]
        assert all(reason in found["msg"] for reason in reasons.values())

    def test_aws_is_asked_again_where_it_is_busy(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out", 1)
        account.fail("sts", "AssumeRoot", "Throttling", status=400, times=1)
        account.fail("iam", "GetAccountSummary", "Throttling", status=400, times=1)
        assert len(scene.run(AUDIT)["accounts"]) == 1


class TestRemoval:
    def test_announced_removed_and_nothing_left_to_remove(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out", 3)
        full, bare, bystander = scene.members
        for member in (full, bystander):
            scene.organization.give(member)
        arguments: dict[str, Any] = {"accounts": [full, bare], "state": "absent"}
        account.clear_journal()
        announced = scene.run(REMOVAL, check=True, **arguments)
        assert (announced["changed"], writing(account)) == (True, [])
        done = scene.run(REMOVAL, **arguments)
        assert (done["changed"], done["accounts"]) == (True, announced["accounts"])
        # MFA guards the password as long as there is one.
        assert writing(account) == [
            *["DeleteAccessKey"] * 2,
            "DeleteSigningCertificate",
            "DeleteLoginProfile",
            "DeactivateMFADevice",
        ]
        assert {call.account for call in account.journal() if call.writes} == {full}
        assert [scene.organization.has(item) for item in scene.members] == [
            [False, 0, 0, 0],
            [False, 0, 0, 0],
            [True, 2, 1, 1],
        ]
        told = {item["account_id"]: item for item in done["accounts"]}
        assert (told[full]["before"]["password"], len(told[full]["removed"])) == (True, 5)
        assert told[full]["after"] == told[bare]["before"] == done["diff"]["after"][full]
        account.clear_journal()
        again = scene.run(REMOVAL, **arguments)
        assert (again["changed"], again["summary"]) == (
            False,
            sorted(f"{item}: nothing to remove" for item in (full, bare)),
        )
        assert scene.calls().count("AssumeRoot") == 2
        assert scene.run(REMOVAL, accounts=[], state="absent")["changed"] is False

    def test_where_it_fails_the_rest_is_done_and_told(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out")
        one, other = scene.members
        for member in scene.members:
            scene.organization.give(member, root_access_keys=1)
        # Of one account alone, its own policy forbids only this.
        scene.organization.deny(one, {**OF_ROOT, "Action": "iam:DeleteLoginProfile"})
        done = scene.run(REMOVAL, fails=True, accounts=scene.members, state="absent")
        assert scene.organization.has(other) == [False, 0, 0, 0]
        assert scene.organization.has(one) == [True, 0, 0, 1]
        told = {item["account_id"]: item for item in done["accounts"]}
        assert (done["changed"], len(told[one]["removed"]), told[one]["after"]["password"]) == (True, 2, True)
        assert "1 of 2 accounts failed." in done["msg"]
        assert "Could not take away its root user's credentials: AWS answered DeleteLoginProfile" in done["msg"]
        (line,) = (line for line in done["summary"] if line.startswith(one))
        assert line.startswith(f"{one}: removed access key")
        assert "Could not take away" in line

    def test_killed_after_any_write_the_next_run_finishes(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out", 1)
        (member,) = scene.members
        arguments = {"accounts": [member], "state": "absent"}
        writes = killed_after_each_write(
            scene.module(REMOVAL), arguments, lambda: scene.organization.give(member, root_access_keys=1)
        )
        assert len(writes) == 4
        assert scene.organization.has(member) == [False, 0, 0, 0]


class TestLeastPrivilege:
    """docs/iam_member_roots_policy.json is what it takes, each statement for its part, and no more."""

    def test_each_statement_is_needed_and_enough(self, account: Sandbox, tmp_path: Path) -> None:
        scene = Scene(account, tmp_path / "out", 1, features=False)
        scene.organization.give(*scene.members)
        read, audit, remove, *enable = json.loads((CHECKOUT / "docs" / "iam_member_roots_policy.json").read_text())[
            "Statement"
        ]
        for statements, name, arguments in (
            ([read, *enable], FEATURES, {}),
            ([read, audit], AUDIT, {}),
            ([read, audit, remove], REMOVAL, {"accounts": scene.members, "state": "absent"}),
        ):
            given: dict[str, Any] = arguments
            scene.organization.allow(*statements[:-1])
            assert "not authorized to perform" in scene.run(name, fails=True, **given)["msg"]
            scene.organization.allow(*statements)
            scene.run(name, **given)
        assert scene.organization.has(scene.members[0]) == [False, 0, 0, 0]
        used = {permission for call in account.journal() for permission in call.permissions}
        assert used == {action for item in (read, audit, remove, *enable) for action in item["Action"]}


class TestPlaybook:
    """The playbook, over the role."""

    def play(self, ansible: Ansible, organization: Organization, *arguments: str, **variables: Any) -> Run:
        playbook = "dayone.aws_account.secure_member_roots"
        return ansible(playbook, *arguments, extra_vars=variables, env=organization.env, check=False)

    def test_seen_refused_then_removed_and_on_record(self, account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
        organization = Organization(account, 3, features=False)
        full, denied, bystander = organization.members
        for member in (full, bystander):
            organization.give(member)
        organization.deny(denied, OF_ROOT)
        out = {"dayone_output_dir": str(tmp_path / "out")}
        enables: dict[str, Any] = {**out, "member_roots_enable_features": True}
        early = self.play(ansible, organization, "--check", **enables)
        assert (early.rc, "without centralized root access" in early.output) == (0, True)
        assert early.changed == ["Enable centralized root access"]
        removes: dict[str, Any] = {**out, "member_roots_remove": True, "member_roots_exclude": [bystander]}

        unconfirmed = self.play(ansible, organization, **{**removes, **enables})
        assert unconfirmed.changed == ["Enable centralized root access"]
        for told in (
            f"{full} (member-0): access key",
            f"{denied} (member-1): Could not audit its root user",
            f"Left out: {bystander} (member-2): excluded",
            f"give -e member_roots_confirm={organization.id}. Nothing was removed.",
        ):
            assert told in unconfirmed.output
        assert unconfirmed.rc != 0
        assert organization.has(full) == [True, 2, 1, 1]

        account.clear_journal()
        announced = self.play(ansible, organization, "--check", **removes)
        assert announced.changed == ["Take away what root users can sign in with"]
        assert f"{full}: would remove access key" in announced.output
        assert (announced.rc != 0, f"1 failed, and the others are done: {denied}." in announced.output) == (True, True)
        assert writing(account) == []

        done = self.play(ansible, organization, **removes, member_roots_confirm=organization.id)
        assert (done.rc != 0, done.changed) == (True, ["Take away what root users can sign in with"])
        assert [organization.has(full), organization.has(bystander)] == [[False, 0, 0, 0], [True, 2, 1, 1]]
        first, last = sorted((tmp_path / "out").glob("member-roots-*.json"))
        assert (last.stat().st_mode & 0o777, last.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        record, report = json.loads(first.read_text()), json.loads(last.read_text())
        assert (record["before"], record["removed"]) == (report["before"], [])
        assert [item["account_id"] for item in report["failed"]] == [denied]
        (removed,) = report["removed"]
        assert (removed["before"]["password"], len(removed["removed"])) == (True, 5)
        assert removed["after"] == {"password": False, "access_keys": [], "signing_certificates": [], "mfa_devices": []}
