"""A printed invoice or credit note: every text and figure ready for the template, page by page."""

from __future__ import annotations

from typing import Any

from app.documents.model.invoice import BillingDocument, CreditNote
from app.documents.paper.closing import Block, blocks
from app.documents.paper.figures import figures
from app.documents.paper.first_page import FOOT_LEADING, TEXT_LEADING, address_lines, facts, foot, sender_line
from app.documents.paper.ledger import LEADING, ROW_PADDING, Ledger, Row, ledger
from app.documents.paper.pages import Page, Room, fill
from app.documents.paper.setting import Setting
from app.documents.paper.typeset import MILLIMETRE, POINT, length
from app.documents.paper.words import Translate, Words

_PAGE_HEIGHT = 297 * MILLIMETRE
_BOTTOM = 9 * MILLIMETRE
_FIRST_TOP, _LATER_TOP = 45 * MILLIMETRE, 25 * MILLIMETRE
_FOOT_HEAD = 18 * POINT
_GAP = 20 * POINT


def invoice_paper(document: BillingDocument, language: str, translate: Translate) -> dict[str, Any]:
    """All values `documents/invoice.html` asks for, numbers and dates in the words of the language."""
    setting = Setting(document, figures(language), Words(translate))
    table = ledger(document.lines, document.currency, setting.figures, setting.words)
    address, facts_, foot_ = address_lines(setting), facts(setting), foot(setting)
    foot_top = _PAGE_HEIGHT - _BOTTOM - _FOOT_HEAD - max(len(column) for column in foot_) * FOOT_LEADING
    head = max(len(address) * TEXT_LEADING, sum(fact.height for fact in facts_))
    first_top = _FIRST_TOP + head + _GAP
    room = Room(
        first=foot_top - first_top - _GAP,
        later=foot_top - _LATER_TOP - _GAP,
        head=table.head_height,
        carry=LEADING + ROW_PADDING,
    )
    pages = fill(table.rows, blocks(setting), room)
    return {
        "title": _title(setting),
        "number": document.number,
        "date": setting.figures.day(document.issue_date),
        "seller": document.seller.trading_name or document.seller.name,
        "sender": sender_line(setting),
        "address": address,
        "facts": facts_,
        "foot": foot_,
        "head": table.head,
        "pages": [_page(setting, page, table, len(pages)) for page in pages],
        "address_top": length(_FIRST_TOP),
        "first_top": length(first_top),
        "later_top": length(_LATER_TOP),
        "foot_top": length(foot_top),
    }


def _title(setting: Setting) -> str:
    _ = setting.words
    if isinstance(setting.document, CreditNote):
        return _("Credit note")
    return _("Corrected invoice") if setting.document.type_code == "384" else _("Invoice")


def _page(setting: Setting, page: Page[Row, Block], table: Ledger, count: int) -> dict[str, Any]:
    _ = setting.words
    brought, carried = page.brought, page.carried
    return {
        "label": _("Page {page} of {pages}", page=page.number, pages=count),
        "rows": page.rows,
        "blocks": page.blocks,
        "has_ledger": bool(page.rows) or brought is not None,
        "brought": "" if brought is None else table.sum_row(_("Brought forward"), setting.amount(brought)),
        "carried": "" if carried is None else table.sum_row(_("Carried forward"), setting.amount(carried)),
    }
