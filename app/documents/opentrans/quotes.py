"""RFQ and QUOTATION."""

from __future__ import annotations

from decimal import Decimal

from app.documents.codes import number
from app.documents.model.order import OrderTotals
from app.documents.model.quotation import Quotation, QuotationLine, RequestForQuotation, RequestLine
from app.documents.model.reference import ScalePrice
from app.documents.opentrans.parts import (
    PAYMENT_TERMS,
    decimal_of,
    opened,
    read_allowances,
    read_dates,
    read_goods,
    read_head,
    read_remarks,
    read_sources,
    read_terms,
    read_transport,
)
from app.documents.opentrans.parts_out import OpenTransWriter
from app.documents.reading import Reading
from app.documents.xml_taking import Part

REQUEST, QUOTATION = "RFQ", "QUOTATION"
_ANSWER_BY, _TARGET, _REQUEST_LINE, _REQUEST_ID, _DAYS = (
    "answer_by",
    "target_price",
    "rfq_line",
    "rfq_id",
    "lead_time_days",
)
_ALTERNATIVE, _SCALE = "alternative", "scale"


def read_request(data: bytes) -> Reading[RequestForQuotation]:
    taking, header, info = opened(data, REQUEST)
    root, head = taking.root, read_head(info, _ANSWER_BY)
    root.number(f"{REQUEST}_SUMMARY/TOTAL_ITEM_NUM")
    answer_by = next((one.day("") for one in info.all("REMARKS") if one.element.get("type") == _ANSWER_BY), None)
    document = RequestForQuotation(
        number=info.need_text("RFQ_ID"), issue_date=info.day("RFQ_DATE"), answer_by=answer_by, currency=info.text("CURRENCY"),
        lines=tuple(_request_line(one) for one in root.all(f"{REQUEST}_ITEM_LIST/{REQUEST}_ITEM")),
        buyer=head.roles.get("buyer"), seller=head.roles.get("seller"), ship_to=head.roles.get("ship_to"),
        other_parties=tuple(head.others), delivery=head.dates, delivery_terms=read_transport(info), notes=head.notes,
        references=read_sources(header.find("SOURCING_INFO"), info),
    )  # fmt: skip
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def _request_line(item: Part) -> RequestLine:
    goods = read_goods(item)
    notes, said = read_remarks(item, _TARGET)
    return RequestLine(
        position=goods.position, quantity=goods.quantity, unit=goods.unit, ids=goods.ids, name=goods.name,
        description=goods.description, target_price=decimal_of(item, said, _TARGET), delivery=read_dates(item), notes=notes,
    )  # fmt: skip


def write_request(request: RequestForQuotation) -> bytes:
    writer = OpenTransWriter(REQUEST)
    roles = {"buyer": request.buyer, "seller": request.seller, "ship_to": request.ship_to}
    with writer.group("RFQ_HEADER"):
        writer.sources(request.references)
        with writer.group("RFQ_INFO"):
            writer.leaf("RFQ_ID", request.number)
            writer.moment("RFQ_DATE", request.issue_date)
            writer.dates(request.delivery)
            writer.parties(roles, request.other_parties)
            writer.party_references(roles)
            writer.leaf("bmecat:CURRENCY", request.currency)
            writer.terms(request.notes)
            writer.transport(request.delivery_terms)
            writer.remarks(request.notes, {_ANSWER_BY: request.answer_by.isoformat() if request.answer_by else ""})
    with writer.group("RFQ_ITEM_LIST", keep=True):
        for line in request.lines:
            with writer.group("RFQ_ITEM"):
                writer.leaf("LINE_ITEM_ID", line.position)
                writer.product(line.ids, line.name, line.description)
                writer.quantity(line.quantity, line.unit)
                writer.dates(line.delivery)
                writer.remarks(line.notes, {_TARGET: number(line.target_price)})
    with writer.group("RFQ_SUMMARY"):
        writer.leaf("TOTAL_ITEM_NUM", str(len(request.lines)))
    return writer.finish()


def read_quotation(data: bytes) -> Reading[Quotation]:
    taking, header, info = opened(data, QUOTATION)
    root, head = taking.root, read_head(info, _REQUEST_ID)
    count, net = root.number(f"{QUOTATION}_SUMMARY/TOTAL_ITEM_NUM"), root.number(f"{QUOTATION}_SUMMARY/TOTAL_AMOUNT")
    summary = root.find(f"{QUOTATION}_SUMMARY")
    document = Quotation(
        number=info.need_text("QUOTATION_ID"), issue_date=info.day("QUOTATION_DATE"), request_number=head.said.get(_REQUEST_ID, ""),
        lines=tuple(_quotation_line(one) for one in root.all(f"{QUOTATION}_ITEM_LIST/{QUOTATION}_ITEM")),
        valid_from=info.day("VALID_START_DATE"), valid_until=info.day("VALID_END_DATE"), currency=info.text("CURRENCY"),
        buyer=head.roles.get("buyer"), seller=head.roles.get("seller"), ship_to=head.roles.get("ship_to"),
        other_parties=tuple(head.others), payment_terms=read_terms(info, head.said), delivery_terms=read_transport(info),
        notes=head.notes, references=read_sources(header.find("SOURCING_INFO")),
        allowances_charges=read_allowances(summary, net or Decimal(0)) if summary else (),
        totals=OrderTotals(lines=int(count) if count is not None else None, net=net),
    )  # fmt: skip
    return Reading(document, tuple(taking.faults), tuple(taking.leftovers()))


def _quotation_line(item: Part) -> QuotationLine:
    """Further prices from a quantity on come as remarks of the type `scale`: `10: 4.50`."""
    goods = read_goods(item)
    notes, said = read_remarks(item, _REQUEST_LINE, _DAYS, _ALTERNATIVE)
    prices = [] if goods.price is None else [ScalePrice(amount=goods.price, base_quantity=goods.base)]
    others = []
    for note in notes:
        start, colon, amount = note.text.partition(": ")
        if note.subject == _SCALE and colon:
            scale = {"from": start, "amount": amount}
            quantity, price = decimal_of(item, scale, "from"), decimal_of(item, scale, "amount")
            if quantity is not None and price is not None:
                prices.append(ScalePrice(amount=price, from_quantity=quantity, base_quantity=goods.base))
        else:
            others.append(note)
    days = decimal_of(item, said, _DAYS)
    return QuotationLine(
        position=goods.position, quantity=goods.quantity, unit=goods.unit, request_line=said.get(_REQUEST_LINE, ""),
        ids=goods.ids, name=goods.name, description=goods.description, prices=tuple(prices), net=goods.net,
        vat_rate=goods.vat_rate, vat_category=goods.vat_category.value if goods.vat_category else "",
        lead_time_days=int(days) if days is not None else None, delivery=read_dates(item),
        is_alternative=said.get(_ALTERNATIVE, "") == "true", notes=tuple(others),
    )  # fmt: skip


def write_quotation(quotation: Quotation) -> bytes:
    writer = OpenTransWriter(QUOTATION)
    roles = {"buyer": quotation.buyer, "seller": quotation.seller, "ship_to": quotation.ship_to}
    with writer.group("QUOTATION_HEADER"):
        writer.sources(quotation.references)
        with writer.group("QUOTATION_INFO"):
            writer.leaf("QUOTATION_ID", quotation.number)
            writer.moment("QUOTATION_DATE", quotation.issue_date)
            writer.moment("bmecat:VALID_START_DATE", quotation.valid_from)
            writer.moment("bmecat:VALID_END_DATE", quotation.valid_until)
            writer.parties(roles, quotation.other_parties)
            writer.party_references(roles)
            writer.leaf("bmecat:CURRENCY", quotation.currency)
            writer.terms(quotation.notes)
            writer.transport(quotation.delivery_terms)
            writer.remarks(
                quotation.notes, {_REQUEST_ID: quotation.request_number, PAYMENT_TERMS: quotation.payment_terms}
            )
    with writer.group("QUOTATION_ITEM_LIST", keep=True):
        for line in quotation.lines:
            with writer.group("QUOTATION_ITEM"):
                _write_line(writer, line)
    with writer.group("QUOTATION_SUMMARY"):
        writer.leaf("TOTAL_ITEM_NUM", str(len(quotation.lines)))
        writer.leaf("TOTAL_AMOUNT", number(quotation.totals.net))
        writer.allowances(quotation.allowances_charges)
    return writer.finish()


def _write_line(writer: OpenTransWriter, line: QuotationLine) -> None:
    first, *others = line.prices or (None,)
    writer.leaf("LINE_ITEM_ID", line.position)
    writer.product(line.ids, line.name, line.description)
    writer.quantity(line.quantity, line.unit)
    writer.price(
        first.amount if first else None,
        first.base_quantity if first else None,
        vat_rate=line.vat_rate,
        category=line.vat_category,
    )
    writer.leaf("PRICE_LINE_AMOUNT", number(line.net))
    writer.dates(line.delivery)
    days = "" if line.lead_time_days is None else str(line.lead_time_days)
    said = {_REQUEST_LINE: line.request_line, _DAYS: days, _ALTERNATIVE: "true" if line.is_alternative else ""}
    writer.remarks(line.notes, said)
    for one in others:
        if one is not None:
            writer.leaf("REMARKS", f"{number(one.from_quantity)}: {number(one.amount)}", type=_SCALE)
