"""Statements, reconciliation acts and reminders as neutral documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from app.accounts.domain.company import CustomerParty, OperatorParty
from app.billing.documents.invoice import seller_party
from app.billing.domain.account_statement import AccountStatement, Movement
from app.core.texts import N_, Message
from app.documents.model.party import Address, Contact, Identifier, Party
from app.documents.model.payment import PaymentMeans
from app.documents.model.reconciliation import Reconciliation, ReconciliationEntry
from app.documents.model.reminder import Reminder, ReminderLine
from app.documents.model.statement import Statement, StatementLine

Translate = Callable[[str], str]

KIND_NAMES: dict[str, Message] = {
    "invoice": N_("Invoice"),
    "credit_note": N_("Credit note"),
    "prepayment": N_("Prepayment invoice"),
    "payment": N_("Payment"),
    "refund": N_("Refund"),
    "fee": N_("Reminder fee"),
    "interest": N_("Interest"),
    "write_off": N_("Written off"),
    "discount": N_("Cash discount"),
}
_TYPES = {"invoice": "invoice", "prepayment": "invoice", "credit_note": "credit-note"}


def account_party(party: CustomerParty) -> Party:
    """The account as its letters address it, by its present master data."""
    found = party.address
    address = Address(country=party.country) if found is None else Address(
        country=found.country, street=found.street, additional=found.street2, city=found.city,
        postal_code=found.postcode, region=found.region,
    )  # fmt: skip
    return Party(
        name=party.legal_name or party.name,
        address=address,
        vat_id=party.vat_id,
        tax_number=party.tax_number,
        gln=party.gln,
        identifiers=() if party.gln else (Identifier(party.code),),
        contact=Contact(email=party.invoice_email or party.email),
    )


def statement_number(buyer: CustomerParty, found: AccountStatement) -> str:
    """Made of what the statement is about: the same question gives the same number."""
    return f"{buyer.code}-{found.start:%Y%m%d}-{found.end:%Y%m%d}-{found.currency}"


def statement_document(
    found: AccountStatement, seller: OperatorParty, buyer: CustomerParty, issued_on: date, *, is_printed: bool = False
) -> Statement:
    """Printed, the kind of each line is a word for the reader, which the paper translates; else a code."""
    return Statement(
        number=statement_number(buyer, found),
        issue_date=issued_on,
        currency=found.currency,
        seller=seller_party(seller),
        buyer=account_party(buyer),
        start=found.start,
        end=found.end,
        opening=found.opening,
        closing=found.closing,
        total_debit=found.debit,
        total_credit=found.credit,
        lines=tuple(
            StatementLine(
                position=str(place),
                document_type=KIND_NAMES[entry.movement.kind].text if is_printed else _type(entry.movement),
                document_number=entry.movement.number,
                date=entry.movement.day,
                due_on=entry.movement.due_on if entry.movement.amount > 0 else None,
                debit=entry.debit,
                credit=entry.credit,
                balance=entry.balance,
                note=entry.movement.text,
            )
            for place, entry in enumerate(found.entries, start=1)
        ),
    )


def _type(movement: Movement) -> str:
    return _TYPES.get(movement.kind, movement.kind)


def _told(movement: Movement, translate: Translate) -> str:
    name = translate(KIND_NAMES[movement.kind].text)
    return f"{name}, {movement.text}" if movement.text else name


def reconciliation_document(
    found: AccountStatement, seller: OperatorParty, buyer: CustomerParty, issued_on: date, translate: Translate
) -> Reconciliation:
    """The same as an act of two columns that both sides sign."""
    return Reconciliation(
        number=statement_number(buyer, found),
        issue_date=issued_on,
        currency=found.currency,
        seller=seller_party(seller),
        buyer=account_party(buyer),
        start=found.start,
        end=found.end,
        opening=found.opening,
        closing=found.closing,
        total_debit=found.debit,
        total_credit=found.credit,
        entries=tuple(
            ReconciliationEntry(
                date=entry.movement.day,
                text=_told(entry.movement, translate),
                number=entry.movement.number,
                debit=entry.debit,
                credit=entry.credit,
            )
            for entry in found.entries
        ),
    )


def payment_means(seller: OperatorParty, currency: str, reference: str) -> tuple[PaymentMeans, ...]:
    """A transfer to the seller's account; SEPA for euro."""
    if not seller.iban:
        return ()
    return (
        PaymentMeans(
            code="58" if currency == "EUR" else "30",
            reference=reference,
            account=seller.iban,
            account_name=seller.legal_name or seller.name,
            bic=seller.bic,
        ),
    )


def reminder_document(
    *,
    number: str,
    issued_on: date,
    currency: str,
    seller: OperatorParty,
    buyer: CustomerParty,
    lines: Sequence[ReminderLine],
    level: int,
    last_level: int,
    fee: Decimal,
    interest: Decimal,
    interest_text: str,
    pay_by: date,
    text: str,
) -> Reminder:
    """What is payable is the sum of the lines, the fee and the interest."""
    return Reminder(
        number=number,
        issue_date=issued_on,
        currency=currency,
        seller=seller_party(seller),
        buyer=account_party(buyer),
        lines=tuple(lines),
        level=level,
        last_level=last_level,
        payable=sum((line.open_amount for line in lines), Decimal(0)) + fee + interest,
        fee=fee,
        interest=interest,
        interest_text=interest_text,
        pay_by=pay_by,
        text=text,
        payment_means=payment_means(seller, currency, number),
    )
