"""Everything that leaves the house on paper, and for an invoice all forms from the one frozen document: PDF, CII, UBL,
and what the rules say.

Layout, fonts and PDF are heavy libraries (80 MB): they are loaded by the process that renders, when it does, and not by
every web process and command that imports a service.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.documents.formats import formats
from app.documents.logo import logo_markup
from app.documents.model.despatch_advice import DespatchAdvice
from app.documents.model.invoice import BillingDocument
from app.documents.model.order_response import OrderResponse
from app.documents.model.price_list import PriceListDocument
from app.documents.model.reconciliation import Reconciliation
from app.documents.model.record import RecordDocument
from app.documents.model.reminder import Reminder
from app.documents.model.statement import Statement
from app.documents.paper.brand import HOUSE, Brand
from app.documents.paper.words import Translate, Words, words_in
from app.documents.validation import ValidationReport, validate_cii, validate_ubl

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class RenderedInvoice:
    """Three forms of one document. `reports` are those of the UBL and of the CII, in this order."""

    pdf: bytes
    cii: bytes
    ubl: bytes
    reports: tuple[ValidationReport, ...]


@cache
def _paper(name: str) -> ModuleType:
    """A module that sets documents; it loads the fonts."""
    return import_module(f"app.documents.paper.{name}")


@cache
def _pdf() -> ModuleType:
    return import_module("app.documents.pdf")


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(_ROOT / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _page(template: str, values: dict[str, Any], words: Words, language: str, brand: Brand) -> str:
    """The printed document as well-formed HTML."""
    values = {"brand_name": values.get("seller", ""), "colour": brand.colour, **values}
    return (
        _templates()
        .get_template(f"documents/{template}.html")
        .render(**values, _=words, language=language, logo=logo_markup(brand))
    )


def _letter(setter: str, document: Any, language: str, translate: Translate, brand: Brand | None) -> bytes:
    """A document with our head and foot; `setter` is "module.function" of `paper`."""
    words, look = words_in(language, translate), brand or HOUSE
    voice = _paper("letter").Voice(_paper("figures").figures(language), words, look)
    module, _dot, function = setter.partition(".")
    values = getattr(_paper(module), function)(document, voice)
    pdf: bytes = _pdf().html_to_pdf(_page("letter", values, words, language, look))
    return pdf


def render_order_confirmation(
    document: OrderResponse, *, language: str, translate: Translate = str, brand: Brand | None = None
) -> bytes:
    """The answer to an order as PDF/A-3. `translate` is gettext of the language; German needs none."""
    return _letter("order_confirmation.order_confirmation_paper", document, language, translate, brand)


def render_delivery_note(
    document: DespatchAdvice, *, language: str, translate: Translate = str, brand: Brand | None = None
) -> bytes:
    """A shipment for who receives it, with a place to sign, as PDF/A-3."""
    return _letter("delivery.delivery_note_paper", document, language, translate, brand)


def render_packing_list(
    document: DespatchAdvice, *, language: str, translate: Translate = str, brand: Brand | None = None
) -> bytes:
    """The same by package."""
    return _letter("delivery.packing_list_paper", document, language, translate, brand)


def render_statement(
    document: Statement, *, language: str, translate: Translate = str, brand: Brand | None = None
) -> bytes:
    """An account over a period, its balance carried from page to page, as PDF/A-3."""
    return _letter("accounts.statement_paper", document, language, translate, brand)


def render_reminder(
    document: Reminder, *, language: str, translate: Translate = str, brand: Brand | None = None
) -> bytes:
    """A reminder in the words of its level, as PDF/A-3."""
    return _letter("accounts.reminder_paper", document, language, translate, brand)


def render_reconciliation(
    document: Reconciliation, *, language: str, translate: Translate = str, brand: Brand | None = None
) -> bytes:
    """The act for both to sign (акт сверки, акт звірки, Saldenabstimmung), as PDF/A-3."""
    words, figures = words_in(language, translate), _paper("figures").figures(language)
    canvas = _paper("reconciliation").reconciliation_canvas(document, _paper("letter").Voice(figures, words))
    title = f"{words('Reconciliation act')} {document.number}"
    return _form(canvas, title, words("Page {page} of {pages}"), document.seller.name, language)


@dataclass(frozen=True, slots=True)
class NationalForm:
    """A form of a country, in its language whatever the reader's: the name is not translated. `setter` is
    "module.function" of `paper`.
    """

    name: str
    country: str
    language: str
    setter: str


NATIONAL_FORMS = {
    "bill_ru": NationalForm("Счёт на оплату", "RU", "ru", "forms_ru.bill"),
    "invoice_ru": NationalForm("Счёт-фактура", "RU", "ru", "forms_ru.invoice"),
    "upd": NationalForm("УПД", "RU", "ru", "forms_ru.upd"),
    "torg12": NationalForm("ТОРГ-12", "RU", "ru", "torg12.torg12"),
    "bill_ua": NationalForm("Рахунок-фактура", "UA", "uk", "forms_ua.bill"),
    "note_ua": NationalForm("Видаткова накладна", "UA", "uk", "forms_ua.note"),
}
_PAGES = {"ru": "Лист {page} из {pages}", "uk": "Сторінка {page} з {pages}"}


def render_national(form: str, document: BillingDocument) -> bytes:
    """An invoice as one of NATIONAL_FORMS, with sums in words, as PDF/A-3. KeyError for a form that is none."""
    chosen = NATIONAL_FORMS[form]
    module, _dot, function = chosen.setter.partition(".")
    canvas = getattr(_paper(module), function)(document)
    title = f"{chosen.name} № {document.number}"
    return _form(canvas, title, _PAGES[chosen.language], document.seller.name, chosen.language)


def forms_for(document: BillingDocument) -> tuple[str, ...]:
    """The forms of the buyer's country that this document can be printed as."""
    country = document.buyer.address.country if document.buyer.address else ""
    if document.kind != "invoice":
        return ()
    return tuple(code for code, form in NATIONAL_FORMS.items() if form.country == country)


def _form(canvas: Any, title: str, page: str, author: str, language: str) -> bytes:
    """A drawn form as PDF/A-3. `page` is "Page {page} of {pages}" in its language."""
    html = _templates().get_template("documents/form.html").render(
        pages=canvas.numbered(title, page), is_wide=canvas.is_wide, title=title, number="", seller=author,
        language=language,
    )  # fmt: skip
    pdf: bytes = _pdf().html_to_pdf(html)
    return pdf


def render_invoice_html(
    document: BillingDocument, language: str, *, translate: Translate = str, brand: Brand | None = None
) -> str:
    """The printed invoice or credit note as well-formed HTML. `translate` is gettext of the language."""
    words, look = words_in(language, translate), brand or HOUSE
    return _page("letter", _paper("invoice").invoice_paper(document, language, words, look), words, language, look)


def print_invoice(
    document: BillingDocument,
    *,
    language: str = "en",
    translate: Translate = str,
    brand: Brand | None = None,
    profile: str = "en16931",
) -> bytes:
    """The PDF/A-3 with the electronic invoice inside, in a profile of Factur-X (`minimum` to `extended`).

    `str` as translation leaves the English texts.
    """
    page = _pdf().html_to_pdf(render_invoice_html(document, language, translate=translate, brand=brand))
    pdf: bytes = _pdf().embed_invoice(
        page,
        formats[f"facturx-{profile}"].dumps(document),
        language=language,
        title=f"{document.seller.name}: {document.number}",
        author=document.seller.name,
        subject=f"{document.number}, {document.issue_date.isoformat()}, {document.buyer.name}",
        day=document.issue_date,
        profile=profile,
    )
    return pdf


def render_invoice(
    document: BillingDocument, *, language: str, translate: Translate, brand: Brand | None = None
) -> RenderedInvoice:
    """All forms of an issued invoice or credit note. Slow and heavy: for workers and the command line."""
    cii = formats["cii-invoice"].dumps(document)
    ubl = formats["ubl-invoice"].dumps(document)
    pdf = print_invoice(document, language=language, translate=translate, brand=brand)
    return RenderedInvoice(pdf, cii, ubl, (validate_ubl(ubl), validate_cii(cii)))


def print_price_list(
    document: PriceListDocument, *, language: str, translate: Translate = str, brand: Brand | None = None
) -> bytes:
    """The own prices of a buyer as PDF/A-3; a thousand rows take about a second."""
    words, look = words_in(language, translate), brand or HOUSE
    values = _paper("price_list").price_list_paper(document, language, words)
    pdf: bytes = _pdf().html_to_pdf(_page("price_list", values, words, language, look))
    return pdf


def print_record(record: RecordDocument, *, language: str, brand: Brand | None = None) -> bytes:
    """A record or letter as PDF/A-3; its words are in the language already."""
    values = {"record": record, "title": record.title, "number": record.number, "seller": record.issuer}
    pdf: bytes = _pdf().html_to_pdf(_page("record", values, Words(str), language, brand or HOUSE))
    return pdf
