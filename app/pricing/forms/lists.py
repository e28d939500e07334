"""Price lists and their entries."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from wtforms import BooleanField, DateField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.accounts.forms.fields import CurrencyField
from app.pricing.service.lists import EntryRow, PriceListRow
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _

CODE_RULE = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._\-]*$", message=_("Letters, digits, dots, dashes; no blanks."))


class PriceListForm(Form):
    """A price list; the last day is entered as the last one that counts."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), CODE_RULE])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=200)])
    currency = CurrencyField(_("Currency"))
    is_gross = RadioField(_("Prices"), choices=choices([("", _("net of VAT")), ("1", _("with VAT"))]), default="")
    valid_from = DateField(_("Valid from"), [Optional()])
    last_day = DateField(_("Valid until and with"), [Optional()])
    digits = DecimalField(_("Digits of computed prices"), default=Decimal(4), places=0)
    may_invert = BooleanField(_("More may cost less in total"))
    is_active = BooleanField(_("In use"), default=True)

    def row(self) -> PriceListRow:
        last_day = self.last_day.data
        return PriceListRow(
            code=(self.code.data or "").strip(), name=self.name.data, currency=self.currency.data,
            is_gross=bool(self.is_gross.data), is_active=self.is_active.data, may_invert=self.may_invert.data,
            digits=4 if self.digits.data is None else int(self.digits.data),
            validity=(self.valid_from.data, last_day + timedelta(days=1) if last_day else None),
        )  # fmt: skip


class EntryForm(Form):
    """One price of an article in a list."""

    sku = StringField(_("Article"), [InputRequired(_("Which article?")), Length(max=60)])
    unit = StringField(_("Unit"), [Length(max=3)])
    min_quantity = DecimalField(_("From quantity"))
    price = DecimalField(_("Price"), [InputRequired(_("Enter a price."))])
    base_quantity = DecimalField(_("Price is for so many"), default=Decimal(1))
    valid_from = DateField(_("Valid from"), [Optional()])
    last_day = DateField(_("Valid until and with"), [Optional()])

    def row(self) -> EntryRow:
        last_day = self.last_day.data
        return EntryRow(
            sku=self.sku.data or "", price=self.price.data or Decimal(0), min_quantity=self.min_quantity.data or Decimal(0),
            unit=(self.unit.data or "").strip().upper(),
            base_quantity=Decimal(1) if self.base_quantity.data is None else self.base_quantity.data,
            valid_from=self.valid_from.data, valid_to=last_day + timedelta(days=1) if last_day else None,
        )  # fmt: skip
