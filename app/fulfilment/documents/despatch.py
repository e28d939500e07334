"""A shipment as despatch advice, for paper and wire alike. Pure."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from app.accounts.domain.company import Party, PostalAddress
from app.documents.model import party as neutral
from app.documents.model.despatch_advice import DespatchAdvice, DespatchLine, Package, Packed
from app.documents.model.invoice import Note
from app.documents.model.reference import ItemIds, OrderRef
from app.fulfilment.queries.shipments import ShipmentFacts, ShippedLine, ShippedPackage

_KILOGRAM = "KGM"
_GLN = "0088"


def despatch_advice(facts: ShipmentFacts, *, seller: Party, buyer: Party) -> DespatchAdvice:
    """What left, in which packages; lines name the orders and their lines by our numbers. Days are the buyer's."""
    zone = ZoneInfo(buyer.time_zone)
    return DespatchAdvice(
        number=facts.number,
        issue_date=(facts.sent_at or facts.packed_at).astimezone(zone).date(),
        lines=tuple(_line(one) for one in facts.lines),
        orders=tuple(
            OrderRef(number=po_number or number, sales_number=number)
            for number, po_number in dict.fromkeys((one.order_number, one.po_number) for one in facts.lines)
        ),
        buyer=party(buyer),
        seller=party(seller),
        ship_from=neutral.Party(name=facts.warehouse_name, address=None),
        ship_to=place(facts.ship_to, buyer.legal_name or buyer.name),
        carrier=neutral.Party(name=facts.carrier_name, address=None) if facts.carrier_name else None,
        despatched_on=facts.sent_at.astimezone(zone).date() if facts.sent_at else None,
        expected_on=facts.expected_on,
        tracking=facts.tracking_numbers,
        packages=tuple(_package(one, facts) for one in facts.packages),
        package_count=len(facts.packages) or None,
        gross_weight=None if facts.weight is None else plain(facts.weight),
        weight_unit=_KILOGRAM if facts.weight is not None else "",
        notes=(Note(text=facts.note),) if facts.note else (),
    )


def plain(value: Decimal) -> Decimal:
    """Without trailing zeros."""
    return value.normalize() + 0


def _line(one: ShippedLine) -> DespatchLine:
    outstanding = one.ordered - one.shipped
    return DespatchLine(
        position=str(one.position), quantity=plain(one.quantity), unit=one.unit,
        order_line=OrderRef(number=one.po_number or one.order_number, line=str(one.order_position)),
        ids=ItemIds(sku=one.sku, buyer_sku=one.customer_number, gtin=one.gtin), name=one.name,
        ordered=plain(one.ordered), outstanding=plain(outstanding) if outstanding > 0 else None, batch=one.batch,
        best_before=one.expires_on, serials=one.serials,
    )  # fmt: skip


def _package(one: ShippedPackage, facts: ShipmentFacts) -> Package:
    return Package(
        id=str(one.position), sscc=one.sscc, kind=one.kind,
        marks=(one.tracking_number,) if one.tracking_number else (),
        gross_weight=None if one.weight is None else plain(one.weight),
        weight_unit=_KILOGRAM if one.weight is not None else "",
        contents=tuple(
            Packed(position=str(line.position), quantity=plain(line.quantity), unit=line.unit)
            for line in facts.lines
            if line.package_position == one.position
        ),
    )  # fmt: skip


def party(company: Party) -> neutral.Party:
    """A company as documents name it."""
    endpoint = None
    if company.endpoint_id:
        endpoint = neutral.Identifier(company.endpoint_id, company.endpoint_scheme)
    return neutral.Party(
        name=company.legal_name or company.name,
        trading_name="" if company.legal_name in ("", company.name) else company.name,
        address=_address(company.address) if company.address else None, vat_id=company.vat_id,
        tax_number=company.tax_number,
        registration=neutral.Identifier(company.registration_number) if company.registration_number else None,
        endpoint=endpoint, gln=company.gln, identifiers=() if company.gln else (neutral.Identifier(company.code),),
        contact=neutral.Contact(name=company.name, phone=company.phone, email=company.email),
    )  # fmt: skip


def place(address: PostalAddress, name: str) -> neutral.Party:
    """Where the goods go; `name` where the address has none of its own."""
    contact = neutral.Contact(name=address.contact, phone=address.phone) if address.contact or address.phone else None
    return neutral.Party(
        name=address.name or address.label or name, address=_address(address), gln=address.gln, contact=contact
    )


def _address(one: PostalAddress) -> neutral.Address:
    return neutral.Address(
        country=one.country, street=one.street, additional=one.street2, city=one.city, postal_code=one.postcode,
        region=one.region,
    )  # fmt: skip
