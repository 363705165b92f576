# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: what AWS charges for something, as a sentence."""

from __future__ import annotations

from collections.abc import Callable

from ansible.errors import AnsibleFilterError
from ansible_collections.dayone.aws_account.plugins.module_utils._prices import PRICES
from ansible_collections.dayone.aws_account.plugins.module_utils._prices import price_sentence as sentence

DOCUMENTATION = r"""
name: price_sentence
version_added: 0.2.0
short_description: What AWS charges for something, as a sentence
description:
  - Says what something costs that the roles of this collection can switch on, with the date of the figure and a link to
    AWS's page.
  - The figures are those of the region us-east-1, before any free tier. Regions differ.
options:
  _input:
    description: What costs.
    type: str
    required: true
    choices:
      - alarms
      - cost_explorer_requests
      - data_event_insights
      - data_events
      - insights
      - kms_key
      - kms_requests
      - network_activity_events
      - s3_storage
      - second_trail
      - sns_emails
      - sns_requests
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Say what was switched on
  ansible.builtin.debug:
    msg: "{{ ['insights', 'data_events'] | map('dayone.aws_account.price_sentence') | list }}"
"""

RETURN = r"""
_value:
  description: What it costs, as of when, and where AWS says so.
  type: str
"""


def price_sentence(name: str) -> str:
    """The sentence of this price."""
    if name not in PRICES:
        raise AnsibleFilterError(f"There is no price '{name}', only {', '.join(sorted(PRICES))}.")
    return sentence(name)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"price_sentence": price_sentence}
