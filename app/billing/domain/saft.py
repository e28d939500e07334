"""The journal as an audit file in the shape of OECD SAF-T 2.00: header, master files, general ledger entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.billing.domain.bookings import Chart, Entry
from app.core.errors import Invalid
from app.core.money import round_amount
from app.core.texts import N_
from app.core.xml import XmlWriter

NAMESPACE = "urn:OECD:StandardAuditFile-Taxation/2.00"


@dataclass(frozen=True, slots=True)
class Firm:
    """Whose books these are; amounts of the file are in `currency`."""

    name: str
    registration_number: str
    vat_id: str
    street: str
    city: str
    postcode: str
    country: str
    currency: str


@dataclass(frozen=True, slots=True)
class Period:
    start: date
    end: date
    made_on: date


def write(firm: Firm, period: Period, chart: Chart, entries: Iterable[Entry]) -> bytes:
    """One transaction for each entry, with its two sides; equal entries give equal bytes.

    Raises Invalid for an entry in another currency than the books' that has no rate: nothing is converted by guess.
    """
    rows = [(entry, _in_books(entry, firm.currency)) for entry in entries]
    writer = XmlWriter("AuditFile", {"": NAMESPACE})
    _header(writer, firm, period)
    with writer.group("MasterFiles"):
        _accounts(writer, chart, [entry for entry, _amount in rows])
        _customers(writer, rows)
        _tax_codes(writer, sorted({entry.case for entry, _amount in rows if entry.case}), firm.country)
    total = sum((amount for _entry, amount in rows), Decimal(0))
    with writer.group("GeneralLedgerEntries"):
        writer.leaf("NumberOfEntries", str(len(rows)))
        writer.leaf("TotalDebit", _plain(total))
        writer.leaf("TotalCredit", _plain(total))
        with writer.group("Journal"):
            writer.leaf("JournalID", "AR")
            writer.leaf("Description", "Accounts receivable")
            writer.leaf("Type", "AR")
            for place, (entry, amount) in enumerate(rows, 1):
                with writer.group("Transaction"):
                    _transaction(writer, place, entry, amount, firm.currency)
    return writer.finish()


def _in_books(entry: Entry, currency: str) -> Decimal:
    if entry.currency == currency:
        return entry.amount
    if entry.rate is None:
        raise Invalid(
            "currency",
            N_(
                "{document} is in {currency} and no rate was noted. Narrow the export to the currency of the books.",
                document=entry.document, currency=entry.currency,
            ),
        )  # fmt: skip
    return round_amount(entry.amount * entry.rate, currency)


def _header(writer: XmlWriter, firm: Firm, period: Period) -> None:
    with writer.group("Header"):
        writer.leaf("AuditFileVersion", "2.00")
        writer.leaf("AuditFileCountry", firm.country)
        writer.leaf("AuditFileDateCreated", str(period.made_on))
        writer.leaf("SoftwareCompanyName", "Kontor")
        writer.leaf("SoftwareID", "Kontor")
        with writer.group("Company"):
            writer.leaf("RegistrationNumber", firm.registration_number or firm.vat_id)
            writer.leaf("Name", firm.name)
            with writer.group("Address"):
                writer.leaf("StreetName", firm.street)
                writer.leaf("City", firm.city)
                writer.leaf("PostalCode", firm.postcode)
                writer.leaf("Country", firm.country)
            with writer.group("TaxRegistration"):
                writer.leaf("TaxRegistrationNumber", firm.vat_id)
        writer.leaf("DefaultCurrencyCode", firm.currency)
        with writer.group("SelectionCriteria"):
            writer.leaf("SelectionStartDate", str(period.start))
            writer.leaf("SelectionEndDate", str(period.end))
        writer.leaf("TaxAccountingBasis", "Invoice accounting")


def _accounts(writer: XmlWriter, chart: Chart, entries: Sequence[Entry]) -> None:
    named = {account.account: f"{kind} {case}".strip() for (kind, case), account in sorted(chart.accounts.items())}
    names = {entry.contra: named.get(entry.contra, entry.kind) for entry in entries if entry.contra}
    names |= {entry.account: entry.customer_name for entry in entries}
    with writer.group("GeneralLedgerAccounts", keep=True):
        for account in sorted(names):
            with writer.group("Account"):
                writer.leaf("AccountID", account)
                writer.leaf("AccountDescription", names[account])
                writer.leaf("AccountType", "GL")


def _customers(writer: XmlWriter, rows: Sequence[tuple[Entry, Decimal]]) -> None:
    """What the period changed for each customer stands as its balance: what was open before is not in this file."""
    moved: dict[tuple[str, str, str], Decimal] = {}
    for entry, amount in rows:
        key = (entry.customer_code, entry.customer_name, entry.account)
        moved[key] = moved.get(key, Decimal(0)) + (amount if entry.is_debit else -amount)
    with writer.group("Customers", keep=True):
        for (code, name, account), amount in sorted(moved.items()):
            with writer.group("Customer"):
                writer.leaf("Name", name)
                writer.leaf("CustomerID", code)
                writer.leaf("AccountID", account)
                writer.leaf("OpeningDebitBalance", "0.00")
                writer.leaf("ClosingDebitBalance" if amount >= 0 else "ClosingCreditBalance", _plain(abs(amount)))


def _tax_codes(writer: XmlWriter, cases: Sequence[str], country: str) -> None:
    with writer.group("TaxTable"):
        for case in cases:
            with writer.group("TaxTableEntry"):
                writer.leaf("TaxType", "VAT")
                writer.leaf("Description", case)
                with writer.group("TaxCodeDetails"):
                    writer.leaf("TaxCode", case)
                    writer.leaf("TaxPercentage", case[1:] if case.startswith("S") else "0")
                    writer.leaf("Country", country)


def _transaction(writer: XmlWriter, place: int, entry: Entry, amount: Decimal, currency: str) -> None:
    writer.leaf("TransactionID", str(place))
    writer.leaf("Period", str(entry.day.month))
    writer.leaf("PeriodYear", str(entry.day.year))
    writer.leaf("TransactionDate", str(entry.day))
    writer.leaf("Description", entry.text)
    writer.leaf("SystemEntryDate", str(entry.day))
    writer.leaf("GLPostingDate", str(entry.day))
    writer.leaf("CustomerID", entry.customer_code)
    for record, (account, is_debit) in enumerate(
        ((entry.account, entry.is_debit), (entry.contra, not entry.is_debit)), 1
    ):
        with writer.group("Line"):
            writer.leaf("RecordID", str(record))
            writer.leaf("AccountID", account)
            writer.leaf("SourceDocumentID", entry.document)
            writer.leaf("CustomerID", entry.customer_code)
            writer.leaf("Description", entry.kind)
            with writer.group("DebitAmount" if is_debit else "CreditAmount"):
                _amount(writer, entry, amount, currency)
            if record == 2 and entry.case:
                with writer.group("TaxInformation"):
                    writer.leaf("TaxType", "VAT")
                    writer.leaf("TaxCode", entry.case)
                    with writer.group("TaxAmount"):
                        writer.leaf("Amount", _plain(abs(entry.vat)))


def _amount(writer: XmlWriter, entry: Entry, amount: Decimal, currency: str) -> None:
    writer.leaf("Amount", _plain(amount))
    if entry.currency != currency:
        writer.leaf("CurrencyCode", entry.currency)
        writer.leaf("CurrencyAmount", _plain(entry.amount))
        writer.leaf("ExchangeRate", f"{entry.rate:f}")


def _plain(amount: Decimal) -> str:
    return f"{amount:.2f}"
