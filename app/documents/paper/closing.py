"""What closes an invoice: VAT and totals, how to pay, notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from app.documents.model.invoice import CreditNote
from app.documents.model.totals import VatBreakdown, VatCategory
from app.documents.paper.first_page import TEXT_LEADING, TEXT_SIZE, account
from app.documents.paper.ledger import allowance_text
from app.documents.paper.pages import Measured
from app.documents.paper.payment_code import payment_code, transfer
from app.documents.paper.setting import Setting
from app.documents.paper.typeset import MILLIMETRE, POINT, wrap

GAP = 14 * POINT
CODE_SIZE = 30 * MILLIMETRE
_SUM_ROW, _DUE_EXTRA = 15 * POINT, 4 * POINT
_WIDTH = 175 * MILLIMETRE
_VAT_SIZE, _LABEL_WIDTH, _REASON_WIDTH = 9 * POINT, 29 * MILLIMETRE, 81 * MILLIMETRE
_BESIDE_CODE = 135 * MILLIMETRE
_CODE_CAPTION = 12 * POINT
_DEBITS = frozenset({"49", "59"})  # UNTDID 4461


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is the part of the template that prints it."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SumLine:
    label: str
    amount: str
    is_due: bool = False


def blocks(setting: Setting) -> list[Measured[Block]]:
    return [_sums(setting), *_payment(setting), *_notes(setting)]


def _sums(setting: Setting) -> Measured[Block]:
    vat = [
        (wrap(vat_label(setting, item), _LABEL_WIDTH, _VAT_SIZE), setting.amount(item.base), setting.amount(item.tax))
        for item in setting.document.vat
    ]
    reasons = [line for text in _reasons(setting) for line in wrap(text, _REASON_WIDTH, _VAT_SIZE)]
    totals = list(_totals(setting))
    left = (1 + sum(len(label) for label, _base, _tax in vat)) * _SUM_ROW + len(reasons) * TEXT_LEADING
    height = max(left, len(totals) * _SUM_ROW + _DUE_EXTRA) + 2 * GAP
    return Measured(Block("sums", {"vat": vat, "reasons": reasons, "totals": totals}), height)


def vat_label(setting: Setting, vat: VatBreakdown) -> str:
    """The rate, or the reason there is none."""
    _ = setting.words
    names = {
        VatCategory.EXEMPT: _("Exempt"),
        VatCategory.REVERSE_CHARGE: _("Reverse charge"),
        VatCategory.INTRA_COMMUNITY: _("Intra-Community supply"),
        VatCategory.EXPORT: _("Export"),
        VatCategory.OUT_OF_SCOPE: _("Not subject to VAT"),
    }
    return names.get(vat.category) or setting.figures.percent(vat.rate or vat.tax * 0)


def _reasons(setting: Setting) -> list[str]:
    """Why tax is not charged, each said once."""
    return list(dict.fromkeys(vat.exemption_reason for vat in setting.document.vat if vat.exemption_reason))


def _totals(setting: Setting) -> Iterator[SumLine]:
    _, document, totals = setting.words, setting.document, setting.document.totals
    if document.allowances_charges:
        yield SumLine(_("Sum of lines"), setting.amount(totals.line_net))
        for item in document.allowances_charges:
            text = allowance_text(item, document.currency, setting.figures, _)
            label, _sign, _amount = text.rpartition(": ")
            yield SumLine(label, setting.amount(item.amount if item.is_charge else -item.amount))
    yield SumLine(_("Total without VAT"), setting.amount(totals.net))
    if totals.tax is not None:
        yield SumLine(_("VAT"), setting.amount(totals.tax))
    yield SumLine(_("Total with VAT"), setting.amount(totals.gross))
    if totals.prepaid:
        yield SumLine(_("Already paid"), setting.amount(-totals.prepaid))
    if totals.rounding:
        yield SumLine(_("Rounding"), setting.amount(totals.rounding))
    label = _("Amount credited") if isinstance(document, CreditNote) else _("Amount due")
    yield SumLine(f"{label}, {document.currency}", setting.amount(totals.payable), is_due=True)
    if totals.tax_in_tax_currency is not None:
        local = setting.figures.amount(totals.tax_in_tax_currency, document.tax_currency)
        yield SumLine(_("VAT in {currency}", currency=document.tax_currency), local)


def _payment(setting: Setting) -> list[Measured[Block]]:
    code = payment_code(setting.document)
    lines = [
        line for text in _payment_texts(setting) for line in wrap(text, _BESIDE_CODE if code else _WIDTH, TEXT_SIZE)
    ]
    if not lines:
        return []
    height = (len(lines) + 1) * TEXT_LEADING
    values = {"lines": lines, "code": Markup(code)}  # noqa: S704 -- drawn by segno
    return [Measured(Block("payment", values), max(height, CODE_SIZE + _CODE_CAPTION if code else 0) + GAP)]


def _payment_texts(setting: Setting) -> Iterator[str]:
    _, document, figures = setting.words, setting.document, setting.figures
    terms, means = document.payment_terms, transfer(document)
    due = figures.day(terms.due_date) if terms and terms.due_date else ""
    payable = setting.money(document.totals.payable)
    if isinstance(document, CreditNote):
        yield _("We credit {amount} to your account.", amount=payable)
        return
    if document.totals.payable > 0 and means is not None:
        reference = means.reference or document.number
        if due:
            yield _(
                "Please pay {amount} by {date}, quoting {reference}.", amount=payable, date=due, reference=reference
            )
        else:
            yield _("Please pay {amount}, quoting {reference}.", amount=payable, reference=reference)
        yield ", ".join(part for part in (means.account_name, account(means.account)) if part)
        if means.bic:
            yield f"BIC {means.bic}"
    yield from _debits(setting, payable, due)
    if terms is not None:
        for discount in terms.discounts:
            last = figures.day(document.issue_date + timedelta(days=discount.days))
            yield _("{percent} discount if paid by {date}", percent=figures.percent(discount.percent), date=last)
        yield from (line for line in terms.text.splitlines() if line.strip())


def _debits(setting: Setting, payable: str, due: str) -> Iterator[str]:
    _ = setting.words
    for means in setting.document.payment_means:
        if means.code in _DEBITS:
            values = {"amount": payable, "account": account(means.debited_account), "mandate": means.mandate}
            yield _("We collect {amount} from {account}, mandate {mandate}.", **values)
            if due:
                yield _("Day of collection: {date}", date=due)


def _notes(setting: Setting) -> Iterator[Measured[Block]]:
    """Line by line, so that long notes go over to the next page."""
    _ = setting.words
    texts = [line for note in setting.document.notes for line in note.text.splitlines() if line.strip()]
    texts.append(_("The file factur-x.xml inside this PDF is the same document for machines (EN 16931)."))
    for text in texts:
        for number, line in enumerate(wrap(text, _WIDTH, TEXT_SIZE)):
            is_first = number == 0
            yield Measured(
                Block("note", {"line": line, "is_first": is_first}), TEXT_LEADING + (4 * POINT if is_first else 0)
            )
