"""Forms of invoicing: rules, runs, closed books, legal entities, credit notes, packaging."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from wtforms import DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.accounts.forms.fields import CountryField, CurrencyField, TimeZoneField
from app.billing.domain.rules import Mode, RunPeriod
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _

MODES = {
    Mode.ORDER: _("Each order, as soon as it is released"),
    Mode.SHIPMENT: _("Each shipment, as soon as it is sent"),
    Mode.COLLECTIVE: _("All shipments of a period together"),
}
PERIODS = {
    RunPeriod.WEEKLY: _("weekly"), RunPeriod.HALF_MONTHLY: _("twice a month"), RunPeriod.MONTHLY: _("monthly"),
}  # fmt: skip


def _text(label: str, most: int, *, needed: bool = False) -> StringField:
    return StringField(label, [InputRequired() if needed else Optional(), Length(max=most)], default="")


class RuleForm(Form):
    """How one account is invoiced."""

    mode = SelectField(_("What is invoiced"), choices=choices((str(code), name) for code, name in MODES.items()))
    period = SelectField(_("How often"), choices=choices((str(code), name) for code, name in PERIODS.items()))
    entity_id = SelectField(_("In the name of"), coerce=int)
    discount_percent = DecimalField(_("Cash discount in per cent"), [Optional()])
    discount_days = IntegerField(_("when paid within so many days"), [Optional(), NumberRange(0, 365)])
    second_percent = DecimalField(_("Second discount in per cent"), [Optional()])
    second_days = IntegerField(_("when paid within so many days"), [Optional(), NumberRange(0, 365)])

    def offer(self, entities: Sequence[tuple[int, str]]) -> None:
        self.entity_id.choices = choices([(0, _("Our company")), *entities])


class RunForm(Form):
    client_ref = ClientRefField()
    period = SelectField(
        _("Accounts that are invoiced"), choices=choices((str(code), name) for code, name in PERIODS.items())
    )
    through = DateField(_("For shipments up to"), [InputRequired()])
    issued_on = DateField(_("Day of issue"), [InputRequired()])


class CloseForm(Form):
    entity_id = SelectField(_("Books of"), coerce=int)
    through = DateField(_("Close up to"), [InputRequired()], id="close-through")
    reason = _text(_("Reason"), 300)

    def offer(self, entities: Sequence[tuple[int, str]]) -> None:
        self.entity_id.choices = choices([(0, _("Our company")), *entities])


class CreditForm(Form):
    client_ref = ClientRefField()
    reason = _text(_("Reason"), 300, needed=True)


class CorrectForm(CreditForm):
    line_id = SelectField(_("Line"), coerce=int)
    quantity = DecimalField(_("Right quantity"), [InputRequired()])
    unit_price = DecimalField(_("Right net price"), [InputRequired()])


class PrepaymentForm(Form):
    client_ref = ClientRefField()
    percent = DecimalField(_("Share of the order in per cent"), [InputRequired()], default=Decimal(30))
    days = IntegerField(_("Days to pay"), [InputRequired(), NumberRange(0, 365)], default=7)


class PackagingForm(Form):
    code = _text(_("Code"), 40, needed=True)
    name = _text(_("Name"), 120, needed=True)
    deposit = DecimalField(_("Deposit for one, without VAT"), [InputRequired()])
    currency = CurrencyField(_("Currency"), [InputRequired()])


class PackagingMoveForm(Form):
    client_ref = ClientRefField()
    code = SelectField(_("Packaging"))
    quantity = DecimalField(_("Quantity"), [InputRequired()])
    note = _text(_("Note"), 200)


class EntityForm(Form):
    code = _text(_("Code"), 20, needed=True)
    number_prefix = _text(_("Prefix of its numbers"), 8, needed=True)
    name = _text(_("Name"), 200, needed=True)
    legal_name = _text(_("Legal name"), 200)
    vat_id = _text(_("VAT ID"), 20)
    tax_number = _text(_("Tax number"), 40)
    registration_number = _text(_("Commercial register"), 60)
    gln = _text(_("GLN"), 13)
    street = _text(_("Street"), 200)
    street2 = _text(_("Further line"), 200)
    postcode = _text(_("Postcode"), 20)
    city = _text(_("City"), 100)
    region = _text(_("Region"), 100)
    country = CountryField(_("Country"), [InputRequired()])
    time_zone = TimeZoneField(_("Time zone"), [InputRequired()])
    currency = CurrencyField(_("Currency"), [InputRequired()])
    email = _text(_("E-mail"), 254)
    phone = _text(_("Phone"), 40)
    bank_name = _text(_("Bank"), 120)
    iban = _text(_("IBAN"), 34)
    bic = _text(_("BIC"), 11)
    footer = TextAreaField(_("Footer"), [Optional(), Length(max=1000)], default="")
