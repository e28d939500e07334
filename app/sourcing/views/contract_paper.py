"""Contracts and call-offs on paper."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from app.documents.model.record import RecordColumn, RecordDocument, RecordSection
from app.documents.rendering import print_record
from app.ordering.views.texts import unit_text
from app.sourcing.queries.call_offs import CallOffView
from app.sourcing.queries.contracts import ContractView
from app.web import filters
from app.web.texts import _, show

_DASH = "–"


def contract_paper(found: ContractView, language: str) -> bytes:
    """What both sides sign, with the signatures so far and the hash they signed."""
    last_day = show(found.valid_to - timedelta(days=1))
    excess = _("Refuse the call-off") if found.excess == "block" else _("Warn and send it")
    record = RecordDocument(
        title=str(_("Supply contract")),
        number=found.number,
        issuer=found.buyer_name,
        addressee=(found.supplier_name,),
        facts=(
            (str(_("Tender")), f"{found.tender_number} {found.tender_title}"),
            (str(_("Lot")), f"{found.lot_number} {found.lot_title}"),
            (str(_("In force")), f"{show(found.valid_from)} {_DASH} {last_day}"),
            (str(_("Prices")), f"{found.currency}, {_('with VAT') if found.vat_basis == 'gross' else _('without VAT')}"),
            (str(_("Beyond the quantities")), str(excess)),
            (str(_("Delivery terms")), found.delivery_terms or _DASH),
            (str(_("Payment terms")), found.payment_terms or _DASH),
        ),
        sections=(
            RecordSection(
                str(_("Prices")),
                columns=(
                    RecordColumn(str(_("Line")), is_number=True),
                    RecordColumn(str(_("Text")), 4),
                    RecordColumn(str(_("At most")), is_number=True),
                    RecordColumn(str(_("Price")), is_number=True),
                ),
                rows=tuple(
                    (
                        str(one.position), f"{one.sku} {one.text}".strip(),
                        filters.quantity(one.maximum, unit_text(one.unit)) if one.maximum is not None else _DASH,
                        _price(one.unit_price, one.base_quantity, one.unit, found.currency),
                    )
                    for one in found.prices
                ),
            ),
            *((RecordSection(str(_("Terms")), paragraphs=tuple(found.terms.splitlines())),) if found.terms else ()),
            RecordSection(
                str(_("Signatures")),
                columns=(
                    RecordColumn(str(_("Side")), 2), RecordColumn(str(_("Name")), 3), RecordColumn(str(_("When")), 2)
                ),
                rows=tuple(
                    (str(_("Buyer") if one.side == "buyer" else _("Supplier")), one.name, show(one.signed_at))
                    for one in found.signatures
                    if one.answer == "signed"
                ),
            ),
        ),
        foot=(str(_("SHA-256 of the content that is signed: {hash}", hash=found.hash)),),
    )  # fmt: skip
    return print_record(record, language=language)


def _price(unit_price: Decimal, base_quantity: Decimal, unit: str, currency: str) -> str:
    words = filters.price(unit_price, currency)
    return words if base_quantity == 1 else f"{words} / {filters.quantity(base_quantity, unit_text(unit))}"


def call_off_paper(found: CallOffView, language: str) -> bytes:
    """The order as the supplier gets it."""
    place = [found.ship_to.get(part) or "" for part in ("name", "street", "postcode", "city", "country")]
    record = RecordDocument(
        title=str(_("Call-off")),
        number=found.number,
        issuer=found.buyer_name,
        addressee=(found.supplier_name,),
        facts=(
            (str(_("Contract")), found.contract_number),
            (str(_("Date")), show(found.placed_at)),
            (str(_("Wanted on")), show(found.wanted_on) if found.wanted_on else _DASH),
            (str(_("Deliver to")), ", ".join(part for part in place if part) or _DASH),
            (str(_("Total, net") if found.vat_basis == "net" else _("Total, with VAT")),
             filters.money(found.total, found.currency)),
        ),
        sections=(
            RecordSection(
                str(_("Lines")),
                paragraphs=(found.note,) if found.note else (),
                columns=(
                    RecordColumn(str(_("Line")), is_number=True),
                    RecordColumn(str(_("Text")), 4),
                    RecordColumn(str(_("Quantity")), is_number=True),
                    RecordColumn(str(_("Price")), is_number=True),
                    RecordColumn(str(_("Net")), is_number=True),
                ),
                rows=tuple(
                    (str(one.position), one.text, filters.quantity(one.quantity, unit_text(one.unit)),
                     _price(one.unit_price, one.base_quantity, one.unit, found.currency),
                     filters.amount(one.net, found.currency))
                    for one in found.lines
                ),
            ),
        ),
    )  # fmt: skip
    return print_record(record, language=language)
