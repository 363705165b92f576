"""What is in a bucket, told from a listing; what protects it; and how the deletion tells how far it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from ansible_collections.dayone.aws_account.plugins.action.s3_bucket_contents import progress, told
from ansible_collections.dayone.aws_account.plugins.module_utils._bucket_contents import (
    TRAIL_LOG,
    Bucket,
    Tally,
    in_units,
    summary,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._refused_versions import Protection, obstacle
from ansible_collections.dayone.aws_account.plugins.modules.s3_bucket_contents import (
    Emptying,
    StoppedError,
    batch_of,
)
from ansible_collections.dayone.aws_account.plugins.modules.s3_bucket_trails_info import delivering
from ansible_collections.dayone.aws_account.plugins.modules.s3_bucket_trails_info import told as trail_told

LOG = "AWSLogs/123456789012/CloudTrail/eu-central-1/2026/01/01/123456789012_CloudTrail_x.json.gz"


@pytest.mark.parametrize(
    "key",
    [
        LOG,
        f"a/prefix/of/its/own/{LOG}",
        LOG.replace("CloudTrail/", "CloudTrail-Digest/"),
        LOG.replace("CloudTrail/", "CloudTrail-Insight/"),
        LOG.replace("AWSLogs/", "AWSLogs/o-exampleorgid/"),
        "AWSLogs/123456789012/CloudTrail/",
    ],
)
def test_cloudtrail_s_logs_are_told_by_their_keys(key: str) -> None:
    found = TRAIL_LOG.match(key)
    assert found
    assert found["account"] == "123456789012"


@pytest.mark.parametrize(
    "key",
    [
        "AWSLogs/123456789012/Config/eu-central-1/x.json.gz",
        "AWSLogs/123456789012/CloudTrailX/x.json.gz",
        "AWSLogs/12345678901/CloudTrail/x.json.gz",
        "AWSLogs/file",
        f"mine{LOG}",
        "backup.tar",
    ],
)
def test_anything_else_is_something_else(key: str) -> None:
    assert TRAIL_LOG.match(key) is None


def version(key: str, day: int, *, latest: bool = True) -> dict[str, Any]:
    written = datetime(2026, 1, day, tzinfo=UTC)
    return {"Key": key, "VersionId": f"v{day}", "IsLatest": latest, "Size": 1000, "LastModified": written}


def test_pages_are_tallied_and_told() -> None:
    tally = Tally()
    tally.add({"Versions": [version(LOG, 3), version(LOG, 2, latest=False)]})
    tally.add({"DeleteMarkers": [{"Key": "x", "VersionId": "m"}], "Versions": [version("x", 1, latest=False)]})
    assert tally.newest == (LOG, "v3")
    assert summary("logs", "eu-central-1", tally, uploads=2) == (
        "Bucket 'logs' in eu-central-1: 1 object, 3 versions, 1 delete marker and 2 unfinished uploads; 2.9 KiB; "
        "written from 2026-01-01 00:00 to 2026-01-03 00:00 UTC; logs of account 123456789012; 2 of something else than "
        "CloudTrail's logs, as x."
    )


def test_an_empty_bucket_is_told_too() -> None:
    assert summary("logs", "eu-central-1", Tally(), uploads=0) == (
        "Bucket 'logs' in eu-central-1: 0 objects, 0 versions and 0 delete markers; 0 bytes."
    )


def test_a_key_tells_the_terminal_nothing() -> None:
    tally = Tally()
    tally.add({"Versions": [version("\x1b[2J\nüber/日本", 1)]})
    assert tally.other_examples == ["\\x1b[2J\\nüber/日本"]


def test_few_examples_of_many_others() -> None:
    tally = Tally()
    tally.add({"Versions": [version(f"{number % 50}", 1) for number in range(100)]})
    assert (tally.others, len(tally.other_examples)) == (100, 5)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KiB"),
        (3 * 2**30 // 2, "1.5 GiB"),
        (5000 * 2**50, "5,000.0 PiB"),
    ],
)
def test_sizes(size: int, words: str) -> None:
    assert in_units(size) == words


UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mfa_delete", "kind", "bypass", "words"),
    [
        (False, None, False, None),
        (True, None, True, "MFA delete is on"),
        (False, "GOVERNANCE", False, "until 2027-01-01 00:00 UTC. In governance mode"),
        (False, "GOVERNANCE", True, None),
        (False, "COMPLIANCE", True, "not even the root user"),
        (False, "LEGAL_HOLD", True, "legal hold"),
    ],
)
def test_obstacles(mfa_delete: bool, kind: str | None, bypass: bool, words: str | None) -> None:
    until = None if kind in (None, "LEGAL_HOLD") else UNTIL
    found = obstacle("logs", mfa_delete, Protection(kind, until), bypass)
    assert words in found if words else not found


def test_versions_and_delete_markers_go_together() -> None:
    page = {"Versions": [{"Key": "a", "VersionId": "1", "Size": 7}], "DeleteMarkers": [{"Key": "b", "VersionId": "2"}]}
    assert batch_of(page) == [{"Key": "a", "VersionId": "1"}, {"Key": "b", "VersionId": "2"}]


@pytest.mark.parametrize(
    ("deleted", "expected", "seconds", "line"),
    [
        (10_000, 50_000, 5.0, "10,000 versions deleted of 50,000 (20 %), 2,000 a second, about 20 s left"),
        (1_000, 2_000_000, 1.0, "1,000 versions deleted of 2,000,000 (0 %), 1,000 a second, about 33 min left"),
        (1_000, 20_000_000, 1.0, "1,000 versions deleted of 20,000,000 (0 %), 1,000 a second, about 5.6 h left"),
        (10_000, 0, 5.0, "10,000 versions deleted, 2,000 a second"),
        (10_000, 9_000, 5.0, "10,000 versions deleted, 2,000 a second"),
        (0, 9_000, 5.0, "0 versions deleted of 9,000 (0 %), 0 a second"),
    ],
)
def test_how_far_it_is(deleted: int, expected: int, seconds: float, line: str) -> None:
    assert progress(deleted, expected, seconds) == line


def test_a_failure_tells_what_has_gone_before_it() -> None:
    assert told({"failed": True, "msg": "No.", "deleted": 2000})["msg"] == (
        "No. 2,000 versions were deleted before that; the bucket is still there."
    )
    assert told({"failed": True, "msg": "No.", "deleted": 0})["msg"] == "No."


class BusyClient:
    """S3 that answers for single versions that it is busy, which the stand-in account never is."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.meta = mock.Mock()
        self.versions = [{"Key": "a", "VersionId": "1"}, {"Key": "b", "VersionId": "2"}]

    def get_paginator(self, name: str) -> Any:
        pages = [{"Versions": self.versions}] if name == "list_object_versions" else []
        return mock.Mock(paginate=lambda **_named: pages)

    def delete_objects(self, **_arguments: Any) -> dict[str, Any]:
        if self.left:
            self.left -= 1
            self.versions = self.versions[-1:]
            return {"Errors": [{**self.versions[0], "Code": "SlowDown", "Message": "Please reduce your request rate."}]}
        self.versions = []
        return {}


@pytest.fixture
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


@pytest.mark.usefixtures("no_sleep")
def test_a_version_that_s3_was_too_busy_for_is_asked_for_again() -> None:
    emptying = Emptying(Bucket(BusyClient(times=3), {"Bucket": "logs"}, "x"), 2, False, None)
    assert emptying.run()
    assert emptying.deleted == 2


@pytest.mark.usefixtures("no_sleep")
@pytest.mark.parametrize("seconds", [None, 0.0])
def test_but_not_for_ever(seconds: float | None) -> None:
    client = BusyClient(times=1_000)
    client.versions.pop()
    emptying = Emptying(Bucket(client, {"Bucket": "logs"}, "x"), 2, False, seconds)
    with pytest.raises(StoppedError, match="S3 is too busy to delete 1 versions"):
        emptying.run()
    assert emptying.deleted == 0


def test_trails_are_found_once_by_their_bucket() -> None:
    trail = {
        "Name": "t",
        "TrailARN": "arn:aws:cloudtrail:us-east-1:210987654321:trail/t",
        "S3BucketName": "logs",
        "HomeRegion": "us-east-1",
        "IsOrganizationTrail": True,
    }
    (found,) = delivering([trail, trail, {**trail, "TrailARN": "other", "S3BucketName": "logs-2"}], "logs")
    assert trail_told(found) == "t (us-east-1, the organization's, of account 210987654321)"
