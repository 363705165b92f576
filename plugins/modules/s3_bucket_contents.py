#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_bucket_contents
version_added: 0.2.0
short_description: Delete all that is in an S3 bucket, every version of it
description:
  - Deletes every version and delete marker of every object, aborts unfinished uploads, and then deletes the bucket if
    asked. What is deleted so is gone for ever. No question is asked.
  - Versions go in batches of 1,000, several batches at a time, while the next are being listed. What is in memory does
    not grow with their number.
  - Every few seconds a line tells how far it is. Interrupted or killed, it carries on with the next run.
  - The first version that AWS refuses to delete ends it, for a bucket with such a version cannot be emptied.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.bucket
options:
  state:
    description: What is in the bucket is to be gone.
    type: str
    choices: [absent]
    required: true
  delete_bucket:
    description: Whether the bucket itself goes, too, once it is empty.
    type: bool
    default: false
  bypass_governance_retention:
    description:
      - Whether versions under object lock in governance mode are deleted before their retention ends. It needs the
        permission C(s3:BypassGovernanceRetention), and object lock on the bucket.
      - Compliance mode and legal holds cannot be passed by.
    type: bool
    default: false
  parallel:
    description: How many batches are deleted at a time, from 1 to 64. Where S3 asks to slow down, that is done.
    type: int
    default: 8
  expected_versions:
    description:
      - How many versions and delete markers there are, as M(dayone.aws_account.s3_bucket_contents_info) counts them.
        For the lines that tell how far it is.
    type: int
  progress_seconds:
    description:
      - How many seconds there are between two lines that tell how far it is; by default 5. Then the module ends what it
        has begun, and the collection's action plugin tells, and starts it again until it has finished.
    type: float
attributes:
  diff_mode:
    support: none
    details: A bucket's contents are too many to be shown.
seealso:
  - module: amazon.aws.s3_bucket
  - module: dayone.aws_account.s3_bucket_contents_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Empty the bucket and delete it
  dayone.aws_account.s3_bucket_contents:
    name: example-trail-logs
    state: absent
    delete_bucket: true
"""

RETURN = r"""
deleted:
  description: How many versions and delete markers this run deleted.
  type: int
  returned: always
aborted_uploads:
  description: How many unfinished uploads this run aborted.
  type: int
  returned: success
bucket_deleted:
  description: Whether this run deleted the bucket.
  type: bool
  returned: success
finished:
  description: Whether the bucket is empty now, and gone if that was asked.
  type: bool
  returned: success
"""

import itertools
import re
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._bucket_contents import (
    BUCKET_ARGUMENTS,
    Bucket,
    fail_reading,
    open_bucket,
    upload_pages,
    version_pages,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import sentence
from ansible_collections.dayone.aws_account.plugins.module_utils._refused_versions import Refusals, explain
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

# What S3 says of a single version when it is busy.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
BUSY = frozenset({"InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown"})
TRIES = 8
# Characters that a key may have and XML may not: DeleteObjects, which is XML, cannot name such a key.
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
Batch = list[dict[str, str]]


class StoppedError(Exception):
    """It cannot go on: the sentence says why."""


class Answered(NamedTuple):
    """What became of a batch."""

    deleted: int
    busy: int
    refused: list[dict[str, Any]]


class Emptying:
    """The deletion of all that is in a bucket, up to a point in time."""

    def __init__(self, bucket: Bucket, parallel: int, bypass: bool, seconds: float | None) -> None:
        self._bucket = bucket
        self._parallel = parallel
        self._bypass = {"BypassGovernanceRetention": True} if bypass else {}
        self._until = None if seconds is None else time.monotonic() + seconds
        self.deleted = 0
        self.aborted_uploads = 0
        self.refusals = Refusals()

    def run(self) -> bool:
        """Delete versions and abort uploads; whether all are gone.

        Raises:
            StoppedError: AWS refuses to delete a version, or is too busy to.
        """
        for number in itertools.count():
            busy, through = self._delete_versions()
            if self.refusals.number:
                raise StoppedError(explain(self._bucket, self.refusals, bool(self._bypass)))
            if through and not busy:
                break
            over = not through or self._is_over()
            if busy and (number == TRIES or (over and not self.deleted)):
                raise StoppedError(
                    f"S3 is too busy to delete {busy:,} versions, also when asked again. Run again later."
                )
            if over:
                return False
            time.sleep(min(2**number / 10, 10))
        self._abort_uploads()
        return True

    def _is_over(self) -> bool:
        return self._until is not None and time.monotonic() >= self._until

    def _delete_versions(self) -> tuple[int, bool]:
        """Go through the bucket once, batches being deleted while the next are listed.

        Returns:
            How many versions S3 was too busy for, and whether it has come to the end.
        """
        busy, through = 0, True
        running: set[Future[Answered]] = set()
        with ThreadPoolExecutor(self._parallel) as pool:
            try:
                for page in version_pages(self._bucket):
                    batch = batch_of(page)
                    if batch:
                        running.add(pool.submit(self._delete, batch))
                    if len(running) >= self._parallel:
                        done, running = wait(running, return_when=FIRST_COMPLETED)
                        busy += self._take(done)
                    through = not (page.get("IsTruncated") and (self.refusals.number or self._is_over()))
                    if not through:
                        break
            finally:
                # Where the listing failed, what is under way is counted all the same.
                busy += self._take(running)
        return busy, through

    def _delete(self, batch: Batch) -> Answered:
        together = [version for version in batch if not NO_XML.search(version["Key"])]
        for version in batch:
            if NO_XML.search(version["Key"]):
                self._bucket.client.delete_object(**self._bucket.named, **self._bypass, **version)
        # Quiet: of 1,000 versions that are gone nothing need be said.
        wanted = {"Objects": together, "Quiet": True}
        named = {**self._bucket.named, **self._bypass}
        errors = self._bucket.client.delete_objects(**named, Delete=wanted).get("Errors", []) if together else []
        refused = [error for error in errors if error.get("Code") not in BUSY]
        return Answered(len(batch) - len(errors), len(errors) - len(refused), refused)

    def _take(self, done: set[Future[Answered]]) -> int:
        """Count what batches have come to; how many versions S3 was too busy for.

        All of them are counted before the first error of a call is raised.
        """
        wait(done)
        answers = [future.result() for future in done if future.exception() is None]
        self.deleted += sum(answer.deleted for answer in answers)
        for answer in answers:
            self.refusals.add(answer.refused)
        for future in done:
            future.result()
        return sum(answer.busy for answer in answers)

    def _abort_uploads(self) -> None:
        for uploads in upload_pages(self._bucket):
            for upload in uploads:
                named = {"Key": upload["Key"], "UploadId": upload["UploadId"]}
                try:
                    self._bucket.client.abort_multipart_upload(**self._bucket.named, **named)
                except is_boto3_error_code("NoSuchUpload"):
                    continue  # somebody completed or aborted it meanwhile
                self.aborted_uploads += 1

    def delete_bucket(self) -> bool:
        """Delete the bucket; False where something has been written into it since it was emptied."""
        try:
            self._bucket.client.delete_bucket(**self._bucket.named)
        except is_boto3_error_code("BucketNotEmpty"):
            return False
        return True


def batch_of(page: dict[str, Any]) -> Batch:
    """What DeleteObjects wants of a page of ListObjectVersions."""
    both = (*page.get("Versions", []), *page.get("DeleteMarkers", []))
    return [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in both]


def has_contents(bucket: Bucket) -> bool:
    """Whether there is a version, a delete marker or an unfinished upload."""
    named = bucket.named
    page = bucket.client.list_object_versions(**named, MaxKeys=1)
    return bool(batch_of(page) or bucket.client.list_multipart_uploads(**named, MaxUploads=1).get("Uploads"))


def empty(emptying: Emptying, delete_bucket: bool) -> bool:
    """Empty the bucket, and delete it if that is wanted; whether all is done.

    Raises:
        StoppedError: AWS refuses, is too busy, or somebody keeps writing into the bucket.
    """
    for _number in range(TRIES):
        if not emptying.run():
            return False
        if not delete_bucket or emptying.delete_bucket():
            return True
    raise StoppedError(
        "Something is being written into the bucket again and again. Find out what writes there, and stop it."
    )


ARGUMENTS: dict[str, dict[str, Any]] = {
    **BUCKET_ARGUMENTS,
    "state": {"type": "str", "choices": ["absent"], "required": True},
    "delete_bucket": {"type": "bool", "default": False},
    "bypass_governance_retention": {"type": "bool", "default": False},
    "parallel": {"type": "int", "default": 8},
    "expected_versions": {"type": "int"},
    "progress_seconds": {"type": "float"},
}
NOTHING = {"deleted": 0, "aborted_uploads": 0, "bucket_deleted": False, "finished": True}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    params = module.params
    if not 1 <= params["parallel"] <= 64:
        module.fail_json(msg=f"parallel is {params['parallel']}; from 1 to 64 batches can be deleted at a time.")
    bucket = open_bucket(module, connections=params["parallel"] + 1)
    if bucket is None:
        module.exit_json(changed=False, **NOTHING)
    elif module.check_mode:
        announce(module, bucket)
    else:
        delete(module, bucket)


def delete(module: AnsibleAWSModule, bucket: Bucket) -> None:
    """End the run with what was deleted, and why no more where it failed."""
    params = module.params
    emptying = Emptying(bucket, params["parallel"], params["bypass_governance_retention"], params["progress_seconds"])
    finished = True
    try:
        finished = empty(emptying, params["delete_bucket"])
    except is_boto3_error_code("NoSuchBucket"):
        pass  # somebody else has deleted it meanwhile
    except StoppedError as reason:
        fail(module, emptying, str(reason))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail(module, emptying, sentence(f"delete what is in bucket '{params['name']}'", str(error)))
    gone = finished and params["delete_bucket"]
    module.exit_json(
        changed=bool(emptying.deleted or emptying.aborted_uploads or gone),
        deleted=emptying.deleted,
        aborted_uploads=emptying.aborted_uploads,
        bucket_deleted=gone,
        finished=finished,
    )


def announce(module: AnsibleAWSModule, bucket: Bucket) -> None:
    """End the run in check mode: whether anything would be deleted."""
    try:
        changes = module.params["delete_bucket"] or has_contents(bucket)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_reading(module, error)
    module.exit_json(changed=changes, **NOTHING)


def fail(module: AnsibleAWSModule, emptying: Emptying, reason: str) -> None:
    """End the run with the reason, and with what has gone all the same."""
    module.fail_json(
        msg=reason,
        changed=bool(emptying.deleted or emptying.aborted_uploads),
        deleted=emptying.deleted,
    )


if __name__ == "__main__":
    main()
