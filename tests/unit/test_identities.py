"""Who may do what, in short."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._identities import allows_everything, identities

ALL = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
SOME = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
SUPPORT = {"PolicyName": "AWSSupportAccess", "PolicyArn": "arn:aws:iam::aws:policy/AWSSupportAccess"}
OWN = {"PolicyName": "own", "PolicyArn": "arn:aws:iam::123456789012:policy/own"}


@pytest.mark.parametrize(
    ("statement", "everything"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": ["s3:Get*", "*:*"], "Resource": ["*"]}, True),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "iam:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b"}, False),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {}}}, False),
    ],
)
def test_what_allows_everything(statement: dict[str, Any], everything: bool) -> None:
    assert allows_everything({"Statement": statement}) is everything


def test_users_groups_and_what_stands_out() -> None:
    version = {"Document": ALL, "IsDefaultVersion": True}
    found = identities(
        {
            "UserDetailList": [
                {"UserName": "ada", "GroupList": ["admins"], "UserPolicyList": []},
                {"UserName": "bob", "UserPolicyList": [{"PolicyName": "in", "PolicyDocument": ALL}]},
            ],
            "GroupDetailList": [{"GroupName": "admins", "AttachedManagedPolicies": [OWN]}],
            "RoleDetailList": [
                {"RoleName": "help", "Arn": "arn:aws:iam::1:role/help", "AttachedManagedPolicies": [SUPPORT]},
                {"RoleName": "sso", "Arn": "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/sso"},
            ],
            "Policies": [
                {"Arn": OWN["PolicyArn"], "PolicyVersionList": [{"Document": SOME, "IsDefaultVersion": False}, version]}
            ],
        }
    )
    assert found == {
        "users": ["ada", "bob"],
        "groups": {"admins": {"members": ["ada"], "policies": ["own"]}},
        "direct": {"bob": ["in"]},
        "full": ["in (user bob)", "own (group admins)"],
        "support": ["role help"],
        "cloudshell": [],
        "federated": ["sso"],
    }
