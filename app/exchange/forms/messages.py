"""What people enter to mend a message."""

from __future__ import annotations

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.web.forms import Form, choices
from app.web.texts import _

CODE_KINDS = (
    ("article", _("Article")),
    ("unit", _("Unit")),
    ("ship_to", _("Deliver to")),
    ("tax", _("VAT category")),
    ("payment", _("Payment")),
)
_LONG = Length(max=120, message=_("At most 120 characters."))


class AssignForm(Form):
    partner = SelectField(_("Partner"), validators=[DataRequired(_("Choose a partner."))])


class CodeForm(Form):
    """A code of the partner and what it is here."""

    kind = SelectField(_("What is it?"), choices=choices(CODE_KINDS))
    theirs = StringField(_("Their code"), validators=[DataRequired(_("Enter their code.")), _LONG])
    ours = StringField(
        _("Our code"),
        validators=[DataRequired(_("Enter our code.")), _LONG],
        description=_("Article number, unit such as H87, or the name of the address"),
    )


class ReasonForm(Form):
    reason = StringField(
        _("Reason"),
        validators=[DataRequired(_("Say why in a few words.")), Length(max=500, message=_("At most 500 characters."))],
    )


class EditForm(Form):
    text = TextAreaField(_("Text of the copy"), validators=[DataRequired(_("Enter the text."))])
