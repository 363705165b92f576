"""Credentials of a user that no module gives and a removal takes."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def give(iam: Any, user_name: str) -> dict[str, str]:
    """Give the user one of each kind; returns their ids by how a person calls them."""
    key = iam.upload_ssh_public_key(UserName=user_name, SSHPublicKeyBody="ssh-rsa AAAA of-theirs")["SSHPublicKey"]
    service = {"UserName": user_name, "ServiceName": "codecommit.amazonaws.com"}
    git = iam.create_service_specific_credential(**service)["ServiceSpecificCredential"]
    certificate = iam.upload_signing_certificate(UserName=user_name, CertificateBody=certificate_body())["Certificate"]
    return {
        "SSH public key": key["SSHPublicKeyId"],
        "service-specific credential": git["ServiceSpecificCredentialId"],
        "signing certificate": certificate["CertificateId"],
    }


@functools.cache
def certificate_body() -> str:
    """A self-signed X.509 certificate in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody")])
    begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()
