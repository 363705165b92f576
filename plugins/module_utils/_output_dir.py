# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whose secrets a directory holds: users of one name in two accounts would otherwise have one file."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import make_directory, write_secret

NOTE = "account"
SECRETS = ("*.password", "*.password.new", "*.accessKeys.csv", "*.mfa", "*.mfa.new", "*.mfa*.png", "credentials")


def output_dir(account: str, given: str = "") -> str:
    """The directory of an account's secrets and reports: the one ``given``, by default one of the account's own.

    A relative one is below the directory that the run was started from, wherever the playbook lies.
    """
    below = os.environ.get("PWD") or str(Path.cwd())
    return str(Path(below, Path(given or f"dayone-output/{account}").expanduser()))


def check_whose(directory: Path, account: str) -> bool:
    """Whether the directory has yet to be noted as the account's; it need not exist.

    Raises:
        ValueError: it is another account's, or nobody can tell; or others than this user have a say in it.
    """
    why_not = why_unsafe(directory)
    if why_not:
        raise ValueError(why_not)
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


def why_unsafe(directory: Path) -> str:
    """Why secrets should not be written there, as a sentence without its period; '' where they may.

    Who can write to a directory can put a file of theirs in the place of any in it, or a link.
    """
    try:
        found = directory.lstat()
    except OSError:
        return ""  # not there, or what cannot be looked at will not be written to either
    if stat.S_ISLNK(found.st_mode):
        return (
            f"'{directory}', where secrets are to lie, is a symbolic link, and whoever may change it decides where "
            "they go: name the directory itself (in the roles: dayone_output_dir)"
        )
    if found.st_uid != os.geteuid():
        return (
            f"'{directory}', where secrets are to lie, belongs to another user (uid {found.st_uid}; this run's is "
            f"{os.geteuid()}): name a directory of your own (in the roles: dayone_output_dir)"
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        mode = f"{found.st_mode & 0o7777:04o}"
        return (
            f"'{directory}', where secrets are to lie, can be written to by others (mode {mode}): look through what is "
            f"in it, take that right away (chmod go-w '{directory}'), then run again"
        )
    return ""


def note_whose(directory: Path, account: str) -> None:
    """Make the directory, and note that it is the account's. Of runs at once for several accounts, one gets it.

    Raises:
        ValueError: as ``check_whose``.
        OSError: it cannot be written to.
    """
    check_whose(directory, account)
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
