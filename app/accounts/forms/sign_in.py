"""Signing in, new passwords, invitations, profile."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from app.accounts.forms.fields import LanguageField, RoleField, TimeZoneField, email_field, password_field, required
from app.web.forms import Form, choices
from app.web.texts import _


class SignInForm(Form):
    email = email_field()
    password = password_field(_("Password"))
    next = HiddenField()


class ForgottenForm(Form):
    email = email_field()


class NewPasswordForm(Form):
    password = password_field(_("New password"))


class ChangePasswordForm(Form):
    current = password_field(_("Present password"))
    password = password_field(_("New password"))


class JoinForm(Form):
    """For people without a login."""

    name = StringField(_("Your name"), required(120))
    password = password_field(_("Password"))


class ConfirmForm(Form):
    """One button."""


class InviteForm(Form):
    email = email_field()
    name = StringField(_("Name"), [Optional(), Length(max=120)])
    role = RoleField(_("Role"), [InputRequired()])


class RoleForm(Form):
    role = RoleField(_("Role"), [InputRequired()])


class ProfileForm(Form):
    name = StringField(_("Name"), required(120))
    locale = LanguageField(_("Language"), [InputRequired()])
    time_zone = TimeZoneField(_("Time zone"), blank=_("As my company"))
    theme = RadioField(
        _("Colours"), choices=choices([("auto", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))])
    )
    may_be_contacted = BooleanField(_("Sales may write to me about carts I left and offers that fit"))
