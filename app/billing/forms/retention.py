"""Shapes of retention, legal holds and disposal."""

from __future__ import annotations

from wtforms import BooleanField, DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.billing.domain.retention import KINDS, Hold
from app.web.forms import ClientRefField, Form
from app.web.texts import _


class YearsForm(Form):
    years = IntegerField(_("Years"), [InputRequired(_("Enter a number."))])
    reason = StringField(
        _("By which law or rule"), [InputRequired(_("Name the law or rule these years follow.")), Length(max=300)]
    )


class HoldForm(Form):
    client_ref = ClientRefField()
    customer = StringField(
        _("Account number"), [Optional(), Length(max=40)], description=_("Empty: documents of all accounts.")
    )
    invoice = BooleanField(_("Invoices and credit notes"), default=True)
    reminder = BooleanField(_("Reminders"), default=True)
    bank_statement = BooleanField(_("Bank statements"), default=True)
    from_on = DateField(_("From"), [Optional()])
    to_on = DateField(_("To"), [Optional()])
    reason = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=300)])

    def hold(self, company_id: int | None) -> Hold:
        """What was entered, for the company or for all."""
        return Hold(tuple(kind for kind in KINDS if self[kind].data), company_id, self.from_on.data, self.to_on.data)


class ReleaseForm(Form):
    reason = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=300)])


class ProposeForm(Form):
    client_ref = ClientRefField()
