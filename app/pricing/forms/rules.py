"""Shape of what the pages of levels, contracts, formulas, discounts, costs and rates send."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.accounts.forms.fields import CurrencyField
from app.core.money import Rounding
from app.pricing.domain.levels import Combine
from app.pricing.forms.lists import CODE_RULE, EntryForm
from app.pricing.service.assignments import AssignmentRow
from app.pricing.service.contracts import ContractRow
from app.pricing.service.discounts import MatrixRow, RuleRow
from app.pricing.service.formulas import FormulaRow
from app.pricing.service.lists import EntryRow
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _

COMBINES = {
    Combine.MERGE: _("levels below fill the quantities it has no price for"),
    Combine.SHUT: _("for articles it has no level below is asked"),
    Combine.LOWEST: _("the lower price of this level and those below"),
    Combine.STOP: _("no level below is asked for anything"),
}


class AssignmentForm(Form):
    """A chain on a level, from day to day."""

    level = SelectField(_("Level"), choices=choices([
        ("account", _("account")), ("group", _("group")), ("segment", _("segment")), ("general", _("general")),
        ("contract", _("contract")),
    ]))  # fmt: skip
    subject = StringField(_("Account, group or segment"), [Length(max=40)])
    chain = SelectField(_("Price chain"))
    combine = RadioField(
        _("And the levels below"), choices=choices([(str(code), text) for code, text in COMBINES.items()]),
        default=str(Combine.MERGE),
    )  # fmt: skip
    converts = BooleanField(_("Convert lists of other currencies at the rate of the day"))
    position = DecimalField(_("Place on its level"), default=Decimal(1), places=0)
    valid_from = DateField(_("Valid from"), [Optional()])
    last_day = DateField(_("Valid until and with"), [Optional()])

    def row(self) -> AssignmentRow:
        last_day = self.last_day.data
        return AssignmentRow(
            self.level.data, (self.subject.data or "").strip() if self.level.data != "general" else "",
            self.chain.data, self.combine.data, self.converts.data, int(self.position.data or 1), self.valid_from.data,
            last_day + timedelta(days=1) if last_day else None,
        )  # fmt: skip


_MODES = choices([
    (Rounding.HALF_UP, _("to the nearest, half up")), (Rounding.HALF_EVEN, _("to the nearest, half to even")),
    (Rounding.UP, _("up")), (Rounding.DOWN, _("down")),
])  # fmt: skip


class FormulaForm(Form):
    """A list worked out from another or from cost."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), CODE_RULE])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=200)])
    source = SelectField(_("Worked out from"))
    currency = StringField(_("Currency, if from cost"), [Length(max=3)])
    factor = DecimalField(_("Times"), default=Decimal(1))
    surcharge = DecimalField(_("Plus, for each"), default=Decimal(0))
    step = DecimalField(_("Rounded in steps of"), default=Decimal(0))
    mode = SelectField(_("Rounded"), choices=_MODES)
    ending = DecimalField(_("Ending"))
    digits = DecimalField(_("Digits after the decimal sign"), default=Decimal(4), places=0)

    def row(self) -> FormulaRow:
        return FormulaRow(
            (self.code.data or "").strip(), self.name.data or "", self.source.data or "",
            (self.currency.data or "").strip().upper(),
            Decimal(1) if self.factor.data is None else self.factor.data, self.surcharge.data or Decimal(0),
            self.step.data or Decimal(0), self.mode.data, self.ending.data, int(self.digits.data or 0),
        )  # fmt: skip


class MatrixForm(Form):
    """A discount matrix."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), CODE_RULE])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=120)])
    reach = SelectField(_("Changes prices of"), choices=choices([
        ("general", _("general lists")), ("segment", _("general lists and segments")),
        ("group", _("general lists, segments and groups")), ("parent", _("all but accounts and contracts")),
        ("account", _("all but contracts")),
    ]))  # fmt: skip
    position = DecimalField(_("Place in the order"), default=Decimal(1), places=0)
    valid_from = DateField(_("Valid from"), [Optional()])
    last_day = DateField(_("Valid until and with"), [Optional()])
    is_active = BooleanField(_("In use"), default=True)

    def row(self) -> MatrixRow:
        last_day = self.last_day.data
        return MatrixRow(
            (self.code.data or "").strip(), self.name.data or "", self.reach.data, int(self.position.data or 1),
            self.is_active.data, self.valid_from.data, last_day + timedelta(days=1) if last_day else None,
        )  # fmt: skip


class RuleForm(Form):
    """One rule of a discount matrix."""

    target = SelectField(_("For"), choices=choices([
        ("category", _("category")), ("brand", _("brand")), ("discount_group", _("discount group")),
        ("article", _("article")), ("all", _("everything")),
    ]))  # fmt: skip
    key = StringField(_("Which"), [Length(max=100)])
    group = SelectField(_("Accounts"))
    min_quantity = DecimalField(_("From quantity"), default=Decimal(0))
    by_box = BooleanField(_("counted in boxes"))
    percent = DecimalField(_("Percent off"), [InputRequired(_("Enter a percentage."))], places=3)

    def row(self) -> RuleRow:
        return RuleRow(
            self.target.data, (self.key.data or "").strip() if self.target.data != "all" else "",
            self.percent.data or Decimal(0), self.min_quantity.data or Decimal(0), self.by_box.data, self.group.data or "",
        )  # fmt: skip


class CostForm(Form):
    """What an article costs the operator."""

    sku = StringField(_("Article"), [InputRequired(_("Which article?")), Length(max=60)])
    cost = DecimalField(_("Cost of one base unit"), [InputRequired(_("Enter the cost."))])
    currency = CurrencyField(_("Currency"))
    valid_from = DateField(_("From"), [Optional()])


class FloorForm(Form):
    """A margin that shall not be undercut."""

    target = SelectField(_("For"), choices=choices([
        ("all", _("everything")), ("category", _("category")), ("brand", _("brand")), ("list", _("price list")),
    ]))  # fmt: skip
    key = StringField(_("Which"), [Length(max=100)])
    margin = DecimalField(_("Least margin in percent"), [InputRequired(_("Enter a percentage."))], places=3)


class AskFloorForm(EntryForm):
    """A price below the floor, with the reason why it should be let in."""

    reason = StringField(_("Why"), [InputRequired(_("Say why, so that somebody can decide.")), Length(max=500)])


class ExchangeForm(Form):
    """A rate of exchange from a day on."""

    currency_from = CurrencyField(_("One"))
    rate = DecimalField(_("Is so many"), [InputRequired(_("Enter a rate."))], places=8)
    currency_to = CurrencyField(_("Of"))
    on_date = DateField(_("From"), [InputRequired(_("From which day?"))])
    source = StringField(_("Source"), [Length(max=60)])


class ContractForm(Form):
    """A contract of an account."""

    account = StringField(_("Account number"), [InputRequired(_("Which account?")), Length(max=40)])
    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40), CODE_RULE])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=200)])
    currency = CurrencyField(_("Currency"))
    valid_from = DateField(_("Valid from"), [Optional()])
    last_day = DateField(_("Valid until and with"), [Optional()])

    def row(self) -> ContractRow:
        last_day = self.last_day.data
        validity = (self.valid_from.data, last_day + timedelta(days=1) if last_day else None)
        return ContractRow((self.code.data or "").strip(), self.name.data or "", self.currency.data, validity)


class AgreedForm(Form):
    """A price of a contract, with the quantity that may be drawn at it."""

    sku = StringField(_("Article"), [InputRequired(_("Which article?")), Length(max=60)])
    unit = StringField(_("Unit"), [Length(max=3)])
    price = DecimalField(_("Price"), [InputRequired(_("Enter a price."))])
    agreed = DecimalField(_("Agreed quantity"))

    def row(self) -> EntryRow:
        return EntryRow(
            self.sku.data or "", self.price.data or Decimal(0), unit=(self.unit.data or "").strip().upper(),
            agreed_quantity=self.agreed.data,
        )  # fmt: skip
