"""Standing orders and their runs."""

from __future__ import annotations

from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from app.web.forms import ClientRefField, DecimalField, Form
from app.web.texts import _


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
