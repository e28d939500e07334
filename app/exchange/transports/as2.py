"""AS2 (RFC 4130): signed and encrypted messages over HTTP, answered by signed receipts, at once or later.

Each side has two certificates at a time. The first own key signs and opens, the second only opens (the one before, or
the next). Both certificates of the partner may have signed; the first valid one is encrypted for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography import x509

from app.core import clock, http
from app.core.errors import Invalid
from app.core.settings import settings as machine
from app.core.texts import N_, Message
from app.exchange.domain import as2, mdn
from app.exchange.domain.as2 import Opened, Opening, Wrapping
from app.exchange.domain.certificates import Identity, certificate, fingerprint, identity, is_valid, name_of
from app.exchange.domain.cms import CmsError
from app.exchange.domain.mdn import Mdn
from app.exchange.domain.mime_parts import Entity, MimeError, header_text, parts
from app.exchange.transports import (
    TRANSPORTS,
    Accepted,
    Answer,
    Call,
    Incoming,
    Later,
    Outgoing,
    Sent,
    Step,
    Transport,
    TransportError,
    as_transport_error,
    probe_address,
    setting,
)

SYNC, ASYNC, NO_RECEIPT = "sync", "async", "none"
_PEM = N_("PEM, from -----BEGIN to END-----.")
_ASKED = "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha-256, sha-512, sha1"
_CLOSED = "The message cannot be decrypted, or is not signed with the certificate that is known here."
_CERTIFICATES = (
    ("own_certificate", N_("Own certificate")),
    ("second_own_certificate", N_("Second own certificate")),
    ("partner_certificate", N_("Certificate of the partner")),
    ("second_partner_certificate", N_("Second certificate of the partner")),
)


@dataclass(frozen=True, slots=True)
class As2Settings:
    """`our_id` and `partner_id` are the names in AS2-From and AS2-To."""

    our_id: str = setting(N_("Our AS2 name"))
    partner_id: str = setting(N_("AS2 name of the partner"))
    address: str = setting(N_("Address of the partner"), "", help_=N_("Empty: we only receive."))
    own_certificate: str = setting(N_("Own certificate"), "", is_long=True, help_=_PEM)
    own_key: str = setting(N_("Own private key"), "", is_secret=True, is_long=True, help_=_PEM)
    second_own_certificate: str = setting(N_("Second own certificate"), "", is_long=True, help_=_PEM)
    second_own_key: str = setting(N_("Second own private key"), "", is_secret=True, is_long=True, help_=_PEM)
    partner_certificate: str = setting(N_("Certificate of the partner"), "", is_long=True, help_=_PEM)
    second_partner_certificate: str = setting(N_("Second certificate of the partner"), "", is_long=True, help_=_PEM)
    is_signing: bool = setting(N_("We sign"), True)
    is_encrypting: bool = setting(N_("We encrypt"), True)
    is_compressing: bool = setting(N_("We compress"), False)
    cipher: str = setting(
        N_("Encryption"),
        "aes256-cbc",
        choices=(
            ("aes256-cbc", N_("AES-256-CBC")),
            ("aes256-gcm", N_("AES-256-GCM")),
            ("aes128-cbc", N_("AES-128-CBC")),
        ),
    )
    receipt: str = setting(
        N_("Receipt (MDN)"),
        SYNC,
        choices=((SYNC, N_("At once")), (ASYNC, N_("Later, in a call of its own")), (NO_RECEIPT, N_("None"))),
    )
    must_be_signed: bool = setting(N_("Refuse what is not signed"), True)
    must_be_encrypted: bool = setting(N_("Refuse what is not encrypted"), True)
    is_weak_allowed: bool = setting(N_("Accept SHA-1 and Triple-DES of old systems"), False)
    receipt_host: str = setting(
        N_("Host for our later receipts"), "", help_=N_("Where it is another than the partner's address.")
    )
    authority: str = setting(
        N_("Certificate to trust"), "", is_long=True, help_=N_("PEM; only where the partner's is not publicly known.")
    )
    seconds: int = setting(N_("Seconds to wait for an answer"), 120)

    def __post_init__(self) -> None:
        if self.address:
            http.target(self.address)
        self.own()
        self.known()
        if self.authority:
            http.context(self.authority)
        if not 1 <= self.seconds <= 600:
            raise Invalid("seconds", N_("Choose from 1 to 600 seconds."))

    def own(self) -> list[Identity]:
        """The first is the one that signs. A second key without its certificate is out of use."""
        found = []
        if self.own_certificate or self.own_key:
            found.append(identity(self.own_certificate, self.own_key, "own_key"))
        if self.second_own_certificate:
            found.append(identity(self.second_own_certificate, self.second_own_key, "second_own_key"))
        return found

    def known(self) -> list[x509.Certificate]:
        pairs = ((self.partner_certificate, "partner_certificate"), (self.second_partner_certificate, "second_partner_certificate"))  # fmt: skip
        return [certificate(pem, field) for pem, field in pairs if pem]

    def opening(self) -> Opening:
        limit = machine().UPLOAD_MAX_BYTES
        return Opening(self.own(), self.known(), clock.now(), limit, self.is_weak_allowed)


def send(settings: As2Settings, outgoing: Outgoing) -> Sent:
    """One message; with a receipt at once it is checked here, the MIC included."""
    if not settings.address:
        raise TransportError(N_("This channel has no address to send to."), may_pass=False)
    if settings.receipt == ASYNC and not outgoing.answer_to:
        raise TransportError(N_("There is no address for the receipt."), may_pass=False)
    wrapped = as2.wrap(outgoing.data, outgoing.media_type, outgoing.name, _wrapping(settings))
    message_id = _message_id(settings, outgoing)
    headers = {
        "Content-Type": wrapped.content_type,
        "Subject": header_text(outgoing.subject or outgoing.document_type),
        **_names(settings, message_id),
    }
    if settings.receipt != NO_RECEIPT:
        headers["Disposition-Notification-To"] = header_text(outgoing.answer_to or settings.our_id)
        headers["Disposition-Notification-Options"] = _ASKED
    if settings.receipt == ASYNC:
        headers["Receipt-Delivery-Option"] = outgoing.answer_to
    with as_transport_error():
        reply = http.call(
            "POST", settings.address, body=wrapped.body, headers=headers,
            timeout=settings.seconds, authority=settings.authority,
        )  # fmt: skip
    if not reply.is_success:
        said = reply.body[:300].decode("utf-8", "replace").strip()
        raise TransportError(
            N_("The partner answered {status}: {reason}", status=reply.status, reason=said), may_pass=reply.may_pass
        )
    return _sent(settings, message_id, wrapped.mic, reply)


def _wrapping(settings: As2Settings) -> Wrapping:
    own = settings.own()
    to = None
    if settings.is_signing and not own:
        raise TransportError(N_("Signing needs an own certificate with its private key."), may_pass=False)
    if settings.is_encrypting and not settings.known():
        raise TransportError(N_("Encrypting needs a certificate of the partner."), may_pass=False)
    if settings.is_encrypting:
        valid = [one for one in settings.known() if is_valid(one, clock.now())]
        if not valid:
            raise TransportError(N_("No certificate of the partner is valid now."), may_pass=False)
        to = valid[0]
    if settings.is_signing and not is_valid(own[0].certificate, clock.now()):
        raise TransportError(N_("Our own certificate is not valid now."), may_pass=False)
    return Wrapping(own[0] if settings.is_signing else None, to, settings.cipher, settings.is_compressing)


def _message_id(settings: As2Settings, outgoing: Outgoing) -> str:
    """The same at every attempt for the same bytes, and no other message's."""
    mark = hashlib.sha256(outgoing.reference.encode() + outgoing.data).hexdigest()[:24]
    side = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in settings.our_id)
    return f"<{header_text(outgoing.reference)}.{mark}@{side}>"


def _names(settings: As2Settings, message_id: str) -> dict[str, str]:
    return {
        "AS2-Version": "1.1", "AS2-From": _quoted(settings.our_id), "AS2-To": _quoted(settings.partner_id),
        "Message-ID": message_id, "MIME-Version": "1.0", "User-Agent": "Kontor",
    }  # fmt: skip


def _quoted(name: str) -> str:
    plain = header_text(name)
    if plain.isascii() and not set(plain) & set(' "\\;,'):
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquoted(name: str) -> str:
    """A name as it stands in AS2-From or AS2-To."""
    plain = name.strip()
    if len(plain) > 1 and plain.startswith('"') and plain.endswith('"'):
        return plain[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return plain


def _sent(settings: As2Settings, message_id: str, mic: str, reply: http.Reply) -> Sent:
    media_type = reply.headers.get("content-type", "")
    has_receipt = media_type.lower().startswith(("multipart/report", "multipart/signed"))
    facts = {"mic": mic, "status": str(reply.status)}
    if settings.receipt == NO_RECEIPT or (settings.receipt == ASYNC and not has_receipt):
        return Sent(message_id, is_pending=settings.receipt == ASYNC, check=mic, facts=facts)
    if not has_receipt:
        raise TransportError(N_("The partner took the message but sent no receipt."), may_pass=True)
    try:
        receipt = mdn.read_mdn(reply.headers, reply.body, settings.opening())
    except CmsError as error:
        raise TransportError(N_("The receipt is wrong: {reason}", reason=error.message), may_pass=False) from error
    fault = _receipt_fault(settings, receipt, mic)
    if receipt.message_id.strip() != message_id:
        fault = N_("it is for another message ({reference})", reference=receipt.message_id)
    if fault is not None:
        raise TransportError(N_("The receipt is wrong: {reason}", reason=fault), may_pass=False)
    if receipt.fault:
        raise TransportError(N_("The partner refused the message: {reason}", reason=receipt.fault), may_pass=False)
    return Sent(message_id, reply.body, media_type, check=mic, facts={**facts, "receipt": "processed"})


def _receipt_fault(settings: As2Settings, receipt: Mdn, mic: str) -> Message | None:
    if not receipt.is_signed and settings.known():
        return N_("it is not signed")
    if mic and not receipt.fault and not as2.same_mic(receipt.mic, mic):
        return N_("its check value is not that of what we sent")
    return None


def accept(settings: As2Settings, call: Call) -> Accepted:
    """A message, which is answered by a receipt where one is asked for, or a receipt that comes later."""
    if unquoted(call.headers.get("as2-from", "")) != settings.partner_id or unquoted(
        call.headers.get("as2-to", "")
    ) != settings.our_id:  # fmt: skip
        raise TransportError(N_("AS2-From and AS2-To are not those of this channel."), may_pass=False)
    message_id = header_text(call.headers.get("message-id", "").strip())[:255]
    if call.method != "POST" or not message_id or not call.body:
        return Accepted((), Answer(400, b"An AS2 message is a POST with a Message-ID.\n"))
    try:
        opened = as2.open_message(call.headers, call.body, settings.opening())
        if mdn.is_mdn(opened):
            return _receipt(settings, opened, call)
        _demand(settings, opened)
        files = tuple(_incoming(settings, opened, message_id, call))
    except CmsError as error:
        return _refused(settings, call, message_id, error)
    options = call.headers.get("disposition-notification-options", "")
    _before, _sign, asked = options.partition("signed-receipt-micalg=")
    return _answered(settings, call, files, Mdn(message_id, mic=opened.mic(asked.partition(";")[0])), None)


def _demand(settings: As2Settings, opened: Opened) -> None:
    if settings.must_be_signed and not opened.is_signed:
        raise CmsError("insufficient-message-security", N_("The message is not signed."))
    if settings.must_be_encrypted and not opened.cipher:
        raise CmsError("insufficient-message-security", N_("The message is not encrypted."))


def _incoming(settings: As2Settings, opened: Opened, message_id: str, call: Call) -> Iterator[Incoming]:
    """One file, or each part of several."""
    several = opened.content.media_type in ("multipart/related", "multipart/mixed")
    try:
        pieces = parts(opened.content) if several else [opened.content]
        contents = [piece.decoded() for piece in pieces]
    except MimeError as error:
        raise CmsError("unexpected-processing-error", N_("The message is not built as AS2 demands.")) from error
    facts = {
        "message_id": message_id, "address": call.address, "encryption": opened.cipher or "none",
        "signature": opened.signature.digest if opened.signature else "none", "mic": opened.mic(),
        "compressed": "yes" if opened.is_compressed else "no",
        "signed_by": name_of(opened.signature.certificate) if opened.signature else "",
    }  # fmt: skip
    for piece, data in zip(pieces, contents, strict=True):
        name = piece.file_name or _named_outside(call) or "message"
        yield Incoming(name, data, piece.media_type, settings.partner_id, message_id, facts=facts)


def _named_outside(call: Call) -> str:
    """Unsigned and unencrypted senders name the file in the request itself."""
    return Entity(call.headers, b"").parameter("filename", "content-disposition")


def _receipt(settings: As2Settings, opened: Opened, call: Call) -> Accepted:
    receipt = mdn.mdn_of(opened)
    fault = _receipt_fault(settings, receipt, "")
    if fault is not None:
        return Accepted((), Answer(400, b"The receipt is not signed.\n"), fault=fault)
    incoming = Incoming(
        "receipt", call.body, call.headers.get("content-type", ""), settings.partner_id,
        receipt_for=receipt.message_id.strip(), receipt_fault=receipt.fault, receipt_check=receipt.mic,
        facts={"words": receipt.words},
    )  # fmt: skip
    return Accepted((incoming,), Answer(200))


def _refused(settings: As2Settings, call: Call, message_id: str, error: CmsError) -> Accepted:
    """Of an encrypted message nobody hears why it is refused: who may try variants of one that was overheard would read
    it by the difference between "cannot be decrypted" and "is not signed". The channel's own note has the reason.
    """
    told, fault = Mdn(message_id, error.modifier, words=str(error.message)), error.message
    if Entity(call.headers, b"").media_type in as2.PKCS7:
        told = Mdn(message_id, "decryption-failed", words=_CLOSED)
    return _answered(settings, call, (), told, fault)


def _answered(
    settings: As2Settings, call: Call, files: tuple[Incoming, ...], receipt: Mdn, fault: Message | None
) -> Accepted:
    """With a receipt at once, later, or none, as the caller asked. What was refused may come again under its name."""
    mark = "" if fault is not None else receipt.message_id
    if not call.headers.get("disposition-notification-to"):
        status = 200 if fault is None else 400
        return Accepted(files, Answer(status, b"" if fault is None else receipt.words.encode()), mark, fault=fault)
    own = settings.own()
    is_signed = "pkcs7-signature" in call.headers.get("disposition-notification-options", "").lower()
    content_type, body = mdn.make_mdn(receipt, settings.our_id, own[0] if own and is_signed else None)
    side = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in settings.our_id)
    own_id = f"<mdn.{hashlib.sha256(body).hexdigest()[:32]}@{side}>"
    headers = _names(settings, own_id)
    target = call.headers.get("receipt-delivery-option", "").strip()
    if not target:
        return Accepted(files, Answer(200, body, content_type, headers), mark, fault=fault)
    if not _is_partners(settings, target):
        wrong = N_("The receipt is wanted at an address that is not the partner's: {address}", address=target)
        return Accepted((), Answer(400, str(wrong).encode()), fault=wrong)
    return Accepted(files, Answer(200), mark, Later(target, body, content_type, headers), fault)


def _is_partners(settings: As2Settings, target: str) -> bool:
    """Nobody makes us call a third party."""
    try:
        host = http.target(target).host
    except Invalid:
        return False
    return host in {urlsplit(settings.address).hostname, settings.receipt_host.lower()}


def reply(settings: As2Settings, later: Later) -> None:
    """Deliver a receipt in a call of its own."""
    with as_transport_error():
        found = http.call(
            "POST", later.address, body=later.body, headers={**later.headers, "Content-Type": later.media_type},
            timeout=settings.seconds, authority=settings.authority,
        )  # fmt: skip
    if not found.is_success:
        raise TransportError(
            N_("The partner answered {status}: {reason}", status=found.status, reason=""), may_pass=found.may_pass
        )


def probe(settings: As2Settings) -> Iterator[Step]:
    """The certificates, then the partner's machine; no message is sent. One valid certificate a side is enough."""
    if settings.address:
        try:
            _wrapping(settings)
        except TransportError as error:
            yield Step(error.message, is_good=False)
            return
    for pair in (settings.known(), [one.certificate for one in settings.own()]):
        if pair and not any(is_valid(one, clock.now()) for one in pair):
            yield from (step for step in facts(settings) if not step.is_good)
            return
    yield from (step for step in facts(settings) if step.is_good)
    if not settings.address:
        yield Step(N_("We only receive by this channel."))
        return
    yield from probe_address("GET", settings.address, settings.seconds, settings.authority)


def facts(settings: As2Settings) -> list[Step]:
    """Each certificate with the day it ends; what has ended or not begun is not good."""
    found = []
    for field, label in _CERTIFICATES:
        pem = getattr(settings, field)
        if pem:
            one = certificate(pem, field)
            text = N_("{label}: valid until {until}", label=label, until=one.not_valid_after_utc.date().isoformat())
            detail = f"{name_of(one)}, SHA-256 {fingerprint(one)}"
            found.append(Step(text, is_valid(one, clock.now()), detail))
    return found


TRANSPORTS.add(
    "as2",
    Transport(
        "as2", N_("AS2"), As2Settings, send=send, accept=accept, reply=reply, probe=probe, facts=facts
    ),
)  # fmt: skip
