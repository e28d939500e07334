"""The look of printed documents as it is entered."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from app.billing.queries.layouts import Layout
from app.billing.service.layouts import LANGUAGES, LayoutValues
from app.web.forms import Form, choices
from app.web.texts import _

SAMPLES = (("invoice", _("Invoice")), ("delivery", _("Delivery note")), ("reminder", _("Reminder")))
LANGUAGE_NAMES = {"en": _("English"), "de": _("German"), "ru": _("Russian"), "uk": _("Ukrainian")}
_TEXT = [Optional(), Length(max=600)]


class LayoutForm(Form):
    """Logo, colour, texts by language, and what the preview shows."""

    version = HiddenField()
    colour = StringField(_("Colour of titles"), [Length(max=7)])
    name = StringField(_("Name beside the logo"), [Optional(), Length(max=80)])
    is_name_shown = BooleanField(_("Show a name beside the logo"))
    logo = FileField(_("Logo (SVG or PNG)"))
    removes_logo = BooleanField(_("Take the logo away"))
    foot = TextAreaField(_("Lines at the foot of every page"), _TEXT)
    is_german = BooleanField(_("German papers for customers in Germany, Austria, Switzerland who read English here"))
    above_en = TextAreaField(_("English"), _TEXT)
    above_de = TextAreaField(_("German"), _TEXT)
    above_ru = TextAreaField(_("Russian"), _TEXT)
    above_uk = TextAreaField(_("Ukrainian"), _TEXT)
    below_en = TextAreaField(_("English"), _TEXT)
    below_de = TextAreaField(_("German"), _TEXT)
    below_ru = TextAreaField(_("Russian"), _TEXT)
    below_uk = TextAreaField(_("Ukrainian"), _TEXT)
    sample = SelectField(_("Document"), choices=choices(SAMPLES), default="invoice")
    language = SelectField(_("Language"), choices=choices(LANGUAGE_NAMES.items()), default="en")

    def show(self, layout: Layout) -> None:
        """Fill in what is kept."""
        self.version.data = str(layout.version)
        self.colour.data, self.name.data, self.foot.data = layout.colour, layout.name, layout.foot
        self.is_name_shown.data, self.is_german.data = layout.is_name_shown, layout.is_german
        for code in LANGUAGES:
            self[f"above_{code}"].data = layout.above.get(code, "")
            self[f"below_{code}"].data = layout.below.get(code, "")

    def layout_values(self) -> LayoutValues:
        """What is entered, checked for meaning by the service."""
        file: Any = self.logo.data
        given = file.read() if file is not None and file.filename else None
        shown = self.version.data or ""
        return LayoutValues(
            colour=self.colour.data or "",
            name=self.name.data or "",
            is_name_shown=bool(self.is_name_shown.data),
            is_german=bool(self.is_german.data),
            above={code: self[f"above_{code}"].data or "" for code in LANGUAGES},
            below={code: self[f"below_{code}"].data or "" for code in LANGUAGES},
            foot=self.foot.data or "",
            logo=b"" if self.removes_logo.data else given,
            version=int(shown) if shown.isdecimal() else 0,
        )
