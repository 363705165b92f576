"""What another account sees of a key: what it is, if the key's policy lets it, and never the policy."""

from __future__ import annotations

import json
from typing import Any

from account.aws_errors import refused
from sandbox import Sandbox

OTHER = "210987654321"


def make_key(account: Sandbox, **allowed: Any) -> str:
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", **allowed}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn: str = account.account_client("kms", OTHER).create_key(Policy=policy)["KeyMetadata"]["Arn"]
    return arn


def test_a_key_of_another_account(account: Sandbox) -> None:
    arn = make_key(account, Principal={"AWS": "*"})
    kms = account.client("kms")
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["Arn"] == arn
    with refused("AccessDeniedException", 400):
        kms.get_key_policy(KeyId=arn, PolicyName="default")
    closed = make_key(account, Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})
    for nothing in (closed, arn.rsplit("/", 1)[0] + "/00000000-0000-0000-0000-000000000000"):
        with refused("AccessDeniedException", 400):
            kms.describe_key(KeyId=nothing)
    assert account.account_client("kms", OTHER).get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
