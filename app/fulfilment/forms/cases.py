"""What is entered about a return or a claim as a whole; its lines are read by `views.case_entries`."""

from __future__ import annotations

from flask_wtf.file import MultipleFileField
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length

from app.web.forms import ClientRefField, Form
from app.web.texts import _

_LONGEST = Length(max=2000, message=_("At most {n} characters.", n=2000))


class ReturnForm(Form):
    """Ask to send goods back."""

    client_ref = ClientRefField()
    outcome = RadioField(_("What do you want for it?"), default="credit")
    note = TextAreaField(_("What we should know"), [_LONGEST])
    files = MultipleFileField(_("Photos and papers"))


class ClaimForm(Form):
    """Complain about goods."""

    client_ref = ClientRefField()
    remedy = RadioField(_("What do you want for it?"), default="credit")
    note = TextAreaField(_("What happened?"), [_LONGEST])
    files = MultipleFileField(_("Photos and papers"))


class CaseForm(Form):
    """A step in a case: only its errors are shown, its fields stand in the page."""
