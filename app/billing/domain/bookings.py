"""The journal: what was claimed, paid, written off and charged, as entries between a customer's account and another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.core.money import round_amount

DOCUMENTS = ("invoice", "credit_note", "prepayment")
# What has an account of its own; `revenue` and what follows may differ by VAT case.
KINDS = (
    "revenue",
    "prepayment",
    "payment",
    "refund",
    "fee",
    "interest",
    "discount",
    "write_off",
    "rounding",
    "opening",
)
_BY_CASE = ("discount", "write_off")


@dataclass(frozen=True, slots=True)
class Part:
    """One VAT case of a document: `case` is the category with its rate ("S19", "AE"), `gross` includes `vat`."""

    case: str
    gross: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True)
class Booked:
    """An open item with what its document says. `amount` is signed: above zero the customer owes it.

    `parts` and `deductions` (of prepayments) are as printed, in the document's own direction; `revenue_kind` is
    "prepayment" when the document claims or takes back a prepayment, "opening"
    for a claim brought in from the books before this portal. `rate`: one of `currency` in the currency of the
    books, None when it is that or was not noted.
    """

    kind: str
    day: date
    due_on: date
    number: str
    company_id: int
    customer_code: str
    customer_name: str
    currency: str
    amount: Decimal
    text: str = ""
    revenue_kind: str = "revenue"
    parts: tuple[Part, ...] = ()
    deductions: tuple[Part, ...] = ()
    rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class BookingAccount:
    """The contra account of a kind and VAT case, and the key that tells the accounting software the VAT."""

    account: str = ""
    vat_key: str = ""


_USUAL = {
    "revenue": {"": "8200", "S19": "8400", "S7": "8300", "E": "8100", "AE": "8337", "K": "8125", "G": "8120"},
    "prepayment": {"": "1710", "S19": "1718", "S7": "1711"},
    "payment": {"": "1200"},
    "refund": {"": "1200"},
    "fee": {"": "2700"},
    "interest": {"": "2650"},
    "discount": {"": "8730", "S19": "8736", "S7": "8731"},
    "write_off": {"": "2400", "S19": "2406", "S7": "2401"},
    "rounding": {"": "4900"},
    "opening": {"": "9008"},
}
# Usual numbers of a German chart of accounts, until somebody enters his own.
USUAL_ACCOUNTS: Mapping[tuple[str, str], BookingAccount] = {
    (kind, case): BookingAccount(account) for kind, cases in _USUAL.items() for case, account in cases.items()
}


@dataclass(frozen=True, slots=True)
class Chart:
    """The accounts by (kind, VAT case); a case without its own uses that of the kind. Customers count from `debtors`, but
    those that had an account before keep it (`own_debtors`, by company).
    """

    accounts: Mapping[tuple[str, str], BookingAccount]
    debtors: int = 10000
    own_debtors: Mapping[int, str] = field(default_factory=dict)

    def contra(self, kind: str, case: str) -> BookingAccount:
        for key in ((kind, case), (kind, "")):
            if key in self.accounts:
                return self.accounts[key]
        return BookingAccount()

    def debtor(self, company_id: int) -> str:
        return self.own_debtors.get(company_id) or str(self.debtors + company_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: `account` (the customer's) against `contra`; `amount` above zero, gross, in minor units.

    `is_debit` says that the customer's account is debited, so that he owes more. `vat` is contained in `amount`.
    """

    day: date
    due_on: date
    document: str
    kind: str
    account: str
    contra: str
    is_debit: bool
    amount: Decimal
    currency: str
    case: str
    vat: Decimal
    vat_key: str
    text: str
    customer_code: str
    customer_name: str
    rate: Decimal | None = None

    @property
    def signed(self) -> Decimal:
        """What it adds to the receivables."""
        return self.amount if self.is_debit else -self.amount


def entries(items: Sequence[Booked], chart: Chart) -> Iterator[Entry]:
    """The entries of items, in their order. The sum of an item's entries is exactly its amount."""
    for item in items:
        for kind, part in _pieces(item):
            if part.gross:
                yield _entry(item, kind, part, chart)


def _pieces(item: Booked) -> list[tuple[str, Part]]:
    """Signed parts of the item with the kind of account each goes to."""
    if item.kind in DOCUMENTS:
        sign = -1 if item.kind == "credit_note" else 1
        found = [(item.revenue_kind, Part(one.case, sign * one.gross, sign * one.vat)) for one in item.parts]
        found += [("prepayment", Part(one.case, -sign * one.gross, -sign * one.vat)) for one in item.deductions]
        rest = item.amount - sum((part.gross for _kind, part in found), Decimal(0))
        if not item.parts:
            return [(item.revenue_kind, Part("", item.amount, Decimal(0)))]
        return [*found, ("rounding", Part("", rest, Decimal(0)))]
    parts = item.parts if item.kind in _BY_CASE else ()
    return [(item.kind, part) for part in spread(item.amount, parts, item.currency)]


def spread(amount: Decimal, parts: Sequence[Part], currency: str) -> tuple[Part, ...]:
    """Share `amount` among VAT cases as their gross sums stand to each other, to the minor unit; the largest takes what
    is left over. Without parts: one of no case.
    """
    whole = sum((part.gross for part in parts), Decimal(0))
    if not whole:
        return (Part("", amount, Decimal(0)),)
    shares = [round_amount(amount * part.gross / whole, currency) for part in parts]
    largest = max(range(len(parts)), key=lambda place: (abs(parts[place].gross), -place))
    shares[largest] += amount - sum(shares, Decimal(0))
    return tuple(
        Part(part.case, share, round_amount(share * part.vat / part.gross, currency) if part.gross else Decimal(0))
        for part, share in zip(parts, shares, strict=True)
    )


def _entry(item: Booked, kind: str, part: Part, chart: Chart) -> Entry:
    contra, is_debit = chart.contra(kind, part.case), part.gross > 0
    return Entry(
        item.day, item.due_on, item.number, kind if item.kind not in DOCUMENTS or kind != "revenue" else item.kind,
        chart.debtor(item.company_id), contra.account, is_debit, abs(part.gross), item.currency, part.case,
        part.vat if is_debit else -part.vat, contra.vat_key, f"{item.customer_name} {item.text}".strip(),
        item.customer_code, item.customer_name, item.rate,
    )  # fmt: skip
