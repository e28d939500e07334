"""Decisions on what differs, and limits of what is let pass."""

from __future__ import annotations

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from app.exchange.domain.match import Tolerances
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _


class DecisionForm(Form):
    """`fingerprint` is that of the figures the person saw."""

    decision = RadioField(
        _("Decision"),
        choices=choices(
            (("accepted", _("Accept and pay")), ("disputed", _("Dispute"))),
        ),
        validators=[DataRequired(_("Choose whether to accept or to dispute it."))],
    )
    reason = TextAreaField(
        _("Reason"),
        validators=[
            DataRequired(_("Say why in a few words.")),
            Length(max=1000, message=_("At most 1,000 characters.")),
        ],
    )
    fingerprint = HiddenField()


_POSITIVE = NumberRange(min=0, message=_("Zero or more."))


class ToleranceForm(Form):
    code = StringField(
        _("Seller"),
        validators=[Optional(), Length(max=40)],
        description=_("Its account number; empty: for all sellers without limits of their own."),
    )
    price_percent = DecimalField(_("Price, up to percent"), places=3, validators=[Optional(), _POSITIVE])
    price_amount = DecimalField(_("Price, up to an amount per line"), places=2, validators=[Optional(), _POSITIVE])
    quantity_percent = DecimalField(_("Quantity, up to percent"), places=3, validators=[Optional(), _POSITIVE])
    total_amount = DecimalField(_("All differences together, up to"), places=2, validators=[Optional(), _POSITIVE])

    @property
    def limits(self) -> Tolerances:
        return Tolerances(
            self.price_percent.data, self.price_amount.data, self.quantity_percent.data, self.total_amount.data
        )
