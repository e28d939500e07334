"""Acting for a buyer, and whether the account allows it."""

from __future__ import annotations

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from app.accounts.domain.visits import ACCESS_NAMES
from app.accounts.forms.fields import required
from app.web.forms import Form
from app.web.texts import _, say


class VisitForm(Form):
    reason = StringField(_("Why"), required(300))


class AccessForm(Form):
    access = RadioField(_("Who may act for us"), [InputRequired()])

    def offer(self) -> None:
        """The choices, in the reader's language."""
        self.access.choices = [(str(code), say(name)) for code, name in ACCESS_NAMES.items()]
