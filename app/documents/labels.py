"""Labels of packages as PDF, A6, one a page: the GS1 logistic label with the SSCC in GS1-128."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app.documents.gs1 import element_string, readable
from app.documents.model.package_label import PackageLabel
from app.documents.paper.barcode import code_128, gs1_128
from app.documents.paper.words import Translate, Words

_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@cache
def _pdf() -> ModuleType:
    """Heavy: loaded by the process that prints, when it does."""
    return import_module("app.documents.pdf")


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(_TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _bars(label: PackageLabel) -> Markup:
    return Markup(gs1_128(element_string([("00", label.sscc)]))) if label.sscc else Markup()  # noqa: S704 -- digits


def _tracking_bars(label: PackageLabel) -> Markup:
    number = label.tracking_number
    return Markup(code_128(number)) if number.isascii() and number.isprintable() and number else Markup()  # noqa: S704


def labels_html(labels: Sequence[PackageLabel], *, language: str, translate: Translate = str) -> str:
    """Well-formed HTML of the labels, in the order given."""
    pages = [
        (label, _bars(label), readable([("00", label.sscc)]) if label.sscc else "", _tracking_bars(label))
        for label in labels
    ]
    return _templates().get_template("documents/package_label.html").render(
        pages=pages, _=Words(translate), language=language
    )  # fmt: skip


def print_labels(labels: Sequence[PackageLabel], *, language: str, translate: Translate = str) -> bytes:
    """PDF/A of the labels."""
    pdf: bytes = _pdf().html_to_pdf(labels_html(labels, language=language, translate=translate))
    return pdf
