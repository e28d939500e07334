"""Requisition lists."""

from __future__ import annotations

from wtforms import (
    HiddenField,
    IntegerField,
    StringField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from app.ordering.forms.carts import LineForm
from app.web.forms import ClientRefField, Form
from app.web.texts import _


class RequisitionForm(Form):
    """Name and purpose of a requisition list."""

    client_ref = ClientRefField()
    name = StringField(
        _("Name"),
        validators=[DataRequired(_("Give the list a name.")), Length(max=80, message=_("At most 80 characters."))],
    )
    note = StringField(_("What it is for"), validators=[Length(max=300, message=_("At most 300 characters."))])


class RequisitionLineForm(LineForm):
    """One line of a requisition list in full; `version` is the one that was opened."""

    place = IntegerField(_("Place on the list"), validators=[Optional(), NumberRange(min=1, max=10_000)])
    version = HiddenField()
