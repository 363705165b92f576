# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the bucket that log files go to: whether it is the account's, and its settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_plan import Bucket

DENIALS = ["AccessDenied", "AccessDeniedException", "403"]


def head_bucket(client: Any, name: str, account: str) -> dict[str, Any] | None:
    """What HeadBucket answers of a bucket of the account; None where there is none of that name.

    Args:
        client: an S3 client with a retry decorator.
        name: the bucket's name.
        account: the id of the account that it has to belong to.

    Raises:
        ClientError: S3 refuses, alike to who lacks a permission and to who is not the owner; see ``is_own``.
    """
    try:
        answer: dict[str, Any] = client.head_bucket(aws_retry=True, Bucket=name, ExpectedBucketOwner=account)
    except is_boto3_error_code(["404", "NoSuchBucket"]):
        return None
    return answer


def is_own(client: Any, name: str) -> bool | None:
    """Whether the bucket is among the account's; None where they may not be listed."""
    try:
        return any(bucket["Name"] == name for bucket in client.list_buckets(aws_retry=True)["Buckets"])
    except is_boto3_error_code(DENIALS):
        return None


def setting(call: Callable[..., dict[str, Any]], name: str, none_set: str) -> dict[str, Any]:
    """What a call answers of a setting of the bucket; empty where it answers ``none_set``, the code for none."""
    try:
        return call(aws_retry=True, Bucket=name)
    except is_boto3_error_code(none_set):
        return {}


def encryption_rule(client: Any, name: str) -> dict[str, Any]:
    """How the bucket encrypts by default; empty for not at all."""
    configuration = "ServerSideEncryptionConfiguration"
    found = setting(client.get_bucket_encryption, name, f"{configuration}NotFoundError")
    return next(iter(found.get(configuration, {}).get("Rules", [])), {})


def read_bucket(client: Any, name: str, account: str) -> Bucket | None:
    """The bucket's settings; None where there is none, or where it is, as far as can be told, another account's.

    Args:
        client: an S3 client with a retry decorator.
        name: the bucket's name.
        account: the id of the account that it has to belong to.

    Raises:
        ClientError: S3 refuses to tell of a bucket of this account. What is not known is not taken for not set: the
            statements of somebody else's policy would be lost.
    """
    try:
        if head_bucket(client, name, account) is None:
            return None
    except is_boto3_error_code("403"):
        if is_own(client, name):
            raise
        return None

    def read(call: Callable[..., dict[str, Any]], key: str, none_set: str, nothing: Any) -> Any:
        return setting(call, name, none_set).get(key, nothing)

    encryption = encryption_rule(client, name)
    controls = read(client.get_bucket_ownership_controls, "OwnershipControls", "OwnershipControlsNotFoundError", {})
    block = "PublicAccessBlockConfiguration"
    return Bucket(
        policy=json.loads(read(client.get_bucket_policy, "Policy", "NoSuchBucketPolicy", "{}")),
        tags=boto3_tag_list_to_ansible_dict(read(client.get_bucket_tagging, "TagSet", "NoSuchTagSet", [])),
        versioning=client.get_bucket_versioning(aws_retry=True, Bucket=name).get("Status", ""),
        encryption=encryption,
        ownership=next((rule["ObjectOwnership"] for rule in controls.get("Rules", [])), ""),
        lifecycle_rules=read(client.get_bucket_lifecycle_configuration, "Rules", "NoSuchLifecycleConfiguration", []),
        public_access_block=read(client.get_public_access_block, block, f"NoSuch{block}", {}),
    )
