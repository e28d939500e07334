"""Decisions about awards, contracts and call-offs."""

from __future__ import annotations

from wtforms import BooleanField, DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _

_LONG = Length(max=4000, message=_("At most 4,000 characters."))
_SHORT = Length(max=500, message=_("At most 500 characters."))
_WHY = DataRequired(_("Say why."))


class ReasonForm(Form):
    reason = TextAreaField(_("Reason"), validators=[_WHY, _LONG])


class ContractForm(Form):
    valid_from = DateField(_("In force from"), validators=[InputRequired(_("Give a day."))])
    valid_to = DateField(_("Last day"), validators=[InputRequired(_("Give a day."))])
    excess = RadioField(
        _("Beyond the quantities"),
        choices=choices([("block", _("Refuse the call-off")), ("warn", _("Warn and send it"))]),
        default="block",
        validators=[InputRequired()],
    )
    is_limited = BooleanField(_("The awarded quantities are the most that may be called off"), default=True)
    terms = TextAreaField(_("Terms"), validators=[_LONG])


class CallOffForm(Form):
    client_ref = ClientRefField()
    wanted_on = DateField(_("Wanted on"), validators=[Optional()])
    address = SelectField(_("Deliver to"), coerce=int, validators=[Optional()])
    note = TextAreaField(_("Note for the supplier"), validators=[_SHORT])


class CallOffAnswerForm(Form):
    answer = RadioField(
        _("Answer"),
        choices=choices([("confirmed", _("Confirm")), ("refused", _("Refuse"))]),
        default="confirmed",
        validators=[InputRequired()],
    )
    promised_on = DateField(_("Day of delivery"), validators=[Optional()])
    note = TextAreaField(_("Note"), validators=[_SHORT])


class ReceiptForm(Form):
    client_ref = ClientRefField()
    received_on = DateField(_("Came in on"), validators=[InputRequired(_("Give a day."))])
    note = StringField(_("Note"), validators=[_SHORT])


class SupplierForm(Form):
    decision = RadioField(
        _("Invitations"),
        choices=choices([
            ("", _("By the score")), ("blocked", _("Never invite")), ("cleared", _("Invite whatever the score"))
        ]),
        default="",
        validators=[Optional()],
    )  # fmt: skip
    reason = StringField(_("Reason"), validators=[Length(max=300, message=_("At most 300 characters."))])


class CriterionForm(Form):
    """One row of the scorecard; rows without a name are left out."""

    name = StringField(_("Criterion"), validators=[Length(max=60)])
    formula = StringField(_("Formula"), validators=[Length(max=200)])
    weight = DecimalField(_("Weight"), places=3)
