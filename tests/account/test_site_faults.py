"""The site playbook under each kind of fault at each call: it ends well, or with a sentence, and the next one well."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from account_state import State
from conftest import Run
from sandbox import Sandbox
from site_scene import Site, sentence_of

Ansible = Callable[..., Run]
Figures = Callable[[str, int], None]

# At every how manyth call, in `make torture`; DAYONE_STRIDE looks less closely.
STRIDE = int(os.environ.get("DAYONE_STRIDE", "1"))
# The first of them, so that strides of different kinds do not all hit the same calls.
FIRST = int(os.environ.get("DAYONE_FIRST", "1"))
PATIENCE_SECONDS = 2

FAULTS: dict[str, dict[str, Any]] = {
    "throttled": {"code": "Throttling"},
    "slow-down": {"code": "SlowDown"},
    "too-many-requests": {"code": "TooManyRequestsException"},
    "internal-failure": {"code": "InternalFailure"},
    "unavailable": {"code": "ServiceUnavailable"},
    "reset-before": {"kind": "reset-before"},
    "reset-after": {"kind": "reset-after"},
    "slow": {"kind": "slow", "seconds": PATIENCE_SECONDS + 2},
    "truncated": {"kind": "truncated"},
    "garbled": {"kind": "garbled"},
    "expired": {"kind": "expired"},
    "withdrawn": {"kind": "withdrawn"},
    "stale": {"kind": "stale", "reads": 1},
    "stale-for-long": {"kind": "stale", "reads": 3},
}


@pytest.fixture
def site(account: Sandbox, ansible: Ansible, tmp_path: Path) -> Site:
    return Site(account, ansible, tmp_path)


class Undisturbed:
    """What a run is like that nothing disturbs."""

    def __init__(self, site: Site) -> None:
        site.begin()
        site.run()
        calls = site.account.journal()
        self.reading = sum(not call.writes for call in calls)
        self.writing = len(calls) - self.reading
        self.state: State = site.state()
        site.assert_secrets_work()


@pytest.mark.long
@pytest.mark.parametrize("name", FAULTS)
def test_at_each_call(site: Site, name: str, figures: Figures) -> None:
    undisturbed = Undisturbed(site)
    fault = FAULTS[name]
    calls = undisturbed.writing + (0 if fault.get("kind") == "stale" else undisturbed.reading)
    wrong = []
    for number in range(FIRST, calls + 1, STRIDE):
        site.begin()
        site.account.fail("*", "*", nth=number, **fault)
        disturbed = site.run(check=False, **site.patient(PATIENCE_SECONDS))
        (set_fault,) = site.account.faults()
        hit = site.account.journal()[number - 1] if "stale" not in name else None
        after = f"{name} at call {number} ({hit and hit.action})"
        try:
            assert set_fault["hits"], after
            if disturbed.rc:
                print(after, "::", sentence_of(disturbed))
            site.assert_ends_well(undisturbed.state, after)
        except Exception as error:
            wrong.append(f"{after}: {type(error).__name__} {error}")
            continue
        figures("faults survived", 1)
        figures("runs that a fault ended", int(disturbed.rc != 0))
    assert not wrong, "\n\n".join(wrong)
