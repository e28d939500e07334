"""Requests about people's data."""

from __future__ import annotations

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from app.web.forms import ClientRefField, Form
from app.web.texts import _


class OwnRequestForm(Form):
    client_ref = ClientRefField()


class OwnErasureForm(Form):
    client_ref = ClientRefField()
    reason = TextAreaField(_("Do you want to tell us why?"), [Length(max=500)])
    is_sure = BooleanField(
        _("I know that I cannot sign in afterwards and that nothing brings my data back"),
        [InputRequired(_("Confirm that you know this."))],
    )


class ErasureForm(Form):
    """The operator's administrator enters a request."""

    client_ref = ClientRefField()
    email = StringField(_("E-mail address of the person"), [Optional(), Length(max=254)])
    company = StringField(_("Or number of a closed account"), [Optional(), Length(max=40)])
    reason = TextAreaField(
        _("Who asked for it and when"), [InputRequired(_("Say who asked for it and when.")), Length(max=500)]
    )


class CopyForm(Form):
    client_ref = ClientRefField()
    email = StringField(_("E-mail address of the person"), [InputRequired(_("Enter the address.")), Length(max=254)])


class RefusalForm(Form):
    reason = TextAreaField(_("Why not"), [InputRequired(_("Say why; the person reads it.")), Length(max=500)])
