"""Shape of payments recorded by hand."""

from __future__ import annotations

from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.web.forms import DecimalField, Form
from app.web.texts import _


class PaymentForm(Form):
    """Money that came in; the amounts for claims are fields of their own."""

    amount = DecimalField(_("Amount"), [InputRequired(_("Enter an amount."))], places=4)
    currency = SelectField(_("Currency"))
    paid_on = DateField(_("Paid on"), [InputRequired(_("Enter a day."))])
    reference = StringField(_("Reference"), [InputRequired(_("Enter the reference, such as the number of the bank statement.")), Length(max=60)])  # fmt: skip
    note = StringField(_("Note"), [Optional(), Length(max=300)])
    is_oldest = BooleanField(_("Without amounts below, pay the oldest items"), default=True)


class WithdrawForm(Form):
    note = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=300)])
