"""The site playbook killed after each writing call and before each change of a file: the next run ends as whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from killing_proxy import Killer
from sandbox import Sandbox
from site_scene import Site
from torture import sample

pytestmark = pytest.mark.long
Ansible = Callable[..., Run]


@pytest.fixture
def site(account: Sandbox, ansible: Ansible, tmp_path: Path) -> Site:
    return Site(account, ansible, tmp_path)


def test_after_each_writing_call(site: Site) -> None:
    site.begin()
    site.run()
    whole = site.state()
    writes = [call.action for call in site.account.journal() if call.writes and call.error is None]
    for number, action in sample(list(enumerate(writes, 1))):
        site.begin()
        with Killer(site.account, after=number) as killer:
            run = site.run(check=False, **killer.env)
        assert (run.rc, killer.killed) == (-9, action)
        site.assert_ends_well(whole, f"killed after {action}, write {number}")


def test_before_each_change_of_a_file(site: Site) -> None:
    site.begin()
    killed, changes = site.killed_at_file_change(0)
    assert not killed
    whole = site.state()
    assert len(changes) > len(whole["files"])
    for number, change in sample(list(enumerate(changes, 1))):
        site.begin()
        killed, seen = site.killed_at_file_change(number)
        assert killed
        assert seen == changes[:number]
        site.assert_ends_well(whole, f"killed before {change}, change {number}")
