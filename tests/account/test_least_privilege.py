"""docs/iam_bootstrap_policy.json is exactly what the playbook needs: nothing is missing, and nothing listed is unused.

Each role runs as a user who has that role's statement and nothing else, in all the ways that call AWS differently.
A call more needs its permission in the statement; a call less takes one out.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
import yaml
from account import credentials_by_hand
from account.changes_scene import control, kept, posture
from conftest import CHECKOUT, Run
from sandbox import Sandbox

Ansible = Callable[..., Run]

POLICY: dict[str, Any] = json.loads((CHECKOUT / "docs" / "iam_bootstrap_policy.json").read_text())
STATEMENTS: dict[str, dict[str, Any]] = {statement["Sid"]: statement for statement in POLICY["Statement"]}
ARTICLE: dict[str, Any] = yaml.safe_load((CHECKOUT / "playbooks" / "vars" / "article.yml").read_text())
REFUSALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "403"}

ADA = {"name": "ada", "mfa": "none"}
BOB = {"name": "bob", "mfa": "seed", "access_key": True}
EVE = {"name": "eve", "mfa": "phone", "console_access": False}
ROBOT = {"name": "robot", "mfa": "seed", "console_access": False}
IN_SECRETS_MANAGER = {"iam_admin_mfa_keeper": "secretsmanager"}
# By role, the variables of the runs that between them make every kind of call.
RUNS: dict[str, list[dict[str, Any]]] = {
    "cloudtrail": [
        {
            "cloudtrail_home_region": "ap-northeast-1",
            "cloudtrail_encryption": "sse-kms",
            "cloudtrail_sns_topic": "trail-logs",
            "cloudtrail_insights": ["ApiCallRateInsight"],
            "cloudtrail_object_lock_mode": "governance",
            "cloudtrail_object_lock_days": 30,
            "cloudtrail_tags": {"Purpose": "audit"},
        },
        {
            "cloudtrail_home_region": "ap-northeast-1",
            "cloudtrail_encryption": "sse-kms",
            "cloudtrail_bucket_prefix": "elsewhere",
            "cloudtrail_data_events": [{"type": "AWS::S3::Object"}],
            "cloudtrail_tags": {"Purpose": "audit", "More": "tags"},
        },
        {"cloudtrail_home_region": "ap-northeast-1", "cloudtrail_name": "renamed"},
    ],
    "password_policy": [{}],
    "iam_admin": [
        {
            "iam_admin_users": [{**ADA, "tags": {"Team": "founders"}}, BOB, EVE, ROBOT],
            **IN_SECRETS_MANAGER,
            "iam_admin_require_mfa": True,
            "iam_admin_managed_policies": ["ReadOnlyAccess", "arn:aws:iam::aws:policy/AdministratorAccess"],
            "iam_admin_account_alias": "acme",
        },
        {
            "iam_admin_users": [
                {**ADA, "tags": {"Team": "board"}, "update_password": "always", "access_key": True},
                {**BOB, "rotate_access_key": True},
                EVE,
                ROBOT,
            ],
            **IN_SECRETS_MANAGER,
            "iam_admin_require_mfa": False,
            "iam_admin_mfa_rotate": ["robot"],
            "iam_admin_purge": ["members", "policies"],
            "iam_admin_account_alias_state": "absent",
        },
        {
            "iam_admin_users": [ADA, {**BOB, "state": "absent"}, {**ROBOT, "state": "absent"}],
            **IN_SECRETS_MANAGER,
        },
        # Whose secret is marked for deletion comes back.
        {"iam_admin_users": [ADA, ROBOT], **IN_SECRETS_MANAGER},
    ],
    "billing_alarm": [
        {
            "billing_alarm_emails": ["a@example.com"],
            "billing_alarm_free_tier_emails": ["a@example.com"],
            "billing_alarm_anomalies": "present",
        },
        {
            "billing_alarm_emails": ["b@example.com"],
            "billing_alarm_free_tier_emails": ["b@example.com"],
            "billing_alarm_thresholds": ["20"],
            "billing_alarm_kms_key": "alias/billing",
            "billing_alarm_anomalies": "present",
            "billing_alarm_monthly_budget": "100",
        },
        {
            "billing_alarm_emails": ["b@example.com"],
            "billing_alarm_free_tier_emails": [],
            "billing_alarm_anomalies": "absent",
        },
    ],
    "root_user": [{}],
    "account_report": [{"account_report_regions": ["ap-northeast-1"]}],
}


class Newcomer:
    """A user with an access key and the statements given, in an account that enforces policies."""

    def __init__(self, account: Sandbox, statements: list[dict[str, Any]]) -> None:
        self.account = account
        iam = account.client("iam")
        iam.create_user(UserName="newcomer", Path="/bootstrap/")
        key = iam.create_access_key(UserName="newcomer")["AccessKey"]
        self.env = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        document = json.dumps({"Version": POLICY["Version"], "Statement": statements})
        policy = iam.create_policy(PolicyName="bootstrap", PolicyDocument=document)["Policy"]["Arn"]
        iam.attach_user_policy(UserName="newcomer", PolicyArn=policy)
        account.world(enforce_policies=True, iam_billing_access=True, cost_explorer=True, log_files_delivered=True)
        # Without it Trusted Advisor refuses whatever policies allow.
        account.world(paid_support=True)
        account.clear_journal()

    def refused(self) -> set[str]:
        """The permissions that it lacked."""
        own = [call for call in self.account.journal() if call.principal.endswith("/newcomer")]
        return {permission for call in own if call.error in REFUSALS for permission in call.permissions}

    def used(self) -> set[str]:
        own = [call for call in self.account.journal() if call.principal.endswith("/newcomer")]
        return {permission for call in own for permission in call.permissions}


def play(role: str, variables: dict[str, Any], out: Path) -> list[dict[str, Any]]:
    return [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [{"ansible.builtin.include_role": {"name": f"dayone.aws_account.{role}"}}],
            "vars": {"dayone_output_dir": str(out), **variables},
        }
    ]


def between_runs(account: Sandbox, role: str, out: Path, number: int) -> None:
    """What happens to an account between two runs, for the calls that only follow from it."""
    iam = account.client("iam")
    if (role, number) == ("iam_admin", 1):
        # An interrupted run that lost a secret, and a user with belongings of all kinds.
        iam.create_access_key(UserName="ada")
        (out / ".ada.accessKeys.csv.creating").write_text(
            json.dumps({"before": [], "rotate": False, "at": time.time()})
        )
        iam.attach_user_policy(UserName="bob", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        iam.put_user_policy(UserName="bob", PolicyName="own", PolicyDocument=json.dumps(POLICY))
        # A policy of the account's own, which the purge has to read before it goes.
        own = iam.create_policy(PolicyName="own", PolicyDocument=json.dumps(POLICY))["Policy"]["Arn"]
        iam.attach_group_policy(GroupName="Administrators", PolicyArn=own)
    if (role, number) == ("iam_admin", 2):
        credentials_by_hand.give(iam, "bob")
    if (role, number) == ("cloudtrail", 1):
        # A key whose policy somebody has changed.
        kms = account.client("kms", "ap-northeast-1")
        (alias,) = [item for item in kms.list_aliases()["Aliases"] if not item["AliasName"].startswith("alias/aws/")]
        document = json.loads(kms.get_key_policy(KeyId=alias["TargetKeyId"], PolicyName="default")["Policy"])
        document["Statement"][-1]["Action"] = "kms:GenerateDataKey"
        kms.put_key_policy(KeyId=alias["TargetKeyId"], PolicyName="default", Policy=json.dumps(document))
    if (role, number) == ("billing_alarm", 1):
        # Who is taken out of the list has confirmed; and a key to encrypt with.
        account.world(confirm_subscription="a@example.com")
        statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
        kms = account.client("kms")
        key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        kms.create_alias(AliasName="alias/billing", TargetKeyId=key["KeyMetadata"]["KeyId"])
    if role == "account_report":
        # A report on an account that has something to report.
        account.world(billing_metric_currency="USD")
        billing = account.client("billing")
        (alerts,) = billing.get_billing_preferences(features=["BILLING_ALERTS"])["billingPreferences"]
        billing.update_billing_preferences(
            feature="BILLING_ALERTS", billingPreferencesPerKey=[{"key": alerts["key"], "value": "ENABLED"}]
        )
        account.client("guardduty", "ap-northeast-1").create_detector(Enable=True)
        iam.upload_server_certificate(ServerCertificateName="site", CertificateBody="-", PrivateKey="-")
        # A report on an account that has something to report, and in which something changed.
        kept(out, posture(control("R5", "pass")))
        account.client("cloudwatch").put_metric_alarm(
            AlarmName="charges",
            Namespace="AWS/Billing",
            MetricName="EstimatedCharges",
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Threshold=10,
            AlarmActions=[account.client("sns").create_topic(Name="charges")["TopicArn"]],
        )


@pytest.mark.parametrize("role", RUNS)
def test_a_role_needs_its_statement_and_all_of_it(
    account: Sandbox, ansible: Ansible, tmp_path: Path, role: str
) -> None:
    statements = statements_of(role)
    newcomer = Newcomer(account, statements)
    out = tmp_path / "out"
    if role == "account_report":
        trail = {
            "cloudtrail_home_region": "us-east-1",
            "cloudtrail_encryption": "sse-kms",
            "cloudtrail_data_events": [{"type": "AWS::S3::Object"}],
        }
        ansible(play("cloudtrail", trail, out))
        between_runs(account, role, out, 0)
    for number, variables in enumerate(RUNS[role]):
        if number:
            between_runs(account, role, out, number)
        # What a run asks that finds all done the first one shows.
        again = [] if number else [["--diff"]]
        for arguments in (["--check", "--diff"], [], *again):
            more = phone_codes(out) if (role, number) == ("iam_admin", 1) else {}
            run = ansible(play(role, {**variables, **more}, out), *arguments, env=newcomer.env, check=False)
            assert newcomer.refused() == set()
            assert run.rc == 0, run.output
    assert newcomer.used() == {action for statement in statements for action in statement["Action"]}


def statements_of(role: str) -> list[dict[str, Any]]:
    """The role's statement, and that for what it does beyond when it is asked to."""
    sid = role.title().replace("_", "")
    return [statement for name, statement in STATEMENTS.items() if name == sid or name.startswith(f"{sid}With")]


def phone_codes(out: Path) -> dict[str, Any]:
    """What eve's phone shows that has scanned the QR code, as long as it is there."""
    seed = out / "eve.mfa"
    if not seed.exists():
        return {}
    totp, now = pyotp.TOTP(pyotp.parse_uri(seed.read_text().strip()).secret), int(time.time())
    return {"iam_admin_mfa_codes": {"eve": [totp.at(now - 30), totp.at(now)]}}


def test_the_playbook_runs_with_nothing_but_the_policy(account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
    newcomer = Newcomer(account, POLICY["Statement"])
    variables = {**ARTICLE, "dayone_output_dir": str(tmp_path / "out")}
    for arguments in (["--check"], [], [], ["--check", "--diff"]):
        run = ansible("dayone.aws_account.site", *arguments, extra_vars=variables, env=newcomer.env, check=False)
        assert newcomer.refused() == set()
        assert run.rc == 0, run.output
    assert newcomer.used() <= {action for statement in POLICY["Statement"] for action in statement["Action"]}


def test_without_one_of_its_actions_a_role_is_refused(account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
    statement = STATEMENTS["PasswordPolicy"]
    less = {**statement, "Action": [name for name in statement["Action"] if name != "iam:UpdateAccountPasswordPolicy"]}
    newcomer = Newcomer(account, [less])
    run = ansible(play("password_policy", {}, tmp_path), env=newcomer.env, check=False)
    assert newcomer.refused() == {"iam:UpdateAccountPasswordPolicy"}
    assert "is not authorized to perform: iam:UpdateAccountPasswordPolicy" in run.output


def test_it_fits_into_a_managed_policy() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 6,144 characters without spaces."""
    assert len(json.dumps(POLICY, separators=(",", ":"))) <= 6144
    for statement in POLICY["Statement"]:
        assert statement["Action"] == sorted(set(statement["Action"]))
        assert not any("*" in action for action in statement["Action"])
