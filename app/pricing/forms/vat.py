"""VAT rates and rules."""

from __future__ import annotations

from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.accounts.forms.fields import CountryField
from app.pricing.service.vat import VatRuleRow
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _

VAT_CATEGORIES = {
    "E": _("exempt"),
    "AE": _("reverse charge: the customer owes the VAT"),
    "Z": _("zero rate"),
    "O": _("not subject to VAT"),
    "S": _("the usual rate again"),
}


class RateForm(Form):
    """A VAT rate from a day on."""

    country = CountryField(_("Country"))
    vat_class = StringField(_("VAT class"), [InputRequired(_("Name the class.")), Length(max=12)], default="standard")
    rate = DecimalField(_("Rate in percent"), [InputRequired(_("Enter a rate."))], places=3)
    valid_from = DateField(_("From"), [InputRequired(_("From which day?"))])


class VatRuleForm(Form):
    """What a VAT class is for customers in a country, where that is not just a rate."""

    country = CountryField(_("Country of the customer"))
    vat_class = StringField(_("VAT class"), [InputRequired(_("Name the class.")), Length(max=12)])
    category = SelectField(_("What it is there"), choices=choices(list(VAT_CATEGORIES.items())))
    valid_from = DateField(_("From"), [InputRequired(_("From which day?"))])
    reason = StringField(_("Reason on documents"), [Length(max=200)])
    reason_code = StringField(_("VATEX code"), [Length(max=30)])

    def row(self) -> VatRuleRow:
        return VatRuleRow(
            self.country.data, (self.vat_class.data or "").strip(), self.category.data, self.valid_from.data,
            self.reason.data or "", self.reason_code.data or "",
        )  # fmt: skip
