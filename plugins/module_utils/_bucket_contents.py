# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is in a bucket: finding the bucket, reading its versions page by page, and telling a person of them."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

with contextlib.suppress(ImportError):  # AnsibleAWSModule says so
    from botocore.exceptions import BotoCoreError, ClientError

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._terminal import in_one_line

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html: a prefix of the
# trail's own, the organization's id where it is an organization's trail, the account. Digests, Insights events and the
# like have folders beside CloudTrail/, as CloudTrail-Digest/.
TRAIL_LOG = re.compile(r"(?:.+/)?AWSLogs/(?:o-[a-z0-9]{10,32}/)?(?P<account>\d{12})/CloudTrail(?:-[A-Za-z]+)?/")
EXAMPLES = 5
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ObjectVersion.html, but for Key and VersionId
FIELDS = frozenset(
    {"ChecksumAlgorithm", "ChecksumType", "ETag", "IsLatest", "LastModified", "Owner", "RestoreStatus", "Size"}
    | {"StorageClass"}
)
DATE = re.compile(rb"<LastModified>([-0-9T:.]+Z)</LastModified>")
UNITS = ("KiB", "MiB", "GiB", "TiB", "PiB")
# S3 asks a client that is too fast to slow down; ten tries let it.
PATIENT = {"retries": {"mode": "standard", "total_max_attempts": 10}}

BUCKET_ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "expected_bucket_owner": {"type": "str"},
}


class Bucket(NamedTuple):
    """A bucket that is there and is the expected owner's."""

    client: Any
    """Of S3, in the bucket's own region."""
    named: dict[str, str]
    """The arguments that name it in every call: another owner's bucket of that name is refused by AWS."""
    region: str


def open_bucket(module: Any, connections: int = 1) -> Bucket | None:
    """The bucket of the module's options; None where there is none. Ends the module's run for another account's.

    Args:
        module: the AnsibleAWSModule, with ``BUCKET_ARGUMENTS`` among its options.
        connections: how many calls are made at a time.
    """
    name = module.params["name"]
    config = {**PATIENT, "max_pool_connections": connections}
    try:
        sts = module.client("sts")
        owner = module.params["expected_bucket_owner"] or sts.get_caller_identity(aws_retry=True)["Account"]
        named = {"Bucket": name, "ExpectedBucketOwner": owner}
        client = module.client("s3", aws_config=config)
        answer = client.head_bucket(**named)
    except is_boto3_error_code("404"):
        return None
    except is_boto3_error_code("403"):
        module.fail_json(
            msg=f"Bucket '{name}' is closed to this identity: it belongs to another account than {owner}, or the "
            "permission s3:ListBucket on it is missing. Check the name, and whose credentials these are. Nothing was "
            "changed."
        )
    except (BotoCoreError, ClientError) as error:
        fail_aws(module, error, f"find bucket '{name}'")
    region = answer["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region") or module.region
    if region != client.meta.region_name:
        client = module.client("s3", region=region, aws_config=config)
    return Bucket(client, named, region)


def fail_reading(module: Any, error: BaseException) -> NoReturn:
    """End the module's run: the bucket could not be read."""
    fail_aws(module, error, f"read what is in bucket '{module.params['name']}'")


def version_pages(bucket: Bucket, *fields: str) -> Iterator[dict[str, Any]]:
    """ListObjectVersions page by page, each with at most 1,000 versions and delete markers together.

    Args:
        bucket: where to look.
        fields: what is wanted of a version beside key and version id. What is not never reaches botocore's parser,
            which takes longer than all else, and dates reach it as seconds, which it reads at once.
    """
    unwanted = "|".join(sorted(FIELDS - set(fields))).encode()
    # Keys are URL-encoded: nothing in them looks like an element.
    elements = re.compile(b"<(" + unwanted + b")>.*?</\\1>", re.DOTALL)

    def shorten(operation_model: Any, response_dict: dict[str, Any], **_event: Any) -> None:
        if operation_model.name == "ListObjectVersions":
            response_dict["body"] = DATE.sub(in_seconds, elements.sub(b"", response_dict["body"]))

    # By the name of all operations, so that the client has seen before that the answer came whole.
    event = "before-parse"
    bucket.client.meta.events.register(event, shorten)
    try:
        yield from bucket.client.get_paginator("list_object_versions").paginate(**bucket.named)
    finally:
        bucket.client.meta.events.unregister(event, shorten)


def in_seconds(found: re.Match[bytes]) -> bytes:
    """A date as botocore's parser likes it."""
    return b"<LastModified>%d</LastModified>" % datetime.fromisoformat(found[1].decode()).timestamp()


def upload_pages(bucket: Bucket) -> Iterator[list[dict[str, Any]]]:
    """The multipart uploads that were begun and neither completed nor aborted."""
    for page in bucket.client.get_paginator("list_multipart_uploads").paginate(**bucket.named):
        yield page.get("Uploads", [])


@dataclasses.dataclass
class Tally:
    """What the pages so far held. Its size does not grow with their number."""

    objects: int = 0
    versions: int = 0
    delete_markers: int = 0
    size: int = 0
    first: datetime | None = None
    last: datetime | None = None
    newest: tuple[str, str] | None = None
    """Key and version id of the version that was written last."""
    others: int = 0
    """Versions and delete markers of what is not CloudTrail's log."""
    other_examples: list[str] = dataclasses.field(default_factory=list)
    accounts: set[str] = dataclasses.field(default_factory=set)

    def add(self, page: dict[str, Any]) -> None:
        """Count a page of ListObjectVersions."""
        for version in page.get("Versions", []):
            self.versions += 1
            self.objects += version["IsLatest"]
            self.size += version["Size"]
            self._date(version)
            self._sort(version["Key"])
        for marker in page.get("DeleteMarkers", []):
            self.delete_markers += 1
            self._sort(marker["Key"])

    def _date(self, version: dict[str, Any]) -> None:
        written = version["LastModified"]
        if self.first is None or written < self.first:
            self.first = written
        if self.last is None or written > self.last:
            self.last, self.newest = written, (version["Key"], version["VersionId"])

    def _sort(self, key: str) -> None:
        found = TRAIL_LOG.match(key)
        if found:
            self.accounts.add(found["account"])
            return
        self.others += 1
        if len(self.other_examples) < EXAMPLES and in_one_line(key) not in self.other_examples:
            self.other_examples.append(in_one_line(key))


def summary(name: str, region: str, tally: Tally, uploads: int) -> str:
    """What is in the bucket, as a sentence for who is to decide on it."""
    parts = [
        counted(tally.objects, "object"),
        counted(tally.versions, "version"),
        counted(tally.delete_markers, "delete marker"),
    ]
    if uploads:
        parts.append(counted(uploads, "unfinished upload"))
    told = f"Bucket '{name}' in {region}: {listed(parts)}; {in_units(tally.size)}"
    if tally.first and tally.last:
        told += f"; written from {tally.first:%Y-%m-%d %H:%M} to {tally.last:%Y-%m-%d %H:%M} UTC"
    if tally.accounts:
        told += f"; logs of account{'s' * (len(tally.accounts) > 1)} {listed(sorted(tally.accounts))}"
    if tally.others:
        told += f"; {tally.others:,} of something else than CloudTrail's logs, as {listed(tally.other_examples)}"
    return f"{told}."


def counted(number: int, what: str) -> str:
    """A number with its noun, as '1 object', '2,000 objects'."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def listed(parts: list[str]) -> str:
    """Parts as in a sentence: 'a, b and c'."""
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def in_units(size: int) -> str:
    """Bytes in the largest unit that keeps the number above 1: '512 bytes', '1.5 GiB'."""
    if size < 1024:
        return counted(size, "byte")
    power = min((size.bit_length() - 1) // 10, len(UNITS))
    return f"{size / 1024**power:,.1f} {UNITS[power - 1]}"
