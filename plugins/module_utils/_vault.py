# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files encrypted with Ansible Vault, written and read by modules, which may not import the controller's own code.

The format: https://docs.ansible.com/ansible/latest/vault_guide/vault_using_encrypted_content.html
(header, then salt, HMAC and ciphertext; AES-256 in counter mode, keys by PBKDF2 with SHA-256 and 10,000 rounds).
"""

from __future__ import annotations

import base64
import os
from binascii import Error as NoHexError
from binascii import hexlify, unhexlify
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, hmac, padding
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
except ImportError:
    pass  # vault_of() says so

from ansible.module_utils.basic import missing_required_lib

MARK = b"$ANSIBLE_VAULT;"
DEFAULT_ID = "default"
ROUNDS = 10_000
KEY_BYTES = 32
IV_BYTES = 16
BLOCK_BITS = 128
LINE = 80

# The options of every module that writes secrets; documented in the fragment `vault`.
ARGUMENTS: dict[str, Any] = {
    "encrypt": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
    "vault_secrets": {
        "type": "list",
        "elements": "dict",
        "no_log": False,
        "options": {
            "vault_id": {"type": "str", "default": DEFAULT_ID},
            "secret": {"type": "str", "required": True, "no_log": True},
        },
    },
}


class LockedError(Exception):
    """Something is encrypted, and none of the vault secrets at hand opens it."""


class Secret(NamedTuple):
    """A vault secret (password) with its vault id."""

    vault_id: str
    password: bytes


class Vault(NamedTuple):
    """The vault secrets of a run, and whether what is written is encrypted, with the first of them."""

    secrets: tuple[Secret, ...] = ()
    encrypts: bool = False

    def seal(self, content: bytes) -> bytes:
        """``content`` as it goes into a file."""
        return encrypt(content, self.secrets[0]) if self.encrypts else content

    def open(self, content: bytes) -> bytes:
        """What ``seal`` was given, or what was never sealed.

        Raises:
            LockedError: it is encrypted with another secret than those at hand.
        """
        return decrypt(content, self.secrets) if is_encrypted(content) else content


NO_VAULT = Vault()


def vault_of(module: Any) -> Vault:
    """The vault that the module's parameters speak of (``ARGUMENTS``); ends the module where it cannot be had."""
    given: Sequence[Mapping[str, str]] = module.params["vault_secrets"] or []
    if module.params["encrypt"] == "always" and not given:
        module.fail_json(
            msg="encrypt is 'always', and this run has no vault secret to encrypt with: give ansible-playbook "
            "--vault-password-file or --ask-vault-pass, then run again. Nothing was changed."
        )
    if given and "PBKDF2HMAC" not in globals():
        module.fail_json(msg=missing_required_lib("cryptography"))
    secrets = tuple(Secret(item["vault_id"], base64.b64decode(item["secret"])) for item in given)
    return Vault(secrets, encrypts=bool(secrets) and module.params["encrypt"] != "never")


def is_encrypted(content: bytes) -> bool:
    return content.startswith(MARK)


def encrypt(content: bytes, secret: Secret) -> bytes:
    """``content`` as the text of an encrypted file, which ``ansible-vault view`` shows."""
    salt = os.urandom(KEY_BYTES)
    cipher_key, hmac_key, counter = _keys(secret.password, salt)
    padder = padding.PKCS7(BLOCK_BITS).padder()
    encryptor = Cipher(algorithms.AES(cipher_key), modes.CTR(counter)).encryptor()
    ciphertext = encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
    body = hexlify(b"\n".join(hexlify(part) for part in (salt, _digest(hmac_key, ciphertext).finalize(), ciphertext)))
    lines = [body[start : start + LINE] for start in range(0, len(body), LINE)]
    return b"\n".join([_header(secret.vault_id), *lines, b""])


def decrypt(content: bytes, secrets: Sequence[Secret]) -> bytes:
    """What was encrypted; secrets of the vault id that it names are tried first, then the others, as Ansible does.

    Raises:
        LockedError: with another secret, or damaged.
    """
    header, _newline, body = content.partition(b"\n")
    fields = header.decode(errors="replace").strip().split(";")
    vault_id = fields[3] if len(fields) > 3 else DEFAULT_ID
    try:
        salt, digest, ciphertext = (unhexlify(part) for part in unhexlify(b"".join(body.split())).split(b"\n"))
    except (NoHexError, ValueError):
        raise LockedError from None
    for secret in sorted(secrets, key=lambda secret: secret.vault_id != vault_id):
        cipher_key, hmac_key, counter = _keys(secret.password, salt)
        try:
            _digest(hmac_key, ciphertext).verify(digest)
        except InvalidSignature:
            continue
        decryptor = Cipher(algorithms.AES(cipher_key), modes.CTR(counter)).decryptor()
        unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
        return bytes(unpadder.update(decryptor.update(ciphertext) + decryptor.finalize()) + unpadder.finalize())
    raise LockedError


def _header(vault_id: str) -> bytes:
    """The first line: version 1.1 has no vault id, 1.2 has one."""
    if vault_id == DEFAULT_ID:
        return MARK + b"1.1;AES256"
    return MARK + f"1.2;AES256;{vault_id}".encode()


def _keys(password: bytes, salt: bytes) -> tuple[bytes, bytes, bytes]:
    """The keys of the cipher and of the HMAC, and the counter's first value."""
    length = 2 * KEY_BYTES + IV_BYTES
    derived = PBKDF2HMAC(algorithm=hashes.SHA256(), length=length, salt=salt, iterations=ROUNDS).derive(password)
    return derived[:KEY_BYTES], derived[KEY_BYTES : 2 * KEY_BYTES], derived[2 * KEY_BYTES :]


def _digest(key: bytes, ciphertext: bytes) -> hmac.HMAC:
    digest = hmac.HMAC(key, hashes.SHA256())
    digest.update(ciphertext)
    return digest
