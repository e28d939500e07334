"""HTTPS both ways: we POST a document to the partner's address, the partner POSTs one to the channel's address.

Who calls proves it by a bearer token, a user with a password, or a signature (domain.call_signature). Headers of ours:
`X-Kontor-Reference` (the same at every attempt), `X-Kontor-Document`, `X-Kontor-Signature`, `X-Kontor-Test`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Head
from urllib.parse import quote

from app.core import clock, http
from app.core.errors import Invalid
from app.core.texts import N_
from app.exchange.domain.call_signature import is_genuine, signature
from app.exchange.domain.file_names import safe_name
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

NONE, BEARER, BASIC, SIGNED = "none", "bearer", "basic", "signature"
_WAYS = (
    (SIGNED, N_("Signature (HMAC-SHA256)")),
    (BEARER, N_("Bearer token")),
    (BASIC, N_("User and password")),
)
_REFERENCE = 160


@dataclass(frozen=True, slots=True)
class HttpsSettings:
    """`address` is for sending; for receiving the partner needs the channel's address and what proves who calls."""

    address: str = setting(N_("Address of the partner"), "", help_=N_("Starts with https://; empty: we only receive."))
    proof: str = setting(N_("How we prove who we are"), SIGNED, choices=(*_WAYS, (NONE, N_("Not at all"))))
    user: str = setting(N_("User"), "")
    secret: str = setting(N_("Token, password or key for signatures"), "", is_secret=True)
    their_proof: str = setting(N_("How the partner proves who it is"), SIGNED, choices=_WAYS)
    their_user: str = setting(N_("User of the partner"), "")
    their_secret: str = setting(N_("Token, password or key of the partner"), "", is_secret=True)
    authority: str = setting(
        N_("Certificate to trust"), "", is_long=True, help_=N_("PEM; only where the partner's is not publicly known.")
    )
    seconds: int = setting(N_("Seconds to wait for an answer"), 60)

    def __post_init__(self) -> None:
        if self.address:
            http.target(self.address)
            if self.proof != NONE and not self.secret:
                raise Invalid("secret", N_("{label} is missing.", label=N_("Token, password or key for signatures")))
        if self.authority:
            http.context(self.authority)
        if not 1 <= self.seconds <= 600:
            raise Invalid("seconds", N_("Choose from 1 to 600 seconds."))


def send(settings: HttpsSettings, outgoing: Outgoing) -> Sent:
    """One POST; every answer of 2xx means taken. The answer's body is kept."""
    if not settings.address:
        raise TransportError(N_("This channel has no address to send to."), may_pass=False)
    with as_transport_error():
        reply = http.call(
            "POST", settings.address, body=outgoing.data, headers=_headers(settings, outgoing),
            timeout=settings.seconds, authority=settings.authority,
        )  # fmt: skip
    if not reply.is_success:
        said = reply.body[:300].decode("utf-8", "replace").strip()
        raise TransportError(
            N_("The partner answered {status}: {reason}", status=reply.status, reason=said), may_pass=reply.may_pass
        )
    theirs = reply.headers.get("x-kontor-reference") or _id_in(reply) or outgoing.reference
    return Sent(theirs, reply.body, reply.headers.get("content-type", ""), facts={"status": str(reply.status)})


def _id_in(reply: http.Reply) -> str:
    """The partner's own name for it, where the answer is JSON with an id."""
    try:
        found = json.loads(reply.body)
    except ValueError:
        return ""
    named = found.get("id") or found.get("reference") if isinstance(found, dict) else None
    return str(named)[:_REFERENCE] if isinstance(named, str | int) else ""


def _headers(settings: HttpsSettings, outgoing: Outgoing) -> dict[str, str]:
    name = safe_name(outgoing.name) or "message"
    headers = {
        "Content-Type": outgoing.media_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "X-Kontor-Reference": outgoing.reference,
        "X-Kontor-Document": outgoing.document_type,
        "User-Agent": "Kontor",
    }
    if outgoing.is_test:
        headers["X-Kontor-Test"] = "1"
    if settings.proof == BEARER:
        headers["Authorization"] = f"Bearer {settings.secret}"
    elif settings.proof == BASIC:
        pair = f"{settings.user}:{settings.secret}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    elif settings.proof == SIGNED:
        at = int(clock.now().timestamp())
        headers["X-Kontor-Signature"] = signature(settings.secret, at, outgoing.reference, outgoing.data)
    return headers


def accept(settings: HttpsSettings, call: Call) -> Accepted:
    """A POST of one document. The answer names our reference; a repeat of the caller's reference is answered alike."""
    reference = call.headers.get("x-kontor-reference") or call.headers.get("idempotency-key", "")
    if not _is_partner(settings, call, reference):
        raise TransportError(N_("The caller did not prove who it is."), may_pass=False)
    if call.method != "POST":
        return Accepted((), Answer(405, b"Send the document by POST.\n", headers={"Allow": "POST"}))
    if not call.body:
        return Accepted((), Answer(400, b"The request is empty.\n"))
    mark = reference[:_REFERENCE] or hashlib.sha256(call.body).hexdigest()
    media_type, _sign, _rest = call.headers.get("content-type", "").partition(";")
    incoming = Incoming(
        _name_in(call) or "message", call.body, media_type.strip(), settings.their_user, mark,
        facts={"address": call.address, "reference": mark},
    )  # fmt: skip
    body = json.dumps({"status": "received", "reference": mark}).encode()
    answer = Answer(202, body, "application/json", {"X-Kontor-Reference": _plain(mark)})
    return Accepted((incoming,), answer, f"{mark}|{hashlib.sha256(call.body).hexdigest()[:32]}")


def _is_partner(settings: HttpsSettings, call: Call, reference: str) -> bool:
    if not settings.their_secret:
        return False
    if settings.their_proof == SIGNED:
        header = call.headers.get("x-kontor-signature", "")
        return is_genuine(settings.their_secret, header, reference, call.body, now=int(clock.now().timestamp()))
    kind, _blank, proof = call.headers.get("authorization", "").partition(" ")
    proof = proof.strip()
    if settings.their_proof == BEARER:
        return kind.lower() == "bearer" and hmac.compare_digest(proof.encode(), settings.their_secret.encode())
    try:
        pair = base64.b64decode(proof.encode(), validate=True)
    except (binascii.Error, ValueError):
        return False
    wanted = f"{settings.their_user}:{settings.their_secret}".encode()
    return kind.lower() == "basic" and hmac.compare_digest(pair, wanted)


def _name_in(call: Call) -> str:
    """The file's name in Content-Disposition."""
    head = Head()
    head["Content-Disposition"] = "".join(c for c in call.headers.get("content-disposition", "") if c >= " ")
    return safe_name(head.get_filename() or "")


def _plain(text: str) -> str:
    return "".join(c for c in text if " " <= c <= "~")


def probe(settings: HttpsSettings) -> Iterator[Step]:
    """Reaches the partner's machine, its certificate included; sends nothing."""
    if not settings.address:
        yield Step(N_("We only receive by this channel."))
        return
    yield from probe_address("OPTIONS", settings.address, settings.seconds, settings.authority)


TRANSPORTS.add("https", Transport("https", N_("HTTPS"), HttpsSettings, send=send, accept=accept, probe=probe))
