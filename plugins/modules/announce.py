# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# The work is done by the action plugin of the same name; this is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: announce
version_added: 0.1.0
short_description: Announce a change without making it
description:
  - Compares what is with what should be, reports C(changed) when they differ, and shows both in diff mode.
    It calls nothing and changes nothing.
  - Stands in, in check mode, for modules that do not announce their change there, and shows a diff for those that
    have none.
extends_documentation_fragment:
  - dayone.aws_account.attributes
options:
  what:
    description: What the change is about, as the head line of the diff.
    type: str
    required: true
  before:
    description: What is now; text or any structure. Leave out for something that does not exist.
    type: raw
  after:
    description: What should be; text or any structure. Leave out for something that is to go.
    type: raw
attributes:
  action_group:
    support: none
    details: It does not talk to AWS.
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Create the bucket
  dayone.aws_account.announce:
    what: S3 bucket example-logs
    after:
      versioning: true
  when: ansible_check_mode # s3_bucket skips itself in check mode
"""

RETURN = r"""
diff:
  description: What is and what should be, as text.
  type: dict
  returned: always
  sample:
    before: ""
    after: "{\n  \"versioning\": true\n}\n"
"""
