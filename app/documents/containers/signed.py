"""Signed data (CMS, PKCS 7): `.p7m` with the document inside; `.p7s` beside it is recognised. DER, BER, Base64 and PEM."""

from __future__ import annotations

import base64
import binascii
import re

from asn1crypto import cms

from app.core.texts import N_
from app.documents.containers.parts import Container, ContainerFault, Part, broken

_SIGNED = bytes.fromhex("06092a864886f70d010702")
_ENCRYPTED = bytes.fromhex("06092a864886f70d010703")
_LOOKED_AT = 40
_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+")
_SHAPE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


def is_signed(start: bytes) -> bool:
    return any(oid in _binary(start[:1024])[:_LOOKED_AT] for oid in (_SIGNED, _ENCRYPTED))


def _binary(data: bytes) -> bytes:
    """DER or BER, out of its Base64 where it is that."""
    text = data.lstrip()
    if text.startswith(b"-----BEGIN"):
        text = text.partition(b"\n")[2].partition(b"-----END")[0]
    if text[:1] != b"M" or not _BASE64.fullmatch(text):
        return data
    packed = b"".join(text.split())
    try:
        return base64.b64decode(packed[: len(packed) // 4 * 4])
    except binascii.Error:
        return data


def signed_parts(data: bytes) -> Container:
    data = _binary(data)
    if _ENCRYPTED in data[:_LOOKED_AT]:
        raise ContainerFault("ENCRYPTED", N_("The file is encrypted."), "p7m")
    try:
        content = cms.ContentInfo.load(data)["content"]["encap_content_info"]["content"].native
    except _SHAPE as error:
        raise broken("P7M", error) from None
    if not isinstance(content, bytes):
        raise ContainerFault("NO_CONTENT", N_("This is a signature without the document that it signs."), "p7s")
    return Container("p7m", (Part("", content),), (N_("The signature was not checked."),))
