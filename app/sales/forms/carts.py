"""Shapes of what the desk does about a cart left behind; meaning is checked by the service."""

from __future__ import annotations

from wtforms import DateField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.insights.domain.abandonment import BY_HAND, CLOSE_NAMES
from app.sales.domain.cart_help import TEXT_LENGTH
from app.web.forms import ClientRefField, DecimalField, Form
from app.web.texts import _, say


class CartMessageForm(Form):
    """A text in the buyer's language."""

    client_ref = ClientRefField()
    text = TextAreaField(_("Text"), [InputRequired(_("Write something.")), Length(max=TEXT_LENGTH)])


class CartCallForm(Form):
    client_ref = ClientRefField()
    text = TextAreaField(_("About what"), [InputRequired(_("Write something.")), Length(max=TEXT_LENGTH)])
    due_on = DateField(_("By"), [InputRequired(_("Enter a date."))])


class CartQuoteForm(Form):
    client_ref = ClientRefField()
    percent = DecimalField(_("Discount in percent"), [InputRequired()], places=2)


class CartLimitForm(Form):
    client_ref = ClientRefField()
    limit = DecimalField(_("New limit"), [InputRequired()], places=2)
    note = TextAreaField(_("Why"), [Length(max=500)])


class CartCloseForm(Form):
    client_ref = ClientRefField()
    reason = SelectField(_("Why it is closed"), [InputRequired()])
    note = TextAreaField(_("What came of it"), [Length(max=1000)])

    def __init__(self, *args: object, **values: object) -> None:
        super().__init__(*args, **values)
        self.reason.choices = [("", "–"), *((one.value, say(CLOSE_NAMES[one])) for one in BY_HAND)]


class CartHoursForm(Form):
    hours = IntegerField(_("Hours for this account"), [Optional(), NumberRange(min=1, max=8760)])
