"""What all three documents share: head, parties, references, days, sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.cii.amounts import write_allowance
from app.documents.cii.party import read_party, write_party
from app.documents.cii.values import read_day, write_day
from app.documents.codes import number
from app.documents.model.invoice import Note
from app.documents.model.line import AllowanceCharge
from app.documents.model.order import DeliveryDates, OrderTotals, Reference
from app.documents.model.party import Party
from app.documents.model.reference import OrderRef
from app.documents.xml_node import Node

QUOTATION, CONTRACT, PROJECT = "PR", "CT", "AEP"  # UNTDID 1153: references with an element of their own
_OWN = {QUOTATION: "ram:QuotationReferencedDocument", CONTRACT: "ram:ContractReferencedDocument"}
_OTHER = "916"  # UNTDID 1001: related document
_INCOTERMS = frozenset(["CFR", "CIF", "CIP", "CPT", "DAP", "DAT", "DDP", "EXW", "FAS", "FCA", "FOB"])
_EVENT = "ram:RequestedDeliverySupplyChainEvent"
_SUMS = "ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_ISSUED = "ram:FormattedIssueDateTime"


def write_notes(writer: XmlWriter, notes: Iterable[Note]) -> None:
    for note in notes:
        with writer.group("ram:IncludedNote"):
            writer.leaf("ram:Content", note.text)
            writer.leaf("ram:SubjectCode", note.subject)


def read_notes(node: Node) -> tuple[Note, ...]:
    notes = (Note(one.text("ram:Content"), one.text("ram:SubjectCode")) for one in node.all("ram:IncludedNote"))
    return tuple(note for note in notes if note.text)


def write_head(
    writer: XmlWriter,
    document: tuple[str, date | None],
    kind: str,
    function: str,
    notes: Iterable[Note],
    *,
    status: str = "",
) -> None:
    number_, issued = document
    with writer.group("rsm:ExchangedDocument"):
        writer.leaf("ram:ID", number_)
        writer.leaf("ram:TypeCode", kind)
        writer.leaf("ram:StatusCode", status)
        write_day(writer, "ram:IssueDateTime", issued)
        writer.leaf("ram:PurposeCode", function)
        write_notes(writer, notes)


def write_parties(writer: XmlWriter, seller: Party | None, buyer: Party | None) -> None:
    for tag, party in (("ram:SellerTradeParty", seller), ("ram:BuyerTradeParty", buyer)):
        if party is not None:
            write_party(writer, tag, party)


def write_place(writer: XmlWriter, tag: str, party: Party | None) -> None:
    if party is not None:
        write_party(writer, tag, party)


def read_role(node: Node, tag: str) -> Party | None:
    found = node.find(tag)
    return None if found is None else read_party(found)


def write_terms(writer: XmlWriter, terms: str) -> None:
    if terms:
        with writer.group("ram:ApplicableTradeDeliveryTerms"):
            is_code = terms in _INCOTERMS
            writer.leaf("ram:DeliveryTypeCode", terms if is_code else "")
            writer.leaf("ram:Description", "" if is_code else terms)


def read_terms(agreement: Node) -> str:
    path = "ram:ApplicableTradeDeliveryTerms/ram:"
    return " ".join(filter(None, (agreement.text(f"{path}DeliveryTypeCode"), agreement.text(f"{path}Description"))))


def write_references(writer: XmlWriter, order: OrderRef, references: Iterable[Reference]) -> None:
    """In the order of the schema; of what it has one place for, a second one is another document."""
    every = list(references)
    first = {kind: next((one for one in every if one.kind == kind), None) for kind in (*_OWN, PROJECT)}
    _write_reference(writer, "ram:SellerOrderReferencedDocument", order.sales_number, None)
    _write_reference(writer, "ram:BuyerOrderReferencedDocument", order.number, order.date)
    for kind, tag in _OWN.items():
        if (one := first[kind]) is not None:
            _write_reference(writer, tag, one.number, one.date)
    for one in every:
        if not any(one is other for other in first.values()):
            with writer.group("ram:AdditionalReferencedDocument"):
                writer.leaf("ram:IssuerAssignedID", one.number)
                writer.leaf("ram:LineID", one.line)
                writer.leaf("ram:TypeCode", _OTHER)
                writer.leaf("ram:Name", one.kind)
                write_day(writer, _ISSUED, one.date, "qdt:DateTimeString")
    if (project := first[PROJECT]) is not None:
        with writer.group("ram:SpecifiedProcuringProject"):
            writer.leaf("ram:ID", project.number)
            writer.leaf("ram:Name", project.number)


def _write_reference(writer: XmlWriter, tag: str, value: str, issued: date | None) -> None:
    if value:
        with writer.group(tag):
            writer.leaf("ram:IssuerAssignedID", value)
            write_day(writer, _ISSUED, issued, "qdt:DateTimeString")


def read_order_reference(agreement: Node) -> OrderRef:
    path = "ram:BuyerOrderReferencedDocument"
    return OrderRef(
        number=agreement.text(f"{path}/ram:IssuerAssignedID"),
        date=read_day(agreement, f"{path}/{_ISSUED}", "qdt:DateTimeString"),
        sales_number=agreement.text("ram:SellerOrderReferencedDocument/ram:IssuerAssignedID"),
    )


def read_references(agreement: Node) -> tuple[Reference, ...]:
    return tuple(_references(agreement))


def _references(agreement: Node) -> Iterator[Reference]:
    for kind, tag in _OWN.items():
        if found := agreement.text(f"{tag}/ram:IssuerAssignedID"):
            yield Reference(kind, found, date=read_day(agreement, f"{tag}/{_ISSUED}", "qdt:DateTimeString"))
    for one in agreement.all("ram:AdditionalReferencedDocument"):
        if found := one.text("ram:IssuerAssignedID"):
            kind = one.text("ram:ReferenceTypeCode") or one.text("ram:Name") or one.text("ram:TypeCode")
            yield Reference(kind, found, one.text("ram:LineID"), read_day(one, _ISSUED, "qdt:DateTimeString"))
    if found := agreement.text("ram:SpecifiedProcuringProject/ram:ID"):
        yield Reference(PROJECT, found)


def write_dates(writer: XmlWriter, dates: DeliveryDates) -> None:
    with writer.group(_EVENT):
        write_day(writer, "ram:OccurrenceDateTime", dates.requested)
        with writer.group("ram:OccurrenceSpecifiedPeriod"):
            write_day(writer, "ram:StartDateTime", dates.earliest)
            write_day(writer, "ram:EndDateTime", dates.latest)


def read_dates(node: Node) -> DeliveryDates:
    period = f"{_EVENT}/ram:OccurrenceSpecifiedPeriod/ram:"
    return DeliveryDates(
        requested=read_day(node, f"{_EVENT}/ram:OccurrenceDateTime"), earliest=read_day(node, f"{period}StartDateTime"),
        latest=read_day(node, f"{period}EndDateTime"),
    )  # fmt: skip


def write_allowances(writer: XmlWriter, items: Iterable[AllowanceCharge]) -> None:
    for item in items:
        write_allowance(writer, item)


def write_totals(
    writer: XmlWriter, totals: OrderTotals, nets: Iterable[Decimal], items: Iterable[AllowanceCharge], currency: str
) -> None:
    """The schema demands the sum of the lines and the sum without VAT, so they are added up where not given."""
    every = list(items)
    net = totals.net if totals.net is not None else sum(nets, Decimal(0))
    charges = sum((one.amount for one in every if one.is_charge), Decimal(0))
    allowances = sum((one.amount for one in every if not one.is_charge), Decimal(0))
    with writer.group(_SUMS):
        writer.leaf("ram:LineTotalAmount", number(net))
        writer.leaf("ram:ChargeTotalAmount", number(charges) if charges else "")
        writer.leaf("ram:AllowanceTotalAmount", number(allowances) if allowances else "")
        writer.leaf("ram:TaxBasisTotalAmount", number(net + charges - allowances))
        writer.leaf("ram:TaxTotalAmount", number(totals.tax), currencyID=currency)
        writer.leaf("ram:GrandTotalAmount", number(totals.total))


def read_totals(settlement: Node) -> OrderTotals:
    return OrderTotals(
        net=settlement.number(f"{_SUMS}/ram:LineTotalAmount"), tax=settlement.number(f"{_SUMS}/ram:TaxTotalAmount"),
        total=settlement.number(f"{_SUMS}/ram:GrandTotalAmount"),
    )  # fmt: skip
