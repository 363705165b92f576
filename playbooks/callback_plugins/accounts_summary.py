# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""At the end of a playbook of this directory: how each account of the inventory fared.

Ansible loads it because it lies beside the playbooks. A play cannot do this: none runs once every account has failed.
"""

from __future__ import annotations

DOCUMENTATION = r"""
name: accounts_summary
type: aggregate
short_description: How each account fared
version_added: 0.2.0
description:
  - Lists every account that a playbook of this collection was to work on, with what became of it, and says so when the
    machine could have worked on more of them at a time. Other playbooks, and runs on C(localhost) alone, are left as
    they are.
author:
  - The dayone.aws_account contributors (@dayone)
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible import constants as C  # noqa: N812 - as Ansible has it
from ansible.playbook.block import Block
from ansible.plugins.callback import CallbackBase
from ansible_collections.dayone.aws_account.plugins.module_utils._terminal import in_one_line

PLAYBOOKS = Path(__file__).resolve().parents[1]
# Three quarters of an account's time are spent waiting for AWS; and ansible-playbook itself, which is one process,
# keeps up with five cores. Both measured: docs/many-accounts.md.
FORKS_PER_CORE, MOST_FORKS = 4, 20
COLORS = {"done": C.COLOR_OK, "stopped": C.COLOR_WARN, "not begun": C.COLOR_WARN}


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "accounts_summary"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._accounts: dict[str, str] = {}
        """What there is to say of each host's account, once something is known of it."""
        self._reasons: dict[str, str] = {}
        self._done: set[str] = set()
        self._last_tasks: set[str] = set()
        self._is_ours = False
        self._forks = 0

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._is_ours = Path(play.get_path().rpartition(":")[0]).resolve().parent == PLAYBOOKS
        if self._is_ours:
            known = play.get_variable_manager().get_vars(play=play)
            self._accounts = dict.fromkeys(known["ansible_play_hosts_all"], "") | self._accounts
            self._forks = known["ansible_forks"]
            self._last_tasks.update(last_tasks(play))

    def v2_runner_on_ok(self, result: Any) -> None:
        self._note(result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._note(result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._note(result, "" if ignore_errors else str(result._result.get("msg", "")))

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._note(result, str(result._result.get("msg", "")))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        if set(self._accounts) <= {"localhost"}:
            return
        self._display.banner("ACCOUNTS")
        fates = {host: self._fate(stats, host) for host in sorted(self._accounts)}
        width = max(len(host) for host in fates)
        for host, fate in fates.items():
            words = [fate.ljust(11), host.ljust(width), self._accounts[host]]
            line = "  ".join(word for word in words if word).rstrip()
            if fate in ("failed", "unreachable"):
                line += f": {self._reasons.get(host, 'see above')}"
            self._display.display(in_one_line(line), color=COLORS.get(fate, C.COLOR_ERROR))
        counted = ", ".join(f"{number} {fate}" for fate, number in Counter(fates.values()).items())
        self._display.display(f"{len(fates)} account{'s' if len(fates) > 1 else ''}: {counted}")
        better = more_forks(self._forks, len(fates), os.cpu_count() or 1)
        if better:
            self._display.display(f"{self._forks} at a time. This machine can do more: --forks {better}")

    def _note(self, result: Any, reason: str = "") -> None:
        if not self._is_ours:
            return
        host = result._host
        if not self._accounts.get(host.name):
            known = [str(host.vars[name]) for name in ("account_id", "account_name") if name in host.vars]
            self._accounts[host.name] = " ".join(word for word in known if word != host.name)
        if reason:
            self._reasons[host.name] = " ".join(reason.split())
        elif result._task._uuid in self._last_tasks:
            self._done.add(host.name)

    def _fate(self, stats: Any, host: str) -> str:
        told = stats.summarize(host)
        if told["unreachable"]:
            return "unreachable"
        if told["failures"]:
            return "failed"
        if host in self._done:
            return "done"
        return "stopped" if host in stats.processed else "not begun"


def more_forks(forks: int, accounts: int, cores: int) -> int:
    """How many forks would have been faster; 0 if no more than there were."""
    better = min(FORKS_PER_CORE * cores, MOST_FORKS, accounts)
    return better if better > forks else 0


def last_tasks(play: Any) -> Iterator[str]:
    """The id of the play's last task that its tags let run."""
    for task in reversed(list(tasks_of(play.compile()))):
        if task.action not in C._ACTION_META and task.evaluate_tags(play.only_tags, play.skip_tags, {}):
            yield str(task._uuid)
            return


def tasks_of(entries: list[Any]) -> Iterator[Any]:
    """The tasks in order, those of blocks with them; not what follows a failure."""
    for entry in entries:
        if isinstance(entry, Block):
            yield from tasks_of(entry.block)
        else:
            yield entry
