"""Words of the search."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    StringField,
)
from wtforms.validators import InputRequired, Length

from app.web.forms import Form
from app.web.texts import _


class SynonymForm(Form):
    """Two words or groups of words that mean the same to the search."""

    term = StringField(_("Who searches for"), [InputRequired(_("Enter at least one word.")), Length(max=100)])
    meaning = StringField(_("also finds"), [InputRequired(_("Enter at least one word.")), Length(max=100)])
    is_two_way = BooleanField(_("and the other way round"))
