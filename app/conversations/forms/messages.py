"""What somebody writes."""

from __future__ import annotations

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, TextAreaField

from app.web.forms import ClientRefField, Form
from app.web.texts import _


class MessageForm(Form):
    """A message with files; the service checks both. `anyway`: the suggested answers were seen and did not help."""

    client_ref = ClientRefField()
    anyway = HiddenField()
    text = TextAreaField(_("Message"))
    files = MultipleFileField(_("Files"))
    is_inner = BooleanField(_("Inner note, the customer does not see it"))
