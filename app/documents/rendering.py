"""Everything that leaves the house for one invoice, from the one frozen document: PDF, CII, UBL, and what the rules say;
price lists, records and letters on paper.

Layout, fonts and PDF are heavy libraries (80 MB): they are loaded by the process that renders, when it does, and not by
every web process and command that imports a service.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree
from markupsafe import Markup

from app.core.xml import parse
from app.documents.formats import formats
from app.documents.model.invoice import BillingDocument
from app.documents.model.price_list import PriceListDocument
from app.documents.model.record import RecordDocument
from app.documents.paper.words import Translate, Words
from app.documents.validation import ValidationReport, validate_cii, validate_ubl

_ROOT = Path(__file__).resolve().parents[2]
_SEAL = _ROOT / "app" / "static" / "img" / "favicon.svg"


@dataclass(frozen=True, slots=True)
class RenderedInvoice:
    """Three forms of one document. `reports` are those of the UBL and of the CII, in this order."""

    pdf: bytes
    cii: bytes
    ubl: bytes
    reports: tuple[ValidationReport, ...]


@cache
def _paper() -> ModuleType:
    return import_module("app.documents.paper.invoice")


@cache
def _price_paper() -> ModuleType:
    return import_module("app.documents.paper.price_list")


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


def render_invoice_html(
    document: BillingDocument, language: str, *, translate: Translate, logo_svg: str | None = None
) -> str:
    """The printed document as well-formed HTML. `translate` is gettext of the language; the logo is SVG text."""
    return _templates().get_template("documents/invoice.html").render(
        **_paper().invoice_paper(document, language, translate),
        _=Words(translate),
        language=language,
        logo=_logo(logo_svg or _SEAL.read_text(encoding="utf-8")),
    )  # fmt: skip


def _logo(svg: str) -> Markup:
    """Read within the limits for foreign XML and written anew, because it stands inside our own."""
    return Markup(etree.tostring(parse(svg.encode()), encoding="unicode"))  # noqa: S704


def print_invoice(
    document: BillingDocument,
    *,
    language: str = "en",
    translate: Translate = str,
    logo_svg: str | None = None,
    profile: str = "en16931",
) -> bytes:
    """The PDF/A-3 with the electronic invoice inside, in a profile of Factur-X (`minimum` to `extended`).

    `str` as translation leaves the English texts.
    """
    page = _pdf().html_to_pdf(render_invoice_html(document, language, translate=translate, logo_svg=logo_svg))
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
    document: BillingDocument, *, language: str, translate: Translate, logo_svg: str | None = None
) -> RenderedInvoice:
    """All forms of an issued invoice or credit note. Slow and heavy: for workers and the command line."""
    cii = formats["cii-invoice"].dumps(document)
    ubl = formats["ubl-invoice"].dumps(document)
    pdf = print_invoice(document, language=language, translate=translate, logo_svg=logo_svg)
    return RenderedInvoice(pdf, cii, ubl, (validate_ubl(ubl), validate_cii(cii)))


def print_price_list(document: PriceListDocument, *, language: str, translate: Translate = str) -> bytes:
    """The own prices of a buyer as PDF/A-3; a thousand rows take about a second."""
    html = _templates().get_template("documents/price_list.html").render(
        **_price_paper().price_list_paper(document, language, translate),
        language=language,
        logo=_logo(_SEAL.read_text(encoding="utf-8")),
    )  # fmt: skip
    pdf: bytes = _pdf().html_to_pdf(html)
    return pdf


def print_record(record: RecordDocument, *, language: str) -> bytes:
    """A record or letter as PDF/A-3; its words are in the language already."""
    html = _templates().get_template("documents/record.html").render(
        record=record,
        title=record.title,
        number=record.number,
        seller=record.issuer,
        language=language,
        logo=_logo(_SEAL.read_text(encoding="utf-8")),
    )  # fmt: skip
    pdf: bytes = _pdf().html_to_pdf(html)
    return pdf
