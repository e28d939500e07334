"""Terms and means of payment."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from app.core.xml import XmlWriter
from app.documents.cii.values import read_day, write_day
from app.documents.model.payment import CashDiscount, PaymentMeans, PaymentTerms
from app.documents.payment_text import join_terms, split_terms
from app.documents.xml_node import Node

_UNNAMED = "1"  # UNTDID 4461 "instrument not defined": a reference or mandate without a way to pay


def write_means(writer: XmlWriter, means: PaymentMeans) -> None:
    """An account number that is no IBAN goes to ProprietaryID."""
    is_iban = means.account[:2].isalpha()
    with writer.group("ram:SpecifiedTradeSettlementPaymentMeans"):
        writer.leaf("ram:TypeCode", means.code)
        writer.leaf("ram:Information", means.text)
        with writer.group("ram:ApplicableTradeSettlementFinancialCard"):
            writer.leaf("ram:ID", means.card)
            writer.leaf("ram:CardholderName", means.card_holder)
        with writer.group("ram:PayerPartyDebtorFinancialAccount"):
            writer.leaf("ram:IBANID", means.debited_account)
        with writer.group("ram:PayeePartyCreditorFinancialAccount"):
            writer.leaf("ram:IBANID", means.account if is_iban else "")
            writer.leaf("ram:AccountName", means.account_name)
            writer.leaf("ram:ProprietaryID", "" if is_iban else means.account)
        with writer.group("ram:PayeeSpecifiedCreditorFinancialInstitution"):
            writer.leaf("ram:BICID", means.bic)


def read_means(settlement: Node) -> tuple[PaymentMeans, ...]:
    """Reference, mandate and creditor stand once for all means of a document."""
    reference = settlement.text("ram:PaymentReference")
    mandate = settlement.text("ram:SpecifiedTradePaymentTerms/ram:DirectDebitMandateID")
    creditor_id = settlement.text("ram:CreditorReferenceID")
    means = tuple(
        _read_means(item, reference, mandate, creditor_id)
        for item in settlement.all("ram:SpecifiedTradeSettlementPaymentMeans")
    )
    if not means and (reference or mandate or creditor_id):
        return (PaymentMeans(code=_UNNAMED, reference=reference, mandate=mandate, creditor_id=creditor_id),)
    return means


def _read_means(item: Node, reference: str, mandate: str, creditor_id: str) -> PaymentMeans:
    account = item.find("ram:PayeePartyCreditorFinancialAccount")
    debited = item.text("ram:PayerPartyDebtorFinancialAccount/ram:IBANID")
    is_debit = bool(mandate or debited)
    return PaymentMeans(
        code=item.text("ram:TypeCode"),
        text=item.text("ram:Information"),
        reference=reference,
        account=(account.text("ram:IBANID") or account.text("ram:ProprietaryID")) if account else "",
        account_name=account.text("ram:AccountName") if account else "",
        bic=item.text("ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID"),
        mandate=mandate,
        creditor_id=creditor_id if is_debit else "",
        debited_account=debited,
        card=item.text("ram:ApplicableTradeSettlementFinancialCard/ram:ID"),
        card_holder=item.text("ram:ApplicableTradeSettlementFinancialCard/ram:CardholderName"),
    )


def write_terms(writer: XmlWriter, terms: PaymentTerms | None, mandate: str) -> None:
    terms = terms or PaymentTerms()
    with writer.group("ram:SpecifiedTradePaymentTerms"):
        writer.leaf("ram:Description", join_terms(terms.text, terms.discounts))
        write_day(writer, "ram:DueDateDateTime", terms.due_date)
        writer.leaf("ram:DirectDebitMandateID", mandate)


def read_terms(settlement: Node) -> PaymentTerms | None:
    items = list(settlement.all("ram:SpecifiedTradePaymentTerms"))
    text, discounts = split_terms("\n".join(item.text("ram:Description") for item in items))
    discounts = discounts or tuple(found for item in items for found in _discounts(item))
    due = next((day for item in items if (day := read_day(item, "ram:DueDateDateTime"))), None)
    terms = PaymentTerms(due_date=due, text=text, discounts=discounts)
    return None if terms == PaymentTerms() else terms


def _discounts(terms: Node) -> Iterator[CashDiscount]:
    """Those of the profile EXTENDED, where they can be said the way XRechnung has it: in days, with two decimals."""
    for item in terms.all("ram:ApplicableTradePaymentDiscountTerms"):
        period, percent = item.number("ram:BasisPeriodMeasure"), item.number("ram:CalculationPercent")
        base = item.number("ram:BasisAmount")
        is_days = item.attribute("ram:BasisPeriodMeasure", "unitCode") == "DAY"
        numbers = (percent, base if base is not None else percent)
        if period is not None and is_days and all(one is not None and one == round(one, 2) for one in numbers):
            yield CashDiscount(days=int(period), percent=percent or Decimal(0), base=base)
