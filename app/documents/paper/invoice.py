"""A printed invoice or credit note: every text and figure ready for the template, page by page."""

from __future__ import annotations

from typing import Any

from app.documents.model.invoice import BillingDocument, CreditNote
from app.documents.paper.brand import HOUSE, Brand
from app.documents.paper.closing import blocks
from app.documents.paper.figures import figures
from app.documents.paper.first_page import address_lines, facts, representative
from app.documents.paper.ledger import ledger
from app.documents.paper.letter import Letter, Voice, compose
from app.documents.paper.payment_code import transfer
from app.documents.paper.setting import Setting
from app.documents.paper.words import Words

_PROFORMA, _PREPAYMENT, _CORRECTED = "325", "386", "384"  # UNTDID 1001


def invoice_paper(document: BillingDocument, language: str, words: Words, brand: Brand = HOUSE) -> dict[str, Any]:
    """All values `documents/letter.html` asks for, numbers and dates in the words of the language."""
    setting = Setting(document, figures(language), words)
    letter = Letter(
        title=title(document, setting.words),
        number=document.number,
        date=setting.figures.day(document.issue_date),
        seller=document.seller,
        address=address_lines(setting),
        facts=facts(setting),
        table=ledger(document.lines, document.currency, setting.figures, setting.words),
        blocks=blocks(setting),
        means=transfer(document),
        foot_more=representative(setting),
        currency=document.currency,
    )
    return compose(letter, Voice(setting.figures, setting.words, brand))


def title(document: BillingDocument, _: Words) -> str:
    """By kind and type code: an auditor must see at once what claims money and what does not."""
    if isinstance(document, CreditNote):
        return _("Credit note")
    names = {
        _PROFORMA: _("Proforma invoice"),
        _PREPAYMENT: _("Prepayment invoice"),
        _CORRECTED: _("Corrected invoice"),
    }
    return names.get(document.type_code) or _("Invoice")
