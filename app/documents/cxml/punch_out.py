"""PunchOutSetupRequest and its answer; the plain Response with a Status; ProfileRequest. None is a neutral document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lxml import etree

from app.core.texts import N_
from app.documents.codes import number
from app.documents.cxml.envelope import Credential, Envelope, begin, document_node, read_envelope, sealed
from app.documents.cxml.parties import read_place, write_contact, write_place
from app.documents.cxml.parts import (
    read_item_id,
    write_item_id,
)
from app.documents.cxml.tree import Node, Source, add, leaf, read_source
from app.documents.formats import FormatError
from app.documents.model.party import Party
from app.documents.model.reference import ItemIds
from app.documents.reading import Leftover


class Operation(StrEnum):
    CREATE = "create"
    EDIT = "edit"
    INSPECT = "inspect"
    SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupItem:
    """An article of the basket that is opened again."""

    quantity: Decimal
    ids: ItemIds
    auxiliary_id: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupRequest:
    """What a buyer's system asks for before it sends a person's browser. `extras` are Extrinsics by name."""

    operation: Operation
    cookie: str
    return_url: str
    envelope: Envelope
    extras: tuple[tuple[str, str], ...] = ()
    contact: Party | None = None
    ship_to: Party | None = None
    selected: ItemIds | None = None
    selected_auxiliary: str = ""
    items: tuple[SetupItem, ...] = ()
    leftovers: tuple[Leftover, ...] = ()

    def said(self, *names: str) -> str:
        """The first of these Extrinsics, without regard to case."""
        known = {name.lower(): value for name, value in reversed(self.extras)}
        return next((known[name.lower()] for name in names if known.get(name.lower())), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusResponse:
    """A Response: HTTP-like `code`, its name, and what it is about; `start_url` where a shop was opened."""

    code: str
    text: str
    detail: str = ""
    start_url: str = ""
    envelope: Envelope

    @property
    def is_fine(self) -> bool:
        return self.code.startswith("2")


STATUS_TEXTS = {
    200: "OK", 201: "Accepted", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
    406: "Not Acceptable", 409: "Conflict", 412: "Precondition Failed", 450: "Not Implemented", 500: "Internal Server Error",
    550: "Unable to reach cXML server", 560: "Temporary server error",
}  # fmt: skip


def read_setup(data: bytes) -> SetupRequest:
    """FormatError where it is none, or lacks what the visit cannot do without."""
    source = read_source(data)
    node = document_node(source, "PunchOutSetupRequest")
    said = node.get("operation")
    try:
        operation = Operation(said)
    except ValueError:
        raise FormatError(N_("{value} is not known here.", value=said), node.element.sourceline or 0) from None
    contact, ship_to = next(node.all("Contact"), None), node.find("ShipTo")
    selected, auxiliary = read_item_id(node.find("SelectedItem/ItemID"))
    request = SetupRequest(
        operation=operation, cookie=node.need("BuyerCookie"), return_url=node.text("BrowserFormPost/URL"),
        envelope=read_envelope(source), extras=tuple((one.get("name"), one.text()) for one in node.all("Extrinsic")),
        contact=read_place(contact, is_contact=True) if contact else None, ship_to=read_place(ship_to),
        selected=selected if selected != ItemIds() else None, selected_auxiliary=auxiliary,
        items=tuple(_item(item) for item in node.all("ItemOut")),
    )  # fmt: skip
    _refuse_faults(source)
    return request


def _item(item: Node) -> SetupItem:
    ids, auxiliary = read_item_id(item.find("ItemID"))
    quantity = item.number(attribute="quantity")
    return SetupItem(
        quantity=quantity if quantity is not None else Decimal(1), ids=ids, auxiliary_id=auxiliary,
        unit=item.text("ItemDetail/UnitOfMeasure"),
    )  # fmt: skip


def _refuse_faults(source: Source) -> None:
    for fault in source.faults:
        raise FormatError(fault.message, fault.line, fault.path)


def write_setup(request: SetupRequest) -> bytes:
    root, place = begin("PunchOutSetupRequest", language=request.envelope.language or "en")
    place.set("operation", request.operation.value)
    add(place, "BuyerCookie", request.cookie)
    for name, value in request.extras:
        add(place, "Extrinsic", value, name=name)
    add(add(place, "BrowserFormPost"), "URL", request.return_url)
    if request.contact is not None:
        write_contact(place, "endUser", request.contact)
    if request.ship_to is not None:
        write_place(place, "ShipTo", request.ship_to)
    if request.selected is not None:
        write_item_id(add(place, "SelectedItem"), request.selected, request.selected_auxiliary)
    for item in request.items:
        out = add(place, "ItemOut", quantity=number(item.quantity))
        write_item_id(out, item.ids, item.auxiliary_id)
    return sealed(root, request.envelope)


def write_response(
    code: int,
    detail: str = "",
    *,
    payload_id: str,
    timestamp: str,
    start_url: str = "",
    requests: Iterable[tuple[str, str]] = (),
) -> bytes:
    """A Response with its Status; `requests` (name, address) answers a ProfileRequest."""
    root = etree.Element("cXML")
    response = add(root, "Response")
    status = add(response, "Status", detail, code=str(code))
    status.set("text", STATUS_TEXTS.get(code, "Error" if code >= 400 else "OK"))
    if start_url:
        add(add(add(response, "PunchOutSetupResponse"), "StartPage"), "URL", start_url)
    known = list(requests)
    if known:
        profile = add(response, "ProfileResponse", effectiveDate=timestamp)
        for name, url in known:
            leaf(add(profile, "Transaction", requestName=name), "URL", url)
    return sealed(root, Envelope(payload_id=payload_id, timestamp=timestamp))


def read_response(data: bytes) -> StatusResponse:
    source = read_source(data)
    node = document_node(source, "Status")
    return StatusResponse(
        code=node.get("code"), text=node.get("text"), detail=node.text(), envelope=read_envelope(source),
        start_url=source.root.text("Response/PunchOutSetupResponse/StartPage/URL"),
    )  # fmt: skip


def credentials(text: str) -> tuple[Credential, ...]:
    """`DUNS:12345, NetworkID:AN01` as credentials."""
    parts = (one.strip().partition(":") for one in text.replace("\n", ",").split(","))
    return tuple(Credential(domain.strip(), identity.strip()) for domain, _, identity in parts if identity.strip())
