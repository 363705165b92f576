"""The `ansible` fixture: results, changes and failures arrive as the run had them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox import Sandbox

PLAY: dict[str, Any] = {"hosts": "localhost", "gather_facts": False}


def test_a_play_meets_the_sandbox(account: Sandbox, ansible: Callable[..., Any]) -> None:
    run = ansible(
        [
            {
                **PLAY,
                "tasks": [
                    {"name": "Who", "amazon.aws.aws_caller_info": {}},
                    {"name": "Group", "amazon.aws.iam_group": {"name": "{{ group }}", "state": "present"}},
                ],
            }
        ],
        extra_vars={"group": "administrators"},
    )
    assert run.task("Who")["result"]["arn"] == "arn:aws:iam::123456789012:root"
    assert run.changed == ["Group"]
    assert run.stats["localhost"]["ok"] == 2
    assert [call.action for call in account.journal() if call.writes] == ["CreateGroup"]


def test_a_failing_play_is_told_as_such(ansible: Callable[..., Any]) -> None:
    run = ansible([{**PLAY, "tasks": [{"name": "Stop", "ansible.builtin.fail": {"msg": "no"}}]}], check=False)
    assert run.rc == 2
    assert run.task("Stop")["status"] == "failed"
    assert "no" in run.output
