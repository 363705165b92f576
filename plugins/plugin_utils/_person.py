# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Asks the person at the terminal, where there is one."""

from __future__ import annotations

import os

from ansible.errors import AnsiblePromptNoninteractive
from ansible.module_utils.common.text.converters import to_text
from ansible.utils.display import Display

display = Display()

# AWX and whatever else runs Ansible by ansible-runner gives it a terminal that nobody sits at
# (https://github.com/ansible/awx/issues/1897).
OF_RUNNERS = ("AWX_ISOLATED_DATA_DIR", "JOB_ID")


def ask(message: str, private: bool = False) -> str:
    """What the person types up to Enter; with ``private`` it is not shown.

    Raises:
        AnsiblePromptNoninteractive: there is nobody to ask (AWX, CI, a pipe).
    """
    if any(name in os.environ for name in OF_RUNNERS):
        raise AnsiblePromptNoninteractive("A job of AWX has nobody at its terminal.")
    answer = display.prompt_until(message, private=private, complete_input=(b"\r", b"\n"))
    return str(to_text(answer)).strip()
