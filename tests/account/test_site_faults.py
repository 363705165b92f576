"""The site playbook under each kind of fault at each call: it ends well, or with a sentence, and the next one well."""

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from account_state import State
from conftest import Run
from sandbox import Sandbox
from site_scene import ASKED_AGAIN, INTERFERENCE, Site, sentence_of
from torture import sample

Ansible = Callable[..., Run]
Figures = Callable[[str, int], None]

PATIENCE_SECONDS = 2
LAST_FEW = 20

# A HEAD request's answer has a status alone.
THROTTLED = ("Throttling", "ThrottlingException", "SlowDown", "503")

FAULTS: dict[str, dict[str, Any]] = {
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
    for number in sample(range(1, calls + 1)):
        site.begin()
        site.account.fail("*", "*", nth=number, **fault)
        disturbed = site.run(check=False, **site.patient(PATIENCE_SECONDS))
        (set_fault,) = site.account.faults()
        journal = site.account.journal()
        # How often AWS is asked whether the credential report is there differs.
        if not set_fault["hits"] and number > calls - LAST_FEW:
            break
        after = f"{name} at call {number} ({'a write' if 'stale' in name else journal[number - 1].action})"
        try:
            assert set_fault["hits"], after
            if disturbed.rc:
                print(after, "::", sentence_of(disturbed))
            site.assert_ends_well(undisturbed.state, after)
        except Exception as error:
            wrong.append(f"{after}: {type(error).__name__} {error}")
            continue
        figures("runs that a fault ended", int(disturbed.rc != 0))
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("name", ASKED_AGAIN)
def test_at_all_calls_of_a_run(site: Site, name: str) -> None:
    undisturbed = Undisturbed(site)
    site.begin()
    site.account.fail("*", "*", every=2, **ASKED_AGAIN[name])
    run = site.run(check=False)
    (fault,) = site.account.faults()
    # An access key alone is asked for once, for a second call might make a second one.
    if run.rc:
        assert "access key" in sentence_of(run)
    site.assert_ends_well(undisturbed.state, name)
    assert fault["hits"] > undisturbed.writing


def test_throttled_at_every_third_call(site: Site, tmp_path: Path, figures: Figures) -> None:
    site.begin()
    began = time.monotonic()
    site.run()
    quiet = time.monotonic() - began
    undisturbed = site.state()
    site.begin()
    sleeps = tmp_path / "sleeps"
    sleeps.touch()
    site.account.fail("*", "*", kind="throttled", every=3)
    began = time.monotonic()
    site.run(PYTHONPATH=str(INTERFERENCE), DAYONE_SLEEPS=str(sleeps))
    throttled = time.monotonic() - began
    (fault,) = site.account.faults()
    refused = [call for call in site.account.journal() if call.error in THROTTLED]
    # Each refused call was made once more, and no more often.
    assert len(refused) == fault["hits"] == fault["seen"] // 3
    site.account.clear_faults()
    assert site.state() == undisturbed
    site.assert_secrets_work()
    figures("calls throttled, every third", len(refused))
    figures("seconds of an undisturbed run", round(quiet))
    figures("seconds of a run throttled at every third call", round(throttled))
    figures("seconds of these that it waited before asking again", round(sum(map(float, sleeps.read_text().split()))))


@pytest.mark.long
def test_two_runs_at_once(site: Site, figures: Figures) -> None:
    site.begin()
    site.run()
    undisturbed = site.state()
    site.begin()
    with concurrent.futures.ThreadPoolExecutor(2) as both:
        first = both.submit(site.run, check=False)
        time.sleep(0.1)  # so that each gets a number of its own
        second = both.submit(site.run, check=False)
    for run in (first.result(), second.result()):
        if run.rc:
            print("one of two runs at once ::", sentence_of(run))
            figures("runs that another one at once ended", 1)
    site.assert_ends_well(undisturbed, "two runs at once")
