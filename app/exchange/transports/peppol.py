"""Peppol through an access point provider: we hand over wrapped documents by HTTPS, the provider calls us with others.

The interface is small and documented in docs/channels.md, so that a provider's own one is met by a few settings:
POST of a StandardBusinessDocument with the key in `Authorization`, answered by JSON with an `id`; calls to the channel's
address bring documents of others (XML) or the fate of ours (JSON with `id` and `status`).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from app.core import clock, http
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain import peppol
from app.exchange.domain.call_signature import is_genuine
from app.exchange.domain.file_names import safe_name
from app.exchange.domain.peppol import Envelope
from app.exchange.transports import (
    TRANSPORTS,
    Accepted,
    Answer,
    Call,
    Incoming,
    Outgoing,
    Sent,
    Step,
    Transport,
    TransportError,
    as_transport_error,
    probe_address,
    setting,
)

_DELIVERED = ("delivered", "sent", "success", "completed")
_FAILED = ("failed", "error", "rejected", "undeliverable")
_NAMESPACE = uuid.UUID("6f1c0a3e-9d2b-5f57-8c6e-0f3a51b7d240")
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PeppolSettings:
    """One partner's channel names its participant; the provider is the same for all."""

    address: str = setting(
        N_("Address of the access point"), help_=N_("Where documents are handed over; starts with https://.")
    )
    key: str = setting(N_("Key of the access point"), is_secret=True)
    header: str = setting(N_("Header for the key"), "Authorization", help_=N_("Authorization carries it as Bearer."))
    our_participant: str = setting(N_("Our Peppol id"), help_=N_("Such as 0088:4012345000009."))
    participant: str = setting(N_("Peppol id of the partner"), help_=N_("Such as 0088:4012345000009."))
    country: str = setting(N_("Our country"), help_=N_("Two letters, such as DE."))
    document_type: str = setting(N_("Document type id"), "", help_=N_("Empty: as the document names itself."))
    process: str = setting(N_("Process id"), "", help_=N_("Empty: as the document names itself."))
    their_secret: str = setting(
        N_("Secret of the access point's calls"), "", is_secret=True,
        help_=N_("It comes as Bearer token or as key of X-Kontor-Signature."),
    )  # fmt: skip
    waits: bool = setting(N_("The access point tells later whether a document was delivered"), True)
    authority: str = setting(
        N_("Certificate to trust"), "", is_long=True, help_=N_("PEM; only where the partner's is not publicly known.")
    )
    seconds: int = setting(N_("Seconds to wait for an answer"), 60)

    def __post_init__(self) -> None:
        http.target(self.address)
        for field in ("our_participant", "participant"):
            try:
                peppol.participant(getattr(self, field))
            except Invalid as error:
                raise Invalid(field, error.message) from error
        if not re.fullmatch(r"[A-Z]{2}", self.country):
            raise Invalid("country", N_("Enter two capital letters, such as DE."))
        if not re.fullmatch(r"[A-Za-z][A-Za-z-]{0,60}", self.header):
            raise Invalid("header", N_("This is no name of a header."))
        if self.authority:
            http.context(self.authority)
        if not 1 <= self.seconds <= 600:
            raise Invalid("seconds", N_("Choose from 1 to 600 seconds."))


def send(settings: PeppolSettings, outgoing: Outgoing) -> Sent:
    """The same document under the same reference has the same instance id, by which a repeat is recognised."""
    with as_transport_error():
        document_type, process = settings.document_type, settings.process
        if not (document_type and process):
            named = peppol.identifiers(outgoing.data)
            document_type, process = document_type or named[0], process or named[1]
        mark = f"{settings.our_participant}|{outgoing.reference}|{hashlib.sha256(outgoing.data).hexdigest()}"
        instance = str(uuid.uuid5(_NAMESPACE, mark))
        envelope = Envelope(
            settings.our_participant, settings.participant, document_type, process, instance, clock.now(), settings.country
        )  # fmt: skip
        body = peppol.wrap(outgoing.data, envelope)
        reply = http.call(
            "POST", settings.address, body=body, headers=_headers(settings, instance), timeout=settings.seconds,
            authority=settings.authority,
        )  # fmt: skip
    if not reply.is_success and reply.status != 409:  # a repeat that the access point recognised is no failure
        said = reply.body[:300].decode("utf-8", "replace").strip()
        raise TransportError(
            N_("The partner answered {status}: {reason}", status=reply.status, reason=said), may_pass=reply.may_pass
        )
    named_id = _read(reply.body).get("id") or instance
    facts = {"instance": instance, "document_type": document_type, "process": process, "status": str(reply.status)}
    return Sent(named_id, reply.body, reply.headers.get("content-type", ""), is_pending=settings.waits, facts=facts)


def _headers(settings: PeppolSettings, instance: str) -> dict[str, str]:
    is_bearer = settings.header.lower() == "authorization"
    return {
        settings.header: f"Bearer {settings.key}" if is_bearer else settings.key,
        "Content-Type": "application/xml", "Accept": "application/json", "Idempotency-Key": instance, "User-Agent": "Kontor",
    }  # fmt: skip


def _read(body: bytes) -> dict[str, str]:
    """The plain values of a JSON object; empty for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(name).lower(): str(value)[:_LONGEST_ID] for name, value in found.items() if isinstance(value, str | int)
    }


def accept(settings: PeppolSettings, call: Call) -> Accepted:
    """A document for us, or what became of one of ours."""
    if not _is_provider(settings, call):
        raise TransportError(N_("The caller did not prove who it is."), may_pass=False)
    if not call.headers.get("content-type", "").lower().partition(";")[0].strip().endswith("json"):
        return _document(settings, call)
    told = _read(call.body)
    status, named = told.get("status", told.get("event", "")).lower(), told.get("id", "")
    if not named or status not in (*_DELIVERED, *_FAILED):
        return Accepted((), Answer(202))  # something that only informs
    fault = (told.get("reason") or told.get("message") or status) if status in _FAILED else ""
    receipt = Incoming("status.json", call.body, "application/json", receipt_for=named, receipt_fault=fault)
    return Accepted((receipt,), Answer(202))


def _document(settings: PeppolSettings, call: Call) -> Accepted:
    try:
        document, envelope = peppol.unwrap(call.body)
    except Invalid as error:
        return Accepted((), Answer(422, str(error.message).encode()), fault=error.message)
    if peppol.participant(settings.our_participant) != envelope.receiver or (
        peppol.participant(settings.participant) != envelope.sender
    ):
        wrong = N_("The document is from {sender} for {receiver}.", sender=envelope.sender, receiver=envelope.receiver)
        return Accepted((), Answer(422, str(wrong).encode()), fault=wrong)
    facts = {
        "instance": envelope.instance, "document_type": envelope.document_type, "process": envelope.process,
        "country": envelope.country, "receiver": envelope.receiver,
    }  # fmt: skip
    name = f"{safe_name(envelope.instance)[:80] or 'document'}.xml"
    incoming = Incoming(
        name, document, "application/xml", envelope.sender, envelope.instance, envelope.made_at, facts=facts
    )  # fmt: skip
    body = json.dumps({"status": "received", "id": envelope.instance}).encode()
    return Accepted((incoming,), Answer(202, body, "application/json"), envelope.instance[:_LONGEST_ID])


def _is_provider(settings: PeppolSettings, call: Call) -> bool:
    if not settings.their_secret:
        return False
    kind, _blank, proof = call.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return hmac.compare_digest(proof.strip().encode(), settings.their_secret.encode())
    header, reference = call.headers.get("x-kontor-signature", ""), call.headers.get("x-kontor-reference", "")
    return is_genuine(settings.their_secret, header, reference, call.body, now=int(clock.now().timestamp()))


def probe(settings: PeppolSettings) -> Iterator[Step]:
    """Reaches the access point; hands nothing over."""
    yield from probe_address("OPTIONS", settings.address, settings.seconds, settings.authority)


TRANSPORTS.add(
    "peppol", Transport("peppol", N_("Peppol access point"), PeppolSettings, send=send, accept=accept, probe=probe)
)
