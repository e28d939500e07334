"""What the Russian and Ukrainian forms share: lines with their own VAT, sums of columns, parties in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date

from app.core.money import largest_remainder, minor_units
from app.documents.model.invoice import BillingDocument
from app.documents.model.line import AllowanceCharge, Line
from app.documents.model.party import Party
from app.documents.model.payment import PaymentMeans
from app.documents.model.totals import VatCategory
from app.documents.paper.figures import Figures, figures
from app.documents.paper.first_page import postal_lines
from app.documents.paper.typeset import clean
from app.documents.upd.line_out import taxes_of
from app.documents.upd.party import tax_number, tax_office

ZERO = Decimal(0)
UNTAXED = frozenset({VatCategory.EXEMPT, VatCategory.OUT_OF_SCOPE, VatCategory.REVERSE_CHARGE})


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line with its own VAT: `price`, `net` without it, in the document's currency."""

    name: str
    sku: str
    unit: str
    quantity: Decimal
    price: Decimal
    net: Decimal
    rate: Decimal | None
    tax: Decimal
    origin: str = ""

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def form_lines(document: BillingDocument) -> tuple[FormLine, ...]:
    """The lines, charges as further ones; what is taken off the whole is spread over the lines of its VAT rate, since
    the forms know no deduction. Their sums are those of the document.
    """
    lines = list(document.lines)
    nets = [line.net for line in lines]
    for item in document.allowances_charges:
        if not item.is_charge:
            _spread(item, lines, nets, document.currency)
    charges = [_charge(item) for item in document.allowances_charges if item.is_charge]
    spread = [*_with_nets(lines, nets), *charges]
    taxes = taxes_of(document, tuple(spread))
    return tuple(
        FormLine(
            name=line.name,
            sku=line.sku,
            unit=line.unit,
            quantity=line.quantity,
            price=line.unit_price / (line.price_base_quantity or 1),
            net=line.net,
            rate=None if line.vat_category in UNTAXED else line.vat_rate,
            tax=tax,
            origin=line.country_of_origin,
        )
        for line, tax in zip(spread, taxes, strict=True)
    )


def _spread(item: AllowanceCharge, lines: Sequence[Line], nets: list[Decimal], currency: str) -> None:
    key = (item.vat_category, item.vat_rate)
    places = [i for i, line in enumerate(lines) if (line.vat_category, line.vat_rate) == key and nets[i] > 0]
    if not places:
        raise ValueError(f"no line bears the allowance of {item.amount} at {item.vat_rate}")
    shares = largest_remainder(item.amount, [nets[i] for i in places], minor_units(currency))
    for place, share in zip(places, shares, strict=True):
        nets[place] -= share


def _with_nets(lines: Sequence[Line], nets: Sequence[Decimal]) -> list[Line]:
    """Lines at what is left of them; the price follows."""
    found = []
    for line, net in zip(lines, nets, strict=True):
        price = line.unit_price / (line.price_base_quantity or 1)
        if net != line.net or line.allowances_charges:
            price = (net / line.quantity).quantize(Decimal("0.0001")) if line.quantity else net
        found.append(_line(line, price, net))
    return found


def _line(line: Line, price: Decimal, net: Decimal) -> Line:
    return Line(
        position=line.position, name=line.name, sku=line.sku, quantity=line.quantity, unit=line.unit, unit_price=price,
        net=net, vat_category=line.vat_category, vat_rate=line.vat_rate, country_of_origin=line.country_of_origin,
        tax=line.tax if net == line.net else None,
    )  # fmt: skip


def _charge(item: AllowanceCharge) -> Line:
    return Line(
        position="", name=item.reason or item.reason_code, quantity=Decimal(1), unit="C62", unit_price=item.amount,
        net=item.amount, vat_category=item.vat_category or VatCategory.EXEMPT, vat_rate=item.vat_rate,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """A document in the figures of a form's language."""

    document: BillingDocument
    lines: tuple[FormLine, ...]
    figures: Figures

    def amount(self, value: Decimal) -> str:
        return self.figures.amount(value, self.document.currency)

    def price(self, value: Decimal) -> str:
        """At least the digits of the currency, no more than four."""
        digits = Decimal("0.0001")
        return self.figures.price(value.quantize(digits), self.document.currency)

    def sums(self, label_at: int, label: str, columns: dict[int, Callable[[FormLine], Decimal]], size: int) -> SumsOf:
        return SumsOf(self, label_at, label, columns, size)

    @property
    def net(self) -> Decimal:
        return sum((line.net for line in self.lines), ZERO)

    @property
    def tax(self) -> Decimal:
        return sum((line.tax for line in self.lines), ZERO)

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class SumsOf:
    """A row of sums: a label and, in some columns, what the lines at given places add up to. "X" where the form says so."""

    paper: Paper
    label_at: int
    label: str
    columns: dict[int, Callable[[FormLine], Decimal]]
    size: int
    crossed: tuple[int, ...] = ()
    counts: tuple[int, ...] = ()

    def __call__(self, places: Sequence[int]) -> tuple[str, ...]:
        cells = [""] * self.size
        cells[self.label_at] = self.label
        for at, value in self.columns.items():
            total = sum((value(self.paper.lines[place]) for place in places), ZERO)
            is_count = at in self.counts
            cells[at] = self.paper.figures.quantity(total) if is_count else self.paper.amount(total)
        for at in self.crossed:
            cells[at] = "X"
        return tuple(cells)


def paper_of(document: BillingDocument, language: str) -> Paper:
    return Paper(document, form_lines(document), figures(language))


def long_day(day: date | None, language: str) -> str:
    """22 ноября 2026 г.; a dash where there is none."""
    return format_date(day, "long", locale=language).replace("\N{NARROW NO-BREAK SPACE}", " ") if day else "--"


def place_of(party: Party, words: Figures) -> str:
    """The postal address in one line, the code first, as it is written there."""
    address = party.address
    if address is None:
        return ""
    parts = (address.postal_code, address.region if not address.region.isdecimal() else "", address.city,
             address.street, address.additional, address.third_line)  # fmt: skip
    text = ", ".join(part for part in parts if part)
    return clean(text or ", ".join(postal_lines(address, words)))


def inn_kpp(party: Party) -> str:
    """Both numbers, as in 7701234567/770101001; the VAT id of a foreign party."""
    number = tax_number(party) or party.tax_number or party.vat_id
    return "/".join(part for part in (number, tax_office(party)) if part) or "--"


def bank_of(document: BillingDocument) -> PaymentMeans:
    """The first account to pay to; an empty one where none is given."""
    return next((item for item in document.payment_means if item.account or item.bic), PaymentMeans())
