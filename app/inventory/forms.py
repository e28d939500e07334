"""Shape of what the warehouse's pages send."""

from __future__ import annotations

from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from app.web.forms import DecimalField, Form
from app.web.texts import _


class CountForm(Form):
    """What was counted of an article, and why it differs."""

    on_hand = DecimalField(_("On hand"), [InputRequired(_("How much is there?"))])
    threshold = DecimalField(_("Kept back"))
    reason = StringField(_("Reason"), [InputRequired(_("Say why the stock changes.")), Length(max=80)])


class WarehouseForm(Form):
    """A warehouse."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=200)])
    position = IntegerField(_("Gives as number"), [InputRequired(_("A whole number.")), NumberRange(0, 999)], default=1)
