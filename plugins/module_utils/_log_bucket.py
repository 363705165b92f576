# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the settings of the bucket that log files go to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_plan import Bucket


def read_bucket(client: Any, name: str, account: str) -> Bucket | None:
    """The bucket's settings; None where there is none, or where it is another account's.

    Args:
        client: an S3 client with a retry decorator.
        name: the bucket's name.
        account: the id of the account that it has to belong to.

    Raises:
        ClientError: S3 refuses to tell of a bucket of this account. What is not known is not taken for not set: the
            statements of somebody else's policy would be lost.
    """
    try:
        client.head_bucket(aws_retry=True, Bucket=name, ExpectedBucketOwner=account)
    except is_boto3_error_code(["404", "NoSuchBucket"]):
        return None
    except is_boto3_error_code("403"):
        # S3 answers alike to who lacks a permission and to who is not the owner.
        if _is_own(client, name):
            raise
        return None

    def read(call: Callable[..., dict[str, Any]], key: str, none_set: str, nothing: Any) -> Any:
        try:
            return call(aws_retry=True, Bucket=name).get(key, nothing)
        except is_boto3_error_code(none_set):
            return nothing

    configuration = "ServerSideEncryptionConfiguration"
    encryption = read(client.get_bucket_encryption, configuration, f"{configuration}NotFoundError", {})
    controls = read(client.get_bucket_ownership_controls, "OwnershipControls", "OwnershipControlsNotFoundError", {})
    block = "PublicAccessBlockConfiguration"
    return Bucket(
        policy=json.loads(read(client.get_bucket_policy, "Policy", "NoSuchBucketPolicy", "{}")),
        tags=boto3_tag_list_to_ansible_dict(read(client.get_bucket_tagging, "TagSet", "NoSuchTagSet", [])),
        versioning=client.get_bucket_versioning(aws_retry=True, Bucket=name).get("Status", ""),
        encryption=next(iter(encryption.get("Rules", [])), {}),
        ownership=next((rule["ObjectOwnership"] for rule in controls.get("Rules", [])), ""),
        lifecycle_rules=read(client.get_bucket_lifecycle_configuration, "Rules", "NoSuchLifecycleConfiguration", []),
        public_access_block=read(client.get_public_access_block, block, f"NoSuch{block}", {}),
    )


def _is_own(client: Any, name: str) -> bool:
    """Whether the bucket is this account's; one of which that cannot be told is treated as somebody else's."""
    try:
        return any(bucket["Name"] == name for bucket in client.list_buckets(aws_retry=True)["Buckets"])
    except is_boto3_error_code(["AccessDenied", "403"]):
        return False
