"""Modules that only read, when AWS refuses one of their calls: they say so in a sentence, or go on without it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from account.example_scene import ACCOUNT, ADDRESS, OTHER, Scene
from killed_module import Module
from sandbox import Sandbox
from site_scene import UNFORESEEN

CALLER = {"account_id": ACCOUNT, "caller_arn": f"arn:aws:iam::{ACCOUNT}:user/administrator"}
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:billing-alarms"
ALARMS = {"topic_arn": TOPIC, "emails": [ADDRESS], "name": "billing-alarm", "currency": "USD", "thresholds": ["10"]}
ADMINISTRATORS = {"group": "Administrators", "managed_policies": ["AdministratorAccess"]}

MODULES: dict[str, dict[str, Any]] = {
    "account_posture_info": {},
    "account_session": {"account_id": OTHER, "role": "OrganizationAccountAccessRole"},
    "billing_alarms_info": {**ALARMS, "region": "us-east-1"},
    "billing_metric_info": {"region": "us-east-1"},
    "cloudtrail_destination_info": {**CALLER, "trail_name": "management-events", "bucket": "example-trail-logs"},
    "cloudtrail_plan_info": {"name": "management-events", "account_id": ACCOUNT},
    "cloudtrail_trails_info": {"name": "management-events", "account_id": ACCOUNT, "existing": "adopt"},
    "iam_administrators_info": {**ADMINISTRATORS, "users": [{"name": "admin"}, {"name": "former", "state": "absent"}]},
    "iam_member_root_credentials_info": {},
    "iam_password_policy_info": {},
    "iam_virtual_mfa_device_info": {},
    "root_user_info": {},
    "s3_bucket_contents_info": {"name": "example-trail-logs"},
    "s3_bucket_trails_info": {"name": "example-trail-logs"},
}
# Of a module with many calls, some.
MOST = 12


@pytest.mark.parametrize("name", MODULES)
def test_it_is_said_in_a_sentence(account: Sandbox, tmp_path: Path, name: str) -> None:
    scene = Scene(account, tmp_path / "reader")
    module = Module(name, tmp_path, account.process_env(**scene.keys))
    arguments = {"region": "ap-northeast-1", **MODULES[name]}
    account.clear_journal()
    whole = module.run(arguments).result
    assert whole is not None
    assert not whole.get("failed"), whole
    calls = len(account.journal())
    assert calls
    refused = 0
    for number in range(1, calls + 1, -(-calls // MOST)):
        account.clear_faults()
        account.fail("*", "*", "AccessDenied", nth=number)
        result = module.run(arguments).result
        assert result is not None, number
        if result.get("failed"):
            refused += 1
            # A sentence may begin with how many accounts it is about.
            assert re.match(r"[A-Z'\d].*\.$", str(result["msg"]), re.DOTALL), result
        assert not UNFORESEEN.search(str(result)), result
        assert not result.get("changed")
    assert refused or "steps" in whole or "controls" in whole
