"""Shape of what buyers enter; meaning is checked by the services."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from app.core.errors import Conflict, Invalid
from app.ordering.domain.delivery_cost import CostRule
from app.ordering.domain.terms import DeliveryKind, PaymentKind, PoRepeats
from app.ordering.domain.thresholds import ThresholdEffect, ThresholdKind
from app.ordering.domain.wishes import FieldProblem
from app.ordering.service.terms import (
    Audience,
    DeliveryMethodRow,
    OrderTermsRow,
    PaymentMethodRow,
    RateRow,
    ThresholdRow,
)
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _, say

DELIVERY_WORDS = {
    DeliveryKind.DELIVERY: _("Delivery"),
    DeliveryKind.PICK_UP: _("Pick-up from a warehouse"),
    DeliveryKind.DIRECT: _("Straight from the supplier"),
}
PAYMENT_WORDS = {
    PaymentKind.ON_ACCOUNT: _("On account"),
    PaymentKind.PREPAYMENT: _("Prepayment"),
    PaymentKind.CASH: _("Cash on pick-up"),
    PaymentKind.DIRECT_DEBIT: _("Direct debit"),
}
THRESHOLD_WORDS = {
    ThresholdKind.SOFT_MIN: _("Minimum, orders below are taken"),
    ThresholdKind.HARD_MIN: _("Minimum, orders below are not taken"),
    ThresholdKind.HARD_MAX: _("Maximum, orders above are not taken"),
}
EFFECT_WORDS = {
    ThresholdEffect.MESSAGE: _("the buyer is told"),
    ThresholdEffect.AMOUNT: _("a fixed surcharge is taken"),
    ThresholdEffect.PERCENT: _("a surcharge in percent of the goods is taken"),
}
PO_WORDS = {
    PoRepeats.WARN: _("is warned of"),
    PoRepeats.BLOCK: _("is refused"),
    PoRepeats.FREE: _("is fine"),
}
RULE_WORDS = {
    CostRule.FLAT: _("fixed"),
    CostRule.WEIGHT: _("by weight in kg"),
    CostRule.VALUE: _("by value of the goods"),
    CostRule.PERCENT: _("percent of the goods"),
}


class CheckoutForm(Form):
    """Where to, under which number, until when. Choices of the addresses are set by the view."""

    ship_to = RadioField(_("Ship to"), coerce=int, validators=[InputRequired(_("Choose where the goods go."))])
    bill_to = SelectField(_("Invoice to"), coerce=int, validators=[Optional()])
    po_number = StringField(
        _("Your order number (PO)"), validators=[Length(max=60, message=_("At most 60 characters."))]
    )
    requested_on = DateField(_("Wanted on"), validators=[Optional()])
    note = TextAreaField(_("Note to us"), validators=[Length(max=2000, message=_("At most 2,000 characters."))])
    cost_centre = SelectField(_("Cost centre"), validators=[Optional()])
    delivery_method = RadioField(_("Way of delivery"), validators=[Optional()])
    payment_method = RadioField(_("Way of payment"), validators=[Optional()])
    is_complete = BooleanField(_("Send each delivery complete, not in parts"))
    latest_on = DateField(_("Do not ship later than"), validators=[Optional()])

    def draft(self) -> dict[str, str]:
        """What was entered, as it was entered, valid or not."""
        return {f.name: _entered(f.data, f.raw_data) for f in self if f.name != "csrf_token"}


def _entered(data: object, raw: list[str] | None) -> str:
    if raw:
        return raw[0]
    if isinstance(data, date):
        return data.isoformat()
    return "" if data is None else str(data)


class PlaceForm(Form):
    """The confirmation: which cart as seen, sent once."""

    client_ref = ClientRefField()
    seen = StringField(validators=[DataRequired(), Length(max=64)])

    def take(self, error: Invalid | Conflict) -> None:
        """Show why the order was refused, with everything that speaks against it."""
        self.is_conflict = isinstance(error, Conflict)
        self.refused.append(say(error.message))
        details = error.details if isinstance(error.details, (list, tuple)) else ()
        listed = [say(one.message) for one in details if isinstance(one, FieldProblem)]
        self.refused += [text for text in listed if text not in self.refused]


class LineForm(Form):
    """One line of the cart in full."""

    quantity = DecimalField(_("Quantity"), validators=[InputRequired(_("Enter a quantity."))])
    unit = SelectField(_("Unit"))
    note = StringField(_("Note to this line"), validators=[Length(max=300, message=_("At most 300 characters."))])
    was = HiddenField()  # what the page showed: a colleague's change is not overwritten unseen


class CartNameForm(Form):
    """A cart's name."""

    name = StringField(_("Name"), validators=[Length(max=80, message=_("At most 80 characters."))])


class ShareForm(Form):
    """Whom a cart is shared with; the choices are set by the view."""

    user = SelectField(_("With"), validators=[InputRequired(_("Choose somebody."))])
    right = RadioField(_("They may"), validators=[InputRequired(_("Choose a right."))])


class UploadForm(Form):
    """A buyer's order file."""

    file = FileField(_("Order file"), validators=[FileRequired(_("Choose a file."))])
    is_asking = BooleanField(_("I choose the columns myself"))
    client_ref = ClientRefField()


class PasteForm(Form):
    """Lines typed or pasted."""

    text = TextAreaField(_("Articles and quantities"))


class HandOverForm(Form):
    """What goes along with a cart that is handed over."""

    note = TextAreaField(_("Message"), validators=[Length(max=500, message=_("At most 500 characters."))])


class RequisitionForm(Form):
    """Name and purpose of a requisition list."""

    client_ref = ClientRefField()
    name = StringField(
        _("Name"),
        validators=[DataRequired(_("Give the list a name.")), Length(max=80, message=_("At most 80 characters."))],
    )
    note = StringField(_("What it is for"), validators=[Length(max=300, message=_("At most 300 characters."))])


class RequisitionLineForm(LineForm):
    """One line of a requisition list in full; `version` is the one that was opened."""

    place = IntegerField(_("Place on the list"), validators=[Optional(), NumberRange(min=1, max=10_000)])
    version = HiddenField()


class DaysField(SelectMultipleField):  # type: ignore[misc]  # wtforms has no types
    """Days of the week as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class StandingForm(Form):
    """A standing order but for its lines. Choices are set by the view; meaning is checked by the service."""

    client_ref = ClientRefField()
    name = StringField(_("Name"), validators=[DataRequired(_("Give it a name.")), Length(max=80)])
    every = RadioField(_("Order"), validators=[InputRequired()])
    interval = IntegerField(_("Every how many"), default=1, validators=[InputRequired(_("Enter a number."))])
    weekdays = DaysField(_("Days of the week"), coerce=int, validators=[Optional()])
    day = IntegerField(_("Day of the month"), validators=[Optional()])
    nth = SelectField(_("Which one of the month"), coerce=int, validators=[Optional()])
    shift = RadioField(_("A date on a weekend or holiday"), validators=[InputRequired()])
    starts_on = DateField(_("From"), validators=[InputRequired(_("Enter a date."))])
    ends_on = DateField(_("Until"), validators=[Optional()])
    runs = IntegerField(_("Number of orders"), validators=[Optional()])
    run_time = TimeField(_("At"), validators=[InputRequired(_("Enter a time."))])
    ship_to = SelectField(_("Ship to"), coerce=int, validators=[InputRequired(_("Choose where the goods go."))])
    cost_centre = SelectField(_("Cost centre"), coerce=int, validators=[Optional()])
    po_pattern = StringField(_("Your order number (PO)"), validators=[Length(max=60)])
    delivery_method = SelectField(_("Delivery"), validators=[Optional()])
    payment_method = SelectField(_("Payment"), validators=[Optional()])
    note = TextAreaField(_("Note to us"), validators=[Length(max=2000, message=_("At most 2,000 characters."))])
    tolerance = DecimalField(_("Price may rise by, in percent"), places=3, validators=[Optional()])
    ceiling = DecimalField(_("An order may come to at most, net"), validators=[Optional()])
    notice_hours = IntegerField(_("Tell me so many hours before"), validators=[InputRequired(_("Enter a number."))])
    answer_hours = IntegerField(_("Hours to answer a question"), validators=[InputRequired(_("Enter a number."))])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])


class RunForm(Form):
    """What differs in one run."""

    on_day = DateField(_("Date of this run"), validators=[InputRequired(_("Enter a date."))])
    ship_to = SelectField(_("Ship to"), coerce=int, validators=[InputRequired(_("Choose where the goods go."))])
    po_number = StringField(
        _("Your order number (PO)"), validators=[Length(max=60, message=_("At most 60 characters."))]
    )
    note = TextAreaField(_("Note to us"), validators=[Length(max=2000, message=_("At most 2,000 characters."))])


class DayOffForm(Form):
    """A day on which the account is closed."""

    day = DateField(_("Day"), validators=[InputRequired(_("Enter a date."))])
    name = StringField(_("Name"), validators=[Length(max=120)])


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


class CancelForm(Form):
    """Why, and once; how much of which line comes in fields of their own."""

    client_ref = ClientRefField()
    reason = TextAreaField(_("Reason"), validators=[Length(max=500, message=_("At most 500 characters."))])


class AnswerForm(Form):
    """One answer, sent once."""

    client_ref = ClientRefField()
    answer = TextAreaField(_("Answer to the buyer"), validators=[Length(max=500, message=_("At most 500 characters."))])


class OrderRulesForm(Form):
    """How orders may be changed after placing, for all accounts."""

    grace_minutes = IntegerField(
        _("Minutes in which buyers change orders themselves"), validators=[InputRequired(_("Enter a number."))]
    )
    cancel_until = SelectField(_("Buyers cancel themselves"))
    waits_for_confirmation = BooleanField(_("Invoice only what is confirmed"))
    asks_for_less = BooleanField(_("A smaller quantity needs the buyer's yes"))
    answer_days = IntegerField(_("Days the buyer has for an answer"), validators=[InputRequired(_("Enter a number."))])


class OwnOrderRulesForm(Form):
    """What one account has of its own; empty is as for all."""

    account = StringField(_("Account"), validators=[DataRequired(_("Enter the number of an account."))])
    own_minutes = IntegerField(_("Minutes for changes"), validators=[Optional()])
    own_cancel_until = SelectField(_("Cancels itself"))
    own_waits = SelectField(_("Invoice only what is confirmed"))


class _RuleForm(Form):
    """What all rules of the operator have: a code, names in the three languages, whom they are for."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=120)])
    name_ru = StringField(_("Name in Russian"), [Length(max=120)])
    name_uk = StringField(_("Name in Ukrainian"), [Length(max=120)])
    accounts = StringField(_("Only for the accounts"), [Length(max=2000)])
    groups = StringField(_("Only for the groups"), [Length(max=500)])
    is_active = BooleanField(_("In use"), default=True)

    @property
    def common(self) -> dict[str, Any]:
        """The values of these fields as the services take them."""
        return {
            "code": (self.code.data or "").strip(),
            "name": (self.name.data or "").strip(),
            "names": {"ru": self.name_ru.data or "", "uk": self.name_uk.data or ""},
            "audience": Audience(_codes(self.accounts.data), _codes(self.groups.data)),
            "is_active": bool(self.is_active.data),
        }


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for part in (text or "").replace(",", " ").split() if part))


class DeliveryMethodForm(_RuleForm):
    """A way of delivery; its rates are read from repeated fields."""

    kind = SelectField(_("Kind"), choices=choices([(str(kind), text) for kind, text in DELIVERY_WORDS.items()]))
    warehouse = SelectField(_("Picked up at"), validators=[Optional()])
    is_per_delivery = BooleanField(_("Each delivery of an order costs; else the order once"), default=True)
    lead_days = IntegerField(
        _("Working days on the way"), [InputRequired(_("Enter a whole number."))], default=1
    )  # fmt: skip
    cut_off = TimeField(_("Leaves the same day until"), [Optional()])
    position = IntegerField(_("Place in the list"), [InputRequired(_("Enter a whole number."))], default=100)

    def row(self, rates: tuple[RateRow, ...]) -> DeliveryMethodRow:
        return DeliveryMethodRow(
            **self.common, kind=DeliveryKind(self.kind.data), warehouse=self.warehouse.data or "", rates=rates,
            is_per_delivery=bool(self.is_per_delivery.data), lead_days=self.lead_days.data or 0,
            cut_off=self.cut_off.data, position=self.position.data or 0,
        )  # fmt: skip


class PaymentMethodForm(_RuleForm):
    """A way of payment."""

    kind = SelectField(_("Kind"), choices=choices([(str(kind), text) for kind, text in PAYMENT_WORDS.items()]))
    net_days = IntegerField(_("Days to pay"), [Optional()])
    change = DecimalField(_("Surcharge, below zero a discount"))
    is_percent = BooleanField(_("In percent of the goods"), default=True)
    currency = StringField(_("Currency of the amount"), [Length(max=3)])
    position = IntegerField(_("Place in the list"), [InputRequired(_("Enter a whole number."))], default=100)

    def row(self) -> PaymentMethodRow:
        return PaymentMethodRow(
            **self.common, kind=PaymentKind(self.kind.data), net_days=self.net_days.data,
            change=self.change.data or Decimal(0), is_percent=bool(self.is_percent.data),
            currency=(self.currency.data or "").strip().upper(), position=self.position.data or 0,
        )  # fmt: skip


class ThresholdForm(_RuleForm):
    """A threshold."""

    kind = SelectField(_("What it is"), choices=choices([(str(kind), text) for kind, text in THRESHOLD_WORDS.items()]))
    currency = StringField(_("Currency"), [InputRequired(_("Enter a currency.")), Length(max=3)], default="EUR")
    amount = DecimalField(_("Goods worth, net before discounts"), [InputRequired(_("Enter an amount."))])
    effect = SelectField(_("And then"), choices=choices([(str(one), text) for one, text in EFFECT_WORDS.items()]))
    fee = DecimalField(_("Surcharge"))

    def row(self) -> ThresholdRow:
        return ThresholdRow(
            **self.common, kind=ThresholdKind(self.kind.data), currency=(self.currency.data or "").strip().upper(),
            amount=self.amount.data or Decimal(0), effect=ThresholdEffect(self.effect.data),
            fee=self.fee.data or Decimal(0),
        )  # fmt: skip


class OrderTermsForm(Form):
    """What an account must fill in when it orders."""

    needs_po = BooleanField(_("It orders under an order number of its own only"))
    po_repeats = SelectField(
        _("An order number it has used before"),
        choices=choices([(str(one), text) for one, text in PO_WORDS.items()]),
    )
    needs_cost_centre = BooleanField(_("It books every line to a cost centre"))
    delivery_method = SelectField(_("Way of delivery when it does not say"), validators=[Optional()])
    payment_method = SelectField(_("Way of payment when it does not say"), validators=[Optional()])

    def row(self) -> OrderTermsRow:
        return OrderTermsRow(
            needs_po=bool(self.needs_po.data), needs_cost_centre=bool(self.needs_cost_centre.data),
            po_repeats=PoRepeats(self.po_repeats.data), delivery_method=self.delivery_method.data or "",
            payment_method=self.payment_method.data or "",
        )  # fmt: skip
