"""Shape of mandates and direct debit runs."""

from __future__ import annotations

from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.billing.domain.debits import SCHEMES, VERSIONS
from app.web.forms import ClientRefField, Form, choices
from app.web.texts import _


class MandateForm(Form):
    reference = StringField(_("Reference"), [InputRequired(_("Enter the reference of the mandate.")), Length(max=35)])
    scheme = SelectField(_("Kind"), choices=choices((one, one) for one in SCHEMES), default="B2B")
    holder = StringField(_("Account holder"), [InputRequired(_("Enter a name.")), Length(max=70)])
    iban = StringField(_("IBAN"), [InputRequired(_("This is not a valid IBAN.")), Length(max=42)])
    bic = StringField(_("BIC"), [Optional(), Length(max=11)])
    signed_on = DateField(_("Signed on"), [InputRequired(_("Enter a day."))])


class RunForm(Form):
    client_ref = ClientRefField()
    collect_on = DateField(_("Day of collection"), [InputRequired(_("Enter a day."))])
    version = SelectField(_("Format"), choices=choices((one, one) for one in reversed(VERSIONS)))
