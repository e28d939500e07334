"""Deciding on orders, and the rules for it."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.web.forms import DecimalField, Form
from app.web.texts import _


class DecisionForm(Form):
    """All that people say to a request for approval; every button sends its own field."""

    note = TextAreaField(_("Note"), validators=[Length(max=1000, message=_("At most 1,000 characters."))])
    reason = TextAreaField(_("Reason"), validators=[Length(max=1000, message=_("At most 1,000 characters."))])
    comment = TextAreaField(_("Comment"), validators=[Length(max=1000, message=_("At most 1,000 characters."))])
    colleague_id = SelectField(_("Colleague"), coerce=int, validate_choice=False, validators=[Optional()])


class ApprovalLineForm(Form):
    """What an approver makes of a line."""

    quantity = DecimalField(_("Quantity"), validators=[InputRequired(_("Enter a quantity."))])
    reason = StringField(
        _("Reason"),
        validators=[DataRequired(_("Say why.")), Length(max=300, message=_("At most 300 characters."))],
    )


class AbsenceForm(Form):
    """Who decides for whom, from one day to another."""

    user_id = SelectField(_("Who is away"), coerce=int)
    deputy_id = SelectField(_("Who decides meanwhile"), coerce=int)
    starts_on = DateField(_("First day"), validators=[InputRequired(_("Enter a date."))])
    ends_on = DateField(_("Last day"), validators=[InputRequired(_("Enter a date."))])
    note = StringField(_("Note"), validators=[Length(max=200, message=_("At most 200 characters."))])


class ApprovalRuleForm(Form):
    """A rule of approval; the view sets what can be chosen. Up to three steps, one after the other."""

    name = StringField(_("Name"), validators=[DataRequired(_("Give the rule a name.")), Length(max=120)])
    about = TextAreaField(_("What it is for"), validators=[Length(max=1000)])
    is_enabled = BooleanField(_("The rule holds"), default=True)
    kind = SelectField(_("Look at"))
    comparator = SelectField(_("Ask when it is"))
    value = DecimalField(_("Value"), validators=[Optional()])
    is_gross = BooleanField(_("Amounts including VAT"))
    targets = SelectMultipleField(_("Only for these categories or cost centres"))
    roles = SelectMultipleField(_("Orders of people in these roles"))
    people = SelectMultipleField(_("Orders of these people"), coerce=int)
    approvers_1 = SelectMultipleField(_("First step: who approves"))
    need_1 = SelectField(_("How many of them"), coerce=int)
    approvers_2 = SelectMultipleField(_("Then: who approves"))
    need_2 = SelectField(_("How many of the second step"), coerce=int)
    approvers_3 = SelectMultipleField(_("At last: who approves"))
    need_3 = SelectField(_("How many of the third step"), coerce=int)
    allows_self = BooleanField(_("Who orders and is an approver approves by ordering"))
    steps = HiddenField()


class ApprovalLimitForm(Form):
    """How much a person may buy alone and approve."""

    buy_up_to = DecimalField(_("May buy alone up to, net"), places=2, validators=[Optional()])
    approve_up_to = DecimalField(_("May approve up to, net"), places=2, validators=[Optional()])


class ApprovalTimesForm(Form):
    """When people are reminded and others asked, when a request ends, how long prices hold."""

    remind_hours = IntegerField(_("Remind after so many hours"), validators=[InputRequired(_("Enter a number."))])
    escalate_hours = IntegerField(
        _("Ask the next people after so many hours"), validators=[InputRequired(_("Enter a number."))]
    )
    expire_days = IntegerField(
        _("A request expires after so many days"), validators=[InputRequired(_("Enter a number."))]
    )
    hold_hours = IntegerField(
        _("Prices are held for so many hours (0: not at all)"), validators=[InputRequired(_("Enter a number."))]
    )
    holds_stock = BooleanField(_("Stock is held as long"))
