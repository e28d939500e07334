"""What a buyer says about a request as a whole; its rows are read by `views.asked`."""

from __future__ import annotations

from flask_wtf.file import FileField, MultipleFileField
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from app.web.forms import ClientRefField, Form
from app.web.texts import _


class QuoteRequestForm(Form):
    """Title, wishes, rows to paste or upload, and files to go with it."""

    client_ref = ClientRefField()
    title = StringField(_("Title"), [Length(max=120, message=_("At most {n} characters.", n=120))])
    need_by = DateField(_("Needed by"), [Optional()])
    ship_to = SelectField(_("Deliver to"))
    message = TextAreaField(_("What we should know"), [Length(max=4000, message=_("At most {n} characters.", n=4000))])
    text = TextAreaField(_("Paste rows"))
    file = FileField(_("Upload rows"))
    files = MultipleFileField(_("Files"))
