# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a plugin of this collection can be relied on for; each module says where it is otherwise."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return the changes that it would make, without making any.
    support: full
  diff_mode:
    description: Returns in diff mode what is before and what is after, without secrets.
    support: full
  idempotent:
    description: A second run with the same input makes no writing call and reports no change.
    support: full
  action_group:
    description: >-
      Takes C(module_defaults) set for C(group/dayone.aws_account.all), which also covers the modules of
      C(amazon.aws) and C(community.aws), and those set for C(group/aws).
    support: full
    membership:
      - dayone.aws_account.all
"""
