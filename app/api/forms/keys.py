"""A new key."""

from __future__ import annotations

from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.web.forms import ClientRefField, Form
from app.web.texts import _


class KeyForm(Form):
    """`user_id` offers the people of the company."""

    client_ref = ClientRefField()
    name = StringField(_("Name"), [InputRequired(_("The name is missing.")), Length(max=80)])
    user_id = SelectField(_("Acts in the name of"), coerce=int)
    expires_on = DateField(_("Last day"), [Optional()])
