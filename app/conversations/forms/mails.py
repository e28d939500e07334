"""Where a mail belongs."""

from __future__ import annotations

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from app.web.forms import Form
from app.web.texts import _


class PlaceForm(Form):
    """The number of an order, quote, invoice, claim or account."""

    kind = SelectField(_("About"))
    number = StringField(_("Number"), [DataRequired(_("Enter a number.")), Length(max=80)])
