# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The option that modules have in common which deal with advanced event selectors."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  advanced_event_selectors:
    description:
      - Advanced event selectors, instead of classic ones. They know the data events of many more kinds of resources and
        network activity events, and filter by further fields of an event.
      - Together they say all that the trail records; management events too are recorded only if one of them says so.
      - An event is recorded if it meets all conditions of one of them.
    type: list
    elements: dict
    suboptions:
      name:
        description: What it is for, in up to 1000 characters.
        type: str
      field_selectors:
        description:
          - The conditions. One is needed for C(eventCategory), which is C(Management), C(Data) or C(NetworkActivity);
            with C(Data) one for C(resources.type), with C(NetworkActivity) one for C(eventSource).
          - Each takes at least one operator, and each operator a list of values, any of which may be met (of the
            operators that begin with C(not), none). There are no wildcards.
        type: list
        elements: dict
        required: true
        suboptions:
          field:
            description:
              - The event's field, as AWS spells it. See
                U(https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html).
            type: str
            required: true
          equals:
            description: It is one of these. The only operator of C(eventCategory), C(readOnly) and C(resources.type).
            type: list
            elements: str
          starts_with:
            description: It starts with one of these.
            type: list
            elements: str
          ends_with:
            description: It ends with one of these.
            type: list
            elements: str
          not_equals:
            description: It is none of these.
            type: list
            elements: str
          not_starts_with:
            description: It starts with none of these.
            type: list
            elements: str
          not_ends_with:
            description: It ends with none of these.
            type: list
            elements: str
"""
