"""What the tests of changes share: reports of an account, the last one kept as a file, and who changes the account."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from account.module_runs import Result, Run, runner
from account.trail_scene import ACCOUNT, REGION
from sandbox import Sandbox

# What each control here can be changed by, and whether that is of no region.
EVENTS = {
    "B3": {"PutMetricAlarm": True, "DeleteAlarms": True},
    "M1": {"CreateVirtualMFADevice": True, "EnableMFADevice": True, "DeactivateMFADevice": True},
    "M5": {"EnableMFADevice": True, "DeactivateMFADevice": True},
    "R2": {"CreateUser": True, "AttachUserPolicy": True, "AddUserToGroup": True},
    "R3": {"UpdateAccountPasswordPolicy": True, "DeleteAccountPasswordPolicy": True},
    "R5": {"CreateAccountAlias": True, "DeleteAccountAlias": True},
    "T1": {"CreateTrail": False, "UpdateTrail": False, "DeleteTrail": False, "StopLogging": False},
}


def control(name: str, status: str, evidence: Any = None, **more: Any) -> dict[str, Any]:
    changed_by = [{"name": event, "global": is_global} for event, is_global in EVENTS.get(name, {}).items()]
    return {
        "id": name,
        "title": f"Title of {name}",
        "title_ja": "題",
        "status": status,
        "remedy": "",
        "evidence": evidence or {},
        "changed_by": changed_by,
        **more,
    }


def posture(*controls: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = {"account": ACCOUNT, "region": REGION, "partition": "aws", "alias": "", "sign_in_url": "https://example.com"}
    return {**told, "controls": list(controls), **more}


def ago(seconds: float) -> str:
    """The time so long ago, as reports have it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))


def kept(directory: Path, found: dict[str, Any], **more: Any) -> Path:
    """The file of a report of a posture, made a minute ago."""
    report = {**found, "version": 1, "made": ago(60), "account": {"id": ACCOUNT}, **more}
    directory.mkdir(exist_ok=True)
    file = directory / "report.json"
    file.write_text(json.dumps(report))
    return file


class Watched:
    """An account of which reports are made."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self._read = runner(account, directory, "account_posture_info", region=REGION)
        self._compare: Run = runner(account, directory, "account_changes_info", region=REGION)
        self._directory = directory

    def posture(self) -> dict[str, Any]:
        """How the account stands."""
        found = self._read()
        controls = [{**control(item["id"], item["status"]), **item} for item in found["controls"]]
        return {"region": REGION, **found, "controls": controls}

    def changes(self, now: dict[str, Any], last: dict[str, Any] | Path, **more: Any) -> Result:
        """What the module returns."""
        file = last if isinstance(last, Path) else kept(self._directory, last, **more)
        return self._compare(posture=now, last=str(file))


def by_id(result: Result) -> dict[str, list[dict[str, Any]]]:
    """The changes of each control."""
    found: dict[str, list[dict[str, Any]]] = {}
    for change in result["changes"]:
        found.setdefault(change["id"], []).append(change)
    return found
