# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An access key in a file, as the IAM console offers it for download, and in a shared credentials file."""

from __future__ import annotations

import configparser
import csv
import io
import re
from pathlib import Path
from typing import NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import read_secret, write_secret
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


def profile_in(path: Path, profile: str) -> str | None:
    """The access key id that ``profile`` has in the credentials file ``path``; '' for one without a key, None for none.

    Raises:
        ValueError: the file is no credentials file.
    """
    profiles = configparser.RawConfigParser()
    try:
        profiles.read_string(read_secret(path) or "")
    except configparser.Error as error:
        raise ValueError(f"'{path}' is not a credentials file as the AWS CLI has it: {error.message}") from None
    return profiles.get(profile, "aws_access_key_id", fallback="") if profiles.has_section(profile) else None


def write_profile(path: Path, profile: str, key: AccessKey) -> None:
    """Put ``key`` into the credentials file ``path`` as ``profile``; all else in the file stays as it is.

    https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
    """
    lines = (read_secret(path) or "").splitlines()
    section = [
        f"[{profile}]",
        f"aws_access_key_id = {key.access_key_id}",
        f"aws_secret_access_key = {key.secret_access_key}",
    ]
    start = next((number for number, line in enumerate(lines) if line.strip() == section[0]), None)
    if start is None:
        lines += [*([""] if lines else []), *section]
    else:
        end = next((number for number in range(start + 1, len(lines)) if lines[number].startswith("[")), len(lines))
        of_keys = re.compile(r"\s*aws_(access_key_id|secret_access_key|session_token)\s*=")
        lines[start:end] = section + [line for line in lines[start + 1 : end] if not of_keys.match(line)]
    # Through a link, and not in its place: people keep such files elsewhere.
    write_secret(path.resolve(), "\n".join(lines) + "\n")
