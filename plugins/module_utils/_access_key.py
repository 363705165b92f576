# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An access key in a file, as the IAM console offers it for download, and in a shared credentials file."""

from __future__ import annotations

import configparser
import csv
import io
import re
from pathlib import Path
from typing import NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import (
    read_secret,
    remove_secret,
    write_secret,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._vault import NO_VAULT, Vault

HEADER = ("Access key ID", "Secret access key")


class AccessKey(NamedTuple):
    access_key_id: str
    secret_access_key: str


def to_csv(key: AccessKey) -> str:
    """The content of the file for ``key``."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER, key])
    return text.getvalue()


def read_access_key(path: Path, vault: Vault = NO_VAULT) -> AccessKey | None:
    """The access key in the file ``path``; None where there is no file, or no key in it.

    Raises:
        LockedError: it is encrypted, and the ``vault`` does not open it.
    """
    rows = list(csv.reader((read_secret(path, vault) or "").splitlines()))
    if len(rows) < 2 or len(rows[1]) != len(HEADER):
        return None
    return AccessKey(*rows[1])


def marker_of(path: Path) -> Path:
    """The file that says, while a key for ``path`` is being made, which keys the user had before."""
    return path.with_name(f".{path.name}.creating")


def _parsed(text: str, path: Path) -> configparser.RawConfigParser:
    """The profiles in ``text``, which is or becomes the content of the credentials file ``path``.

    Raises:
        ValueError: it is no credentials file. It names lines by number only: they may hold a secret.
    """
    profiles = configparser.RawConfigParser()
    try:
        profiles.read_string(text)
    except configparser.Error as error:
        raise ValueError(f"'{path}' is not a credentials file as the AWS CLI has it{_where(error)}") from None
    return profiles


def _where(error: configparser.Error) -> str:
    numbers = [number for number, _line in getattr(error, "errors", [])] or [getattr(error, "lineno", None)]
    return f": see line {numbers[0]}" if numbers[0] else ""


def profile_in(path: Path, profile: str) -> str | None:
    """The access key id that ``profile`` has in the credentials file ``path``; '' for one without a key, None for none.

    Raises:
        ValueError: the file is no credentials file.
    """
    profiles = _parsed(read_secret(path) or "", path)
    return profiles.get(profile, "aws_access_key_id", fallback="") if profiles.has_section(profile) else None


# A section and an option as configparser reads them, which takes ':' and any case, too.
SECTION = configparser.RawConfigParser.SECTCRE
OF_KEYS = re.compile(r"\s*aws_(access_key_id|secret_access_key|session_token)\s*[=:]", re.IGNORECASE)


def _section_of(line: str) -> str | None:
    found = SECTION.match(line)
    return str(found["header"]) if found else None


def with_profile(text: str, profile: str, key: AccessKey) -> str:
    """The credentials file ``text`` with ``key`` as ``profile``; all else stays as it is."""
    lines = text.splitlines()
    options = [f"aws_access_key_id = {key.access_key_id}", f"aws_secret_access_key = {key.secret_access_key}"]
    place = _place_of(lines, profile)
    if place is None:
        lines += [*([""] if lines else []), f"[{profile}]", *options]
    else:
        lines[place] = [lines[place][0], *options, *_without_key(lines[place][1:])]
    return "\n".join(lines) + "\n"


def without_profile(text: str, profile: str) -> str:
    """The credentials file ``text`` without the key of ``profile``, and without that if nothing else is in it."""
    lines = text.splitlines()
    place = _place_of(lines, profile)
    if place is not None:
        others = _without_key(lines[place][1:])
        lines[place] = [lines[place][0], *others] if any(line.strip() for line in others) else []
    left = "\n".join(lines).rstrip("\n")
    return f"{left}\n" if left.strip() else ""


def _place_of(lines: list[str], profile: str) -> slice | None:
    """Where the profile is among the lines, with its head."""
    starts = [number for number, line in enumerate(lines) if _section_of(line) is not None]
    start = next((number for number in starts if _section_of(lines[number]) == profile), None)
    if start is None:
        return None
    return slice(start, next((number for number in starts if number > start), len(lines)))


def _without_key(lines: list[str]) -> list[str]:
    return [line for line in lines if not OF_KEYS.match(line)]


def write_profile(path: Path, profile: str, key: AccessKey) -> None:
    """Put ``key`` into the credentials file ``path`` as ``profile``; all else in the file stays as it is.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html

    Raises:
        ValueError: the file is no credentials file, or would not be one with the key in it; it is left as it is.
    """
    before = read_secret(path) or ""
    _parsed(before, path)  # so that a line is named by its number there
    text = with_profile(before, profile, key)
    written = _parsed(text, path)
    there = written[profile] if written.has_section(profile) else {}
    if (there.get("aws_access_key_id"), there.get("aws_secret_access_key")) != key:
        raise ValueError(f"'{path}' has lines in the profile '{profile}' that do not let a key be put there")
    # Through a link, and not in its place: people keep such files elsewhere.
    write_secret(path.resolve(), text)


def remove_profile(path: Path, profile: str) -> None:
    """Take the key of ``profile`` out of the credentials file ``path``; all else stays. An empty file goes.

    Raises:
        ValueError: the file is no credentials file; it is left as it is.
    """
    before = read_secret(path) or ""
    _parsed(before, path)
    text = without_profile(before, profile)
    _parsed(text, path)
    if text:
        write_secret(path.resolve(), text)
    else:
        remove_secret(path.resolve())
