# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What report.json holds: made of an account's posture and of what a run did, and compared with the last one.

Its form is published in docs/report.schema.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

VERSION = 1
# What weighs most comes first; of the steps, those whose lack gives away the whole account.
PILLARS = ("mfa", "root", "identity", "logging", "billing", "data")
FIRST = ("M5", "R6")
# In the order in which they want a person's eye.
STATUSES = ("fail", "manual", "unknown", "pass", "not_applicable")
OPEN = ("fail", "manual")

# What a report is made of, as account_posture_info and account_changes_info return it.
OF_POSTURE = (
    *("account", "account_name", "alias", "sign_in_url", "partition", "region"),
    *("controls", "trails", "alarms", "charges", "costs"),
)
FIELDS: dict[str, tuple[str, ...]] = {
    "controls": (
        *("id", "title", "title_ja", "status", "evidence", "remedy", "remedy_ja"),
        *("pillar", "references", "meets", "link", "changed_by", "variable"),
    ),
    "trails": (
        *("name", "home_region", "multi_region", "logging", "bucket", "prefix"),
        *("kms_key", "log_file_validation", "delivery_error", "unread"),
    ),
    "alarms": ("name", "threshold", "currency", "state", "ours", "confirmed", "pending"),
    "charges": ("currency", "amount", "at"),
    "costs": ("what", "what_ja", "price", "price_ja", "estimate", "switched_on_by"),
}
OF_CHANGE = ("id", "title", "title_ja", "was", "is", "between", "by", "by_unknown")

# These tell of a run or of the time, and not of how the account stands.
OF_THE_RUN = ("made", "done", "only_planned", "open_beside", "changes", "charges")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
# C1 controls, line separators and what turns the direction of writing: a terminal, or an editor, would obey them.
INVISIBLE = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def lacking(posture: Mapping[str, Any], changes: list[dict[str, Any]]) -> Iterator[str]:
    """The names of what is missing, or no word of a report's, as ``controls[2].pillar``."""
    yield from (name for name in OF_POSTURE if name not in posture)
    for part, fields in FIELDS.items():
        for number, item in enumerate(posture.get(part, [])):
            yield from (f"{part}[{number}].{field}" for field in fields if field not in item)
    for number, control in enumerate(posture.get("controls", [])):
        for field, words in (("status", STATUSES), ("pillar", PILLARS)):
            if field in control and control[field] not in words:
                yield f"controls[{number}].{field}"
    for number, change in enumerate(changes):
        yield from (f"changes[{number}].{field}" for field in OF_CHANGE if field not in change)


def report_of(
    posture: Mapping[str, Any],
    *,
    made: str,
    since: Mapping[str, str],
    changes: list[dict[str, Any]],
    done: list[str],
    only_planned: bool,
    beside: list[str],
) -> dict[str, Any]:
    """What report.json holds, of a posture that lacks nothing. A control of unknown age is as old as this report."""
    return {
        "version": VERSION,
        "made": made,
        "account": {
            "id": posture["account"],
            "name": posture["account_name"],
            "alias": posture["alias"],
            "sign_in_url": posture["sign_in_url"],
            "partition": posture["partition"],
        },
        "controls": [
            {**picked(control, FIELDS["controls"]), "since": since.get(control["id"], made)}
            for control in posture["controls"]
        ],
        **{part: [picked(item, FIELDS[part]) for item in posture[part]] for part in FIELDS if part != "controls"},
        "done": done,
        "only_planned": only_planned,
        "open_beside": beside,
        "changes": [picked(change, OF_CHANGE) for change in changes],
    }


def picked(item: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    """What the report publishes of an item, and nothing that it may have besides."""
    return {field: item[field] for field in fields}


def as_json(report: Mapping[str, Any]) -> str:
    """The text of the file: for people, for ``diff``, and for a terminal that shows it."""
    text = json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class Counts(NamedTuple):
    """How many controls stand how; ``open`` counts what a role found open besides, too."""

    passed: int
    open: int
    by_hand: int
    unknown: int
    not_applicable: int
    applicable: int


def counts_of(controls: list[dict[str, Any]], beside: int = 0) -> Counts:
    number = {status: sum(control["status"] == status for control in controls) for status in STATUSES}
    return Counts(
        passed=number["pass"],
        open=number["fail"] + number["manual"] + beside,
        by_hand=number["manual"],
        unknown=number["unknown"],
        not_applicable=number["not_applicable"],
        applicable=len(controls) - number["not_applicable"],
    )


def standing(report: Mapping[str, Any]) -> list[str]:
    """How the account stands, a line for each thing, with no time in it: two reports that differ here differ."""
    told = {key: value for key, value in report.items() if key not in OF_THE_RUN}
    account, controls = told.pop("account"), told.pop("controls")
    lines = [f"account {_line(account)}"]
    for control in controls:
        rest = {key: value for key, value in control.items() if key not in ("id", "title", "status", "since")}
        lines.append(f"{control['id']} {control['status']}: {control['title']} {_line(rest)}")
    for part in sorted(told):
        items = told[part] if isinstance(told[part], list) else [told[part]]
        lines += [f"{part} {_line(item)}" for item in items]
    return [TIME.sub("(a time)", line) for line in lines]


def only_in(one: list[str], other: list[str]) -> str:
    """The lines that the other does not have, as text."""
    return "".join(f"{line}\n" for line in one if line not in other)


def _line(value: Any) -> str:
    return INVISIBLE.sub("?", json.dumps(value, sort_keys=True, ensure_ascii=False))
