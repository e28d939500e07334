"""Shape of what is entered about documents by mail."""

from __future__ import annotations

from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from app.billing.domain.export import FORMS
from app.billing.service.subscriptions import KINDS
from app.web.forms import Form
from app.web.texts import _


class SubscriptionForm(Form):
    email = StringField(_("E-mail address"), [InputRequired(), Length(max=254)], render_kw={"type": "email"})
    invoice = BooleanField(_("Invoice"), default=True)
    credit_note = BooleanField(_("Credit note"), default=True)
    corrective = BooleanField(_("Corrective invoice"), default=True)
    prepayment = BooleanField(_("Prepayment invoice"), default=True)
    pdf = BooleanField(_("PDF with embedded XML"), default=True)
    ubl = BooleanField(_("UBL 2.1"))
    cii = BooleanField(_("CII (Factur-X)"))

    def chosen(self, names: tuple[str, ...]) -> list[str]:
        return [name for name in names if self[name].data]

    @property
    def kinds(self) -> list[str]:
        return self.chosen(KINDS)

    @property
    def forms(self) -> list[str]:
        return self.chosen(FORMS)
