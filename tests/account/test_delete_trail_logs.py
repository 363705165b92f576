"""The playbook that deletes a trail's logs, and its modules: what they find, refuse, delete, and tell."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from account.test_least_privilege import Newcomer
from ansible_collections.dayone.aws_account.plugins.module_utils._bucket_contents import Bucket
from ansible_collections.dayone.aws_account.plugins.modules.s3_bucket_contents import Emptying
from conftest import CHECKOUT, COLLECTIONS, Run
from killed_module import Module
from sandbox import Sandbox
from terminal import Terminal

Ansible = Callable[..., Run]
Task = Callable[..., dict[str, Any]]

PLAYBOOK = "dayone.aws_account.delete_trail_logs"
HERE, ELSEWHERE = "ap-northeast-1", "eu-west-1"
ACCOUNT, OTHER = "123456789012", "210987654321"
LOGS, BYSTANDER = "old-logs", "bystander"
POLICY: list[dict[str, Any]] = json.loads((CHECKOUT / "docs" / "iam_delete_trail_logs_policy.json").read_text())[
    "Statement"
]
FOLDER = f"AWSLogs/{ACCOUNT}/CloudTrail/{HERE}/2026/01/01"


def writing(account: Sandbox) -> list[str]:
    return [call.action for call in account.journal() if call.writes]


def make_bucket(account: Sandbox, name: str, region: str = HERE, owner: str = ACCOUNT, **options: Any) -> Any:
    """A bucket with versions and delete markers of logs; the client for it."""
    s3 = account.account_client("s3", owner, region)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region}, **options)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    began = {"last_modified": "2026-01-01T00:00:00+00:00"}
    logs = [{"key": f"{FOLDER}/{number}.json.gz", "versions": 2, "size": 512, **began} for number in range(3)]
    account.put_objects(name, [{**logs[0], "delete_marker": True}, *logs[1:]])
    return s3


def buckets(account: Sandbox, owner: str = ACCOUNT) -> set[str]:
    return {bucket["Name"] for bucket in account.account_client("s3", owner).list_buckets()["Buckets"]}


def put(s3: Any, bucket: str, key: str, **options: Any) -> str:
    version: str = s3.put_object(Bucket=bucket, Key=key, Body=b"x", **options)["VersionId"]
    return version


@pytest.fixture
def module(account: Sandbox, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run a module on a bucket; what it returned."""
    loaded: dict[str, Module] = {}

    def run(name: str, bucket: str = LOGS, **arguments: Any) -> dict[str, Any]:
        if name not in loaded:
            loaded[name] = Module(name, tmp_path / name, account.process_env())
        result = loaded[name].run({"name": bucket, **arguments}).result
        assert result is not None
        return result

    return run


def trail(account: Sandbox, name: str, bucket: str, region: str = HERE, **options: Any) -> None:
    """A trail that delivers to a bucket, which lets it in."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("s3", HERE).put_bucket_policy(Bucket=bucket, Policy=document)
    account.client("cloudtrail", region).create_trail(Name=name, S3BucketName=bucket, **options)


class TestTrails:
    def test_those_of_every_region_are_found_whether_they_log_or_not(self, account: Sandbox, module: Task) -> None:
        for name in (LOGS, BYSTANDER):
            make_bucket(account, name)
        assert module("s3_bucket_trails_info")["trails"] == []
        trail(account, "shadow", LOGS, "us-east-1", IsMultiRegionTrail=True)
        trail(account, "regional", LOGS, ELSEWHERE, S3KeyPrefix="own")
        trail(account, "another", BYSTANDER)
        found = module("s3_bucket_trails_info")
        assert found["summary"] == "regional (eu-west-1), shadow (us-east-1)"
        assert [(item["name"], item["s3_key_prefix"]) for item in found["trails"]] == [
            ("regional", "own"),
            ("shadow", None),
        ]
        assert [item["name"] for item in module("s3_bucket_trails_info", BYSTANDER)["trails"]] == ["another"]

    def test_what_cannot_be_read_is_no_empty_list(self, account: Sandbox, module: Task) -> None:
        account.fail("cloudtrail", "ListTrails", "AccessDeniedException", status=400)
        failed = module("s3_bucket_trails_info")
        assert failed["msg"].startswith("Could not see which trails of all regions deliver to bucket 'old-logs'")


class TestContents:
    def test_counted(self, account: Sandbox, module: Task) -> None:
        s3 = make_bucket(account, LOGS, ELSEWHERE)
        s3.create_multipart_upload(Bucket=LOGS, Key=f"{FOLDER}/unfinished")
        put(s3, LOGS, "AWSLogs/config.json")
        found = module("s3_bucket_contents_info")
        counts = {name: found[name] for name in ("objects", "versions", "delete_markers", "uploads", "size", "others")}
        assert counts == {"objects": 3, "versions": 7, "delete_markers": 1, "uploads": 1, "size": 3073, "others": 1}
        assert found["other_examples"] == ["AWSLogs/config.json"]
        assert found["first"] == "2026-01-01T00:00:00+00:00"
        assert (found["bucket_region"], found["bucket_owner"], found["log_accounts"]) == (ELSEWHERE, ACCOUNT, [ACCOUNT])
        assert (found["obstacle"], found["mfa_delete"], found["object_lock"]) == ("", False, False)
        assert writing(account)[-1] == "PutObject"

    def test_each_page_is_one_call_in_the_bucket_s_own_region(self, account: Sandbox, module: Task) -> None:
        make_bucket(account, LOGS, ELSEWHERE)
        account.put_objects(LOGS, [{"key": f"{FOLDER}/{number:05}"} for number in range(2500)])
        account.clear_journal()
        assert module("s3_bucket_contents_info")["versions"] == 2506
        listings = [call.status for call in account.journal() if call.action == "ListObjectVersions"]
        assert listings == [200, 200, 200]

    def test_no_bucket_and_somebody_else_s(self, account: Sandbox, module: Task) -> None:
        assert module("s3_bucket_contents_info")["exists"] is False
        make_bucket(account, LOGS, owner=OTHER)
        failed = module("s3_bucket_contents_info")
        assert "belongs to another account than 123456789012" in failed["msg"]
        for name in ("s3_bucket_contents_info", "s3_bucket_contents"):
            more = {"state": "absent", "delete_bucket": True} if name == "s3_bucket_contents" else {}
            assert module(name, expected_bucket_owner=OTHER, **more)["failed"]
        assert writing(account)[-1] == "PutBucketVersioning"

    def test_protection_of_the_newest_version(self, account: Sandbox, module: Task) -> None:
        s3 = make_bucket(account, LOGS, ObjectLockEnabledForBucket=True)
        assert module("s3_bucket_contents_info")["protection"] is None
        until = datetime(2040, 1, 1, tzinfo=UTC)
        version = put(s3, LOGS, "a", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
        found = module("s3_bucket_contents_info")
        assert (found["protection"], found["protected_until"]) == ("GOVERNANCE", "2040-01-01T00:00:00+00:00")
        assert "It is kept until 2040-01-01 00:00 UTC. In governance mode" in found["obstacle"]
        assert module("s3_bucket_contents_info", bypass_governance_retention=True)["obstacle"] == ""
        s3.put_object_legal_hold(Bucket=LOGS, Key="a", VersionId=version, LegalHold={"Status": "ON"})
        found = module("s3_bucket_contents_info", bypass_governance_retention=True)
        assert (found["protection"], found["protected_until"]) == ("LEGAL_HOLD", None)


class TestDeleting:
    def delete(self, module: Task, **arguments: Any) -> dict[str, Any]:
        return module("s3_bucket_contents", state="absent", **arguments)

    def test_everything_and_nothing_else(self, account: Sandbox, module: Task) -> None:
        for name in (LOGS, BYSTANDER):
            s3 = make_bucket(account, name, ELSEWHERE)
        s3.create_multipart_upload(Bucket=LOGS, Key="unfinished")
        account.clear_journal()
        announced = self.delete(module, _ansible_check_mode=True)
        assert announced["changed"]
        assert writing(account) == []
        done = self.delete(module)
        assert (done["changed"], done["deleted"], done["aborted_uploads"]) == (True, 7, 1)
        assert (done["finished"], done["bucket_deleted"]) == (True, False)
        assert not self.delete(module)["changed"]
        assert not self.delete(module, _ansible_check_mode=True)["changed"]
        assert self.delete(module, delete_bucket=True)["bucket_deleted"]
        account.clear_journal()
        again = self.delete(module, delete_bucket=True)
        assert (again["changed"], again["bucket_deleted"], again["finished"]) == (False, False, True)
        assert writing(account) == []
        assert buckets(account) == {BYSTANDER}
        assert len(s3.list_object_versions(Bucket=BYSTANDER)["Versions"]) == 6

    def test_a_batch_for_each_page_and_no_call_twice(self, account: Sandbox, module: Task) -> None:
        make_bucket(account, LOGS)
        account.put_objects(LOGS, [{"key": f"{number:05}", "delete_marker": True} for number in range(2500)])
        account.clear_journal()
        assert self.delete(module, delete_bucket=True, expected_bucket_owner=ACCOUNT)["deleted"] == 5007
        calls = [call.action for call in account.journal()]
        assert {action: calls.count(action) for action in calls} == {
            "HeadBucket": 1,
            "ListObjectVersions": 6,
            "DeleteObjects": 6,
            "ListMultipartUploads": 1,
            "DeleteBucket": 1,
        }

    def test_an_unversioned_bucket_and_any_key(self, account: Sandbox, module: Task) -> None:
        account.client("s3", HERE).create_bucket(Bucket=LOGS, CreateBucketConfiguration={"LocationConstraint": HERE})
        account.put_objects(LOGS, [{"key": key} for key in ("a\r\n&<\u00fc%41+ ", "c//", "no\x01xml")])
        assert self.delete(module, delete_bucket=True)["deleted"] == 3
        assert buckets(account) == set()

    def test_it_stops_after_its_time_and_goes_on(self, account: Sandbox, module: Task) -> None:
        make_bucket(account, LOGS)
        account.put_objects(LOGS, [{"key": f"{number:05}"} for number in range(1500)])
        first = self.delete(module, delete_bucket=True, progress_seconds=0)
        assert (first["finished"], first["changed"], first["bucket_deleted"]) == (False, True, False)
        assert first["deleted"] == 1000
        assert self.delete(module, delete_bucket=True, progress_seconds=60)["finished"]
        assert buckets(account) == set()

    @pytest.mark.parametrize("code", ["SlowDown", "InternalError"])
    def test_s3_is_asked_again_where_it_is_busy(self, account: Sandbox, module: Task, code: str) -> None:
        make_bucket(account, LOGS)
        account.fail("s3", "DeleteObjects", code, status=503, times=2)
        assert self.delete(module, delete_bucket=True)["bucket_deleted"]

    def test_what_is_locked_is_named_and_stops_it(self, account: Sandbox, module: Task) -> None:
        s3 = make_bucket(account, LOGS, ObjectLockEnabledForBucket=True)
        until = datetime.now(UTC) + timedelta(days=3)
        lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": until}
        versions = [put(s3, LOGS, key, **lock) for key in ("kept-1", "kept-2")]
        failed = self.delete(module, delete_bucket=True)
        assert failed["failed"]
        assert "AWS refused to delete 2 versions, the first of 'kept-1', with AccessDenied: Access" in failed["msg"]
        assert f"It is kept until {until:%Y-%m-%d %H:%M} UTC. In governance mode" in failed["msg"]
        assert failed["deleted"] == 7
        s3.put_object_legal_hold(Bucket=LOGS, Key="kept-1", VersionId=versions[0], LegalHold={"Status": "ON"})
        failed = self.delete(module, delete_bucket=True, bypass_governance_retention=True)
        assert "AWS refused to delete a version of 'kept-1'" in failed["msg"]
        assert "legal hold" in failed["msg"]
        s3.put_object_legal_hold(Bucket=LOGS, Key="kept-1", VersionId=versions[0], LegalHold={"Status": "OFF"})
        assert self.delete(module, delete_bucket=True, bypass_governance_retention=True)["bucket_deleted"]

    def test_mfa_delete_is_explained(self, account: Sandbox, module: Task) -> None:
        s3 = make_bucket(account, LOGS)
        on = {"Status": "Enabled", "MFADelete": "Enabled"}
        s3.put_bucket_versioning(Bucket=LOGS, VersioningConfiguration=on, MFA="serial 123456")
        failed = self.delete(module)
        assert "switch it off with the device's serial number" in failed["msg"]

    def test_a_bucket_that_vanishes_meanwhile_is_gone(self, account: Sandbox, module: Task) -> None:
        make_bucket(account, LOGS)
        account.fail("s3", "DeleteBucket", "NoSuchBucket", status=404, times=1)
        assert self.delete(module, delete_bucket=True)["finished"]

    def test_somebody_who_keeps_writing_is_told_of(self, account: Sandbox, module: Task) -> None:
        make_bucket(account, LOGS)
        account.fail("s3", "DeleteBucket", "BucketNotEmpty", status=409)
        failed = self.delete(module, delete_bucket=True)
        assert "Something is being written into the bucket again and again" in failed["msg"]
        account.clear_faults()
        account.fail("s3", "DeleteBucket", "BucketNotEmpty", status=409, times=2)
        assert self.delete(module, delete_bucket=True)["bucket_deleted"]

    def test_its_memory_does_not_grow_with_the_number(self, account: Sandbox) -> None:
        s3 = make_bucket(account, LOGS)
        peaks = []
        for number in (2_000, 8_000):
            account.put_objects(LOGS, [{"key": f"{FOLDER}/{key:06}.json.gz"} for key in range(number)])
            tracemalloc.start()
            emptying = Emptying(Bucket(s3, {"Bucket": LOGS}, HERE), parallel=1, bypass=False, seconds=None)
            assert emptying.run()
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        assert emptying.deleted == 8_000
        assert peaks[1] < peaks[0] * 1.2

    @pytest.mark.parametrize("parallel", [0, 65])
    def test_from_1_to_64_at_a_time(self, account: Sandbox, module: Task, parallel: int) -> None:
        make_bucket(account, LOGS)
        account.clear_journal()
        assert "from 1 to 64" in self.delete(module, parallel=parallel)["msg"]
        assert account.journal() == []


# One run with a host for each case. Of each: its variables, and what its last message says.
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "unnamed": ({"cloudtrail_bucket": None, "confirm_bucket": ""}, "Name the bucket"),
    "url": ({"cloudtrail_bucket": "s3://url"}, "by its bare name"),
    "unconfirmed": ({}, "was not confirmed: type it when asked, or give -e confirm_bucket=unconfirmed"),
    "mistyped": ({"confirm_bucket": "mistype"}, "was not confirmed"),
    "other-name": ({"confirm_bucket": BYSTANDER}, "was not confirmed"),
    "written-to": ({"confirm_bucket": "written-to"}, "delivers the trail regional (eu-west-1)"),
    "with-others": ({"confirm_bucket": "with-others"}, "other things than CloudTrail's logs, 1 of them, as backup.tar"),
    "of-an-organization": (
        {"confirm_bucket": "of-an-organization"},
        f"other accounts than {ACCOUNT}, which owns it: {OTHER}.",
    ),
    "with-mfa": ({"confirm_bucket": "with-mfa"}, "MFA delete is on"),
    "locked": ({"confirm_bucket": "locked"}, "It is kept until 2040-01-01 00:00 UTC. In compliance mode"),
    "somebody-s": ({"confirm_bucket": "somebody-s"}, "belongs to another account"),
    "gone-already": ({"confirm_bucket": "gone-already"}, "There is no bucket 'gone-already': nothing to do."),
}


def cases(account: Sandbox) -> None:
    """A bucket for each case that has one."""
    for name in (
        "unconfirmed",
        "mistyped",
        "other-name",
        "written-to",
        "with-others",
        "of-an-organization",
        "with-mfa",
        BYSTANDER,
    ):
        s3 = make_bucket(account, name)
    make_bucket(account, "somebody-s", owner=OTHER)
    make_bucket(account, "locked", ObjectLockEnabledForBucket=True)
    trail(account, "regional", "written-to", ELSEWHERE)
    put(s3, "with-others", "backup.tar")
    put(s3, "of-an-organization", f"AWSLogs/o-abcdefghij/{OTHER}/CloudTrail/{HERE}/1.json.gz")
    until = datetime(2040, 1, 1, tzinfo=UTC)
    put(s3, "locked", f"{FOLDER}/x", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until)
    on = {"Status": "Enabled", "MFADelete": "Enabled"}
    s3.put_bucket_versioning(Bucket="with-mfa", VersioningConfiguration=on, MFA="serial 123456")


class TestPlaybook:
    def test_what_it_refuses_stays(self, account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
        cases(account)
        there = buckets(account)
        account.clear_journal()
        hosts = {name: {"cloudtrail_bucket": name, **variables} for name, (variables, _words) in CASES.items()}
        inventory = tmp_path / "inventory.yml"
        inventory.write_text(yaml.safe_dump({"aws_accounts": {"hosts": hosts}}))
        run = ansible(PLAYBOOK, "-i", str(inventory), check=False)
        for name, (_variables, words) in CASES.items():
            messages = [str(task["result"].get("msg", "")) for task in run.tasks if task["host"] == name]
            assert any(words in message for message in messages), (name, messages)
            assert run.stats[name]["failures"] == (name != "gone-already"), (name, messages)
        assert writing(account) == []
        assert buckets(account) == there

    def test_announced_done_and_done_already(self, account: Sandbox, ansible: Ansible) -> None:
        for name in (LOGS, BYSTANDER):
            s3 = make_bucket(account, name, ELSEWHERE)
        put(s3, LOGS, f"AWSLogs/{OTHER}/CloudTrail/{HERE}/2026/01/01/1.json.gz")
        put(s3, LOGS, "backup.tar")
        told = {"delete_other_objects": True, "delete_logs_of_other_accounts": True}
        variables = {"cloudtrail_bucket": LOGS, **told}
        account.clear_journal()
        announced = ansible(PLAYBOOK, "--check", extra_vars=variables)
        assert writing(account) == []
        run = ansible(PLAYBOOK, extra_vars={**variables, "confirm_bucket": LOGS})
        assert run.changed == announced.changed == ["Delete every version, and the bucket"]
        assert "Bucket 'old-logs' in eu-west-1: 4 objects, 8 versions and 1 delete marker; 3.0 KiB" in run.output
        assert "9 versions and delete markers are gone, and the bucket with them." in run.output
        assert buckets(account) == {BYSTANDER}
        assert len(s3.list_object_versions(Bucket=BYSTANDER)["Versions"]) == 6
        account.clear_journal()
        again = ansible(PLAYBOOK, extra_vars={**variables, "confirm_bucket": LOGS})
        assert again.changed == []
        assert "There is no bucket 'old-logs': nothing to do." in again.output
        assert writing(account) == []

    def test_a_person_types_the_name(self, account: Sandbox, tmp_path: Path) -> None:
        make_bucket(account, LOGS)
        terminal = at_terminal(account, tmp_path)
        terminal.read_until("Bucket 'old-logs' in ap-northeast-1: 2 objects, 6 versions and 1 delete marker")
        terminal.read_until("Type the bucket's name to go on:")
        terminal.type("old-log")
        assert terminal.finish() != 0
        assert "was not confirmed" in terminal.seen
        assert buckets(account) == {LOGS}
        terminal = at_terminal(account, tmp_path)
        terminal.read_until("Type the bucket's name to go on:")
        terminal.type(LOGS)
        assert terminal.finish() == 0
        assert buckets(account) == set()

    def test_lines_tell_how_far_it_is(self, account: Sandbox, ansible: Ansible) -> None:
        make_bucket(account, LOGS)
        account.put_objects(LOGS, [{"key": f"{number:05}"} for number in range(2500)])
        task = {"name": LOGS, "state": "absent", "expected_versions": 2507, "progress_seconds": 0}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [
                {"name": "not seen", "dayone.aws_account.s3_bucket_contents": task, "async": 9, "ignore_errors": True},
                {"name": "empty", "dayone.aws_account.s3_bucket_contents": task},
            ],
        }
        run = ansible([play])
        assert "Bucket 'old-logs': 1,000 versions deleted of 2,507 (39 %)" in run.output
        assert run.task("empty")["result"]["deleted"] == 2507
        assert "does not support async" in run.task("not seen")["result"]["msg"]


class TestLeastPrivilege:
    """docs/iam_delete_trail_logs_policy.json is what it takes, and no more."""

    def test_the_playbook_needs_the_statement_and_all_of_it(self, account: Sandbox, ansible: Ansible) -> None:
        s3 = make_bucket(account, LOGS, ObjectLockEnabledForBucket=True)
        s3.create_multipart_upload(Bucket=LOGS, Key=f"{FOLDER}/unfinished")
        newcomer = Newcomer(account, POLICY[:1])
        run = ansible(PLAYBOOK, extra_vars={"cloudtrail_bucket": LOGS, "confirm_bucket": LOGS}, env=newcomer.env)
        assert run.changed
        assert newcomer.refused() == set()
        assert newcomer.used() == set(POLICY[0]["Action"])
        assert POLICY[0]["Action"] == sorted(POLICY[0]["Action"])

    def test_retention_is_passed_by_with_the_second_statement_only(self, account: Sandbox, tmp_path: Path) -> None:
        s3 = make_bucket(account, LOGS, ObjectLockEnabledForBucket=True)
        until = datetime.now(UTC) + timedelta(days=3)
        put(s3, LOGS, "kept", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until)
        newcomer = Newcomer(account, POLICY[:1])
        module = Module("s3_bucket_contents", tmp_path / "out", account.process_env(**newcomer.env))
        arguments = {"name": LOGS, "state": "absent", "bypass_governance_retention": True}
        failed = module.run(arguments).result
        assert failed
        assert "lacks s3:BypassGovernanceRetention" in failed["msg"]
        assert failed["deleted"] == 0
        document = json.dumps({"Version": "2012-10-17", "Statement": POLICY})
        account.client("iam").put_user_policy(UserName="newcomer", PolicyName="more", PolicyDocument=document)
        done = module.run(arguments).result
        assert done
        assert done["deleted"] == 8

    def test_who_may_not_delete_is_told_which_permission_is_missing(self, account: Sandbox, tmp_path: Path) -> None:
        make_bucket(account, LOGS)
        less = [action for action in POLICY[0]["Action"] if action != "s3:DeleteObjectVersion"]
        newcomer = Newcomer(account, [{**POLICY[0], "Action": less}])
        module = Module("s3_bucket_contents", tmp_path / "out", account.process_env(**newcomer.env))
        failed = module.run({"name": LOGS, "state": "absent"}).result
        assert failed
        assert "AWS refused to delete 7 versions, the first of" in failed["msg"]
        assert "not authorized to perform: s3:DeleteObjectVersion" in failed["msg"]
        assert "The identity of this run lacks s3:DeleteObject or s3:DeleteObjectVersion" in failed["msg"]


def at_terminal(account: Sandbox, tmp_path: Path) -> Terminal:
    (tmp_path / "ansible.cfg").touch()
    environment = account.process_env(
        ANSIBLE_HOME=str(tmp_path / "home"),
        ANSIBLE_CONFIG=str(tmp_path / "ansible.cfg"),
        ANSIBLE_COLLECTIONS_PATH=COLLECTIONS,
        ANSIBLE_ACTION_PLUGINS=str(CHECKOUT / "extensions" / "in_process"),
        TERM="xterm",
        COLUMNS="400",
    )
    command = [sys.executable, "-m", "ansible.cli.playbook", PLAYBOOK, "-e", f"cloudtrail_bucket={LOGS}"]
    return Terminal(command, environment, tmp_path)
