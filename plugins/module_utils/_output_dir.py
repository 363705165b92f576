# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whose secrets a directory holds: users of one name in two accounts would otherwise have one file."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import make_directory, write_secret

NOTE = "account"
SECRETS = ("*.password", "*.password.new", "*.accessKeys.csv", "*.mfa", "*.mfa.new", "*.mfa*.png", "credentials")


def check_whose(directory: Path, account: str) -> bool:
    """Whether the directory has yet to be noted as the account's; it need not exist.

    Raises:
        ValueError: it is another account's, or nobody can tell.
    """
    note = directory / NOTE
    try:
        noted = note.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return True
    except OSError as error:
        raise ValueError(
            f"'{note}', which says whose secrets are beside it, cannot be read: {error.strerror}"
        ) from None
    if noted != account:
        said = f"says {noted}" if noted.isdigit() else "holds no account id"
        raise ValueError(
            f"'{directory}' belongs to another account than {account}: the file '{NOTE}' in it {said}. Give each "
            "account a directory of its own (in the roles: dayone_output_dir)"
        )
    return False


def note_whose(directory: Path, account: str) -> None:
    """Make the directory, and note that it is the account's. Of runs at once for several accounts, one gets it.

    Raises:
        ValueError: as ``check_whose``.
        OSError: it cannot be written to.
    """
    make_directory(directory)
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if check_whose(directory, account):
            write_secret(directory / NOTE, f"{account}\n")
    finally:
        os.close(descriptor)  # and with it goes the lock


def holds_secrets(directory: Path) -> bool:
    """Whether there are files of this collection in it."""
    return any(file for pattern in SECRETS for file in directory.glob(pattern))
