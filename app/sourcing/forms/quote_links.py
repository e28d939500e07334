"""A link for somebody without an account, and what he may say under it."""

from __future__ import annotations

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from app.web.forms import Form
from app.web.texts import LANGUAGES, _


class GuestAcceptForm(Form):
    """Who says yes; the offers and quantities stand beside the lines."""

    name = StringField(_("Your name"), [InputRequired(_("Enter your name.")), Length(max=200)])
    note = TextAreaField(_("Note to us"), [Optional(), Length(max=500)])


class GuestAskForm(Form):
    """A question."""

    who = StringField(_("Your name"), [InputRequired(_("Enter your name.")), Length(max=200)])
    text = TextAreaField(_("Your question"), [InputRequired(_("Write something.")), Length(max=4000)])


class LinkForm(Form):
    """Whom the link goes to; empty: it is only shown."""

    email = StringField(_("E-mail address"), [Optional(), Length(max=254)])
    locale = SelectField(_("Language"), choices=[SelectChoice(*one) for one in LANGUAGES.items()])
