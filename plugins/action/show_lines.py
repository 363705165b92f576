# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Shows lines as they are: as a result of ``debug`` they would be a list in quotes, all in one colour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ansible import constants as C  # noqa: N812 - as Ansible has it
from ansible.plugins.action import ActionBase
from ansible.utils.color import stringc
from ansible.utils.display import Display
from ansible_collections.dayone.aws_account.plugins.filter.posture_lines import MARKS

COLORS = {"ok": C.COLOR_OK, "--": C.COLOR_SKIP, "->": C.COLOR_CHANGED}
COLORS |= {MARKS["fail"]: C.COLOR_ERROR, MARKS["manual"]: C.COLOR_CHANGED, MARKS["unknown"]: C.COLOR_WARN}
# A line's sign; and headings, which are in capital letters.
MARK = re.compile(rf"^  ({'|'.join(map(re.escape, COLORS))})(?= )")
HEADING = re.compile(r"^[A-Z]{4,}( |$)")


class ActionModule(ActionBase):
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _spec, given = self.validate_argument_spec(
            argument_spec={"lines": {"type": "list", "elements": "str", "required": True}}
        )
        display = Display()
        # In one piece, so that reports of several accounts do not mix; and no colours in a log file.
        display.display(text(map(coloured, given["lines"])), screen_only=True)
        display.display(text(given["lines"]), log_only=True)
        return {**result, "changed": False, "msg": given["lines"]}


def text(lines: Sequence[str] | map[str]) -> str:
    """The lines, apart from what stands before and after them."""
    return "\n".join(["", *lines, ""])


def coloured(line: str) -> str:
    """The line with its sign, or a heading whole, in its colour, where Ansible has colours: at a terminal."""
    if HEADING.match(line):
        return str(stringc(line, C.COLOR_HIGHLIGHT))
    return MARK.sub(lambda found: f"  {stringc(found[1], COLORS[found[1]])}", line)
