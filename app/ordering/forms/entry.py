"""Order files and pasted lines."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    TextAreaField,
)

from app.web.forms import ClientRefField, Form
from app.web.texts import _


class UploadForm(Form):
    """A buyer's order file."""

    file = FileField(_("Order file"), validators=[FileRequired(_("Choose a file."))])
    is_asking = BooleanField(_("I choose the columns myself"))
    client_ref = ClientRefField()


class PasteForm(Form):
    """Lines typed or pasted."""

    text = TextAreaField(_("Articles and quantities"))
