"""What is entered to contest a line of an invoice, and to answer."""

from __future__ import annotations

from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.web.forms import ClientRefField, DecimalField, Form
from app.web.texts import _

_LONGEST = Length(max=2000, message=_("At most {n} characters.", n=2000))


class DisputeForm(Form):
    """Contest a line."""

    client_ref = ClientRefField()
    position = SelectField(_("Line"))
    quantity = DecimalField(_("Quantity"), [InputRequired(_("Enter a quantity."))])
    reason = SelectField(_("Reason"))
    note = TextAreaField(_("What is wrong?"), [_LONGEST])


class AnswerForm(Form):
    """Accept a contested line by a credit note, or refuse."""

    quantity = DecimalField(_("Quantity to credit"), [InputRequired(_("Enter a quantity."))])
    percent = DecimalField(_("Share of the price in %"), [InputRequired(_("Enter a number."))], places=2)
    answer = TextAreaField(_("To the customer"), [_LONGEST])
