"""What the tests of trails share: buckets that let CloudTrail in, and trails."""

from __future__ import annotations

import json
from typing import Any

from sandbox import Sandbox

REGION = "ap-northeast-1"
ACCOUNT = "123456789012"
LOGS = "logs-of-123"


def trail_arn(name: str, region: str = REGION, account: str = ACCOUNT) -> str:
    return f"arn:aws:cloudtrail:{region}:{account}:trail/{name}"


def make_bucket(account: Sandbox, name: str = LOGS, *statements: dict[str, Any], region: str = REGION) -> Any:
    """A bucket that lets CloudTrail in, with more statements perhaps; boto3's client for it."""
    s3 = account.client("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    cloudtrail = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    acl_check = {**cloudtrail, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{name}"}
    write = {**cloudtrail, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(Bucket=name, Policy=document(acl_check, write, *statements))
    return s3


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def make_trail(account: Sandbox, name: str, region: str = REGION, *, logging: bool = True, **settings: Any) -> Any:
    """A trail in a bucket that is there; boto3's client for its home region."""
    client = account.client("cloudtrail", region)
    client.create_trail(Name=name, **{"S3BucketName": LOGS, "IsMultiRegionTrail": True, **settings})
    if logging:
        client.start_logging(Name=name)
    return client


def advanced(name: str | None = None, **conditions: Any) -> dict[str, Any]:
    """An advanced event selector; a field's dots are written as two underscores, a list means Equals."""
    fields = [
        {"Field": field.replace("__", "."), **(given if isinstance(given, dict) else {"Equals": given})}
        for field, given in conditions.items()
    ]
    return {**({"Name": name} if name else {}), "FieldSelectors": fields}


MANAGEMENT = advanced("Management events", eventCategory=["Management"])
S3_DATA = advanced("Objects", eventCategory=["Data"], resources__type=["AWS::S3::Object"])
