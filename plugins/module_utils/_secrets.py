# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Secrets on disk and passwords: written durably and for the owner alone, generated to satisfy any policy."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._vault import NO_VAULT, Vault

# The symbols that IAM counts as non-alphanumeric:
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccountPasswordPolicy.html
SYMBOLS = "!@#$%^&*()_+-=[]{}|'"
CLASSES = {
    "RequireUppercaseCharacters": (string.ascii_uppercase, "an uppercase letter (A to Z)"),
    "RequireLowercaseCharacters": (string.ascii_lowercase, "a lowercase letter (a to z)"),
    "RequireNumbers": (string.digits, "a digit (0 to 9)"),
    "RequireSymbols": (SYMBOLS, f"one of the symbols {SYMBOLS}"),
}
# What IAM takes in a password: Basic Latin and Latin-1 Supplement, tab and line breaks.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
TAKEN = re.compile(r"[\t\n\r\u0020-\u00FF]*")
GENERATED_LENGTH = 32
LONGEST = 128


def write_secret(path: Path, content: str | bytes, vault: Vault = NO_VAULT) -> None:
    """Put ``content`` into the file ``path`` (0600, directories made 0700) so that it survives a crash right after.

    It is encrypted where the ``vault`` encrypts. The file is either the old one or the whole new one: what an
    interrupted write leaves behind lies in the same 0700 directory, for the owner alone, and the next write
    replaces it.

    Raises:
        OSError: the place cannot be written to; the old file, if any, is untouched.
    """
    partial = _open_partial(path)
    with partial.open("wb") as file:
        file.write(vault.seal(content.encode() if isinstance(content, str) else content))
        file.flush()
        os.fsync(file.fileno())
    move_secret(partial, path)


def move_secret(source: Path, target: Path) -> None:
    """Let the file ``source`` take the place of ``target``, beside it, so that it survives a crash right after."""
    source.replace(target)
    _sync_directory(target.parent)


def prove_writable(path: Path) -> None:
    """See to it that ``write_secret`` can write ``path``, before AWS hands out what it shows only once.

    Raises:
        OSError: it cannot.
    """
    _open_partial(path).unlink()


def _open_partial(path: Path) -> Path:
    """The empty file, for the owner alone, that becomes ``path`` when its content is on disk."""
    make_directory(path.parent)
    partial = partial_of(path)
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return partial


def take_turns(path: Path) -> None:
    """Wait while another run makes a secret beside ``path``; then it is this process's turn, until it ends.

    Two runs at once would both find that a secret is lacking, and the second replace what the first one writes.

    Raises:
        OSError: the directory cannot be made.
    """
    make_directory(path.parent)
    # Not closed: the lock goes with the process, however that ends.
    fcntl.flock(os.open(path.parent, os.O_RDONLY), fcntl.LOCK_EX)


def make_directory(path: Path) -> None:
    """Make the directory, and what is missing above it, for the owner alone."""
    for directory in (*reversed(path.parents), path):  # mkdir's parents=True would make them with the default mode
        if not directory.exists():
            directory.mkdir(mode=0o700, exist_ok=True)
            _sync_directory(directory.parent)


def partial_of(path: Path) -> Path:
    """What an interrupted write of the file ``path`` leaves."""
    return path.with_name(f".{path.name}.partial")


def remove_secret(path: Path) -> None:
    """Remove the file ``path``, and what an interrupted write of it left; neither need exist."""
    path.unlink(missing_ok=True)
    partial_of(path).unlink(missing_ok=True)


def read_secret(path: Path, vault: Vault = NO_VAULT) -> str | None:
    """What ``write_secret`` wrote to ``path``, less the end of its line; None where there is no such file.

    Raises:
        LockedError: it is encrypted, and the ``vault`` does not open it.
    """
    content = read_secret_bytes(path, vault)
    return None if content is None else content.decode("utf-8").rstrip("\n")


def read_secret_bytes(path: Path, vault: Vault = NO_VAULT) -> bytes | None:
    """As ``read_secret``, of a secret that is no text."""
    try:
        return vault.open(path.read_bytes())
    except FileNotFoundError:
        return None


def why_locked(path: Path) -> str:
    """What to do about a file that ``read_secret`` found locked."""
    return (
        f"'{path}' is encrypted with Ansible Vault, and this run has no vault secret that opens it. Give "
        "ansible-playbook the right --vault-password-file or --vault-id (or --ask-vault-pass), then run again."
    )


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def generate_password(minimum_length: int = 0) -> str:
    """A random password of every class of characters, which no IAM password policy of that length refuses."""
    length = max(GENERATED_LENGTH, minimum_length)
    alphabets = [alphabet for alphabet, _name in CLASSES.values()]
    characters = [secrets.choice(alphabet) for alphabet in alphabets]
    characters += [secrets.choice("".join(alphabets)) for _number in range(length - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


def broken_rules(password: str, policy: Mapping[str, Any] | None) -> list[str]:
    """What ``password`` lacks under ``policy`` (as GetAccountPasswordPolicy returns it; None: IAM's default one).

    The default: 8 to 128 characters, at least three of the four classes.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
    """
    missing = {
        rule: name for rule, (alphabet, name) in CLASSES.items() if not any(letter in alphabet for letter in password)
    }
    shortest = 8 if policy is None else int(policy.get("MinimumPasswordLength", 6))
    broken = []
    if not TAKEN.fullmatch(password):
        broken.append(
            "it has characters that IAM takes in no password: only those of Basic Latin and Latin-1 (U+0020 to U+00FF)"
        )
    if len(password) < shortest:
        broken.append(f"it needs at least {shortest} characters")
    if len(password) > LONGEST:
        broken.append(f"it may have at most {LONGEST} characters")
    if policy is None:
        if len(missing) > 1:
            broken.append("it needs characters of three kinds: uppercase, lowercase, digits, symbols")
    else:
        broken += [f"it needs {name}" for rule, name in missing.items() if policy.get(rule)]
    return broken
