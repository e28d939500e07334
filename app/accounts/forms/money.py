"""Forms of cost centres, budgets and credit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.accounts.domain.budget import KIND_NAMES, RULE_NAMES
from app.accounts.forms.fields import ChoiceField, required
from app.core.texts import Message
from app.web.forms import DecimalField, Form
from app.web.texts import _, say


class _WordsField(ChoiceField):
    """A select over an enumeration, named in the reader's language."""

    def __init__(self, label: str, names: Mapping[Any, Message], **options: Any) -> None:
        super().__init__(label, [InputRequired()], **options)
        self.names = names

    def options(self) -> list[tuple[str, str]]:
        return [(str(code), say(name)) for code, name in self.names.items()]


class CostCentreForm(Form):
    code = StringField(_("Code"), required(40))
    name = StringField(_("Name"), required(200))
    manager_id = SelectField(_("Responsible"), coerce=int)
    is_for_all = BooleanField(_("Everybody who orders may choose it"), default=True)
    people = SelectMultipleField(_("Who may order on it"), coerce=int, widget=ListWidget(prefix_label=False),
                                 option_widget=CheckboxInput())  # fmt: skip
    is_active = BooleanField(_("Open for orders"), default=True)


class CostCentreFileForm(Form):
    rows = TextAreaField(_("Rows"), [Optional(), Length(max=200_000)])
    file = FileField(_("Or a file"))


class BudgetForm(Form):
    cost_centre_id = SelectField(_("Cost centre"), coerce=int)
    kind = _WordsField(_("Period"), KIND_NAMES)
    starts_on = DateField(_("First day"), [InputRequired(_("Enter a day."))])
    ends_on = DateField(_("Last day"), [Optional()])
    amount = DecimalField(_("Amount without VAT"), [InputRequired(_("Enter an amount."))])
    rule = _WordsField(_("When an order takes more than is left"), RULE_NAMES)
    is_recurring = BooleanField(_("Begin the next period by itself"))
    carries_over = BooleanField(_("Carry over what is left"))


class BudgetChangeForm(Form):
    amount = DecimalField(_("Amount without VAT"), [InputRequired(_("Enter an amount."))])
    rule = _WordsField(_("When an order takes more than is left"), RULE_NAMES)
    is_recurring = BooleanField(_("Begin the next period by itself"))
    carries_over = BooleanField(_("Carry over what is left"))
    is_active = BooleanField(_("In force"))


class FiscalYearForm(Form):
    month = SelectField(_("The fiscal year begins in"), coerce=int)


class LimitForm(Form):
    limit = DecimalField(_("Credit limit"), [Optional()])
    may_exceed = BooleanField(_("Orders may exceed the limit"))
    reason = StringField(_("Reason"), required(500))


class RefundForm(Form):
    amount = DecimalField(_("Amount"), [InputRequired(_("Enter an amount."))])
    reference = StringField(_("Reference"), required(80))
    comment = StringField(_("Comment"), [Optional(), Length(max=500)])


class HoldRuleForm(Form):
    hold_after_days = IntegerField(_("Days late"), [Optional(), NumberRange(1, 365)])


class ReleaseForm(Form):
    reason = StringField(_("Reason"), required(300))
    spared_days = IntegerField(_("Days without the rule"), [Optional(), NumberRange(0, 365)], default=14)


class AskLimitForm(Form):
    limit = DecimalField(_("Limit you need"), [InputRequired(_("Enter an amount."))])
    note = TextAreaField(_("What for"), [Optional(), Length(max=500)])
