"""Cryptographic messages (RFC 5652): signed, encrypted, compressed bytes, in DER or, read, in BER with streams.

Certificates are pinned: a signature counts when it was made with one of the certificates the caller names, whatever
certificates travel with it. MD5 never counts; SHA-1 and Triple-DES only where `is_weak_allowed`.
"""

from __future__ import annotations

import hashlib
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PSS, PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7EnvelopeBuilder,
    PKCS7Options,
    PKCS7SignatureBuilder,
)

from app.core.texts import N_, Message
from app.exchange.domain.certificates import Identity, is_valid, name_of

CIPHERS = ("aes256-cbc", "aes256-gcm", "aes128-cbc")
HASHES: dict[str, Any] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha1": hashes.SHA1,
}
WEAK = ("sha1", "tripledes_3key")
_GCM_NONCE, _GCM_TAG = 12, 16
_MOST_ELEMENTS = 60_000


class _GcmParameters(core.Sequence):  # type: ignore[misc]
    _fields = [("nonce", core.OctetString), ("tag_length", core.Integer)]  # noqa: RUF012 -- as asn1crypto asks for it


class CmsError(Exception):
    """`modifier` is the word RFC 4130 has for it: authentication-failed, decryption-failed and so on."""

    def __init__(self, modifier: str, message: Message) -> None:
        self.modifier = modifier
        self.message = message
        super().__init__(str(message))


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, with which digest, and exactly which bytes."""

    certificate: x509.Certificate
    digest: str
    content: bytes


def _load(data: bytes) -> Any:
    """The outermost structure. A stream of a million tiny pieces would take the parser minutes: ValueError before that."""
    position, count, end = 0, 0, len(data)
    while position < end:
        count += 1
        if count > _MOST_ELEMENTS:
            raise ValueError("too many elements")
        first = data[position]
        position += 1
        if first & 0x1F == 0x1F:  # a tag of several bytes
            while position < end and data[position] & 0x80:
                position += 1
            position += 1
        if position >= end:
            raise ValueError("cut off")
        length = data[position]
        position += 1
        if length > 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[position : position + size], "big")
            position += size
        elif length == 0x80:
            length = 0
        if not first & 0x20:  # what is made of elements is looked into
            position += length
    return cms.ContentInfo.load(data)


def kind(data: bytes) -> str:
    """What it is: signed_data, enveloped_data, authenticated_enveloped_data, compressed_data; "" for anything else."""
    try:
        return str(_load(data)["content_type"].native)
    except Exception:
        return ""


def sign(data: bytes, own: Identity) -> bytes:
    """A detached signature with SHA-256."""
    builder = PKCS7SignatureBuilder().set_data(data).add_signer(own.certificate, own.key, hashes.SHA256())
    options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
    return builder.sign(Encoding.DER, options)


def verify(
    signature: bytes,
    data: bytes | None,
    pinned: Sequence[x509.Certificate],
    now: datetime,
    *,
    is_weak_allowed: bool = False,
) -> Signature:
    """Check a signature over `data`, or over what it holds itself when that is None; CmsError says what is wrong."""
    try:
        signed = _content(signature, "signed_data")
        held = signed["encap_content_info"]["content"].native
        content = held if data is None else data
        if not isinstance(content, bytes):
            raise CmsError("authentication-failed", N_("The signature holds no content."))
        for info in signed["signer_infos"]:
            signer = _pinned(info, pinned)
            if signer is not None:
                return _checked(info, signer, content, now, is_weak_allowed=is_weak_allowed)
    except CmsError:
        raise
    except Exception as error:
        raise CmsError("authentication-failed", N_("The signature cannot be read.")) from error
    raise CmsError("authentication-failed", N_("The signature was made with another certificate than the one we know."))


def _content(data: bytes, wanted: str) -> Any:
    found = _load(data)
    if found["content_type"].native != wanted:
        raise ValueError(f"not {wanted}")
    return found["content"]


def _is_named(name: Any, one: x509.Certificate) -> bool:
    """Whether a signer or recipient is the holder of this certificate."""
    plain = asn1_x509.Certificate.load(one.public_bytes(Encoding.DER))
    if name.name == "issuer_and_serial_number":
        chosen = name.chosen
        return bool(chosen["serial_number"].native == one.serial_number and chosen["issuer"] == plain.issuer)
    own = plain.key_identifier or plain.public_key.sha1
    return bool(name.chosen.native == own)


def _pinned(info: Any, pinned: Sequence[x509.Certificate]) -> x509.Certificate | None:
    return next((one for one in pinned if _is_named(info["sid"], one)), None)


def _checked(info: Any, signer: x509.Certificate, content: bytes, now: datetime, *, is_weak_allowed: bool) -> Signature:
    digest = str(info["digest_algorithm"]["algorithm"].native)
    if digest not in HASHES or (digest in WEAK and not is_weak_allowed):
        raise CmsError(
            "authentication-failed", N_("The signature uses {digest}, which is not accepted.", digest=digest)
        )
    if not is_valid(signer, now):
        until = signer.not_valid_after_utc.date().isoformat()
        raise CmsError(
            "authentication-failed",
            N_("The certificate {name} is not valid now (until {until}).", name=name_of(signer), until=until),
        )
    attributes = info["signed_attrs"]
    if len(attributes):
        content = _matching(attributes, digest, content)
        encoded = attributes.dump()
        signed = b"\x31" + encoded[1:]  # as a SET, not under its tag in the message (RFC 5652, 5.4)
    else:
        signed = content
    try:
        _verify_signature(info, signer, digest, signed)
    except InvalidSignature:
        raise CmsError("authentication-failed", N_("The signature is wrong.")) from None
    return Signature(signer, digest, content)


def _matching(attributes: Any, digest: str, content: bytes) -> bytes:
    """The content whose digest was signed: as it came, or with the line ends of canonical text."""
    wanted = next((one["values"][0].native for one in attributes if one["type"].native == "message_digest"), b"")
    for shape in (content, content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")):
        if compare_digest(hashlib.new(digest, shape).digest(), bytes(wanted)):
            return shape
    raise CmsError("integrity-check-failed", N_("The content was changed after it was signed."))


def _verify_signature(info: Any, signer: x509.Certificate, digest: str, signed: bytes) -> None:
    algorithm = info["signature_algorithm"]
    how, key, value = algorithm.signature_algo, signer.public_key(), info["signature"].native
    if isinstance(key, rsa.RSAPublicKey) and how == "rsassa_pss":
        used = algorithm["parameters"]["hash_algorithm"]["algorithm"].native
        salt = int(algorithm["parameters"]["salt_length"].native)
        key.verify(value, signed, PSS(MGF1(HASHES[used]()), salt), HASHES[used]())
    elif isinstance(key, rsa.RSAPublicKey) and how == "rsassa_pkcs1v15":
        key.verify(value, signed, PKCS1v15(), HASHES[digest]())
    elif isinstance(key, ec.EllipticCurvePublicKey) and how == "ecdsa":
        key.verify(value, signed, ec.ECDSA(HASHES[digest]()))
    else:
        raise InvalidSignature


def encrypt(data: bytes, to: Sequence[x509.Certificate], cipher: str = CIPHERS[0]) -> bytes:
    """For the holders of RSA keys; with GCM as AuthEnvelopedData (RFC 5083, 5084)."""
    if cipher == "aes256-gcm":
        return _encrypt_gcm(data, to)
    builder = PKCS7EnvelopeBuilder().set_data(data)
    for one in to:
        builder = builder.add_recipient(one)
    size: Any = algorithms.AES128 if cipher == "aes128-cbc" else algorithms.AES256
    return builder.set_content_encryption_algorithm(size).encrypt(Encoding.DER, [PKCS7Options.Binary])


def _encrypt_gcm(data: bytes, to: Sequence[x509.Certificate]) -> bytes:
    key, nonce = secrets.token_bytes(32), secrets.token_bytes(_GCM_NONCE)
    sealed = AESGCM(key).encrypt(nonce, data, None)
    recipients = []
    for one in to:
        public = one.public_key()
        if not isinstance(public, rsa.RSAPublicKey):
            raise CmsError("decryption-failed", N_("The certificate to encrypt for must be RSA."))
        plain = asn1_x509.Certificate.load(one.public_bytes(Encoding.DER))
        name = cms.IssuerAndSerialNumber({"issuer": plain.issuer, "serial_number": one.serial_number})
        ktri = {
            "version": "v0",
            "rid": cms.RecipientIdentifier("issuer_and_serial_number", name),
            "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
            "encrypted_key": public.encrypt(key, PKCS1v15()),
        }
        recipients.append(cms.RecipientInfo("ktri", ktri))
    content = {
        "version": "v0",
        "recipient_infos": recipients,
        "auth_encrypted_content_info": {
            "content_type": "data",
            "content_encryption_algorithm": {
                "algorithm": "aes256_gcm", "parameters": _GcmParameters({"nonce": nonce, "tag_length": _GCM_TAG}),
            },
            "encrypted_content": sealed[:-_GCM_TAG],
        },
        "mac": sealed[-_GCM_TAG:],
    }  # fmt: skip
    info = cms.ContentInfo({"content_type": "authenticated_enveloped_data", "content": cms.AuthEnvelopedData(content)})
    made: bytes = info.dump()
    return made


def decrypt(data: bytes, own: Sequence[Identity], *, is_weak_allowed: bool = False) -> tuple[bytes, str]:
    """The content and the cipher it was under. One fault for all that can be wrong with a key: it tells nobody which."""
    try:
        info = _load(data)
        is_gcm = info["content_type"].native == "authenticated_enveloped_data"
        content = info["content"]
        part = content["auth_encrypted_content_info" if is_gcm else "encrypted_content_info"]
        algorithm = part["content_encryption_algorithm"]
        name = str(algorithm["algorithm"].native)
        key = _content_key(content["recipient_infos"], own)
        if name in WEAK and not is_weak_allowed:
            raise CmsError(
                "decryption-failed", N_("It is encrypted with {cipher}, which is not accepted.", cipher=name)
            )
        sealed = bytes(part["encrypted_content"].native)
        if is_gcm:
            return _open_gcm(content, algorithm, key, sealed), name
        cipher: Any = TripleDES(key) if name in WEAK else algorithms.AES(key)
        if name not in WEAK and not (name.startswith("aes") and name.endswith("cbc")):
            raise ValueError(name)
        opener = Cipher(cipher, modes.CBC(algorithm["parameters"].native)).decryptor()
        padded = opener.update(sealed) + opener.finalize()
        unpad = PKCS7(cipher.block_size).unpadder()
        return unpad.update(padded) + unpad.finalize(), name
    except CmsError:
        raise
    except Exception as error:
        raise CmsError("decryption-failed", N_("It cannot be decrypted with the keys of this channel.")) from error


def _open_gcm(content: Any, algorithm: Any, key: bytes, sealed: bytes) -> bytes:
    bound = content["auth_attrs"]
    extra = b"\x31" + bound.dump()[1:] if len(bound) else None
    nonce = next(iter(algorithm["parameters"].native.values()))
    return AESGCM(key).decrypt(bytes(nonce), sealed + bytes(content["mac"].native), extra)


def _content_key(recipients: Any, own: Sequence[Identity]) -> bytes:
    for recipient in recipients:
        if recipient.name != "ktri":
            continue
        ktri = recipient.chosen
        for one in own:
            if _is_named(ktri["rid"], one.certificate) and isinstance(one.key, rsa.RSAPrivateKey):
                return one.key.decrypt(bytes(ktri["encrypted_key"].native), _padding(ktri["key_encryption_algorithm"]))
    raise ValueError("no recipient")


def _padding(algorithm: Any) -> Any:
    name = algorithm["algorithm"].native
    if name in ("rsaes_pkcs1v15", "rsa"):
        return PKCS1v15()
    if name != "rsaes_oaep":
        raise ValueError(name)
    parameters = algorithm["parameters"]
    digest = HASHES[parameters["hash_algorithm"]["algorithm"].native]
    mask = HASHES[parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native]
    return OAEP(MGF1(mask()), digest(), None)


def compress(data: bytes) -> bytes:
    """CompressedData (RFC 3274)."""
    content = {
        "version": "v0",
        "compression_algorithm": {"algorithm": "zlib"},
        "encap_content_info": {"content_type": "data", "content": zlib.compress(data)},
    }
    made: bytes = cms.ContentInfo({"content_type": "compressed_data", "content": cms.CompressedData(content)}).dump()
    return made


def decompress(data: bytes, limit: int) -> bytes:
    """At most `limit` bytes, however small the packed ones are."""
    try:
        packed = _content(data, "compressed_data")["encap_content_info"]["content"].native
        opener = zlib.decompressobj()
        plain = opener.decompress(packed, limit)
        if opener.unconsumed_tail or not opener.eof:
            raise ValueError("too large or cut off")
    except Exception as error:
        raise CmsError("decompression-failed", N_("It cannot be unpacked, or is too large.")) from error
    return plain
