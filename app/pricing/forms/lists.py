"""Shape of what the price manager's pages send."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from app.accounts.forms.fields import CountryField, CurrencyField
from app.pricing.domain.chain import Strategy
from app.pricing.domain.promotions import Kind, Off
from app.pricing.domain.versions import PercentChange, Selection
from app.pricing.service.chains import ChainRow, Link
from app.pricing.service.coupons import Batch
from app.pricing.service.lists import EntryRow, PriceListRow
from app.pricing.service.promotions import AudienceRow, PromotionRow, TargetRow
from app.pricing.service.tax_status import CheckRow, ExemptionRow
from app.pricing.service.vat import VatRuleRow
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _

STRATEGIES = {
    Strategy.MERGE: _("the first list that has a price for the quantity"),
    Strategy.LOWEST: _("the lowest price for the quantity of all lists"),
    Strategy.FIRST: _("the first list that has the article, whole"),
}
CODE_RULE = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._\-]*$", message=_("Letters, digits, dots, dashes; no blanks."))
SPARE_LINKS = 3
VAT_CATEGORIES = {
    "E": _("exempt"),
    "AE": _("reverse charge: the customer owes the VAT"),
    "Z": _("zero rate"),
    "O": _("not subject to VAT"),
    "S": _("the usual rate again"),
}


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


class ChainForm(Form):
    """A chain; its lists are read from repeated fields, see `links_of`."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), CODE_RULE])
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


class WordsForm(Form):
    """What a version is called, and why it was made."""

    label = StringField(_("Name of the version"), [Length(max=80)])
    note = TextAreaField(_("Why"), [Length(max=500)])


class DraftForm(WordsForm):
    """A new version, and where its prices come from."""

    source = RadioField(_("Prices"), default="")

    def offer(self, numbers: Iterable[int], holding: int | None) -> None:
        first = (
            _("as in version {number}, which holds now", number=holding) if holding else _("as in the newest version")
        )
        others = [
            (str(number), str(_("as in version {number}", number=number))) for number in numbers if number != holding
        ]
        self.source.choices = choices(
            [("", str(first)), *others, ("empty", str(_("none yet: from a file or by hand")))]
        )


ROUNDINGS = {"half_up": _("to the nearest"), "up": _("up"), "down": _("down")}


class PercentForm(Form):
    """Prices of a draft by percent; nothing chosen: all of them."""

    percent = DecimalField(_("Change in percent"), [InputRequired(_("By how many percent?"))], places=3)
    step = DecimalField(_("Round to"), default=Decimal("0.01"))
    rounding = RadioField(_("Rounding"), choices=choices(list(ROUNDINGS.items())), default="half_up")
    category = SelectField(_("Category, with all below"))
    brand = StringField(_("Brand"), [Length(max=120)])
    sku_start = StringField(_("Article number begins with"), [Length(max=60)])

    def offer(self, categories: Iterable[tuple[str, str]]) -> None:
        self.category.choices = choices([("", str(_("all"))), *categories])

    def selection(self) -> Selection:
        return Selection(self.category.data or "", self.brand.data or "", self.sku_start.data or "")

    def change(self) -> PercentChange:
        step = Decimal("0.01") if self.step.data is None else self.step.data
        return PercentChange(self.percent.data or Decimal(0), step, self.rounding.data)


class SpanForm(Form):
    """The days a version shall hold; the last day is entered as the last one that counts."""

    valid_from = DateField(_("From"), [Optional()])
    last_day = DateField(_("Until and with"), [Optional()])

    def span(self) -> dict[str, date | None]:
        last_day = self.last_day.data
        return {"valid_from": self.valid_from.data, "valid_to": last_day + timedelta(days=1) if last_day else None}


class ReasonForm(Form):
    """Why a version is given back."""

    reason = TextAreaField(_("Reason"), [InputRequired(_("Say why.")), Length(max=500)])


_MOMENT = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]  # as browsers send it, and want it back
PROMOTION_KINDS = {
    Kind.LINE: _("Articles in the cart, line by line"),
    Kind.CART: _("The whole cart"),
    Kind.BUNDLE: _("A bundle: goods that go together"),
}
PROMOTION_EFFECTS = {
    Off.PERCENT: _("percent off"),
    Off.AMOUNT: _("an amount off (each base unit, each bundle, or the cart)"),
    Off.FIXED_PRICE: _("a fixed price for the bundle"),
    Off.PAY_FEWER: _("pay only so many of the bundle's goods"),
}
TARGET_KINDS = {"article": _("Article"), "category": _("Category and below"), "brand": _("Brand")}
AUDIENCE_KINDS = {"account": _("Account"), "group": _("Group"), "segment": _("Segment")}


class PromotionForm(Form):
    """A promotion; goods and audience are read from repeated fields. Moments are in the reader's time zone."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), CODE_RULE])
    name = StringField(_("Name for buyers"), [InputRequired(_("Give it a name.")), Length(max=120)])
    about = StringField(_("Note for staff"), [Length(max=500)])
    kind = RadioField(
        _("What it is for"),
        choices=choices([(str(kind), text) for kind, text in PROMOTION_KINDS.items()]),
        default="cart",
    )
    effect = SelectField(
        _("What it gives"), choices=choices([(str(effect), text) for effect, text in PROMOTION_EFFECTS.items()])
    )
    value = DecimalField(_("How much"), [InputRequired(_("Enter a number."))])
    currency = StringField(_("Currency of the amounts"), [Length(max=3)])
    min_quantity = DecimalField(_("From a quantity of one article"))
    min_net = DecimalField(_("From a net value of the goods"), places=4)
    starts_at = DateTimeLocalField(_("Starts"), [Optional()], format=_MOMENT)
    ends_at = DateTimeLocalField(_("Ends"), [Optional()], format=_MOMENT)
    is_active = BooleanField(_("In use"), default=True)
    needs_coupon = BooleanField(_("Only with a coupon"))
    on_agreed_prices = BooleanField(_("Also on contract and quoted prices"))
    priority = IntegerField(_("Priority"), [InputRequired(_("Enter a whole number."))], default=100)
    is_exclusive = BooleanField(_("Goes together with no other promotion"))
    exclusion_group = StringField(_("Group of which only one applies"), [Length(max=40)])
    budget_amount = DecimalField(_("Budget, net"), places=4)
    budget_uses = IntegerField(_("Orders in all"), [Optional()])
    account_uses = IntegerField(_("Orders of one account"), [Optional()])

    def row(
        self, zone: str, targets: tuple[TargetRow, ...], audience: tuple[AudienceRow, ...]
    ) -> PromotionRow:  # fmt: skip
        values = self.values()
        for name in ("code", "name", "about", "exclusion_group", "currency"):
            values[name] = (values[name] or "").strip()
        values["currency"] = values["currency"].upper()
        for name in ("min_quantity", "min_net"):
            values[name] = values[name] or Decimal(0)
        for name in ("starts_at", "ends_at"):
            if values[name] is not None:
                values[name] = values[name].replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        return PromotionRow(**values, targets=targets, audience=audience)


class CouponsForm(Form):
    """One coupon with a code of one's own, or a batch of random ones."""

    code = StringField(_("Code"), [Length(max=40)], description=_("Leave it empty to make random codes."))
    count = IntegerField(_("How many"), [Optional()], default=1)
    prefix = StringField(_("They begin with"), [Length(max=20)])
    label = StringField(_("Name of the batch"), [Length(max=80)])
    account = StringField(_("Only for the account"), [Length(max=40)])
    max_uses = IntegerField(_("Uses of each code"), [Optional()], default=1, description=_("Empty: without end."))
    account_uses = IntegerField(_("Uses by one account"), [Optional()])
    ends_at = DateTimeLocalField(_("Ends"), [Optional()], format=_MOMENT)

    def batch(self, zone: str, company_id: int | None) -> Batch:
        ends_at = self.ends_at.data
        return Batch(
            code=self.code.data or "", count=self.count.data or 1, prefix=self.prefix.data or "",
            label=self.label.data or "", company_id=company_id, max_uses=self.max_uses.data,
            account_uses=self.account_uses.data,
            ends_at=ends_at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if ends_at else None,
        )  # fmt: skip


class PriceFileForm(Form):
    """Which own prices, and as what."""

    client_ref = ClientRefField()
    form = RadioField(
        _("File"),
        choices=choices(
            [("xlsx", _("XLSX, for spreadsheets")), ("csv", _("CSV, for programs")), ("pdf", _("PDF, to print"))]
        ),
        default="xlsx",
    )
    category = SelectField(_("Category, with all below"))

    def offer(self, categories: Iterable[tuple[str, str]]) -> None:
        self.category.choices = choices([("", str(_("all articles"))), *categories])


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
