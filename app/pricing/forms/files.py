"""The personal price list as a file."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import RadioField, SelectField

from app.web.forms import ClientRefField, Form, choices
from app.web.texts import _


class PriceFileForm(Form):
    """Which own prices, and as what."""

    client_ref = ClientRefField()
    form = RadioField(
        _("File"),
        choices=choices(
            [("xlsx", _("XLSX, for spreadsheets")), ("csv", _("CSV, for programs")), ("pdf", _("PDF, to print"))]
        ),
        default="xlsx",
    )
    category = SelectField(_("Category, with all below"))

    def offer(self, categories: Iterable[tuple[str, str]]) -> None:
        self.category.choices = choices([("", str(_("all articles"))), *categories])
