"""The frame of every cXML document: who sends it to whom, its id and moment, and what is inside."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lxml import etree

from app.core.texts import N_
from app.core.xml import XmlError, parse
from app.documents.cxml.tree import LANGUAGE, Node, Source, add, clean, moment
from app.documents.formats import FormatError
from app.documents.model.party import Identifier, Party
from app.documents.xml_node import address

DUNS, GLN = "0060", "0088"  # ISO 6523
USER_AGENT = "Kontor"
# Which of the official DTDs a document belongs to; whoever is named nowhere belongs to the first.
_DTDS = {
    "ConfirmationRequest": "Fulfill", "ShipNoticeRequest": "Fulfill", "ReceiptRequest": "Fulfill", "OrderStatusRequest": "Fulfill",
    "ServiceEntryRequest": "Fulfill", "CopyRequest": "cXML", "InvoiceDetailRequest": "InvoiceDetail", "QuoteRequest": "Quote",
    "QuoteMessage": "Quote",
}  # fmt: skip
_VERSIONS = {"cXML": "1.2.063", "Fulfill": "1.2.063", "Quote": "1.2.063", "InvoiceDetail": "1.2.037"}
_EPOCH = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class Credential:
    """Who somebody is, in a domain of numbers (DUNS, NetworkID, ...)."""

    domain: str
    identity: str

    def same(self, other: Credential) -> bool:
        """Domains are compared without regard to case, as real systems write them."""
        return self.domain.lower() == other.domain.lower() and self.identity == other.identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """`secret` is what the sender proves himself with; it is compared or sent, never shown."""

    senders: tuple[Credential, ...] = ()
    recipients: tuple[Credential, ...] = ()
    via: tuple[Credential, ...] = ()
    secret: str = ""
    user_agent: str = USER_AGENT
    payload_id: str = ""
    timestamp: str = ""
    language: str = ""
    is_test: bool = False
    body: str = ""
    payload: str = ""

    def __repr__(self) -> str:
        return f"Envelope({self.payload} {self.payload_id})"

    def proves(self, secret: str) -> bool:
        return bool(secret) and hmac.compare_digest(self.secret.encode(), secret.encode())


def dtd_of(payload: str) -> tuple[str, str]:
    """The DTD of a document and the version Kontor writes."""
    name = _DTDS.get(payload, "cXML")
    return name, _VERSIONS[name]


def read_envelope(source: Source) -> Envelope:
    root = source.root
    body = next((node for node in root.children() if node.name in ("Request", "Message", "Response")), None)
    inside = [node.name for node in body.children()] if body else []
    payload = next((name for name in inside if name != "Status"), inside[0] if inside else "")
    header = root.find("Header")
    sender = header.find("Sender") if header else None
    return Envelope(
        senders=_credentials(header, "From"), recipients=_credentials(header, "To"), via=_credentials(header, "Sender"),
        secret=sender.text("Credential/SharedSecret") if sender else "", user_agent=sender.text("UserAgent") if sender else "",
        payload_id=root.get("payloadID"), timestamp=root.get("timestamp"), language=root.get(LANGUAGE),
        is_test=bool(body and body.get("deploymentMode") == "test"), body=body.name if body else "", payload=payload,
    )  # fmt: skip


def _credentials(header: Node | None, role: str) -> tuple[Credential, ...]:
    nodes = header.all(f"{role}/Credential") if header else iter(())
    return tuple(Credential(node.get("domain"), node.text("Identity")) for node in nodes)


def document_node(source: Source, *names: str) -> Node:
    """The document inside, or FormatError when it is another."""
    for body in source.root.children():
        for node in body.children():
            if node.name in names:
                return node
    root = source.root.element
    raise FormatError(
        N_("This cXML holds no {names}.", names=", ".join(names)), root.sourceline or 0, address(root, {})
    )


def sender_party(party: Party | None, credentials: tuple[Credential, ...]) -> Party | None:
    """A party with the number it goes by in the envelope; without a name of its own that number is its name."""
    first = next((one for one in credentials if one.identity), None)
    if first is None:
        return party
    if party is None:
        party = Party(name=first.identity, address=None)
    return party if party.endpoint else replace(party, endpoint=Identifier(first.identity, _scheme(first.domain)))


def _scheme(domain: str) -> str:
    return DUNS if domain.lower() == "duns" else domain


def credential_of(party: Party | None) -> Credential:
    """The best number of a party for an envelope that was given none."""
    if party is None:
        return Credential("Name", "-")
    numbers = [*((party.endpoint,) if party.endpoint else ()), *(Identifier(party.gln, GLN) for _ in [0] if party.gln)]
    numbers += [*party.identifiers, *(Identifier(party.vat_id, "VATID") for _ in [0] if party.vat_id)]
    found = next((one for one in numbers if one.value), Identifier(party.name or "-", "Name"))
    return Credential({DUNS: "DUNS", GLN: "GLN"}.get(found.scheme, found.scheme) or "PrivateID", found.value)


def begin(payload: str, *, language: str = "", body: str = "Request") -> tuple[etree._Element, etree._Element]:
    """The frame of a document to be written, and the place for the document's own element."""
    root = etree.Element("cXML")
    if language:
        root.set(LANGUAGE, clean(language))
    add(root, "Header")
    return root, add(add(root, body), payload)


def finish(root: etree._Element, sender: Party | None, recipient: Party | None, day: date | None, number: str) -> bytes:
    """The bytes, addressed by the numbers of the parties; the id is made of the content, so the same has the same."""
    digest = hashlib.sha256(etree.tostring(root)).hexdigest()[:32]
    envelope = Envelope(
        senders=(credential_of(sender),), recipients=(credential_of(recipient),),
        payload_id=f"{digest}.{''.join(c for c in number if c.isalnum())[:40]}@kontor", timestamp=moment(day) or _EPOCH,
    )  # fmt: skip
    return sealed(root, envelope)


def addressed(data: bytes, envelope: Envelope, *, order_payload: str = "") -> bytes:
    """A document written before, with another envelope: who, to whom, secret, id, moment, test or not.

    `order_payload` is the id of the message that brought the order, put where the document names none.
    """
    try:
        root = parse(data)
    except XmlError as error:
        raise FormatError(error.message, error.line) from None
    if order_payload:
        for reference in root.iterfind(".//OrderReference/DocumentReference"):
            if not reference.get("payloadID"):
                reference.set("payloadID", clean(order_payload))
    return sealed(root, envelope)


def sealed(root: etree._Element, envelope: Envelope) -> bytes:
    """The tree with this envelope, as bytes. What the envelope leaves open stays as it is."""
    for name, value in (("payloadID", envelope.payload_id), ("timestamp", envelope.timestamp)):
        if value or root.get(name) is None:
            root.set(name, clean(value))
    header = root.find("Header")
    if header is not None:
        _address(header, envelope)
    body = next((child for child in root if child.tag in ("Request", "Message")), None)
    if body is not None and envelope.is_test:
        body.set("deploymentMode", "test")
    inside = next((child.tag for child in body if child.tag != "Status"), "") if body is not None else ""
    name, version = dtd_of(str(inside))
    etree.indent(root)
    return etree.tostring(
        root, xml_declaration=True, encoding="UTF-8",
        doctype=f'<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/{version}/{name}.dtd">',
    ) + b"\n"  # fmt: skip


def _address(header: etree._Element, envelope: Envelope) -> None:
    senders = envelope.senders
    kept: dict[str, Any] = {str(child.tag): child for child in header}
    for role, credentials in (("From", senders), ("To", envelope.recipients), ("Sender", envelope.via or senders)):
        place = kept.get(role)
        if place is not None and not credentials:
            continue
        if place is not None:
            header.remove(place)
        place = add(header, role)
        for position, one in enumerate(credentials):
            credential = add(place, "Credential", domain=one.domain)
            add(credential, "Identity", one.identity)
            if role == "Sender" and position == 0 and envelope.secret:
                add(credential, "SharedSecret", envelope.secret)
        if role == "Sender":
            add(place, "UserAgent", envelope.user_agent)
    for position, role in enumerate(("From", "To", "Sender")):
        place = header.find(role)
        if place is not None:
            header.insert(position, place)
