"""Every secret that the accounts hold or have handed out, for tests that look for them where none may be."""

from __future__ import annotations

from collections.abc import Iterator

from moto.iam.models import IAMBackend, iam_backends
from moto.secretsmanager.models import secretsmanager_backends

from .world import World

TOKENS = "session tokens"


def known_secrets(world: World) -> list[str]:
    """Access keys' secrets, passwords, MFA seeds, what Secrets Manager keeps, tokens of sessions."""
    found = set(world.memory[TOKENS])
    for partitions in list(iam_backends.values()):
        found |= set(_of_identities(partitions["aws"]))
    for regions in list(secretsmanager_backends.values()):
        for backend in regions.values():
            for secret in backend.secrets.values():
                found |= {version.get("secret_string") or "" for version in secret.versions.values()}
    return sorted(found - {""})


def _of_identities(iam: IAMBackend) -> Iterator[str]:
    for user in iam.users.values():
        yield user.password or ""
        yield from (key.secret_access_key for key in user.access_keys)
    for device in iam.virtual_mfa_devices.values():
        seed = device.base32_string_seed
        yield seed if isinstance(seed, str) else seed.decode()
