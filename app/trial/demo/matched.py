"""A supplier's invoice by EDIFACT for a call-off that came in with faults: order, receipt and invoice do not agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from app.accounts.queries.companies import operator_party
from app.core import clock
from app.core.actor import Actor
from app.core.money import round_amount
from app.core.tenancy import acting_as
from app.documents.model.invoice import Invoice
from app.documents.model.line import Line
from app.documents.model.party import Address, Party
from app.documents.model.totals import Totals, VatBreakdown, VatCategory
from app.exchange.domain.arrivals import Arrival
from app.exchange.domain.match import Tolerances
from app.exchange.domain.partners import Agreed, Scheme, Terms
from app.exchange.mapping.writing import Addressing, write
from app.exchange.service.inbox import receive_and_finish
from app.exchange.service.match import save_tolerance
from app.exchange.service.partners import save_agreement, save_identifier, save_partner
from app.sourcing.queries.call_offs import CallOffFilters, CallOffView, call_off, call_offs_page

_GLN, _OURS = "4260000000012", "4012345000009"
_FORMAT = "edifact-invoic"
_RATE = Decimal(19)


def add_matched(house: Actor) -> None:
    """Limits of two percent, and an invoice that is dearer within them in one line and asks for faulty goods in another."""
    with acting_as(house):
        save_tolerance(house, "", Tolerances(Decimal(2), Decimal(50), Decimal(0), Decimal(200)))
        found = _came_in(house)
        if found is None:
            return
        made = save_partner(
            house, None, {"code": "SUPPLIER-EDI", "name": found.supplier_name, "company_id": found.supplier_id}
        )
        save_identifier(house, made, Scheme.GLN, _GLN)
        save_identifier(house, made, Scheme.GLN, _OURS, side="ours")
        for document, code in (("invoice", _FORMAT), ("despatch-advice", "edifact-desadv")):
            save_agreement(house, made, None, {"direction": "in", "document": document, "format": code})
        data = _file(_invoice(house, found))
        receive_and_finish(house, Arrival("RE-2207.edi", data, partner_id=made, via="demo"))


def _came_in(house: Actor) -> CallOffView | None:
    """The newest call-off of which something came in."""
    rows = call_offs_page(house, CallOffFilters(), after=None, before=None, limit=20)
    seen = (call_off(house, row.number) for row in rows)
    return next((one for one in seen if any(line.received for line in one.lines)), None)


def _invoice(house: Actor, found: CallOffView) -> Invoice:
    today = clock.now().date()
    lines = []
    for place, line in enumerate(found.lines):
        price = line.unit_price * (Decimal("1.01") if place == 1 else 1)
        net = round_amount(price * line.received / line.base_quantity, found.currency)
        lines.append(
            Line(
                position=str(line.position), name=line.text, quantity=line.received.normalize() + 0, unit=line.unit,
                unit_price=price.quantize(Decimal("0.0001")), net=net, vat_category=VatCategory.STANDARD, vat_rate=_RATE,
                price_base_quantity=line.base_quantity if line.base_quantity != 1 else None,
                order_line=str(line.position),
            )
        )  # fmt: skip
    return _summed(house, found, tuple(lines), today)


def _summed(house: Actor, found: CallOffView, lines: tuple[Line, ...], today: date) -> Invoice:
    net = sum((line.net for line in lines), Decimal(0))
    tax = round_amount(net * _RATE / 100, found.currency)
    seller = Party(
        name=found.supplier_name, gln=_GLN, vat_id="DE812345678",
        address=Address(country="DE", street="Werkstr. 4", city="Hagen", postal_code="58089"),
    )  # fmt: skip
    buyer = Party(name=operator_party(house).name, gln=_OURS, address=None)
    return Invoice(
        number="RE-2207", issue_date=today, currency=found.currency, seller=seller, buyer=buyer, lines=lines,
        vat=(VatBreakdown(category=VatCategory.STANDARD, rate=_RATE, base=net, tax=tax),),
        totals=Totals(line_net=net, net=net, tax=tax, gross=net + tax, payable=net + tax), order_reference=found.number,
    )  # fmt: skip


def _file(document: Invoice) -> bytes:
    agreed = Agreed(0, 0, "out", document.kind, _FORMAT, "", None, {}, Terms.NEVER, "", None)
    return write(document, agreed, Addressing({Scheme.GLN: _GLN}, {Scheme.GLN: _OURS}, 2207, clock.now())).data
