"""Certificates and private keys in PEM form: read, told about, made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from app.core.errors import Invalid
from app.core.texts import N_

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_COMMON_NAME = 64
_BITS = 3072


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key with the certificate of its public half."""

    certificate: x509.Certificate
    key: PrivateKey


def certificate(pem: str, field: str) -> x509.Certificate:
    """The first certificate of a PEM text; Invalid names the field."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Invalid(field, N_("This is no certificate in PEM form.")) from error


def identity(certificate_pem: str, key_pem: str, field: str) -> Identity:
    """Key and certificate that belong together; Invalid names the field of the key."""
    own = certificate(certificate_pem, field.replace("key", "certificate"))
    try:
        key = load_pem_private_key(key_pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Invalid(field, N_("This is no private key in PEM form without a password.")) from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Invalid(field, N_("The private key must be RSA or EC."))
    if _public(key.public_key()) != _public(own.public_key()):
        raise Invalid(field, N_("The private key does not belong to the certificate."))
    return Identity(own, key)


def _public(key: object) -> bytes:
    public = cast("rsa.RSAPublicKey", key)
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(one: x509.Certificate) -> str:
    """SHA-256 as it is read out over the telephone."""
    return one.fingerprint(SHA256()).hex(":").upper()


def is_valid(one: x509.Certificate, now: datetime) -> bool:
    return one.not_valid_before_utc <= now <= one.not_valid_after_utc


def name_of(one: x509.Certificate) -> str:
    return one.subject.rfc4514_string()


def make(common_name: str, now: datetime, *, days: int = 730, bits: int = _BITS) -> tuple[str, str]:
    """A new key with a certificate signed by itself, as AS2 partners exchange them: (certificate, key) in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    plain = "".join(sign for sign in common_name if sign.isprintable()).strip()[:_COMMON_NAME] or "Kontor"
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, plain)])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=True, data_encipherment=True,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM).decode(), secret.decode()
