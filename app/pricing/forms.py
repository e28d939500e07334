"""Shape of what the price manager's pages send."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.accounts.forms.fields import CountryField, CurrencyField
from app.pricing.domain.chain import Strategy
from app.pricing.service.chains import ChainRow, Link
from app.pricing.service.lists import EntryRow, PriceListRow
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _

STRATEGIES = {
    Strategy.MERGE: _("the first list that has a price for the quantity"),
    Strategy.LOWEST: _("the lowest price for the quantity of all lists"),
    Strategy.FIRST: _("the first list that has the article, whole"),
}
_CODE = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._\-]*$", message=_("Letters, digits, dots, dashes; no blanks."))
SPARE_LINKS = 3


class PriceListForm(Form):
    """A price list; the last day is entered as the last one that counts."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), _CODE])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=200)])
    currency = CurrencyField(_("Currency"))
    is_gross = RadioField(_("Prices"), choices=choices([("", _("net of VAT")), ("1", _("with VAT"))]), default="")
    valid_from = DateField(_("Valid from"), [Optional()])
    last_day = DateField(_("Valid until and with"), [Optional()])
    is_active = BooleanField(_("In use"), default=True)

    def row(self) -> PriceListRow:
        last_day = self.last_day.data
        return PriceListRow(
            code=(self.code.data or "").strip(), name=self.name.data, currency=self.currency.data,
            is_gross=bool(self.is_gross.data), is_active=self.is_active.data,
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


class ChainForm(Form):
    """A chain; its lists are read from repeated fields, see `links_of`."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), _CODE])
    name = StringField(_("Name"), [Length(max=200)])
    strategy = RadioField(
        _("Which price holds"),
        choices=choices([(str(code), text) for code, text in STRATEGIES.items()]),
        default=str(Strategy.MERGE),
    )
    is_default = BooleanField(_("Holds for every account without a chain of its own"))

    def row(self, links: tuple[Link, ...]) -> ChainRow:
        return ChainRow(
            (self.code.data or "").strip(), links, self.name.data or "", self.strategy.data, self.is_default.data
        )


def links_of(codes: Iterable[str], shutting: Iterable[str]) -> tuple[Link, ...]:
    """The lists in the order of the rows; empty rows are left out. `shutting` are the codes that let no other in."""
    shut = set(shutting)
    return tuple(Link(code, code not in shut) for code in codes if code)


class AssignForm(Form):
    """The chain of an account."""

    chain = SelectField(_("Price chain"))

    def offer(self, names: Iterable[tuple[int, str, str, bool]]) -> None:
        default = next((code for _id, code, _name, is_default in names if is_default), "")
        first = _("the default chain, {code}", code=default) if default else _("no chain")
        self.chain.choices = choices(
            [("", str(first)), *((str(key), f"{code} {name}") for key, code, name, _d in names)]
        )


class RateForm(Form):
    """A VAT rate from a day on."""

    country = CountryField(_("Country"))
    vat_class = StringField(_("VAT class"), [InputRequired(_("Name the class.")), Length(max=12)], default="standard")
    rate = DecimalField(_("Rate in percent"), [InputRequired(_("Enter a rate."))], places=3)
    valid_from = DateField(_("From"), [InputRequired(_("From which day?"))])
