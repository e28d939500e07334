"""How long accepted prices hold as a contract."""

from __future__ import annotations

from wtforms import DateField
from wtforms.validators import Optional

from app.web.forms import Form
from app.web.texts import _


class QuotePricesForm(Form):
    """Days, both may stay empty; the quantities stand beside the lines."""

    valid_from = DateField(_("From"), [Optional()])
    valid_to = DateField(_("To"), [Optional()])
