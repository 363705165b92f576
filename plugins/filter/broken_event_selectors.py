# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: what AWS would refuse of the events that a trail is to record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._event_selector_rules import broken_rules
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import wanted_selectors

DOCUMENTATION = r"""
name: broken_event_selectors
version_added: 0.2.0
short_description: What AWS would refuse of event selectors
description:
  - Says what M(dayone.aws_account.cloudtrail_event_selectors) would refuse before its first call, for a play that wants
    to know before it changes anything.
options:
  _input:
    description: The events, under the option names of M(dayone.aws_account.cloudtrail_event_selectors).
    type: dict
    required: true
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: See whether CloudTrail would take these selectors
  ansible.builtin.assert:
    that: events | dayone.aws_account.broken_event_selectors | length == 0
  vars:
    events:
      advanced_event_selectors:
        - name: all that writes
          field_selectors:
            - field: eventCategory
              equals: [Management]
            - field: readOnly
              equals: ["false"]
"""

RETURN = r"""
_value:
  description: What is wrong with them, a sentence each; empty where nothing.
  type: list
  elements: str
"""


def broken_event_selectors(events: Mapping[str, Any]) -> list[str]:
    """What is wrong with them."""
    return broken_rules(wanted_selectors(events, "aws"))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"broken_event_selectors": broken_event_selectors}
