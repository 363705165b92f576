"""Two runs at once that lack the same secret: one makes it, the other one waits and finds it there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from killed_module import Module
from sandbox import Sandbox

pytestmark = pytest.mark.torture
# Of each module: what it makes its secret by, and its file.
MADE_BY = {
    "iam_access_key_file": ("CreateAccessKey", {"path": "bob.accessKeys.csv"}),
    "iam_login_profile": ("CreateLoginProfile", {"password_file": "bob.password"}),
    "iam_virtual_mfa_device": ("CreateVirtualMFADevice", {"seed_file": "bob.mfa", "method": "seed"}),
}


@pytest.mark.parametrize("name", MADE_BY)
def test_one_waits_for_the_other(account: Sandbox, tmp_path: Path, name: str) -> None:
    action, options = MADE_BY[name]
    out = tmp_path / "out"
    arguments: dict[str, Any] = {"user_name": "bob"}
    arguments |= {option: value if option == "method" else str(out / value) for option, value in options.items()}
    iam = account.client("iam")
    iam.create_user(UserName="bob")
    runs = [Module(name, tmp_path / side, account.process_env()) for side in ("here", "there")]
    # AWS has done it, and whoever asked does not know yet: all others meet the account so.
    account.fail("iam", action, kind="slow", seconds=1, nth=1)
    with ThreadPoolExecutor(2) as both:
        results = [run.result or {} for run in both.map(lambda module: module.run(arguments), runs)]
    assert [result.get("msg") for result in results] == [None, None]
    assert sorted(result["changed"] for result in results) == [False, True]
    assert [call.action for call in account.journal() if call.writes].count(action) == 1
    assert not [path.name for path in out.iterdir() if path.name.startswith(".")]


def test_a_wait_ends_when_the_other_is_killed(account: Sandbox, tmp_path: Path) -> None:
    out = tmp_path / "out"
    account.client("iam").create_user(UserName="bob")
    module = Module("iam_access_key_file", out, account.process_env())
    arguments = {"user_name": "bob", "path": str(out / "bob.accessKeys.csv")}
    assert module.run(arguments, kill_at=5).killed
    assert not (module.run(arguments).result or {}).get("failed")
