# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is safe in an account and what is open, judged from what was read of it. No AWS call is made here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils import (
    _controls_billing,
    _controls_data,
    _controls_identity,
    _controls_logging,
    _controls_mfa,
    _controls_root,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._benchmarks import references
from ansible_collections.dayone.aws_account.plugins.module_utils._control import (
    BOOKS,
    Control,
    Readings,
    Unread,
    Verdict,
    unread,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in_url import CONSOLES

# The ids of letter and number are those of the article's steps; the others are those of a benchmark's items.
CONTROLS: tuple[Control, ...] = (
    *_controls_mfa.CONTROLS,
    *_controls_root.CONTROLS,
    *_controls_identity.CONTROLS,
    *_controls_logging.CONTROLS,
    *_controls_data.CONTROLS,
    *_controls_billing.CONTROLS,
)


def judge(
    readings: Readings, ids: Iterable[str] | None = None, partition: str = "aws", region: str = "us-east-1"
) -> list[dict[str, Any]]:
    """How every control stands, or those of ``ids``, in the order of CONTROLS."""
    wanted = None if ids is None else set(ids)
    return [
        _as_result(control, _verdict(control, readings), partition, region)
        for control in CONTROLS
        if wanted is None or control.id in wanted
    ]


def _verdict(control: Control, readings: Readings) -> Verdict:
    taken = [readings[name] for name in control.needs]
    missing = next((reading for reading in taken if isinstance(reading, Unread)), None)
    if missing and not control.judges_unread:
        return unread(missing)
    return control.judge(*taken)


def _as_result(control: Control, verdict: Verdict, partition: str, region: str) -> dict[str, Any]:
    book, page = control.docs
    console = CONSOLES.get(partition, CONSOLES["aws"])
    return {
        "id": control.id,
        "title": control.title.en,
        "title_ja": control.title.ja,
        "pillar": control.pillar,
        **verdict._asdict(),
        "references": [{"name": f"AWS: {book}", "url": BOOKS[book] + page}, *references(control.meets)],
        "meets": list(control.meets),
        "link": f"https://{console}/{control.link.format(region=region)}" if control.link else "",
        "changed_by": [{"name": event.name, "global": event.everywhere} for event in control.changed_by],
        "variable": control.variable,
    }
