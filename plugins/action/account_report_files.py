# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes the report of an account as JSON and HTML, and brings the index of many accounts up to date."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible_collections.dayone.aws_account.plugins.module_utils._output_dir import check_whose, note_whose
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import write_secret
from ansible_collections.dayone.aws_account.plugins.plugin_utils._report import (
    VERSION,
    as_json,
    lacking,
    only_in,
    report_of,
    standing,
)
from ansible_collections.dayone.aws_account.plugins.plugin_utils._report_files import (
    INDEX,
    PAGE,
    REPORT,
    check_directory,
    last_standing,
    locked,
    reports_below,
    rows_now,
    rows_of,
)
from ansible_collections.dayone.aws_account.plugins.plugin_utils._report_pages import index_page, report_page

OPTIONS: dict[str, Any] = {
    "posture": {"type": "dict", "required": True},
    "directory": {"type": "path", "required": True},
    "formats": {"type": "list", "elements": "str", "choices": ["json", "html"], "default": ["json", "html"]},
    "language": {"type": "str", "choices": ["auto", "en", "ja"], "default": "auto"},
    "changes": {"type": "list", "elements": "dict", "default": []},
    "since": {"type": "dict", "default": {}},
    "done": {"type": "list", "elements": "str", "default": []},
    "only_planned": {"type": "bool", "default": False},
    "beside": {"type": "list", "elements": "str", "default": []},
}


class ActionModule(ActionBase):
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _spec, given = self.validate_argument_spec(argument_spec=OPTIONS)
        # Ansible's own kinds of text and lists are left behind here.
        given = json.loads(json.dumps(given))
        missing = list(lacking(given["posture"], given["changes"]))
        if missing:
            sentence = (
                f"The report cannot be made: {', '.join(missing)} is missing, or has a value that no report knows. "
                "Give in posture what dayone.aws_account.account_posture_info returned, and in changes what "
                "dayone.aws_account.account_changes_info did."
            )
            return {**result, "failed": True, "msg": sentence}
        try:
            return {**result, **self._written(given)}
        except ValueError as error:
            sentence = f"Could not write the report of account {given['posture']['account']}: {error}."
        except OSError as error:
            sentence = (
                f"Could not write the report of account {given['posture']['account']} to '{given['directory']}': "
                f"{error.strerror}{f' ({error.filename})' if error.filename else ''}. Make that place writable, then "
                "run again."
            )
        return {**result, "failed": True, "msg": sentence}

    def _written(self, given: dict[str, Any]) -> dict[str, Any]:
        """What the task returns, once all is written; in check mode, what it would."""
        posture, directory = given["posture"], Path(given["directory"])
        report = report_of(
            posture,
            made=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **{name: given[name] for name in ("since", "changes", "done", "only_planned", "beside")},
        )
        check_directory(directory)
        check_whose(directory, posture["account"])
        before, now = last_standing(directory / REPORT), standing(report)
        mark = hashlib.sha256("\n".join(now).encode()).hexdigest()
        contents, current = {}, []
        if "html" in given["formats"]:
            contents[PAGE] = report_page(report, given["language"], mark)
            current.append(mark in read(directory / PAGE))
        if "json" in given["formats"]:
            contents[REPORT] = as_json(report)
            current.append(before == now)
        index: list[str] = []
        if not self._task.check_mode:
            note_whose(directory, posture["account"])
            with locked(directory):
                for name, content in contents.items():
                    write_secret(directory / name, content)
            index, unreadable = index_above(directory, posture["account"], given)
            for file in unreadable:
                self._display.warning(f"'{file}' is no report of its account, and so the index does not have it.")
        files = [str(directory / name) for name in contents] + index
        header = str(directory / REPORT)
        diff = {
            "before": only_in(before, now),
            "after": only_in(now, before),
            "before_header": f"{header} (last)",
            "after_header": f"{header} (now)",
        }
        said = {name: given[name] for name in ("done", "beside")}
        return {"changed": not all(current), "files": files, "diff": diff, **said}


def read(file: Path) -> str:
    """The text of the file; nothing where there is none."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def index_above(directory: Path, account: str, given: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Bring the index up to date, and return its files, and the reports that cannot be read.

    There is one where several accounts have a report, each in a directory that is named by the account's id.
    """
    above = directory.parent
    if directory.name != account or len(reports_below(above)) < 2:
        return [], []
    try:
        check_directory(above)
    except ValueError as error:
        raise ValueError(f"it is written, but not the index of all accounts, for {error}") from None
    page = above / "index.html"
    with locked(above):
        known = rows_of(above / INDEX)
        rows, unreadable = rows_now(above, known)
        # Where another host has done it while this one waited, nothing is left to do.
        if rows != list(known.values()) or not page.is_file():
            write_secret(page, index_page(rows, given["language"]))
            # Last, so that a run that was killed in between is seen to have left the page as it was.
            write_secret(above / INDEX, as_json({"version": VERSION, "accounts": rows}))
    return [str(page), str(above / INDEX)], unreadable
