"""An account's posture as account_posture_info returns it, and what a run adds to it, for the tests of the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.dayone.aws_account.plugins.plugin_utils._report import as_json, report_of

ACCOUNT = "123456789012"
MADE = "2026-11-25T13:00:00Z"


def posture(**other: Any) -> dict[str, Any]:
    """Forty controls, a trail, three alarms, what they cost."""
    return {**loaded(Path(__file__).with_name("posture.json")), **other}


def loaded(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


CHANGES: list[dict[str, Any]] = [
    {
        "id": "R6",
        "title": "The root user has no access keys",
        "title_ja": "ルートユーザーにアクセスキーがない",
        "was": "manual",
        "is": "pass",
        "between": ["2026-11-24T13:00:00Z", MADE],
        "by": [{"who": f"arn:aws:iam::{ACCOUNT}:root", "event": "DeleteAccessKey", "at": "2026-11-24T14:22:10Z"}],
        "by_unknown": "",
    },
    {
        "id": "CIS.2.2.1",
        "title": "New EBS volumes are encrypted",
        "title_ja": "新しい EBS ボリュームが暗号化される",
        "was": "pass",
        "is": "fail",
        "between": ["2026-11-24T13:00:00Z", MADE],
        "by": [],
        "by_unknown": "CloudTrail has no event of it yet; events appear within about 15 minutes.",
    },
]
SINCE = {item["id"]: f"2026-11-{5 + number % 20:02}T13:00:00Z" for number, item in enumerate(posture()["controls"])}
DONE = ["trail 'management-events' created", "alarm at 10,000 JPY set"]
BESIDE = ["The invitation of sns@example.com to Cost Anomaly Detection was declined."]

# What people, or their tags and names, may hold.
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
HOSTILE = (
    MARKUP,
    "\"><svg onload=alert(3)>' onmouseover='alert(4)",
    "{{ 7 * 7 }}{% raw %}{# no #}",
    "</script></style></title>-->",
    "red \x1b[31malert\x1b[0m \x9b31m \u202egnp.exe",
    "javascript:alert(5)",
)


def hostile_posture() -> dict[str, Any]:
    """All that a text can be is one of the hostile ones."""
    text = " ".join(HOSTILE)

    def spoilt(value: Any) -> Any:
        if isinstance(value, dict):
            kept = ("id", "status", "pillar", "account", "partition", "currency")
            return {key: item if key in kept else spoilt(item) for key, item in value.items()} | (
                {text: text} if not value else {}
            )
        if isinstance(value, list):
            return [spoilt(item) for item in value]
        return text if isinstance(value, str) else value

    made: dict[str, Any] = spoilt(posture())
    for number, item in enumerate(made["controls"]):
        item["id"] = f"{item['id']}{text if number == 0 else ''}"
        item["link"] = HOSTILE[number % len(HOSTILE)]
        item["evidence"] = {text: [text, {text: text}]}
    made["alias"] = text
    return made


def report(**other: Any) -> dict[str, Any]:
    return report_of(
        posture(**other), made=MADE, since=SINCE, changes=CHANGES, done=DONE, only_planned=False, beside=BESIDE
    )


NAMES = ("Hoshizora Books", "Shop", "Labs", "星空書店 本番", "星空書店 検証", "Data platform", "Payments", "Sandbox")


def many_accounts(directory: Path, number: int) -> list[str]:
    """So many accounts' report.json, each as a run would have left it; returns their ids."""
    ids = [f"{210000000000 + 7919 * index}" for index in range(number)]
    controls = posture()["controls"]
    for index, account in enumerate(ids):
        own = [
            item if item["status"] == "pass" or position % 7 < index % 8 else {**item, "status": "pass", "remedy": ""}
            for position, item in enumerate(controls)
        ]
        made = report(account=account, account_name=f"{NAMES[index % len(NAMES)]} {index}", alias="", controls=own)
        made |= {"made": f"2026-11-{1 + index % 25:02}T13:00:00Z", "changes": CHANGES[: index % 3]}
        made |= {"open_beside": BESIDE[: index % 5 == 1]}
        (directory / account).mkdir(mode=0o700)
        (directory / account / "report.json").write_text(as_json(made))
        (directory / account / "report.html").touch()
    return ids
