"""What happens to orders after placing."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.web.forms import ClientRefField, Form
from app.web.texts import _


class CancelForm(Form):
    """Why, and once; how much of which line comes in fields of their own."""

    client_ref = ClientRefField()
    reason = TextAreaField(_("Reason"), validators=[Length(max=500, message=_("At most 500 characters."))])


class AnswerForm(Form):
    """One answer, sent once."""

    client_ref = ClientRefField()
    answer = TextAreaField(_("Answer to the buyer"), validators=[Length(max=500, message=_("At most 500 characters."))])


class OrderRulesForm(Form):
    """How orders may be changed after placing, for all accounts."""

    grace_minutes = IntegerField(
        _("Minutes in which buyers change orders themselves"), validators=[InputRequired(_("Enter a number."))]
    )
    cancel_until = SelectField(_("Buyers cancel themselves"))
    waits_for_confirmation = BooleanField(_("Invoice only what is confirmed"))
    asks_for_less = BooleanField(_("A smaller quantity needs the buyer's yes"))
    answer_days = IntegerField(_("Days the buyer has for an answer"), validators=[InputRequired(_("Enter a number."))])


class OwnOrderRulesForm(Form):
    """What one account has of its own; empty is as for all."""

    account = StringField(_("Account"), validators=[DataRequired(_("Enter the number of an account."))])
    own_minutes = IntegerField(_("Minutes for changes"), validators=[Optional()])
    own_cancel_until = SelectField(_("Cancels itself"))
    own_waits = SelectField(_("Invoice only what is confirmed"))
