"""The table of deleting a bucket with many versions: boto3, amazon.aws, the module, and the playbook around it."""

from __future__ import annotations

import collections
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sandbox import Sandbox

from .runs import ANSIBLE, TESTS, Bench, combined, progress, rounds
from .table import Figures, ratio, text

BUCKET = "old-logs"
HEAD = ["versions", "way", "wall s", "CPU s", "peak MiB", "AWS calls", "faster than boto3"]
REGIONS = ("ap-northeast-1", "eu-central-1", "us-east-1")
# A log, one that was written twice, one that was deleted.
KINDS = ({"versions": 1}, {"versions": 2}, {"versions": 1, "delete_marker": True})
# The tasks that are compared.
TASKS: dict[str, dict[str, Any]] = {
    "amazon.aws": {"amazon.aws.s3_bucket": {"name": BUCKET, "state": "absent", "force": True}},
    "module": {"dayone.aws_account.s3_bucket_contents": {"name": BUCKET, "state": "absent", "delete_bucket": True}},
}
COMMANDS: dict[str, list[str]] = {
    "boto3": [sys.executable, str(TESTS / "bench" / "boto3_delete.py"), BUCKET],
    **{way: [*ANSIBLE, f"{way}.yml"] for way in TASKS},
    "playbook": [
        *(*ANSIBLE, "dayone.aws_account.delete_trail_logs"),
        *("-e", f"cloudtrail_bucket={BUCKET}", "-e", f"confirm_bucket={BUCKET}"),
    ],
}


class DeletionBench(Bench):
    """The deletions, each of a bucket with the same contents."""

    def __init__(self, sandbox: Sandbox, scratch: Path, answer_after_ms: int = 0) -> None:
        super().__init__(sandbox, scratch, answer_after_ms)
        for way, task in TASKS.items():
            play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"name": way, **task}]}
            (scratch / f"{way}.yml").write_text(json.dumps([play]))

    def measure(self, runs: int, sizes: Sequence[int]) -> str:
        """The table of deletions of these numbers of versions, as text."""
        measured: dict[tuple[int, str], list[Figures]] = collections.defaultdict(list)
        for number in range(rounds(runs)):
            progress(f"Deletion, round {number + 1} of {rounds(runs)}")
            for size in sizes:
                for way in COMMANDS:
                    measured[size, way].append(self._measure(size, way, memory=number == rounds(runs) - 1))
        body = []
        for size in sizes:
            of = {way: combined(measured[size, way]) for way in COMMANDS}
            body += [row(size, way, figures, of["boto3"]) for way, figures in of.items()]
        return text(HEAD, body)

    def _measure(self, size: int, way: str, *, memory: bool) -> Figures:
        self._sandbox.reset()
        s3 = self._sandbox.client("s3", REGIONS[0])
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGIONS[0]})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self._sandbox.put_objects(BUCKET, list(contents(size)))
        self._sandbox.clear_journal()
        figures = self._run("boto3" if way == "boto3" else "in-process", COMMANDS[way], memory=memory)
        if s3.list_buckets()["Buckets"]:
            raise SystemExit(f"{way} has left the bucket of {size} versions behind.")
        return figures


def contents(size: int) -> Iterator[dict[str, Any]]:
    """Objects with as many versions and delete markers together, named and dated as CloudTrail's logs."""
    number = 0
    while size:
        kind: dict[str, Any] = KINDS[number % len(KINDS)] if size > 1 else KINDS[0]
        region, day = REGIONS[number // len(KINDS) % len(REGIONS)], 1 + number // 1000 % 28
        name = f"123456789012_CloudTrail_{region}_202601{day:02}T0000Z_{number:016}.json.gz"
        yield {
            "key": f"AWSLogs/123456789012/CloudTrail/{region}/2026/01/{day:02}/{name}",
            "size": 4096,
            "last_modified": f"2026-01-{day:02}T00:00:00+00:00",
            **kind,
        }
        size -= kind["versions"] + kind.get("delete_marker", False)
        number += 1


def row(size: int, way: str, of: Figures, boto3: Figures) -> list[str]:
    """One line of the table."""
    compared = "" if way == "boto3" else ratio(boto3.wall, of.wall)
    return [f"{size:,}", way, f"{of.wall:.2f}", f"{of.cpu:.2f}", f"{of.memory:.0f}", str(of.calls), compared]
