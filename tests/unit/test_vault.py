"""Files encrypted with Ansible Vault: what we write the real ansible-vault reads, and the other way round."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils import _secrets, _vault
from ansible_collections.dayone.aws_account.plugins.module_utils._vault import (
    LockedError,
    Secret,
    Vault,
    decrypt,
    encrypt,
    is_encrypted,
    vault_of,
)

PLAIN = "otpauth://totp/Amazon%20Web%20Services:ada?secret=ABC ü\n".encode()
PASSWORD = "correct horse ü battery"


def ansible_vault(home: Path, *arguments: str) -> bytes:
    """The output of the real command."""
    password = home / "password"
    password.write_text(PASSWORD)
    settings = home / "ansible.cfg"
    settings.touch()
    done = subprocess.run(
        [sys.executable, "-m", "ansible.cli.vault", *arguments],
        env={**os.environ, "ANSIBLE_HOME": str(home), "ANSIBLE_CONFIG": str(settings)},
        cwd=home,
        check=False,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("vault_id", ["default", "production"])
@pytest.mark.parametrize("plain", [PLAIN, b"", bytes(range(256)) * 20])
def test_ansible_vault_reads_what_we_write(tmp_path: Path, vault_id: str, plain: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(encrypt(plain, Secret(vault_id, PASSWORD.encode())))
    assert file.read_bytes().startswith(b"$ANSIBLE_VAULT;1.1" if vault_id == "default" else b"$ANSIBLE_VAULT;1.2")
    ansible_vault(tmp_path, "decrypt", "--vault-id", f"{vault_id}@password", "--output", "plain", "file")
    assert (tmp_path / "plain").read_bytes() == plain


@pytest.mark.parametrize("vault_id", ["default", "production"])
def test_we_read_what_ansible_vault_writes(tmp_path: Path, vault_id: str) -> None:
    (tmp_path / "file").write_bytes(PLAIN)
    ansible_vault(tmp_path, "encrypt", "--vault-id", f"{vault_id}@password", "file")
    written = (tmp_path / "file").read_bytes()
    assert is_encrypted(written)
    others = [Secret("default", b"another"), Secret("production", b"yet another")]
    assert decrypt(written, [*others, Secret("whatever", PASSWORD.encode())]) == PLAIN


@pytest.mark.parametrize("damage", [lambda text: text, lambda text: text[:-9], lambda text: text[:30] + b"xyz\n"])
def test_what_nobody_can_open_is_locked(damage: object) -> None:
    assert callable(damage)
    written = damage(encrypt(PLAIN, Secret("default", b"right")))
    with pytest.raises(LockedError):
        decrypt(written, [Secret("default", b"wrong")])
    with pytest.raises(LockedError):
        decrypt(written, [])


def test_each_encryption_is_another() -> None:
    secret = Secret("default", b"right")
    assert encrypt(PLAIN, secret) != encrypt(PLAIN, secret)


def test_files_are_encrypted_when_asked_and_read_either_way(tmp_path: Path) -> None:
    secrets = (Secret("default", b"right"),)
    for vault, encrypted in ((Vault(), False), (Vault(secrets), False), (Vault(secrets, encrypts=True), True)):
        path = tmp_path / "secret"
        _secrets.write_secret(path, "s3cret\n", vault)
        assert is_encrypted(path.read_bytes()) is encrypted
        assert _secrets.read_secret(path, Vault(secrets)) == "s3cret"
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(LockedError):
        _secrets.read_secret(path)


class Refused(Exception):  # noqa: N818 - it stands for the end of a module
    """A module ended with a sentence."""


class Module:
    """A module with these parameters."""

    def __init__(self, encrypt: str, *secrets: dict[str, str]) -> None:
        self.params = {"encrypt": encrypt, "vault_secrets": list(secrets) or None}

    def fail_json(self, msg: str) -> None:
        raise Refused(msg)


GIVEN = {"vault_id": "default", "secret": base64.b64encode(PASSWORD.encode()).decode()}


@pytest.mark.parametrize(
    ("module", "encrypts"),
    [
        (Module("auto"), False),
        (Module("auto", GIVEN), True),
        (Module("always", GIVEN), True),
        (Module("never", GIVEN), False),
        (Module("never"), False),
    ],
)
def test_when_files_are_encrypted(module: Module, encrypts: bool) -> None:
    vault = vault_of(module)
    assert vault.encrypts is encrypts
    # What an earlier run encrypted can be read either way.
    assert [secret.password for secret in vault.secrets] == (
        [PASSWORD.encode()] if module.params["vault_secrets"] else []
    )


def test_always_without_a_secret_stops_before_anything_is_written() -> None:
    with pytest.raises(Refused, match="Nothing was changed"):
        vault_of(Module("always"))


def test_without_cryptography_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_vault, "PBKDF2HMAC")
    with pytest.raises(Refused, match="cryptography"):
        vault_of(Module("auto", GIVEN))
    assert vault_of(Module("auto")).secrets == ()
