# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: where an account stands, as lines for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._terminal import in_one_line

DOCUMENTATION = r"""
name: posture_lines
version_added: 0.2.0
short_description: Where an account stands, as lines for the terminal
description:
  - Takes what M(dayone.aws_account.account_posture_info) returns, and makes of it lines of up to 80 columns, what was
    done in the run, what is safe and what is open among them, by what it is about. What does not apply is counted.
  - Remedies and sentences are broken to fit. Long names of files and of what was done are not.
options:
  _input:
    description: What the module returned.
    type: dict
    required: true
  done:
    description: What was done in the run, each a phrase.
    type: list
    elements: str
    default: []
  only_planned:
    description: Whether it would be done, and was not, as in check mode.
    type: bool
    default: false
  beside:
    description: What is open besides, each a sentence.
    type: list
    elements: str
    default: []
  output_dir:
    description: The directory that secrets are in.
    type: str
    required: true
  secrets:
    description: The names of the files there.
    type: list
    elements: str
    default: []
  changes:
    description:
      - What M(dayone.aws_account.account_changes_info) returns. Without it, and where there is no report to compare
        with, nothing is said of changes.
    type: dict
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read where the account stands
  dayone.aws_account.account_posture_info:
  register: posture

- name: Summary
  ansible.builtin.debug:
    msg: "{{ posture | dayone.aws_account.posture_lines(output_dir='/srv/dayone/123456789012') }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

MARKS = {"pass": "ok", "fail": "!!", "manual": "you", "unknown": "??"}
PILLARS = {
    "mfa": "Multi-factor authentication",
    "root": "Root user and contacts",
    "identity": "Users, groups and keys",
    "logging": "What is recorded",
    "data": "Data",
    "billing": "Billing",
}
INDENT = " " * 17

Control = Mapping[str, Any]


def posture_lines(
    posture: Mapping[str, Any],
    *,
    output_dir: str,
    done: Sequence[str] = (),
    only_planned: bool = False,
    beside: Sequence[str] = (),
    secrets: Sequence[str] = (),
    changes: Mapping[str, Any] | None = None,
) -> list[str]:
    """The lines of the summary, see this filter's documentation."""
    aside = [control for control in posture["controls"] if control["status"] == "not_applicable"]
    counted = [control for control in posture["controls"] if control["status"] != "not_applicable"]
    safe = [control for control in counted if control["status"] == "pass"]
    to_do = [control for control in counted if control["status"] != "pass"]
    lines = [
        f"Account {posture['account']}" + (f" ({posture['alias']})" if posture["alias"] else ""),
        f"Sign in at {posture['sign_in_url']}",
        "",
        f"{'WOULD BE DONE' if only_planned else 'DONE'} IN THIS RUN",
        *([f"  + {thing}" for thing in done] or ["  nothing had to be changed"]),
        "",
        "SECRETS",
        *_of_secrets(output_dir, secrets),
        "",
        f"SAFE ({len(safe)} of {len(counted)})",
        *_by_pillar(safe, _in_one_line),
        *_of_those_aside(aside),
        "",
        f"OPEN ({len(to_do) + len(beside)})",
        *([*_by_pillar(to_do, _with_remedy), *_of_sentences(beside)] or ["  nothing"]),
        *_of_changes(changes or {}),
    ]
    return [in_one_line(line) for line in lines]


def _of_secrets(output_dir: str, secrets: Sequence[str]) -> list[str]:
    if not secrets:
        return [f"  none in {output_dir}"]
    advice = "  Put them into your password manager, then delete the files."
    return [f"  in {output_dir}", *[f"    {name}" for name in secrets], advice]


def _by_pillar(controls: Sequence[Control], lines: Callable[[Control], Iterator[str]]) -> Iterator[str]:
    """The lines of controls, under a heading for each thing that they are about."""
    for pillar, group in groupby(controls, key=lambda control: control.get("pillar", "")):
        if pillar:
            yield f"  {PILLARS.get(pillar, pillar)}"
        for control in group:
            yield from lines(control)


def _in_one_line(control: Control) -> Iterator[str]:
    yield f"  {MARKS[control['status']]:<4}{control['id']:<9}{control['title']}"


def _with_remedy(control: Control) -> Iterator[str]:
    yield f"  {MARKS[control['status']]}  {control['id']:<9}{control['title']}"
    yield from (f"{INDENT}{line}" for line in _broken(control["remedy"]))


def _of_those_aside(controls: Sequence[Control]) -> Iterator[str]:
    if controls:
        verb = "does" if len(controls) == 1 else "do"
        text = f"{len(controls)} {verb} not apply here: {', '.join(control['id'] for control in controls)}"
        first, *rest = textwrap.wrap(text, 74)
        yield f"  --  {first}"
        yield from (f"      {line}" for line in rest)


def _of_sentences(sentences: Sequence[str]) -> Iterator[str]:
    for sentence in sentences:
        first, *rest = _broken(sentence) or [""]
        yield f"  you  {'-':<9}{first}"
        yield from (f"{INDENT}{line}" for line in rest)


def _of_changes(found: Mapping[str, Any]) -> Iterator[str]:
    """What changed since the last report."""
    if found.get("not_compared"):
        yield from (
            "",
            "CHANGED",
            *textwrap.wrap(found["not_compared"], 78, initial_indent="  ", subsequent_indent="  "),
        )
    if not found.get("last"):
        return
    yield from ("", f"CHANGED SINCE {found['last']} ({len(found['changes'])})")
    for change in found["changes"]:
        yield f"  ->  {change['id']:<9}{change['title']}"
        was_is = f"{change['was'] or 'nothing'} -> {change['is'] or 'nothing'}"
        by = [text for by in change["by"] for text in (f"by {by['who']}", f"   {by['event']} at {by['at']}")]
        for text in (was_is, *by, change["by_unknown"]):
            yield from (f"{INDENT}{line}" for line in _broken(text))
    if not found["changes"]:
        yield "  nothing"


def _broken(text: str) -> list[str]:
    # A region's or a key's name stays in one piece.
    return textwrap.wrap(text, 63, break_on_hyphens=False)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"posture_lines": posture_lines}
