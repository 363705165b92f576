"""The module account_posture_info on the stand-in account: each control in both states, and what may not be read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from account import posture_scene
from account.posture_scene import neglected, user, well_kept
from account.trail_scene import LOGS, REGION, document
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._controls import CONTROLS
from ansible_collections.dayone.aws_account.plugins.module_utils._posture import IN_AWS_ALONE, at_once, once
from killed_module import Module
from sandbox import Sandbox

Status = dict[str, str]

# How the controls stand in a fresh account that its root user looks at; those that are not here pass.
FRESH: Status = {
    **dict.fromkeys(("R1", "R2", "R3", "R5", "CIS.2.9", "CIS.2.15", "CIS.2.18"), "fail"),
    **dict.fromkeys(("T1", "T2", "T3", "T5", "T6", "T7", "T8", "CIS.4.3", "CIS.4.4", "SSB.08", "SSB.11"), "fail"),
    **dict.fromkeys(("B1", "B2", "B3", "B5", "B6", "B7"), "fail"),
    **dict.fromkeys(("M5", "CIS.2.6", "SSB.01", "SSB.09", "SSB.12"), "manual"),
    **dict.fromkeys(("T4", "T9", "T10", "CIS.4.6"), "not_applicable"),
    "R4": "unknown",
}
NEGLECTED: Status = {
    **FRESH,
    **dict.fromkeys(("M3", "CIS.2.11", "CIS.2.12", "CIS.2.13", "CIS.2.14", "CIS.2.17", "CIS.2.20", "CIS.4.6"), "fail"),
    **dict.fromkeys(("M1", "R4", "R6", "CIS.2.2", "CIS.2.7", "B2.usage"), "manual"),
    **dict.fromkeys(("M5", "R2", "T7", "B3"), "pass"),
    "B1": "unknown",
}


def look(account: Sandbox, directory: Path, env: dict[str, str], **arguments: Any) -> dict[str, Any]:
    """What the module returns to who has this environment."""
    result = (
        Module("account_posture_info", directory, account.process_env(**env))
        .run({"region": REGION, "_ansible_check_mode": False, **arguments})
        .result
    )
    assert result is not None
    assert not result.get("failed"), result
    return result


def statuses(result: dict[str, Any]) -> Status:
    return {item["id"]: item["status"] for item in result["controls"]}


@pytest.mark.parametrize(
    ("scene", "expected"),
    [(lambda _account: {}, FRESH), (neglected, NEGLECTED)],
    ids=["fresh", "neglected"],
)
def test_how_others_stand(
    account: Sandbox, tmp_path: Path, scene: Callable[[Sandbox], dict[str, str]], expected: Status
) -> None:
    env = scene(account)
    account.clear_journal()
    result = look(account, tmp_path, env)
    assert statuses(result) == {item.id: expected.get(item.id, "pass") for item in CONTROLS}
    assert [call.action for call in account.journal() if call.writes] == []


def test_every_control_is_seen_in_both_states() -> None:
    """The account that is well kept has them all pass."""
    for item in CONTROLS:
        assert {FRESH.get(item.id, "pass"), NEGLECTED.get(item.id, "pass")} != {"pass"}, item.id


def test_an_account_that_is_well_kept(account: Sandbox, tmp_path: Path) -> None:
    """How it stands, what is told of it, what that takes, and what is not there for all."""
    admin = well_kept(account)
    account.clear_journal()
    found = look(account, tmp_path, admin)
    # Whether networks are used somewhere, only a look into every region tells.
    assert statuses(found) == {item.id: "pass" for item in CONTROLS} | {"SSB.09": "manual"}
    check_calls(account)
    check_what_is_told(found)
    check_regions(look(account, tmp_path, admin, regions=[REGION, "eu-central-1"]))
    account.fail("accessanalyzer", "*", "UnrecognizedClientException", status=400)
    account.fail("guardduty", "*", "SubscriptionRequiredException", status=403)
    account.fail("config", "*", "OptInRequired", status=403)
    not_there = statuses(look(account, tmp_path, admin))
    assert {not_there[name] for name in ("CIS.2.18", "SSB.11", "CIS.4.3")} == {"not_applicable"}


def check_calls(account: Sandbox) -> None:
    """Each thing is read once, and nothing written."""
    calls = Counter(call.action for call in account.journal())
    assert calls.pop("GetAlternateContact") == 3
    assert set(calls.values()) == {1}
    assert len(calls) <= 29
    assert [call.action for call in account.journal() if call.writes] == []


def check_what_is_told(found: dict[str, Any]) -> None:
    assert {name: found[name] for name in ("account", "account_name", "partition", "region", "alias")} == {
        "account": posture_scene.ACCOUNT,
        "account_name": "Example account",
        "partition": "aws",
        "region": REGION,
        "alias": "example-books",
    }
    (trail,) = found["trails"]
    assert trail.pop("kms_key").startswith(f"arn:aws:kms:{REGION}:")
    assert trail == {
        "name": "all",
        "home_region": REGION,
        "multi_region": True,
        "logging": True,
        "bucket": LOGS,
        "prefix": "here",
        "log_file_validation": True,
        "delivery_error": "",
        "unread": "",
    }
    (alarm,) = found["alarms"]
    assert alarm == {
        "name": "charges",
        "threshold": 10.0,
        "currency": "USD",
        "state": alarm["state"],
        "ours": False,
        "confirmed": 1,
        "pending": 0,
    }
    (charges,) = found["charges"]
    assert (charges["currency"], charges["amount"]) == ("USD", 3.5)
    assert {item["switched_on_by"] for item in found["costs"]} == {
        "cloudtrail_bucket",
        "cloudtrail_data_events",
        "cloudtrail_insights",
        "cloudtrail_encryption",
        "cloudtrail_sns_topic",
        "billing_alarm_thresholds",
        "billing_alarm_emails",
        "billing_alarm_free_tier_emails",
    }
    # Addresses and details of people are counted, and not told beside the alarms that tell them.
    assert "Ada Example" not in json.dumps(found)


def check_regions(found: dict[str, Any]) -> None:
    """One of those that were asked for has no analyzer."""
    (analyzers,) = [item for item in found["controls"] if item["id"] == "CIS.2.18"]
    assert analyzers["status"] == "fail"
    assert "(eu-central-1)" in analyzers["remedy"]


def test_networks_are_looked_at_in_every_region_that_is_asked_for(account: Sandbox, tmp_path: Path) -> None:
    """One that has an interface in it is used; and not all is well before all regions have been looked at."""
    everywhere = [one["RegionName"] for one in account.client("ec2").describe_regions()["Regions"]]
    used, *others = everywhere
    account.client("ec2", used).create_network_interface(SubnetId=subnets(account, used)[0])

    def stands(*regions: str) -> tuple[str, dict[str, Any], str]:
        (found,) = [
            item for item in look(account, tmp_path, {}, regions=list(regions))["controls"] if item["id"] == "SSB.09"
        ]
        return found["status"], found["evidence"], found["remedy"]

    status, evidence, remedy = stands("all")
    assert (status, set(evidence), evidence[used]) == ("fail", set(everywhere), [])
    assert all(len(evidence[region]) == 1 for region in others)
    assert f"in {', '.join(others)}:" in remedy
    status, evidence, remedy = stands(used)
    assert (status, evidence) == ("manual", {used: []})
    assert "and 11 more" in remedy
    for region in others:
        delete_networks(account, region)
    assert stands("all")[0] == "pass"
    account.fail("ec2", "DescribeRegions", "UnauthorizedOperation", status=403)
    assert (stands("all")[0], stands(used)[0]) == ("unknown", "unknown")


def subnets(account: Sandbox, region: str) -> list[str]:
    return [one["SubnetId"] for one in account.client("ec2", region).describe_subnets()["Subnets"]]


def delete_networks(account: Sandbox, region: str) -> None:
    ec2 = account.client("ec2", region)
    for subnet in subnets(account, region):
        ec2.delete_subnet(SubnetId=subnet)
    for network in ec2.describe_vpcs()["Vpcs"]:
        ec2.delete_vpc(VpcId=network["VpcId"])


# What is asked of each thing that a listing has told of.
OF_WHAT_WAS_FOUND = (
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:ListTags",
    "cloudwatch:GetMetricStatistics",
    "guardduty:GetDetector",
    "kms:GetKeyRotationStatus",
    "s3:GetBucketLogging",
    "sns:ListSubscriptionsByTopic",
)
HIDDEN_THEN = {
    *("CIS.4.4", "CIS.4.6", "T1", "T10", "T2", "T3", "T4", "T5", "T6", "T7", "T9"),
    *("SSB.11", "B5"),
}


def test_a_permission_that_is_missing_lets_nothing_pass(account: Sandbox, tmp_path: Path) -> None:
    """It hides what needs it, which says so, and nothing else."""
    well_kept(account)
    env = user(account, "reader")
    account.world(enforce_policies=True)

    def look_without(*actions: str) -> dict[str, Any]:
        allow = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        deny = {"Effect": "Deny", "Action": actions, "Resource": "*"}
        account.client("iam").put_user_policy(
            UserName="reader", PolicyName="reads", PolicyDocument=document(allow, deny)
        )
        return look(account, tmp_path, env)

    less = look_without(*OF_WHAT_WAS_FOUND)
    unknown = [item for item in less["controls"] if item["status"] == "unknown"]
    assert {item["id"] for item in unknown} == HIDDEN_THEN
    for item in unknown:
        assert any(action in item["remedy"] and action in item["remedy_ja"] for action in OF_WHAT_WAS_FOUND), item
    (trail,) = less["trails"]
    assert trail["unread"].startswith("Trail 'all' could not be read: AWS answered GetTrailStatus with AccessDenied")
    assert less["charges"] == []

    nothing = look_without("*")
    # Networks are looked at only where regions are given.
    hidden = statuses(nothing)
    assert hidden.pop("SSB.09") == "manual"
    assert set(hidden.values()) == {"unknown"}
    assert nothing["trails"] == nothing["alarms"] == nothing["charges"] == nothing["costs"] == []
    assert (nothing["alias"], nothing["account_name"]) == ("", "")


def test_other_partitions_are_not_asked_for_what_they_do_not_have() -> None:
    def asked() -> str:
        return "asked"

    readers = dict.fromkeys([*IN_AWS_ALONE, "summary"], asked)
    found = at_once(once(readers, "aws-us-gov"))
    assert found.pop(("summary", "")) == "asked"
    assert all(isinstance(value, Unread) and not value.applies for value in found.values())
    assert set(at_once(once(readers, "aws")).values()) == {"asked"}


def test_a_failure_of_the_network_is_one_sentence(account: Sandbox, tmp_path: Path) -> None:
    env = account.process_env(AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_MAX_ATTEMPTS="1")
    run = partial(Module("account_posture_info", tmp_path, env).run, {"region": REGION})
    result = run().result
    assert result is not None
    assert result["failed"]
    assert result["msg"].startswith("Could not read where the account stands: ")
