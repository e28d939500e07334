"""Passphrases of those who open bids."""

from __future__ import annotations

from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired, Length

from app.web.forms import Form
from app.web.texts import _


class PassphraseForm(Form):
    passphrase = PasswordField(_("Opening passphrase"), validators=[InputRequired(), Length(min=12, max=200)])
    repeated = PasswordField(
        _("Once more"), validators=[InputRequired(), EqualTo("passphrase", _("The two are different."))]
    )


class ConfirmForm(Form):
    passphrase = PasswordField(_("Your opening passphrase"), validators=[InputRequired(), Length(max=200)])
