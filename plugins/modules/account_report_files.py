# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# The work is done by the action plugin of the same name; this is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: account_report_files
version_added: 0.2.0
short_description: Write an account's report as JSON and HTML, and the index of many accounts
description:
  - Writes C(report.json) and C(report.html) into a directory, on the machine that Ansible runs on. Each file is either
    the old one or the whole new one, for the owner alone.
  - Where several accounts have a report, each in a directory that is named by the account's id, it also brings
    C(index.html) and C(index.json) up to date in the directory above.
  - The page is one file that fetches nothing from outside, in English and Japanese. What is reported stays text in it,
    whatever markup a name or a tag has.
  - It reports a change when the account stands otherwise than the last report said. The files are written in any case,
    for they say when the account was last looked at.
extends_documentation_fragment:
  - dayone.aws_account.attributes
options:
  posture:
    description: What M(dayone.aws_account.account_posture_info) returned.
    type: dict
    required: true
  directory:
    description:
      - The account's directory. It, and what is missing above it, is made with mode 0700, and noted as the account's.
      - A symbolic link, and a directory that others may write in, are refused.
    type: path
    required: true
  formats:
    description: Which files to write. The index is made of the JSON files.
    type: list
    elements: str
    choices: [json, html]
    default: [json, html]
  language:
    description:
      - The language that the page begins with. It has a switch for the other one.
      - C(auto) is the reader's browser's; without JavaScript, English.
    type: str
    choices: [auto, en, ja]
    default: auto
  changes:
    description: What has changed since the last report, as a list of changes with their authors.
    type: list
    elements: dict
    default: []
  since:
    description:
      - The time at which each control was first seen as it is now, by its id.
      - A control that is not in it is as old as this report.
    type: dict
    default: {}
  done:
    description: What was done in the run, each a phrase.
    type: list
    elements: str
    default: []
  only_planned:
    description: Whether it would be done, and was not.
    type: bool
    default: false
  beside:
    description: What is open besides, each a sentence.
    type: list
    elements: str
    default: []
attributes:
  action_group:
    support: none
    details: It does not talk to AWS.
seealso:
  - module: dayone.aws_account.account_posture_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read where the account stands
  dayone.aws_account.account_posture_info:
  register: posture

- name: Write it down
  dayone.aws_account.account_report_files:
    posture: "{{ posture }}"
    directory: /srv/dayone/{{ posture.account }}
"""

RETURN = r"""
files:
  description: The files that were written; in check mode, those that would be.
  type: list
  elements: str
  returned: success
  sample: [/srv/dayone/123456789012/report.html, /srv/dayone/123456789012/report.json]
done:
  description: What was given as O(done).
  type: list
  elements: str
  returned: success
  sample: ["user 'admin' set up"]
beside:
  description: What was given as O(beside).
  type: list
  elements: str
  returned: success
  sample: []
diff:
  description: What differs from the last report, a line for each thing; times, charges and what was done left out.
  type: dict
  returned: success
"""
