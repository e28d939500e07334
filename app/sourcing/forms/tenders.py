"""Tenders: a new one, its terms, later changes."""

from __future__ import annotations

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
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.web.forms import ClientRefField, DecimalField, Form
from app.web.texts import _

MOMENT = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")


def _moment(label: str) -> DateTimeLocalField:
    return DateTimeLocalField(label, validators=[Optional()], format=list(MOMENT))


def _days(label: str) -> IntegerField:
    return IntegerField(label, validators=[InputRequired(_("Enter a number.")), NumberRange(0, 365)])


class NewTenderForm(Form):
    """The first step; the choices are the procedures."""

    client_ref = ClientRefField()
    title = StringField(_("Title"), validators=[DataRequired(_("Give the tender a title.")), Length(max=200)])
    procedure = RadioField(_("Procedure"), validators=[InputRequired(_("Choose a procedure."))])
    currency = StringField(_("Currency"), validators=[DataRequired(_("Choose a currency.")), Length(3, 3)])


class TenderForm(Form):
    """All terms of a draft. What the procedure fixes is taken out by the view."""

    row_version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    title = StringField(_("Title"), validators=[DataRequired(_("Give the tender a title.")), Length(max=200)])
    description = TextAreaField(_("Description"), validators=[Length(max=20_000)])
    contact_name = StringField(_("Contact"), validators=[Length(max=120)])
    contact_email = StringField(_("E-mail of the contact"), validators=[Length(max=254)])
    parent = StringField(_("Framework (number)"), validators=[Length(max=20)])

    start_at = _moment(_("Bidding opens"))
    question_end = _moment(_("Questions until"))
    clarif_end = _moment(_("Answers until"))
    deadline = _moment(_("Deadline for bids"))
    minimum_days = _days(_("Days bidders have at least"))
    amend_lead_days = _days(_("Days before the deadline in which a change moves it"))

    visibility = SelectField(_("Who may bid"))
    vat_basis = SelectField(_("Prices of bids"))
    currency = StringField(_("Currency"), validators=[DataRequired(_("Choose a currency.")), Length(3, 3)])
    currencies = StringField(_("Other currencies bids may be in"), validators=[Length(max=60)])
    award_mode = SelectField(_("Award"))
    ranking = SelectField(_("Ranked by"))
    price_weight = DecimalField(_("Weight of the price, percent"), places=3, validators=[Optional()])
    value_ceiling = SelectField(_("Highest value of a lot"))
    has_auction = SelectField(_("Auction"))
    min_bids = IntegerField(_("Bids needed at least"), validators=[InputRequired(_("Enter a number."))])
    bid_validity_days = _days(_("Days a bid binds"))
    standstill_days = _days(_("Days of standstill before the award counts"))
    late_question_policy = SelectField(_("Questions open at the deadline"))
    amend_policy = SelectField(_("A change of what was published"))
    opening = SelectField(_("Bids are opened"))
    opening_quorum = IntegerField(_("Members who open together"), validators=[InputRequired(_("Enter a number."))])
    has_prequalification = BooleanField(_("Qualification before the evaluation"))
    multi_sourcing = BooleanField(_("Several suppliers may share a line"))
    has_blind_scores = BooleanField(_("Scorers do not see who bid"))
    show_bid_count = BooleanField(_("Show how many bids lie sealed"))
    anonymise_losers = BooleanField(_("Keep losers anonymous in exports"))
    needs_approval = BooleanField(_("Somebody else releases the publication"))

    delivery_terms = StringField(_("Delivery terms"), validators=[Length(max=300)])
    payment_terms = StringField(_("Payment terms"), validators=[Length(max=300)])
    bid_bond = DecimalField(_("Bid bond"), validators=[Optional()])
    deposit = DecimalField(_("Deposit"), validators=[Optional()])
    bond_terms = StringField(_("Terms of bond and deposit"), validators=[Length(max=500)])
    contract_from = DateField(_("Contract from"), validators=[Optional()])
    contract_to = DateField(_("Contract until"), validators=[Optional()])


class AmendForm(Form):
    """What may change after publication, beside lots, lines and papers."""

    row_version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    title = StringField(_("Title"), validators=[DataRequired(_("Give the tender a title.")), Length(max=200)])
    description = TextAreaField(_("Description"), validators=[Length(max=20_000)])
    question_end = _moment(_("Questions until"))
    clarif_end = _moment(_("Answers until"))
    deadline = _moment(_("Deadline for bids"))
    delivery_terms = StringField(_("Delivery terms"), validators=[Length(max=300)])
    payment_terms = StringField(_("Payment terms"), validators=[Length(max=300)])
    reason = TextAreaField(_("Reason"), validators=[DataRequired(_("Say why: every participant reads it."))])
