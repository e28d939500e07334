"""Deciding about bids, asking bidders, and their answers."""

from __future__ import annotations

from wtforms import DateTimeLocalField, RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.web.forms import Form, choices
from app.web.texts import _

_LONG = Length(max=4000, message=_("At most 4,000 characters."))


class DecisionForm(Form):
    decision = RadioField(
        _("Decision"),
        choices=choices([("qualified", _("Qualified")), ("disqualified", _("Disqualified"))]),
        validators=[InputRequired(_("Qualify or disqualify the bid."))],
    )
    reason = TextAreaField(_("Reason"), validators=[_LONG])


class AskForm(Form):
    kind = RadioField(
        _("What is asked"),
        choices=choices([("question", _("A question about the bid")), ("low_price", _("Explain the low price"))]),
        default="question",
        validators=[InputRequired()],
    )
    question = TextAreaField(_("Question"), validators=[DataRequired(_("Write the question.")), _LONG])
    due_at = DateTimeLocalField(_("Answer until"), validators=[Optional()])


class AnswerForm(Form):
    answer = TextAreaField(_("Answer"), validators=[DataRequired(_("Write the answer.")), _LONG])
