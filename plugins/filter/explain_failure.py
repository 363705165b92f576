# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: a failed task's result as a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._explain import advice, said
from ansible_collections.dayone.aws_account.plugins.module_utils._terminal import visible

DOCUMENTATION = r"""
name: explain_failure
version_added: 0.1.0
short_description: A failed task's result as a sentence that says what to do
description:
  - Takes the result of a failed task, of any module, and says in plain words what was tried, what AWS said
    and what to do now. The roles of this collection use it in their C(rescue).
  - A failure that it has no advice for is passed on in its own words.
options:
  _input:
    description: The result of the failed task, usually C(ansible_failed_result).
    type: dict
    required: true
  task_name:
    description: The name of the failed task, usually C(ansible_failed_task.name).
    type: str
    default: ''
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Say what went wrong and what to do about it
  ansible.builtin.fail:
    msg: "{{ ansible_failed_result | dayone.aws_account.explain_failure(ansible_failed_task.name) }}"
"""

RETURN = r"""
_value:
  description: What was tried, what AWS said, what to do now.
  type: str
"""


def messages(result: Mapping[str, Any]) -> list[str]:
    """The messages of a failed result, one for each failed item where the task was a loop."""
    results = result.get("results")
    # What other modules return under this name need not be the items of a loop.
    items = [item for item in (results if isinstance(results, list) else []) if isinstance(item, Mapping)]
    items = [item for item in items if item.get("failed")]
    if items:
        return [message for item in items for message in messages(item)]
    return [str(result.get("msg") or result.get("module_stderr") or "it failed without a message")]


def explain_failure(result: Mapping[str, Any], task_name: str = "") -> str:
    """What was tried, what AWS said, what to do now."""
    texts = list(dict.fromkeys(said(message).strip() for message in messages(result)))
    advices = list(dict.fromkeys(found for text in texts if (found := advice(text)) and found not in text))
    tried = f"{task_name.rsplit(' : ', maxsplit=1)[-1]}: " if task_name else ""
    return visible(" ".join([tried + " ".join(text.rstrip(".") + "." for text in texts), *advices]))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"explain_failure": explain_failure}
