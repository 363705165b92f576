# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options that say which trail is wanted, and what is to be done about others."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  name:
    description: The name of the wanted trail, in the region.
    type: str
    required: true
  account_id:
    description: The id of the account, which tells its own trails from those of its organization.
    type: str
    required: true
  existing:
    description:
      - What is to be done where a trail of another name covers what is wanted.
      - C(keep) leaves it as it is and makes no other. C(adopt) takes it over under its own name and home region; an
        organization trail is kept all the same. C(create) makes another one.
    type: str
    choices: [adopt, keep, create]
    default: keep
  multi_region:
    description: Whether the events of all regions are wanted.
    type: bool
    default: true
  read_write_type:
    description:
      - Which management events are wanted, those that only read, those that write, or all.
      - Where I(advanced_event_selectors) are given, these say which, and neither this option nor
        I(include_management_events) and I(exclude_management_event_sources) count.
    type: str
    choices: [all, read, write]
    default: all
  include_management_events:
    description:
      - Whether management events are wanted. Without them no other trail covers the wish, nor does a second one cost.
    type: bool
    default: true
  exclude_management_event_sources:
    description: Services whose management events are not wanted.
    type: list
    elements: str
    choices: [kms.amazonaws.com, rdsdata.amazonaws.com]
    default: []
  bucket:
    description:
      - The bucket for the log files of a trail that is made or taken over; one that is taken over keeps its own unless
        given.
      - With I(existing=adopt), a trail whose log files do not arrive is taken over only where they can be made to, in
        another bucket that is given, or in its own if that is there and belongs to this account. Of its own, it takes
        one call of HeadBucket to know.
    type: str
  own_tags:
    description:
      - Tags by which a trail is known that has been made for the same wish, under another name or in another home
        region. Where there is one such trail of this account, and no more, it covers nothing, and a trail that is made
        is to replace it. With I(existing=create) none is looked for.
      - A trail that sends its events to CloudWatch Logs as well is not replaced by one that does not. Where it would
        be, the module fails.
      - Looking for it takes one call of ListTags for each home region. No tags, no such trail.
    type: dict
    default: {}
"""
