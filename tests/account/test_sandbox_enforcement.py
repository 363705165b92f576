"""IAM policies enforced by the stand-in account: what AWS allows passes, what it refuses is refused in its words."""

from __future__ import annotations

import json
import time
from typing import Any

import pyotp
import pytest
from account.aws_errors import refused
from botocore.exceptions import ClientError
from sandbox import Sandbox
from sandbox.rules.policy import holds

ACCOUNT = "123456789012"
# Parameters of a call that only has to be allowed or not.
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:billing"
CALLS: dict[str, tuple[str, str, dict[str, Any], str, tuple[str, int]]] = {
    "iam": ("iam:ListUsers", "list_users", {}, "*", ("AccessDenied", 403)),
    "s3": ("s3:ListAllMyBuckets", "list_buckets", {}, "*", ("AccessDenied", 403)),
    "sns": (
        "sns:CreateTopic",
        "create_topic",
        {"Name": "billing"},
        TOPIC,
        ("AuthorizationError", 403),
    ),
    "cloudwatch": (
        "cloudwatch:DescribeAlarms",
        "describe_alarms",
        {},
        f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:*",
        ("AccessDenied", 403),
    ),
    "cloudtrail": ("cloudtrail:DescribeTrails", "describe_trails", {}, "*", ("AccessDeniedException", 400)),
    "kms": ("kms:ListAliases", "list_aliases", {}, "*", ("AccessDeniedException", 400)),
    "budgets": (
        "budgets:ViewBudget",
        "describe_budgets",
        {"AccountId": ACCOUNT},
        f"arn:aws:budgets::{ACCOUNT}:budget/*",
        ("AccessDeniedException", 400),
    ),
    "billing": (
        "billing:GetBillingPreferences",
        "get_billing_preferences",
        {"features": ["BILLING_ALERTS"]},
        "*",
        ("AccessDeniedException", 400),
    ),
    "freetier": ("freetier:GetFreeTierUsage", "get_free_tier_usage", {}, "*", ("AccessDeniedException", 400)),
    "secretsmanager": (
        "secretsmanager:CreateSecret",
        "create_secret",
        {"Name": "seeds/ada"},
        f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:seeds/ada-??????",
        ("AccessDeniedException", 400),
    ),
    "accessanalyzer": ("access-analyzer:ListAnalyzers", "list_analyzers", {}, "*", ("AccessDeniedException", 400)),
    "account": ("account:GetContactInformation", "get_contact_information", {}, "*", ("AccessDeniedException", 400)),
    "config": (
        "config:DescribeConfigurationRecorderStatus",
        "describe_configuration_recorder_status",
        {},
        "*",
        ("AccessDeniedException", 400),
    ),
    "guardduty": ("guardduty:ListDetectors", "list_detectors", {}, "*", ("AccessDeniedException", 400)),
    "s3control": (
        "s3:PutAccountPublicAccessBlock",
        "delete_public_access_block",
        {"AccountId": ACCOUNT},
        "*",
        ("AccessDenied", 403),
    ),
    "trustedadvisor": (
        "trustedadvisor:ListRecommendations",
        "list_recommendations",
        {},
        "*",
        ("AccessDeniedException", 400),
    ),
}


class Ada:
    """A user with an access key and the policies that a test gives her."""

    def __init__(self, account: Sandbox) -> None:
        self.account = account
        self.iam = account.client("iam")
        self.iam.create_user(UserName="ada")
        self.key = self.iam.create_access_key(UserName="ada")["AccessKey"]
        account.world(enforce_policies=True, paid_support=True)

    def may(self, *statements: dict[str, Any]) -> None:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        self.iam.put_user_policy(UserName="ada", PolicyName="hers", PolicyDocument=json.dumps(document))

    def client(self, service: str) -> Any:
        return self.account.client(service, credentials=self.key)


@pytest.fixture
def ada(account: Sandbox) -> Ada:
    return Ada(account)


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize("service", CALLS)
def test_a_call_of_each_service_needs_its_permission(account: Sandbox, ada: Ada, service: str) -> None:
    action, method, arguments, resource, error = CALLS[service]
    account.world(iam_billing_access=True)
    with refused(*error):
        getattr(ada.client(service), method)(**arguments)
    ada.may(allow(action, resource))
    getattr(ada.client(service), method)(**arguments)
    ada.may(allow("*"), {"Effect": "Deny", "Action": action.upper(), "Resource": "*"})
    with refused(*error):
        getattr(ada.client(service), method)(**arguments)
    calls = [call for call in account.journal() if call.service == service and call.principal.endswith("/ada")]
    assert {tuple(call.permissions) for call in calls} == {(action,)}


def test_a_refusal_says_who_what_where_and_why(ada: Ada) -> None:
    iam = ada.client("iam")
    with pytest.raises(ClientError) as implicit:
        iam.create_user(UserName="new", Path="/staff/")
    assert implicit.value.response["Error"]["Message"] == (
        f"User: arn:aws:iam::{ACCOUNT}:user/ada is not authorized to perform: iam:CreateUser on resource: "
        f"arn:aws:iam::{ACCOUNT}:user/staff/new because no identity-based policy allows the iam:CreateUser action"
    )
    ada.may(allow("*"), {"Effect": "Deny", "Action": "iam:*", "Resource": "*"})
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        iam.list_users()


def test_without_the_switch_and_for_root_nothing_is_refused(account: Sandbox, ada: Ada) -> None:
    account.client("iam").list_users()
    with refused("AccessDenied", 403):
        ada.client("iam").list_users()
    account.world(enforce_policies=False)
    ada.client("iam").list_users()


def test_what_comes_with_a_group_and_by_managed_policies_counts(account: Sandbox, ada: Ada) -> None:
    ada.iam.create_group(GroupName="admins")
    ada.iam.attach_group_policy(GroupName="admins", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    with refused("AccessDenied", 403):
        ada.client("iam").list_users()
    ada.iam.add_user_to_group(GroupName="admins", UserName="ada")
    ada.client("iam").list_users()
    policy = ada.iam.create_policy(
        PolicyName="none",
        PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotAction": "iam:GetUser", "Resource": "*"}}
        ),
    )["Policy"]["Arn"]
    ada.iam.attach_user_policy(UserName="ada", PolicyArn=policy)
    with refused("AccessDenied", 403):
        ada.client("iam").list_users()
    ada.client("iam").get_user()


def test_a_role_may_what_its_policies_say(account: Sandbox) -> None:
    iam = account.client("iam")
    arn = account.role("reader", ACCOUNT)
    iam.detach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    sts = account.client("sts", credentials=account.administrator())
    account.world(enforce_policies=True)
    session = sts.assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    with refused("AccessDenied", 403):
        account.client("iam", credentials=session).list_users()
    iam.attach_role_policy(RoleName="reader", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    account.client("iam", credentials=session).list_users()
    with refused("AccessDenied", 403):
        account.client("iam", credentials=session).create_user(UserName="new")


def test_resources_variables_and_their_opposites(ada: Ada) -> None:
    own = ["arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:user/*/${aws:username}"]
    ada.may(allow("iam:*AccessKey*", own))
    mine = ada.client("iam")
    assert len(mine.list_access_keys()["AccessKeyMetadata"]) == 1
    ada.iam.create_user(UserName="bob", Path="/ada/")
    with refused("AccessDenied", 403):
        mine.list_access_keys(UserName="bob")
    ada.may(allow("iam:*"), {"Effect": "Deny", "Action": "iam:*", "NotResource": own})
    mine.get_user()
    with refused("AccessDenied", 403):
        mine.get_user(UserName="bob")
    ada.may(allow("iam:GetUser", "arn:aws:iam::*:user/${aws:PrincipalTag/team}"))
    with refused("AccessDenied", 403):
        mine.get_user()


def test_parameters_can_need_permissions_of_their_own(ada: Ada) -> None:
    ada.may(allow("iam:CreateUser"))
    mine = ada.client("iam")
    with pytest.raises(ClientError, match="iam:TagUser"):
        mine.create_user(UserName="tagged", Tags=[{"Key": "a", "Value": "b"}])
    mine.create_user(UserName="untagged")
    ada.may(allow(["iam:CreateUser", "iam:TagUser"], f"arn:aws:iam::{ACCOUNT}:user/tagged"))
    mine.create_user(UserName="tagged", Tags=[{"Key": "a", "Value": "b"}])


def test_kms_by_alias_is_the_key(account: Sandbox, ada: Ada) -> None:
    kms = account.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    ada.may(allow("kms:CreateAlias", key), allow("kms:DescribeKey", key))
    mine = ada.client("kms")
    with pytest.raises(ClientError, match="alias/logs"):
        mine.create_alias(AliasName="alias/logs", TargetKeyId=key)
    ada.may(allow("kms:*", [key, f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/logs"]))
    mine.create_alias(AliasName="alias/logs", TargetKeyId=key)
    assert mine.describe_key(KeyId="alias/logs")["KeyMetadata"]["Arn"] == key


def test_mfa_is_known_of_sessions_and_never_of_long_term_keys(account: Sandbox, ada: Ada) -> None:
    without = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    ada.may(allow("*"), {"Effect": "Deny", "NotAction": "iam:ListMFADevices", "Resource": "*", "Condition": without})
    with refused("AccessDenied", 403):
        ada.client("iam").list_users()
    ada.client("iam").list_mfa_devices()
    device = ada.iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")["VirtualMFADevice"]
    code = pyotp.TOTP(device["Base32StringSeed"].decode())
    serial_number, now = device["SerialNumber"], time.time()
    ada.iam.enable_mfa_device(
        UserName="ada",
        SerialNumber=serial_number,
        AuthenticationCode1=code.at(now - 30),
        AuthenticationCode2=code.at(now),
    )
    sts = ada.client("sts")
    session = sts.get_session_token(SerialNumber=serial_number, TokenCode=code.at(now + 30))["Credentials"]
    account.client("iam", credentials=session).list_users()
    ada.may(allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    account.client("iam", credentials=session).list_users()
    with refused("AccessDenied", 403):
        ada.client("iam").list_users()
    plain = sts.get_session_token()["Credentials"]
    with refused("InvalidClientTokenId", 403):
        account.client("iam", credentials=plain).list_users()
    with refused("AccessDenied", 403):
        account.client("s3", credentials=plain).list_buckets()


def test_who_one_is_needs_no_permission(ada: Ada) -> None:
    ada.may({"Effect": "Deny", "Action": "*", "Resource": "*"})
    assert ada.client("sts").get_caller_identity()["Arn"].endswith("user/ada")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, "condition"),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, "aws:SourceVpc"),
    ],
)
def test_what_it_cannot_judge_stops_it(ada: Ada, condition: dict[str, Any], words: str) -> None:
    ada.may(allow("*", Condition=condition))
    with pytest.raises(ClientError, match=words) as caught:
        ada.client("iam").list_users()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_a_service_whose_permissions_it_does_not_know_stops_it(ada: Ada) -> None:
    with pytest.raises(ClientError, match="NotImplemented"):
        ada.client("sqs").list_queues()


@pytest.mark.parametrize(
    ("operator", "wanted", "sent", "expected"),
    [
        ("Bool", "true", None, False),
        ("BoolIfExists", "false", None, True),
        ("BoolIfExists", "false", "true", False),
        ("Bool", "false", "false", True),
        ("Null", "true", None, True),
        ("Null", "true", "false", False),
        ("StringNotEquals", "a", None, True),
        ("StringLike", "a*", "abc", True),
        ("ArnNotLike", "arn:*", "arn:x", False),
        ("StringEqualsIgnoreCase", "ABC", "abc", True),
    ],
)
def test_condition_operators(operator: str, wanted: str, sent: str | None, expected: bool) -> None:
    context = {} if sent is None else {"aws:key": sent}
    assert holds(operator, "AWS:Key", [wanted], context) is expected
