"""The code a banking app reads: EPC069-12, "Quick Response Code: Guidelines to Enable Data Capture for SEPA Transfers".

In Russia: GOST R 56042-2014, "Two-dimensional symbol codes for payments of natural persons".
"""

from __future__ import annotations

import io
import re
from decimal import Decimal

import segno

from app.documents.model.invoice import BillingDocument, Invoice
from app.documents.model.payment import PaymentMeans
from app.documents.upd.party import tax_number, tax_office

TRANSFERS = frozenset({"30", "31", "42", "58"})  # UNTDID 4461
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BANK_ACCOUNT = re.compile(r"(?:к/с|корр?\.? ?сч[её]т|к\.с\.)?[ :№]*(?P<account>301[0-9]{17})", re.IGNORECASE)
_LARGEST = Decimal("999999999.99")
_NAME_LENGTH, _TEXT_LENGTH = 70, 140


def transfer(document: BillingDocument) -> PaymentMeans | None:
    """The first way to pay that is a transfer to an account."""
    return next((item for item in document.payment_means if item.code in TRANSFERS and item.account), None)


def payment_code(document: BillingDocument) -> str:
    """The code as SVG; "" when there is nothing to transfer in euro to an IBAN, or in roubles to a Russian account."""
    code = _code(document)
    if code is None:
        return ""
    file = io.BytesIO()
    code.save(file, kind="svg", xmldecl=False, svgns=True, border=0, omitsize=True, nl=False)
    return file.getvalue().decode()


def payment_squares(document: BillingDocument) -> list[bytearray]:
    """The same code as rows of squares, 1 for a dark one; empty without a code."""
    code = _code(document)
    return [] if code is None else [bytearray(row) for row in code.matrix]


def _code(document: BillingDocument) -> segno.QRCode | None:
    text = _transfer_text(document) or _russian_text(document)
    return segno.make(text, error="m", micro=False, encoding="utf-8") if text else None


def _transfer_text(document: BillingDocument) -> str:
    means = transfer(document)
    amount = document.totals.payable
    if means is None or not isinstance(document, Invoice) or document.currency != "EUR" or not 0 < amount <= _LARGEST:
        return ""
    iban = means.account.replace(" ", "").upper()
    if not _IBAN.fullmatch(iban):
        return ""
    name = (means.account_name or document.seller.name)[:_NAME_LENGTH]
    text = (means.reference or document.number)[:_TEXT_LENGTH]
    fields = ("BCD", "002", "1", "SCT", means.bic, name, iban, f"EUR{amount:.2f}", "", "", text)
    return "\n".join(fields)


def _russian_text(document: BillingDocument) -> str:
    """GOST R 56042-2014, ST00012 (UTF-8). The bank's own account (к/с) stands in the name of the bank."""
    means, amount = transfer(document), document.totals.payable
    if means is None or not isinstance(document, Invoice) or document.currency != "RUB" or not 0 < amount <= _LARGEST:
        return ""
    account, bank = means.account.replace(" ", ""), _BANK_ACCOUNT.search(means.text)
    if not re.fullmatch(r"[0-9]{20}", account) or not re.fullmatch(r"04[0-9]{7}", means.bic) or bank is None:
        return ""
    seller = document.seller
    purpose = f"Оплата по счету № {means.reference or document.number} от {document.issue_date:%d.%m.%Y}"
    fields = {
        "Name": (means.account_name or seller.name)[:160], "PersonalAcc": account,
        "BankName": means.text[: bank.start()].strip(" ,;")[:45], "BIC": means.bic, "CorrespAcc": bank["account"],
        "Sum": str(int(amount * 100)), "Purpose": purpose[:210], "PayeeINN": tax_number(seller),
        "KPP": tax_office(seller),
    }  # fmt: skip
    return "|".join(
        ("ST00012", *(f"{name}={value.replace('|', ' ')}" for name, value in fields.items() if value))
    )  # fmt: skip
