"""The code a banking app reads: EPC069-12, "Quick Response Code: Guidelines to Enable Data Capture for SEPA Transfers"."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import segno

from app.documents.model.invoice import BillingDocument, Invoice
from app.documents.model.payment import PaymentMeans

TRANSFERS = frozenset({"30", "31", "42", "58"})  # UNTDID 4461
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_LARGEST = Decimal("999999999.99")
_NAME_LENGTH, _TEXT_LENGTH = 70, 140


def transfer(document: BillingDocument) -> PaymentMeans | None:
    """The first way to pay that is a transfer to an account."""
    return next((item for item in document.payment_means if item.code in TRANSFERS and item.account), None)


def payment_code(document: BillingDocument) -> str:
    """The code as SVG; "" when there is nothing to transfer in euro to an IBAN."""
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
    code = segno.make("\n".join(fields), error="m", micro=False, encoding="utf-8")
    file = io.BytesIO()
    code.save(file, kind="svg", xmldecl=False, svgns=True, border=0, omitsize=True, nl=False)
    return file.getvalue().decode()
