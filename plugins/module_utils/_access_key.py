# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An access key in a file, as the IAM console offers it for download."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import read_secret
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
