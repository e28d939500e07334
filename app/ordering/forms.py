"""Shape of what buyers enter; meaning is checked by the services."""

from __future__ import annotations

from datetime import date

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
from app.ordering.domain.wishes import FieldProblem
from app.web.forms import ClientRefField, DecimalField, Form
from app.web.texts import _, say


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
    expire_days = IntegerField(_("A request expires after so many days"), validators=[InputRequired(_("Enter a number."))])
    hold_hours = IntegerField(
        _("Prices are held for so many hours (0: not at all)"), validators=[InputRequired(_("Enter a number."))]
    )
    holds_stock = BooleanField(_("Stock is held as long"))
