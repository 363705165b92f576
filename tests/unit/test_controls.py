"""How the controls judge what was read: each in both states, and unknown when it may not be read."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from ansible_collections.dayone.aws_account.plugins.module_utils._benchmarks import (
    CIS,
    NOT_COVERED,
    SSB,
    STEPS_WITHOUT,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._controls import CONTROLS, judge
from conftest import CHECKOUT
from unit.posture_scene import ALARM, IDENTITIES, LONG_AGO, RECENT, SAFE, TRAIL, report, row

DENIED = Unread("AWS answered with AccessDenied", reason_ja="AWS の応答: AccessDenied")
CLOSED = Unread("The region is closed.", reason_ja="リージョンが無効です。", applies=False)
HIDDEN = {"name": "of-all", "unread": Unread("Trail 'of-all' could not be read: denied")}
THEIRS = {**ALARM, "name": "theirs", "ours": False}
DEAF = {**THEIRS, "confirmed": [], "currency": "EUR"}
FOREIGN = {**ALARM, "confirmed": [], "unread": [Unread("It could not be read: denied")]}
OLD_KEY = {"access_key_1_active": "true", "access_key_1_last_rotated": LONG_AGO}
NO_MFA = row("admin", mfa_active="false")
NO_DEVICES = {"assigned": [], "pending": [], "users": [], "root": False}
OPEN: list[tuple[str, dict[str, Any], str]] = [
    ("M1", {"devices": {**NO_DEVICES, "pending": ["admin"]}}, "manual"),
    ("M3", {"devices": NO_DEVICES, "credential_report": report(NO_MFA)}, "fail"),
    ("M3", {"devices": NO_DEVICES, "credential_report": report()}, "unknown"),
    ("M5", {"summary": {"AccountMFAEnabled": 0}}, "manual"),
    ("CIS.2.6", {"summary": {"AccountMFAEnabled": 0}}, "manual"),
    ("CIS.2.6", {"devices": {**NO_DEVICES, "root": True}}, "manual"),
    ("R1", {"identities": {**IDENTITIES, "groups": {}}}, "fail"),
    ("R1", {"identities": {**IDENTITIES, "groups": {"a": {"members": [], "policies": ["p"]}}}}, "fail"),
    ("R2", {"summary": {"Users": 0}}, "fail"),
    ("R2", {"summary": {"Users": 0}, "identities": DENIED}, "unknown"),
    ("R3", {"password_policy": {}}, "fail"),
    ("R3", {"password_policy": {"MinimumPasswordLength": 13}}, "fail"),
    ("CIS.2.9", {"password_policy": {"PasswordReusePrevention": 23}}, "fail"),
    ("R4", {"preferences": Unread("denied")}, "manual"),
    ("R4", {"preferences": Unread("This botocore does not know it.", asked=False)}, "unknown"),
    ("R4", {"preferences": Unread("x because no identity-based policy allows the action")}, "unknown"),
    ("R4", {"preferences": Unread("x because no service control policy allows the action")}, "unknown"),
    ("R4", {"preferences": Unread("x because no permissions boundary allows the action")}, "unknown"),
    ("R4", {"preferences": Unread("x with an explicit deny in an identity-based policy")}, "unknown"),
    ("R4", {"caller": "arn:aws:iam::123456789012:root"}, "unknown"),
    ("R4", {"preferences": CLOSED}, "not_applicable"),
    ("R5", {"aliases": []}, "fail"),
    ("R6", {"summary": {"AccountAccessKeysPresent": 1}}, "manual"),
    ("CIS.2.7", {"credential_report": report(root=RECENT)}, "manual"),
    ("CIS.2.2", {"contact": {}}, "manual"),
    ("CIS.2.2", {"contact": {"FullName": True, "PhoneNumber": False}}, "manual"),
    ("SSB.09", {"empty_networks": {}, "open_regions": []}, "manual"),
    ("SSB.09", {"empty_networks": {"us-east-1": ["vpc-1"]}}, "fail"),
    ("SSB.09", {"empty_networks": {"us-east-1": ["vpc-1"], "eu-west-1": DENIED}}, "fail"),
    ("SSB.09", {"empty_networks": {"us-east-1": [], "eu-west-1": DENIED}}, "unknown"),
    ("SSB.09", {"empty_networks": {"us-east-1": []}}, "manual"),
    ("SSB.09", {"empty_networks": {"us-east-1": []}, "open_regions": DENIED}, "unknown"),
    ("SSB.01", {"alternate_contacts": {"BILLING": True}}, "manual"),
    ("CIS.2.11", {"credential_report": report(row("admin", password_last_used=LONG_AGO))}, "fail"),
    ("CIS.2.11", {"credential_report": report(row("admin", password_last_used="no_information"))}, "fail"),
    ("CIS.2.11", {"credential_report": report(row("admin", **OLD_KEY))}, "fail"),
    ("CIS.2.12", {"credential_report": report(row("admin", **OLD_KEY, access_key_1_last_used_date=RECENT))}, "fail"),
    ("CIS.2.13", {"identities": {**IDENTITIES, "direct": {"admin": ["ReadOnlyAccess"]}}}, "fail"),
    ("CIS.2.14", {"identities": {**IDENTITIES, "full": ["all (user admin)"]}}, "fail"),
    ("CIS.2.15", {"identities": {**IDENTITIES, "support": []}}, "fail"),
    ("CIS.2.17", {"expired_certificates": ["site"]}, "fail"),
    ("CIS.2.18", {"analyzers": {"us-east-1": []}}, "fail"),
    ("CIS.2.18", {"analyzers": {"us-east-1": [{"type": "ACCOUNT", "status": "CREATING"}]}}, "fail"),
    ("CIS.2.18", {"analyzers": {"us-east-1": [{"type": "ACCOUNT_UNUSED_ACCESS", "status": "ACTIVE"}]}}, "fail"),
    ("CIS.2.20", {"identities": {**IDENTITIES, "cloudshell": ["group all"]}}, "fail"),
    ("T1", {"trails": []}, "fail"),
    ("T1", {"trails": [{**TRAIL, "logging": False}]}, "fail"),
    ("T1", {"trails": [{**TRAIL, "multi_region": False}]}, "fail"),
    ("T1", {"trails": [{**TRAIL, "management_events": False}]}, "fail"),
    ("T1", {"trails": [{**TRAIL, "logging": False}, HIDDEN]}, "unknown"),
    ("T2", {"trails": [{**TRAIL, "left_out": {"write": []}}]}, "fail"),
    ("T3", {"trails": [{**TRAIL, "left_out": {"read": [], "write": ["kms.amazonaws.com"]}}]}, "fail"),
    ("T3", {"trails": [{**TRAIL, "left_out": {}}]}, "fail"),
    ("T4", {"trails": [{**TRAIL, "insights": False}]}, "not_applicable"),
    ("T5", {"trails": [{**TRAIL, "objects": ["write"]}]}, "fail"),
    ("T6", {"trails": []}, "fail"),
    ("T6", {"trails": [{**TRAIL, "delivery_error": "AccessDenied"}]}, "fail"),
    ("T6", {"trails": [HIDDEN]}, "unknown"),
    ("T7", {"trails": [{**TRAIL, "kms_key": ""}]}, "fail"),
    ("T8", {"trails": [HIDDEN]}, "unknown"),
    ("T8", {"trails": [{**TRAIL, "log_file_validation": False}]}, "fail"),
    ("T9", {"trails": [{**TRAIL, "sns_topic": ""}]}, "not_applicable"),
    ("T10", {"trail_tags": {"arn": {}}}, "not_applicable"),
    ("T10", {"trail_tags": {"arn": DENIED}}, "unknown"),
    ("CIS.4.4", {"bucket_logging": {}, "trails": []}, "fail"),
    ("CIS.4.4", {"bucket_logging": {"logs": ""}}, "fail"),
    ("CIS.4.4", {"bucket_logging": {"logs": DENIED}}, "unknown"),
    ("CIS.4.6", {"key_rotation": {"k": False}}, "fail"),
    ("CIS.4.6", {"key_rotation": {"k": DENIED}}, "unknown"),
    ("CIS.4.3", {"recorders": {"us-east-1": []}}, "fail"),
    ("CIS.4.3", {"recorders": {"us-east-1": [{"recording": True, "last_status": "FAILURE"}]}}, "fail"),
    ("SSB.11", {"detectors": {"us-east-1": [{"status": "DISABLED"}]}}, "fail"),
    ("SSB.12", {"recommendations": ["Security groups"]}, "manual"),
    ("SSB.12", {"recommendations": Unread("Access denied due to support level")}, "manual"),
    ("SSB.12", {"recommendations": Unread("x because no identity-based policy allows it")}, "unknown"),
    ("SSB.08", {"public_access_block": {}}, "fail"),
    ("SSB.08", {"public_access_block": {**SAFE["public_access_block"], "IgnorePublicAcls": False}}, "fail"),
    ("B1", {"preferences": {"some/key": "DISABLED"}}, "fail"),
    ("B1", {"preferences": {}}, "manual"),
    ("B2", {"budgets": []}, "fail"),
    ("B2.usage", {"free_tier": [{"what": "Lambda requests", "percent": 90}]}, "manual"),
    ("B3", {"alarms": []}, "fail"),
    ("B5", {"alarms": []}, "fail"),
    ("B6", {"alarms": []}, "fail"),
    ("B6", {"alarms": [{**ALARM, "description": ""}]}, "fail"),
    ("B7", {"alarms": []}, "fail"),
    ("B5", {"alarms": [{**ALARM, "pending": ["a@example.com"]}]}, "manual"),
    ("B5", {"alarms": [{**ALARM, "unsubscribed": ["a@example.com"]}]}, "manual"),
    ("B5", {"alarms": [{**ALARM, "confirmed": []}]}, "fail"),
    ("B5", {"alarms": [ALARM, {**ALARM, "speaks": False}]}, "fail"),
    ("B5", {"alarms": [DEAF]}, "fail"),
    ("B5", {"alarms": [FOREIGN]}, "unknown"),
    ("B5", {"alarms": [FOREIGN, {**ALARM, "pending": ["a@example.com"]}]}, "manual"),
    ("B5", {"alarms": [FOREIGN, {**ALARM, "confirmed": []}]}, "fail"),
    ("B7", {"alarms": [DEAF]}, "fail"),
    ("B7", {"currencies": ["EUR"]}, "fail"),
    ("B7", {"currencies": []}, "unknown"),
]
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def control(readings: dict[str, Any], identifier: str) -> dict[str, Any]:
    (found,) = [item for item in judge(readings) if item["id"] == identifier]
    return found


def test_a_trail_that_cannot_be_read_does_not_spoil_one_that_can() -> None:
    for identifier in ("T1", "T2", "T3", "T5", "T6", "T7", "T8"):
        assert control({**SAFE, "trails": [HIDDEN, TRAIL]}, identifier)["status"] == "pass"
    refused = control({**SAFE, "trails": [{**TRAIL, "delivery_error": "AccessDenied"}]}, "T6")
    assert "trail 't' (AccessDenied)" in refused["remedy"]


def test_a_safe_account_passes_everything() -> None:
    assert {item["id"]: item["status"] for item in judge(SAFE)} == {item.id: "pass" for item in CONTROLS}


@pytest.mark.parametrize(
    "alarms",
    [
        [ALARM, DEAF, {**THEIRS, "speaks": False}],
        [THEIRS, DEAF, {**THEIRS, "speaks": False}],
        [ALARM, {**FOREIGN, "ours": False}],
    ],
)
def test_what_others_set_does_not_spoil_alarms_that_reach_somebody(alarms: list[dict[str, Any]]) -> None:
    for identifier in ("B3", "B5", "B6", "B7"):
        assert control({**SAFE, "alarms": alarms}, identifier)["status"] == "pass"


def test_a_topic_that_may_not_be_read_hides_no_other_control() -> None:
    for identifier in ("B3", "B6", "B7"):
        assert control({**SAFE, "alarms": [FOREIGN]}, identifier)["status"] == "pass"


@pytest.mark.parametrize(("identifier", "changes", "status"), OPEN)
def test_what_is_open_says_what_to_do_in_both_languages(identifier: str, changes: dict[str, Any], status: str) -> None:
    found = control({**SAFE, **changes}, identifier)
    assert found["status"] == status
    assert found["remedy"]
    if status != "unknown" or found["remedy"] != found["remedy_ja"]:
        assert JAPANESE.search(found["remedy_ja"])
    assert not JAPANESE.search(found["remedy"])


@pytest.mark.parametrize("item", [item for item in CONTROLS if not item.judges_unread], ids=lambda item: item.id)
def test_what_may_not_be_read_is_unknown(item: Any) -> None:
    for name in item.needs:
        found = control({**SAFE, name: DENIED}, item.id)
        assert (found["status"], found["remedy"], found["remedy_ja"]) == ("unknown", *DENIED.why)
        assert control({**SAFE, name: CLOSED}, item.id)["status"] == "not_applicable"


def test_every_control_has_both_states_tested() -> None:
    assert {identifier for identifier, _changes, _status in OPEN} == {item.id for item in CONTROLS}


class TestTheReportOfHoursAgo:
    """AWS makes a credential report every four hours at most: what is newer counts."""

    def test_a_device_that_was_assigned_since(self) -> None:
        assert control({**SAFE, "credential_report": report(NO_MFA)}, "M3")["status"] == "pass"

    def test_a_user_who_is_gone_since(self) -> None:
        gone = row("gone", mfa_active="false", **OLD_KEY)
        for identifier in ("M3", "CIS.2.11", "CIS.2.12"):
            found = control({**SAFE, "credential_report": report(row("admin"), gone)}, identifier)
            assert found["status"] == "pass"

    def test_a_user_who_came_since(self) -> None:
        found = control({**SAFE, "identities": {**IDENTITIES, "users": ["admin", "new"]}}, "M3")
        assert found["status"] == "unknown"
        assert "does not know new yet" in found["remedy"]


class TestRegions:
    """Of what each region has for itself."""

    on, off = SAFE["detectors"]["us-east-1"], [{"id": "d", "status": "DISABLED"}]

    @pytest.mark.parametrize(
        ("regions", "status"),
        [
            ({"a": on, "b": CLOSED}, "pass"),
            ({"a": on, "b": DENIED}, "unknown"),
            ({"a": off, "b": DENIED}, "fail"),
            ({"a": CLOSED, "b": CLOSED}, "not_applicable"),
        ],
    )
    def test_one_that_is_closed_does_not_count_and_one_that_is_hidden_may_be_wrong(
        self, regions: dict[str, Any], status: str
    ) -> None:
        assert control({**SAFE, "detectors": regions}, "SSB.11")["status"] == status

    def test_the_remedy_names_those_that_lack_it(self) -> None:
        found = control({**SAFE, "detectors": {"a-1": self.on, "b-2": self.off}}, "SSB.11")
        assert "b-2" in found["remedy"]
        assert "a-1" not in found["remedy"]


def test_people_of_identity_center_are_administrators_too() -> None:
    federated = {**IDENTITIES, "users": [], "groups": {}, "federated": ["AWSReservedSSO_AdministratorAccess_0"]}
    readings = {**SAFE, "summary": {"Users": 0}, "identities": federated}
    assert control(readings, "R1")["status"] == "not_applicable"
    assert control(readings, "R2")["status"] == "pass"


def test_the_bucket_of_an_organization_is_its_makers_to_look_after() -> None:
    found = control({**SAFE, "bucket_logging": {}, "trails": [{**TRAIL, "own": False}]}, "CIS.4.4")
    assert found["status"] == "not_applicable"


def test_without_a_key_there_is_none_to_rotate() -> None:
    assert control({**SAFE, "key_rotation": {}}, "CIS.4.6")["status"] == "not_applicable"


class TestWhatTheControlsSayOfThemselves:
    """Their data, of which the reports and the compliance table are made."""

    def test_every_step_and_every_item_has_a_control_or_a_reason(self) -> None:
        met = {item for control in CONTROLS for item in control.meets}
        assert met | NOT_COVERED.keys() == SSB.keys() | CIS.keys()
        assert not met & NOT_COVERED.keys()
        steps = {
            f"{letter}{number}"
            for letter, last in (("M", 5), ("R", 6), ("T", 11), ("B", 7))
            for number in range(1, last + 1)
        }
        assert steps - STEPS_WITHOUT.keys() <= {control.id for control in CONTROLS}

    def test_ids_are_used_once(self) -> None:
        assert len({control.id for control in CONTROLS}) == len(CONTROLS)

    @pytest.mark.parametrize("item", CONTROLS, ids=lambda item: item.id)
    def test_variables_are_those_of_the_role(self, item: Any) -> None:
        if item.variable:
            spec = yaml.safe_load((CHECKOUT / "roles" / item.role / "meta" / "argument_specs.yml").read_text())
            assert item.variable in spec["argument_specs"]["main"]["options"]

    @pytest.mark.parametrize(
        ("partition", "host"),
        [
            ("aws", "console.aws.amazon.com"),
            ("aws-cn", "console.amazonaws.cn"),
            ("aws-us-gov", "console.amazonaws-us-gov.com"),
        ],
    )
    def test_links_are_of_the_partition_and_region(self, partition: str, host: str) -> None:
        for found in judge(SAFE, partition=partition, region="somewhere-1"):
            assert urlsplit(found["link"]).netloc == host
            assert "{" not in found["link"]
            assert all(reference["url"].startswith("https://") for reference in found["references"])
            assert JAPANESE.search(found["title_ja"])
