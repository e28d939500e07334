"""The buyer's address, the facts beside it, and the seller's particulars at the foot of every page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.documents.model.invoice import CreditNote
from app.documents.model.party import Address, Party
from app.documents.model.payment import PaymentMeans
from app.documents.paper.figures import Figures
from app.documents.paper.fonts import BOLD
from app.documents.paper.setting import Setting
from app.documents.paper.typeset import MILLIMETRE, POINT, clean, wrap
from app.documents.paper.words import Words

Foot = list[list[str]]

TEXT_SIZE, TEXT_LEADING = 10 * POINT, 13 * POINT
FACT_SIZE, FACT_LEADING = 9 * POINT, 13 * POINT
FOOT_SIZE, FOOT_LEADING = 7_500, 9_500

_ADDRESS_WIDTH = 82 * MILLIMETRE
_FACT_LABEL_WIDTH = 34 * MILLIMETRE
_FACT_VALUE_WIDTH = 43 * MILLIMETRE
_FOOT_WIDTH = 56 * MILLIMETRE
_IBAN_GROUP = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the address block."""

    text: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value, both broken into lines."""

    label: tuple[str, ...]
    lines: tuple[str, ...]

    @property
    def height(self) -> int:
        return max(len(self.label), len(self.lines)) * FACT_LEADING


def sender_line(seller: Party) -> str:
    """Above the address, for the window of an envelope."""
    address = seller.address
    place = [address.street, f"{address.postal_code} {address.city}".strip()] if address else []
    return " · ".join(clean(part) for part in (seller.trading_name or seller.name, *place) if part)


def address_lines(setting: Setting) -> list[Line]:
    """The buyer as on an envelope, its VAT id, and where the goods went if that is another place."""
    lines = party_lines(setting.document.buyer, setting.figures, setting.words)
    return [*lines, *place_lines(setting.words("Delivered to"), _delivery_place(setting))]


def party_lines(party: Party, figures: Figures, _: Words) -> list[Line]:
    """A party as on an envelope, and its VAT id."""
    lines = [Line(text, is_strong=True) for text in wrap(party.name, _ADDRESS_WIDTH, TEXT_SIZE, BOLD)]
    details = [party.trading_name] if party.trading_name else []
    details += postal_lines(party.address, figures)
    if party.vat_id:
        details.append(_("VAT ID: {number}", number=party.vat_id))
    elif party.registration:
        details.append(_("Register: {number}", number=party.registration.value))
    return [*lines, *(Line(part) for text in details for part in wrap(text, _ADDRESS_WIDTH, TEXT_SIZE))]


def place_lines(label: str, place: str) -> list[Line]:
    """A second address below the first, under its label; nothing where there is none."""
    if not place:
        return []
    return [Line(""), Line(label, is_strong=True), *(Line(part) for part in wrap(place, _ADDRESS_WIDTH, TEXT_SIZE))]


def _delivery_place(setting: Setting) -> str:
    delivery, buyer = setting.document.delivery, setting.document.buyer
    if delivery is None or delivery.address is None or delivery.address == buyer.address:
        return ""
    return ", ".join(part for part in (delivery.name, *postal_lines(delivery.address, setting.figures)) if part)


def postal_lines(address: Address | None, figures: Figures) -> list[str]:
    """Street, place, country: the parts that are given."""
    if address is None:
        return []
    place = " ".join(part for part in (address.postal_code, address.city) if part)
    parts = (address.street, address.additional, address.third_line, place, address.region)
    return [part for part in (*parts, figures.country(address.country)) if part]


def facts(setting: Setting) -> list[Fact]:
    """What an auditor looks for first, in the order it is looked for."""
    return set_facts(_facts(setting))


def set_facts(facts: Iterable[tuple[str, str]]) -> list[Fact]:
    """Labels and values broken into lines; what has no value is left out."""
    return [
        Fact(
            tuple(wrap(label, _FACT_LABEL_WIDTH, FACT_SIZE)),
            tuple(part for line in value.split("\n") for part in wrap(line, _FACT_VALUE_WIDTH, FACT_SIZE)),
        )
        for label, value in facts
        if value
    ]


def _facts(setting: Setting) -> Iterator[tuple[str, str]]:
    _, document, figures = setting.words, setting.document, setting.figures
    yield _("Number"), document.number
    yield _("Date"), figures.day(document.issue_date)
    for earlier in document.preceding:
        day = f", {figures.day(earlier.issue_date)}" if earlier.issue_date else ""
        yield _("For invoice"), earlier.number + day
    if document.delivery is not None and document.delivery.date is not None:
        yield _("Delivered on"), figures.day(document.delivery.date)
    if document.period is not None:
        days = (day for day in (document.period.start, document.period.end) if day)
        yield _("Period"), " – ".join(figures.day(day) for day in days)
    due = document.payment_terms.due_date if document.payment_terms else None
    if due is not None and not isinstance(document, CreditNote):
        yield _("Payable by"), figures.day(due)
    yield _("Your order"), document.order_reference
    yield _("Your reference"), document.buyer_reference if document.buyer_reference != document.order_reference else ""
    yield _("Our order"), document.sales_order_reference
    yield _("Despatch note"), document.despatch_reference
    yield _("Contract"), document.contract_reference
    yield _("Project"), document.project_reference
    yield _("Tender"), document.tender_reference
    yield _("Currency"), document.currency


def foot(seller: Party, means: PaymentMeans | None, figures: Figures, _: Words, more: Sequence[str] = ()) -> Foot:
    """Three columns: who we are, what we are registered as, where our money goes; `more` below the last."""
    first = [seller.name, *postal_lines(seller.address, figures)]
    columns = (first, _registers(seller, _), [*_bank(means), *more])
    return [[part for line in column for part in wrap(line, _FOOT_WIDTH, FOOT_SIZE)] for column in columns]


def _registers(seller: Party, _: Words) -> list[str]:
    lines = []
    if seller.vat_id:
        lines.append(_("VAT ID: {number}", number=seller.vat_id))
    if seller.tax_number:
        lines.append(_("Tax number: {number}", number=seller.tax_number))
    if seller.registration:
        lines.append(_("Register: {number}", number=seller.registration.value))
    if seller.contact:
        lines += [part for part in (seller.contact.phone, seller.contact.email) if part]
    return lines


def representative(setting: Setting) -> list[str]:
    """The seller's tax representative, for the foot."""
    _, found = setting.words, setting.document.tax_representative
    return [_("Tax representative: {name}, {number}", name=found.name, number=found.vat_id)] if found else []


def _bank(means: PaymentMeans | None) -> list[str]:
    if means is None:
        return []
    lines = [means.account_name, account(means.account), f"BIC {means.bic}" if means.bic else ""]
    return [line for line in lines if line]


def account(number: str) -> str:
    """An IBAN in groups of four; other account numbers as they are."""
    if not number[:2].isalpha():
        return number
    compact = number.replace(" ", "")
    return "IBAN " + " ".join(compact[i : i + _IBAN_GROUP] for i in range(0, len(compact), _IBAN_GROUP))
