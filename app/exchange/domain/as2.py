"""AS2 messages (RFC 4130, compression RFC 5402): wrapped for a partner, and opened with all that was found on the way."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from app.core.texts import N_
from app.exchange.domain import cms
from app.exchange.domain.certificates import Identity
from app.exchange.domain.cms import CmsError
from app.exchange.domain.mime_parts import Entity, MimeError, entity, header_text, make, multipart, parts

_DEEPEST = 6
PKCS7 = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURE = ("application/pkcs7-signature", "application/x-pkcs7-signature")
_MIC_NAMES = {"sha256": "sha-256", "sha384": "sha-384", "sha512": "sha-512", "sha1": "sha1"}


@dataclass(frozen=True, slots=True)
class Wrapping:
    """How a message is sent; no certificate to encrypt for, no own identity: not encrypted, not signed."""

    own: Identity | None
    to: x509.Certificate | None
    cipher: str = cms.CIPHERS[0]
    is_compressed: bool = False


@dataclass(frozen=True, slots=True)
class Wrapped:
    """Body and content type of the request, and the MIC that a receipt must name."""

    content_type: str
    body: bytes
    mic: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What a message is opened with."""

    own: Sequence[Identity]
    partner: Sequence[x509.Certificate]
    now: datetime
    limit: int
    is_weak_allowed: bool = False


@dataclass(slots=True)
class Opened:
    """What was found, step by step; `signed` are the bytes a MIC is made of."""

    content: Entity
    signed: bytes = b""
    signature: cms.Signature | None = None
    cipher: str = ""
    is_compressed: bool = False

    @property
    def is_signed(self) -> bool:
        return self.signature is not None

    def mic(self, asked: str = "") -> str:
        """As `<base64>, <algorithm>`: with the algorithm asked for, else that of the signature, else SHA-256."""
        known = {name.replace("-", ""): name for name in _MIC_NAMES.values()}
        wanted = next((one for part in asked.lower().split(",") if (one := part.strip().replace("-", "")) in known), "")
        return mic(self.signed, wanted or (self.signature.digest if self.signature else "sha256"))


def mic(data: bytes, digest: str = "sha256") -> str:
    """The message integrity check as MDNs write it."""
    return f"{base64.b64encode(hashlib.new(digest, data).digest()).decode()}, {_MIC_NAMES[digest]}"


def same_mic(one: str, other: str) -> bool:
    """Whether two MICs agree, however the algorithm is spelled."""
    left, right = (
        ("".join(part.split()) for part in text.rpartition(",")[::2]) for text in (one, other.replace("SHA", "sha"))
    )
    value, name = left
    value_too, name_too = right
    return value == value_too and bool(value) and name.lower().replace("-", "") == name_too.lower().replace("-", "")


def wrap(data: bytes, media_type: str, name: str, how: Wrapping) -> Wrapped:
    """Compressed, then signed, then encrypted."""
    plain = make(
        header_text(media_type) or "application/octet-stream", data, content_transfer_encoding="binary",
        content_disposition=f'attachment; filename="{header_text(name).replace(chr(34), "_")}"',
    )  # fmt: skip
    current = plain
    if how.is_compressed:
        current = make(
            'application/pkcs7-mime; smime-type=compressed-data; name="smime.p7z"', cms.compress(plain),
            content_transfer_encoding="binary", content_disposition='attachment; filename="smime.p7z"',
        )  # fmt: skip
    checked = current
    if how.own is not None:
        content_type, body = signed_multipart(current, how.own)
        current = make(content_type, body)
    if how.to is not None:
        kind = "authEnveloped-data" if how.cipher.endswith("gcm") else "enveloped-data"
        content_type = f'application/pkcs7-mime; smime-type={kind}; name="smime.p7m"'
        return Wrapped(content_type, cms.encrypt(current, [how.to], how.cipher), mic(_checked(checked, plain, how)))
    done = entity(current)
    return Wrapped(done.headers["content-type"], done.body, mic(_checked(checked, plain, how)))


def _checked(signed: bytes, plain: bytes, how: Wrapping) -> bytes:
    """What the MIC is made of (RFC 4130, 7.3.1; RFC 5402, 4.1)."""
    if how.own is not None:
        return signed
    return plain if how.to is not None else entity(plain).body


def signed_multipart(signed: bytes, own: Identity) -> tuple[str, bytes]:
    """(content type, body) of multipart/signed over an entity."""
    signature = make(
        'application/pkcs7-signature; name="smime.p7s"', base64.encodebytes(cms.sign(signed, own)).replace(b"\n", b"\r\n"),
        content_transfer_encoding="base64", content_disposition='attachment; filename="smime.p7s"',
    )  # fmt: skip
    return multipart("signed", [signed, signature], protocol="application/pkcs7-signature", micalg="sha-256")


def open_message(headers: Mapping[str, str], body: bytes, using: Opening) -> Opened:
    """Take off one layer after the other; CmsError names what cannot be."""
    kept = {name: headers[name] for name in _OF_ENTITY if name in headers}
    found = Opened(Entity(kept, body))
    try:
        for _layer in range(_DEEPEST):
            inner = _open_layer(found, using)
            if inner is None:
                break
            found.content = inner
        else:
            raise CmsError("unexpected-processing-error", N_("The message has too many layers."))
    except MimeError as error:
        raise CmsError("unexpected-processing-error", N_("The message is not built as AS2 demands.")) from error
    if not found.is_signed:
        found.signed = found.content.raw if found.cipher else found.content.body
    return found


_OF_ENTITY = ("content-type", "content-transfer-encoding", "content-disposition")


def _open_layer(found: Opened, using: Opening) -> Entity | None:
    """The entity inside, None where there is no further layer."""
    outer = found.content
    if outer.media_type == "multipart/signed":
        return _open_signed(found, using)
    if outer.media_type not in PKCS7:
        return None
    data = outer.decoded()
    kind = cms.kind(data)
    if kind in ("enveloped_data", "authenticated_enveloped_data"):
        plain, found.cipher = cms.decrypt(data, using.own, is_weak_allowed=using.is_weak_allowed)
        return entity(plain)
    if kind == "compressed_data":
        found.is_compressed = True
        return entity(cms.decompress(data, using.limit))
    if kind == "signed_data":
        return _signed_by(
            found, cms.verify(data, None, using.partner, using.now, is_weak_allowed=using.is_weak_allowed)
        )
    raise CmsError("decryption-failed", N_("It cannot be decrypted with the keys of this channel."))


def _open_signed(found: Opened, using: Opening) -> Entity:
    pieces = parts(found.content)
    if len(pieces) != 2 or pieces[1].media_type not in _SIGNATURE:
        raise MimeError("signed")
    signature = cms.verify(
        pieces[1].decoded(), pieces[0].raw, using.partner, using.now, is_weak_allowed=using.is_weak_allowed
    )
    return _signed_by(found, signature)


def _signed_by(found: Opened, signature: cms.Signature) -> Entity:
    """The outermost signature is the partner's; the MIC is made of what it covers."""
    if found.signature is None:
        found.signature, found.signed = signature, signature.content
    return entity(signature.content)
