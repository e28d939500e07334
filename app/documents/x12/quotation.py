"""Transaction sets 840 and 843, both ways: the question for prices and its answer."""

from __future__ import annotations

from datetime import date

from app.documents.model.order import DeliveryDates, OrderTotals, Reference
from app.documents.model.quotation import Quotation, QuotationLine, RequestForQuotation, RequestLine
from app.documents.model.reference import ScalePrice
from app.documents.reading import Reading
from app.documents.segments import Segment
from app.documents.x12 import parts_out as out
from app.documents.x12.content import ContentReader
from app.documents.x12.envelope import TransactionSet
from app.documents.x12.order import write_sums
from app.documents.x12.raw_line import RawLine
from app.documents.x12.scales import ScaleReader, write_scales
from app.documents.x12.writer import Body, day, number

_ANSWER_BY = "106"  # element 374: required by
_REQUEST, _LINE = "RQ", "LI"  # element 128
_VALID = {"007": "start", "036": "end", "002": "requested", "010": "requested", "064": "earliest", "063": "latest"}
_ROLES = frozenset({"buyer", "seller", "ship_to"})
_DELIVERY = ("requested", "earliest", "latest")


class _RequestReader(ContentReader):
    def begun(self, segment: Segment) -> None:
        if segment.value(5):
            self.text(segment, 4)
            self.head.dates["answer"] = self.day(segment, 5)


class _QuotationReader(ScaleReader):
    days_of = _VALID
    passed_over = frozenset({"SLN", "SDQ"})

    def begun(self, segment: Segment) -> None:
        if segment.value(4) == "036":
            self.text(segment, 4)
            self.head.dates["end"] = self.day(segment, 5)

    def on_ldt(self, segment: Segment) -> None:
        if self.now is not self.head and segment.value(3) == "DA" and "lead" not in self.now.values:
            self.text(segment, 1)
            self.text(segment, 3)
            days = self.number(segment, 2)
            self.now.values["lead"] = int(days) if days is not None and days == int(days) else None


def read_request(one: TransactionSet) -> Reading[RequestForQuotation]:
    reader = _RequestReader(one)
    reader.walk()
    reader.name_parties(_ROLES)
    head = reader.head
    document = RequestForQuotation(
        number=head.get("number"), issue_date=reader.day_of_head, lines=tuple(_asked(raw) for raw in reader.lines),
        answer_by=head.dates.pop("answer", None), currency=head.get("currency"), other_parties=reader.others,
        delivery=reader.delivery(head), delivery_terms=head.get("delivery_terms"), notes=tuple(head.notes),
        references=tuple(head.references), **reader.named,
    )  # fmt: skip
    return Reading(document, tuple(reader.faults), reader.rest())


def _asked(raw: RawLine) -> RequestLine:
    values = raw.values
    return RequestLine(
        position=raw.get("position"), quantity=values.get("quantity"), unit=raw.get("unit"), ids=raw.ids,
        name=raw.get("name"), description=raw.get("description"), target_price=values.get("unit_price"),
        delivery=_delivery(raw.dates), notes=tuple(raw.notes),
    )  # fmt: skip


def _delivery(dates: dict[str, date | None]) -> DeliveryDates:
    return DeliveryDates(**{name: dates[name] for name in _DELIVERY if name in dates})


def read_quotation(one: TransactionSet) -> Reading[Quotation]:
    reader = _QuotationReader(one)
    reader.walk()
    reader.name_parties(_ROLES)
    head = reader.head
    request = head.number_of(_REQUEST)
    document = Quotation(
        number=head.get("number"), issue_date=reader.day_of_head, lines=tuple(_offered(raw) for raw in reader.lines),
        request_number=request, valid_from=head.dates.get("start"), valid_until=head.dates.get("end"),
        currency=head.get("currency"), other_parties=reader.others, payment_terms=head.get("payment_terms"),
        delivery_terms=head.get("delivery_terms"), notes=tuple(head.notes), references=tuple(head.references),
        allowances_charges=tuple(head.allowances), totals=reader.sums(), **reader.named,
    )  # fmt: skip
    return Reading(document, tuple(reader.faults), reader.rest())


def _offered(raw: RawLine) -> QuotationLine:
    values = raw.values
    return QuotationLine(
        position=raw.get("position"), quantity=values.get("quantity"), unit=raw.get("unit"),
        request_line=raw.number_of(_LINE), ids=raw.ids, name=raw.get("name"), description=raw.get("description"),
        prices=_prices(raw), net=values.get("net"), vat_rate=values.get("vat_rate"),
        vat_category=raw.get("vat_category"), lead_time_days=values.get("lead"), delivery=_delivery(raw.dates),
        notes=tuple(raw.notes),
    )  # fmt: skip


def _prices(raw: RawLine) -> tuple[ScalePrice, ...]:
    """The price of PO1 counts where no other holds from the first unit on."""
    amount = raw.values.get("unit_price")
    if amount is None or any(price.from_quantity == 1 for price in raw.prices):
        return tuple(raw.prices)
    base = raw.values.get("price_base_quantity")
    return (ScalePrice(amount=amount, base_quantity=base), *raw.prices)


def write_request(value: RequestForQuotation) -> Body:
    body = Body("840")
    answer = day(value.answer_by)
    body.add("BQT", "00", value.number, day(value.issue_date), _ANSWER_BY if answer else "", answer)
    if value.currency:
        body.add("CUR", "BY", value.currency)
    dated = _undated(body, value.references)
    out.terms(body, "", value.delivery_terms)
    out.delivery(body, value.delivery)
    out.references(body, dated)
    out.notes(body, value.notes)
    _parties(body, value)
    for line in value.lines:
        amount, basis = out.price(line.target_price, None)
        body.add(
            "PO1", line.position, number(line.quantity), out.unit(line.unit), amount, basis, *out.id_pairs(line.ids)
        )
        out.texts(body, line.name, line.description)
        out.delivery(body, line.delivery)
        out.notes(body, line.notes)
    body.add("CTT", str(len(value.lines)))
    return body


def _undated(body: Body, items: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """REF up to the first reference with a day; the others, which keep their order, are given back for N9."""
    first = next((at for at, item in enumerate(items) if item.date), len(items))
    out.references(body, items[:first])
    return items[first:]


def _parties(body: Body, value: RequestForQuotation | Quotation) -> None:
    out.parties(body, (("BY", value.buyer), ("SE", value.seller), ("ST", value.ship_to)), value.other_parties)


def write_quotation(value: Quotation) -> Body:
    body = Body("843")
    body.add("BQR", "00", value.number, day(value.issue_date))
    if value.currency:
        body.add("CUR", "SE", value.currency)
    if value.request_number:
        body.add("REF", _REQUEST, value.request_number)
    dated = _undated(body, value.references)
    out.terms(body, "", value.delivery_terms)
    out.allowances(body, value.allowances_charges)
    out.terms(body, value.payment_terms, "")
    body.day("007", value.valid_from)
    body.day("036", value.valid_until)
    out.references(body, dated)
    out.notes(body, value.notes)
    _parties(body, value)
    for line in value.lines:
        _write_line(body, line, value.currency)
    write_sums(
        body, value.totals if value.totals != OrderTotals() else OrderTotals(lines=len(value.lines)), len(value.lines)
    )
    body.lose("totals/tax", value.totals.tax)
    return body


def _write_line(body: Body, line: QuotationLine, currency: str) -> None:
    path = f"line {line.position}"
    body.add("PO1", line.position, number(line.quantity), out.unit(line.unit), "", "", *out.id_pairs(line.ids))
    write_scales(body, line.prices, line.unit, currency, path)
    out.texts(body, line.name, line.description)
    if line.request_line:
        body.add("REF", _LINE, line.request_line)
    out.delivery(body, line.delivery)
    out.tax(body, line.vat_rate, line.vat_category)
    if line.lead_time_days is not None:
        body.add("LDT", "AF", str(line.lead_time_days), "DA")
    out.notes(body, line.notes)
    if line.net is not None:
        body.add("AMT", "1", number(line.net))
    body.lose(f"{path}/is_alternative", line.is_alternative)
