"""Shape of what is entered about debts, reminders and their rules."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.billing.domain.dunning import MOST_LEVELS, Level
from app.billing.domain.interest import Basis
from app.billing.service.dunning_rules import RuleEntry
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _

_DAY = [InputRequired(_("Enter a day."))]
_AMOUNT = [InputRequired(_("Enter an amount."))]
_DAYS = [Optional(), NumberRange(0, 3650)]


class StopForm(Form):
    """No reminders until a day; without one until further notice."""

    until = DateField(_("Until"), [Optional()])
    reason = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=300)])


class PromiseForm(Form):
    client_ref = ClientRefField()
    item_id = SelectField(_("For"), coerce=int, default=0)
    currency = SelectField(_("Currency"))
    amount = DecimalField(_("Amount"), _AMOUNT, places=4)
    promised_on = DateField(_("Paid by"), _DAY)
    note = StringField(_("Note"), [Optional(), Length(max=300)])


class WriteOffForm(Form):
    client_ref = ClientRefField()
    amount = DecimalField(_("Amount"), _AMOUNT, places=4)
    reason = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=300)])


class InsuranceForm(Form):
    limit = DecimalField(_("Insured up to"), [Optional()], places=4)
    currency = SelectField(_("Currency"))
    insurer = StringField(_("Insurer"), [Optional(), Length(max=120)])
    until = DateField(_("Insured until"), [Optional()])
    is_binding = BooleanField(_("Deliver on account only as far as it is insured"))


class RuleChoiceForm(Form):
    rule_id = SelectField(_("Rule"), coerce=int, default=0)


class RunForm(Form):
    client_ref = ClientRefField()
    as_of = DateField(_("As of"), _DAY)


class LeaveOutForm(Form):
    reason = StringField(_("Reason"), [Optional(), Length(max=300)])


class BaseRateForm(Form):
    valid_from = DateField(_("Valid from"), _DAY)
    percent = DecimalField(_("Percent a year"), [InputRequired(_("Enter a number."))], places=4)
    source = StringField(_("Source"), [Optional(), Length(max=120)])


class RuleForm(Form):
    """A rule with fields for each level; a level whose days are empty is not there."""

    name = StringField(_("Name"), [InputRequired(_("Enter a name.")), Length(max=80)])
    currency = StringField(_("Currency"), [InputRequired(_("Enter a currency.")), Length(min=3, max=3)])
    is_default = BooleanField(_("For all accounts without a rule of their own"), default=True)
    minimum = DecimalField(_("Smallest sum to remind of"), _AMOUNT, places=4, default=Decimal(0))
    gap_days = IntegerField(_("Days between two reminders"), [InputRequired(), NumberRange(0, 365)], default=7)
    points = DecimalField(_("Percentage points above the base rate"), [InputRequired()], places=3, default=Decimal(0))
    basis = SelectField(_("Days of interest"), choices=choices([
        (str(Basis.DAYS_365), _("actual days over 365")),
        (str(Basis.DAYS_360), _("actual days over 360")),
        (str(Basis.MONTHS_360), _("months of 30 days over 360")),
    ]))  # fmt: skip

    def entry(self) -> RuleEntry:
        """What was entered; levels are numbered as they stand."""
        filled = [place for place in range(1, MOST_LEVELS + 1) if self[f"after_days_{place}"].data is not None]
        return RuleEntry(
            name=self.name.data.strip(), currency=self.currency.data.strip().upper(),
            levels=tuple(self._level(number, place) for number, place in enumerate(filled, start=1)),
            minimum=self.minimum.data or Decimal(0), gap_days=self.gap_days.data or 0,
            points=self.points.data or Decimal(0), basis=Basis(self.basis.data), is_default=self.is_default.data,
        )  # fmt: skip

    def _level(self, number: int, place: int) -> Level:
        values: dict[str, Any] = {
            name: self[f"{name}_{place}"].data for name in ("after_days", "fee", "pay_days", "with_interest", "text")
        }
        return Level(
            number, values["after_days"], values["fee"] or Decimal(0), values["pay_days"] or 0,
            values["with_interest"], (values["text"] or "").strip(),
        )  # fmt: skip


for _place in range(1, MOST_LEVELS + 1):
    setattr(RuleForm, f"after_days_{_place}", IntegerField(_("Days past due"), _DAYS))
    setattr(RuleForm, f"fee_{_place}", DecimalField(_("Fee"), [Optional()], places=4))
    setattr(RuleForm, f"pay_days_{_place}", IntegerField(_("Days to pay"), _DAYS))
    setattr(RuleForm, f"with_interest_{_place}", BooleanField(_("With interest")))
    setattr(RuleForm, f"text_{_place}", TextAreaField(_("Own words in the letter"), [Optional(), Length(max=2000)]))


def fields_of(entry: RuleEntry) -> dict[str, Any]:
    """What the form shows of a rule."""
    values: dict[str, Any] = {
        "name": entry.name, "currency": entry.currency, "minimum": entry.minimum, "gap_days": entry.gap_days,
        "points": entry.points, "basis": str(entry.basis), "is_default": entry.is_default,
    }  # fmt: skip
    for level in entry.levels:
        for name in ("after_days", "fee", "pay_days", "with_interest", "text"):
            values[f"{name}_{level.number}"] = getattr(level, name)
    return values


def first_days(today: date) -> tuple[date, date]:
    """The period a statement shows first: this year so far."""
    return today.replace(month=1, day=1), today
