"""What is known of an account to tax authorities."""

from __future__ import annotations

from datetime import timedelta

from wtforms import DateField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.pricing.service.tax_status import CheckRow, ExemptionRow
from app.web.forms import Form, choices
from app.web.texts import _


class ExemptionForm(Form):
    """A certificate of exemption; the last day is entered as the last one that counts."""

    certificate = StringField(_("Number of the certificate"), [InputRequired(_("Enter its number.")), Length(max=60)])
    valid_from = DateField(_("Valid from"), [InputRequired(_("From which day?"))])
    last_day = DateField(_("Valid until and with"), [Optional()])
    reason = StringField(_("Reason on invoices"), [InputRequired(_("Enter the reason.")), Length(max=200)])
    reason_code = StringField(_("VATEX code"), [Length(max=30)], description=_("Such as VATEX-EU-151."))

    def row(self) -> ExemptionRow:
        last_day = self.last_day.data
        return ExemptionRow(
            certificate=self.certificate.data or "", valid_from=self.valid_from.data,
            valid_to=last_day + timedelta(days=1) if last_day else None, reason=self.reason.data or "",
            reason_code=self.reason_code.data or "",
        )  # fmt: skip


class VatCheckForm(Form):
    """What came of checking a VAT number."""

    vat_id = StringField(_("VAT number"), [InputRequired(), Length(max=20)])
    checked_on = DateField(_("Checked on"), [InputRequired(_("On which day?"))])
    is_valid = RadioField(
        _("Result"), choices=choices([("1", _("The number is valid and belongs to this company")), ("0", _("It is not"))]),
        validators=[InputRequired(_("Choose the result."))],
    )  # fmt: skip
    source = RadioField(
        _("How"), choices=choices([("vies", _("looked up in VIES")), ("manual", _("in another way"))]), default="vies"
    )
    reference = StringField(_("Consultation number or who was asked"), [Length(max=80)])

    def row(self) -> CheckRow:
        return CheckRow(
            vat_id=(self.vat_id.data or "").strip(), is_valid=self.is_valid.data == "1", checked_on=self.checked_on.data,
            source=self.source.data, reference=self.reference.data or "",
        )  # fmt: skip
