"""What is in buckets: versions listed and deleted as S3 does it, owner, region, object lock, MFA delete; ListTrails."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox

HERE, ELSEWHERE = "ap-northeast-1", "eu-west-1"
ACCOUNT, OTHER = "123456789012", "210987654321"
BUCKET = "old-logs"


@pytest.fixture
def s3(account: Sandbox) -> Any:
    """A client in the region of a bucket with versions."""
    client = account.client("s3", HERE)
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": HERE}, ObjectLockEnabledForBucket=True
    )
    return client


def names(page: dict[str, Any]) -> list[tuple[str, str]]:
    both = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    return [(item["Key"], item["VersionId"]) for item in both]


def put(s3: Any, key: str, **options: Any) -> str:
    version: str = s3.put_object(Bucket=BUCKET, Key=key, Body=b"x", **options)["VersionId"]
    return version


def delete(s3: Any, *versions: tuple[str, str], **options: Any) -> dict[str, Any]:
    objects = [{"Key": key, "VersionId": version} for key, version in versions]
    answer: dict[str, Any] = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects}, **options)
    return answer


class TestListing:
    def test_newest_first_and_which_is_latest(self, s3: Any) -> None:
        old, new = put(s3, "b"), put(s3, "b")
        (only,) = [put(s3, "a/ü &<b>")]
        marker = s3.delete_object(Bucket=BUCKET, Key="b")["VersionId"]
        page = s3.list_object_versions(Bucket=BUCKET)
        told = [(item["Key"], item["VersionId"], item["IsLatest"]) for item in page["Versions"]]
        assert told == [("a/ü &<b>", only, True), ("b", new, False), ("b", old, False)]
        assert [(item["VersionId"], item["IsLatest"]) for item in page["DeleteMarkers"]] == [(marker, True)]
        assert [item["Size"] for item in page["Versions"]] == [1, 1, 1]
        assert names(s3.list_object_versions(Bucket=BUCKET, Prefix="a/")) == [("a/ü &<b>", only)]

    def test_pages_of_a_thousand_versions_and_markers_together(self, account: Sandbox, s3: Any) -> None:
        account.put_objects(BUCKET, [{"key": f"{number:04}", "delete_marker": True} for number in range(700)])
        pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=BUCKET))
        assert [len(names(page)) for page in pages] == [1000, 400]
        assert len({name for page in pages for name in names(page)}) == 1400
        assert len(names(s3.list_object_versions(Bucket=BUCKET, MaxKeys=5000))) == 1000

    def test_a_page_goes_on_from_its_place_whatever_has_been_deleted_or_put(self, s3: Any) -> None:
        versions = [put(s3, "a") for _number in range(4)]
        put(s3, "b")
        page = s3.list_object_versions(Bucket=BUCKET, MaxKeys=2)
        assert names(page) == [("a", versions[3]), ("a", versions[2])]
        delete(s3, *names(page))
        put(s3, "a")
        after = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
        rest = names(s3.list_object_versions(Bucket=BUCKET, **after))
        assert [key for key, _version in rest] == ["a", "a", "b"]
        assert rest[:2] == [("a", versions[1]), ("a", versions[0])]
        assert [key for key, _version in names(s3.list_object_versions(Bucket=BUCKET, KeyMarker="a"))] == ["b"]
        with refused("InvalidArgument", 400):
            s3.list_object_versions(Bucket=BUCKET, VersionIdMarker=versions[0])

    def test_objects_put_without_a_call_have_dates_and_sizes(self, account: Sandbox, s3: Any) -> None:
        began = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        account.put_objects(BUCKET, [{"key": "a", "versions": 2, "size": 7, "last_modified": began.isoformat()}])
        page = s3.list_object_versions(Bucket=BUCKET)
        dates = [began + timedelta(seconds=1), began]
        assert [(item["LastModified"], item["Size"]) for item in page["Versions"]] == [(date, 7) for date in dates]

    @pytest.mark.parametrize(
        ("bucket", "item", "words"),
        [("none", {"key": "a"}, "no bucket"), (BUCKET, {"key": 1}, "key of"), (BUCKET, {"name": "a"}, "name")],
    )
    def test_objects_are_put_as_they_should_be(
        self, account: Sandbox, s3: Any, bucket: str, item: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(ValueError, match=words):
            account.put_objects(bucket, [item])
        assert names(s3.list_object_versions(Bucket=BUCKET)) == []


class TestDeleting:
    def test_each_has_a_result_of_its_own(self, s3: Any) -> None:
        gone, kept = put(s3, "a"), put(s3, "b", ObjectLockLegalHoldStatus="ON")
        marker = s3.delete_object(Bucket=BUCKET, Key="b")["VersionId"]
        answer = delete(s3, ("a", gone), ("b", kept), ("b", marker), ("never", gone))
        assert [item["Key"] for item in answer["Deleted"]] == ["a", "b", "never"]
        assert answer["Deleted"][1]["DeleteMarker"]
        (error,) = answer["Errors"]
        assert (error["Key"], error["VersionId"], error["Code"]) == ("b", kept, "AccessDenied")
        assert "object lock" in error["Message"]
        assert names(s3.list_object_versions(Bucket=BUCKET)) == [("b", kept)]
        with refused("BucketNotEmpty", 409):
            s3.delete_bucket(Bucket=BUCKET)

    def test_quiet_tells_failures_only(self, s3: Any) -> None:
        gone, kept = put(s3, "a"), put(s3, "b", ObjectLockLegalHoldStatus="ON")
        objects = [{"Key": "a", "VersionId": gone}, {"Key": "b", "VersionId": kept}]
        answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": objects, "Quiet": True})
        assert "Deleted" not in answer
        assert len(answer["Errors"]) == 1

    def test_without_a_version_a_delete_marker_is_put_on_top(self, s3: Any) -> None:
        put(s3, "a")
        (told,) = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "a"}]})["Deleted"]
        assert told["DeleteMarker"]
        assert len(names(s3.list_object_versions(Bucket=BUCKET))) == 2

    @pytest.mark.parametrize("number", [0, 1001])
    def test_from_one_to_a_thousand(self, s3: Any, number: int) -> None:
        delete(s3, *[("a", "v")] * 1000)
        with refused("MalformedXML", 400):
            delete(s3, *[("a", "v")] * number)

    @pytest.mark.parametrize(("mode", "bypassed"), [("GOVERNANCE", True), ("COMPLIANCE", False)])
    def test_retention_and_its_bypass(self, s3: Any, mode: str, bypassed: bool) -> None:
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
        version = put(s3, "a", ObjectLockMode=mode, ObjectLockRetainUntilDate=until)
        assert delete(s3, ("a", version))["Errors"]
        retention = s3.get_object_retention(Bucket=BUCKET, Key="a", VersionId=version)["Retention"]
        assert retention == {"Mode": mode, "RetainUntilDate": until}
        with refused("NoSuchObjectLockConfiguration", 404):
            s3.get_object_legal_hold(Bucket=BUCKET, Key="a", VersionId=version)
        answer = delete(s3, ("a", version), BypassGovernanceRetention=True)
        assert ("Errors" not in answer) == bypassed

    def test_a_bucket_without_object_lock_says_so(self, account: Sandbox, s3: Any) -> None:
        plain = account.client("s3")
        plain.create_bucket(Bucket="plain")
        with refused("ObjectLockConfigurationNotFoundError", 404):
            plain.get_object_lock_configuration(Bucket="plain")
        with refused("InvalidRequest", 400):
            plain.get_object_retention(Bucket="plain", Key="a")
        assert s3.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]["ObjectLockEnabled"]

    def test_a_version_of_an_unversioned_bucket_is_named_null(self, account: Sandbox) -> None:
        plain = account.client("s3")
        plain.create_bucket(Bucket="plain")
        plain.put_object(Bucket="plain", Key="a", Body=b"x")
        assert names(plain.list_object_versions(Bucket="plain")) == [("a", "null")]
        plain.delete_objects(Bucket="plain", Delete={"Objects": [{"Key": "a", "VersionId": "null"}]})
        plain.delete_bucket(Bucket="plain")

    def test_mfa_delete(self, account: Sandbox, s3: Any) -> None:
        version = put(s3, "a")
        wanted = {"Status": "Enabled", "MFADelete": "Enabled"}
        with refused("AccessDenied", 403):
            s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=wanted)
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=wanted, MFA="serial 123456")
        assert s3.get_bucket_versioning(Bucket=BUCKET)["MFADelete"] == "Enabled"
        assert "Mfa" in delete(s3, ("a", version))["Errors"][0]["Message"]
        with refused("AccessDenied", 403):
            s3.delete_object(Bucket=BUCKET, Key="a", VersionId=version)
        with refused("AccessDenied", 403):
            s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
        assert "Errors" not in delete(s3, ("a", version), MFA="serial 123456")

    def test_a_key_that_may_not_be_deleted_does_not_stop_the_others(self, account: Sandbox, s3: Any) -> None:
        versions = [("yours/a", put(s3, "yours/a")), ("mine/a", put(s3, "mine/a"))]
        iam = account.client("iam")
        iam.create_user(UserName="ada")
        allowed = {"Effect": "Allow", "Action": ["s3:DeleteObject", "s3:DeleteObjectVersion"]}
        document = {"Version": "2012-10-17", "Statement": [{**allowed, "Resource": f"arn:aws:s3:::{BUCKET}/yours/*"}]}
        iam.put_user_policy(UserName="ada", PolicyName="own", PolicyDocument=json.dumps(document))
        as_ada = account.client("s3", HERE, iam.create_access_key(UserName="ada")["AccessKey"])
        account.world(enforce_policies=True)
        answer = delete(as_ada, *versions)
        assert [item["Key"] for item in answer["Deleted"]] == ["yours/a"]
        assert "s3:DeleteObject on resource: arn:aws:s3:::old-logs/mine/a" in answer["Errors"][0]["Message"]
        assert account.journal()[-1].permissions == ["s3:DeleteObject", "s3:DeleteObjectVersion"]
        answer = delete(as_ada, ("yours/a", "v"), BypassGovernanceRetention=True)
        assert "s3:BypassGovernanceRetention" in answer["Errors"][0]["Message"]


class TestUploads:
    def test_in_pages_and_aborted(self, s3: Any) -> None:
        begun = [s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"] for key in ("b", "a", "b")]
        pages = list(
            s3.get_paginator("list_multipart_uploads").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 1})
        )
        told = [(upload["Key"], upload["UploadId"]) for page in pages for upload in page["Uploads"]]
        assert told == [("a", begun[1]), ("b", begun[0]), ("b", begun[2])]
        s3.abort_multipart_upload(Bucket=BUCKET, Key="a", UploadId=begun[1])
        assert len(s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]) == 2


class TestWhoseAndWhere:
    @pytest.mark.parametrize(
        "call", ["list_object_versions", "head_bucket", "get_bucket_versioning", "list_multipart_uploads"]
    )
    def test_the_expected_owner_is_the_owner(self, s3: Any, call: str) -> None:
        getattr(s3, call)(Bucket=BUCKET, ExpectedBucketOwner=ACCOUNT)
        with refused("403" if call == "head_bucket" else "AccessDenied", 403):
            getattr(s3, call)(Bucket=BUCKET, ExpectedBucketOwner=OTHER)

    def test_another_account_s_bucket_is_closed(self, account: Sandbox, s3: Any) -> None:
        put(s3, "a")
        theirs = account.account_client("s3", OTHER, HERE)
        with refused("403", 403):
            theirs.head_bucket(Bucket=BUCKET)
        with refused("AccessDenied", 403):
            delete(theirs, ("a", "v"))
        with refused("AccessDenied", 403):
            theirs.delete_bucket(Bucket=BUCKET)

    def test_clients_are_sent_to_the_bucket_s_region(self, account: Sandbox, s3: Any) -> None:
        put(s3, "a")
        account.clear_journal()
        assert names(account.client("s3", ELSEWHERE).list_object_versions(Bucket=BUCKET))
        told = [(call.action, call.status) for call in account.journal()]
        assert told[0] == ("ListObjectVersions", 301)
        assert told[-1] == ("ListObjectVersions", 200)


def test_list_trails_knows_every_region(account: Sandbox) -> None:
    for region in (HERE, ELSEWHERE):
        bucket = f"logs-{region}"
        account.client("s3", region).create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region}
        )
        trail_bucket_policy(account, bucket, region)
        account.client("cloudtrail", region).create_trail(Name=f"in-{region}", S3BucketName=bucket)
    here = account.client("cloudtrail", HERE)
    assert {(trail["Name"], trail["HomeRegion"]) for trail in here.list_trails()["Trails"]} == {
        (f"in-{HERE}", HERE),
        (f"in-{ELSEWHERE}", ELSEWHERE),
    }
    assert [trail["Name"] for trail in here.describe_trails()["trailList"]] == [f"in-{HERE}"]


def trail_bucket_policy(account: Sandbox, bucket: str, region: str) -> None:
    """Let CloudTrail in."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("s3", region).put_bucket_policy(Bucket=bucket, Policy=document)
