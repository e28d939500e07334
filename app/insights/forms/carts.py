"""Shape of what the sales desk enters."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from app.web.forms import Form
from app.web.texts import _


class DismissForm(Form):
    """Why a cart needs no more attention."""

    note = TextAreaField(_("What came of it"), validators=[InputRequired(), Length(max=1000)])
