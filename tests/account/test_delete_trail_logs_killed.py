"""Deleting a bucket's versions: wherever the run is killed, the next one carries on and nobody else loses anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from killed_module import Module, Outcome
from sandbox import Sandbox

REGION = "ap-northeast-1"
LOGS, BYSTANDER = "old-logs", "bystander"
LOG = {"key": "AWSLogs/123456789012/CloudTrail/x.json.gz", "versions": 2, "delete_marker": True}
# Two pages, so that one batch is deleted while the other is listed.
MANY: list[dict[str, Any]] = [
    LOG,
    *({"key": f"AWSLogs/123456789012/CloudTrail/{number:04}.json.gz"} for number in range(1000)),
]


class Scene:
    """A bucket of logs beside another one, and the module that deletes the first."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self.account = account
        self.s3 = account.client("s3", REGION)
        self.module = Module("s3_bucket_contents", directory / "out", account.process_env())
        self.arguments: dict[str, Any] = {
            "name": LOGS,
            "state": "absent",
            "delete_bucket": True,
            "parallel": 2,
            "expected_bucket_owner": "123456789012",
        }
        self._make(BYSTANDER, [LOG])

    def _make(self, name: str, objects: list[dict[str, Any]]) -> None:
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        self.account.put_objects(name, objects)

    def begin(self) -> None:
        self._make(LOGS, MANY)
        self.s3.create_multipart_upload(Bucket=LOGS, Key="unfinished")

    def run(self, kill_at: int = 0) -> Outcome:
        return self.module.run(self.arguments, kill_at=kill_at)

    def assert_gone(self) -> None:
        assert [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]] == [BYSTANDER]
        page = self.s3.list_object_versions(Bucket=BYSTANDER)
        assert (len(page["Versions"]), len(page["DeleteMarkers"])) == (2, 1)


def test_killed_anywhere_the_next_run_carries_on(account: Sandbox, tmp_path: Path) -> None:
    scene = Scene(account, tmp_path)
    steps = 0
    while True:
        scene.begin()
        if not scene.run(steps + 1).killed:
            break
        again = scene.run().result
        assert again is not None
        assert not again.get("failed"), again
        scene.assert_gone()
        steps += 1
    scene.assert_gone()
    # HeadBucket, two pages, two batches, the uploads and one that is aborted, DeleteBucket: before and after each.
    assert steps >= 16
