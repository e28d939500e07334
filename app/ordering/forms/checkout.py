"""From cart to order."""

from __future__ import annotations

from datetime import date

from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.core.errors import Conflict, Invalid
from app.ordering.domain.wishes import FieldProblem
from app.web.forms import ClientRefField, Form
from app.web.texts import _, say


class CheckoutForm(Form):
    """Where to, under which number, until when. Choices of the addresses are set by the view."""

    ship_to = RadioField(_("Ship to"), coerce=int, validators=[InputRequired(_("Choose where the goods go."))])
    bill_to = SelectField(_("Invoice to"), coerce=int, validators=[Optional()])
    po_number = StringField(
        _("Your order number (PO)"), validators=[Length(max=60, message=_("At most 60 characters."))]
    )
    requested_on = DateField(_("Wanted on"), validators=[Optional()])
    note = TextAreaField(_("Note to us"), validators=[Length(max=2000, message=_("At most 2,000 characters."))])
    cost_centre = SelectField(_("Cost centre"), validators=[Optional()])
    delivery_method = RadioField(_("Way of delivery"), validators=[Optional()])
    payment_method = RadioField(_("Way of payment"), validators=[Optional()])
    is_complete = BooleanField(_("Send each delivery complete, not in parts"))
    latest_on = DateField(_("Do not ship later than"), validators=[Optional()])

    def draft(self) -> dict[str, str]:
        """What was entered, as it was entered, valid or not."""
        return {f.name: _entered(f.data, f.raw_data) for f in self if f.name != "csrf_token"}


def _entered(data: object, raw: list[str] | None) -> str:
    if raw:
        return raw[0]
    if isinstance(data, date):
        return data.isoformat()
    return "" if data is None else str(data)


class PlaceForm(Form):
    """The confirmation: which cart as seen, sent once."""

    client_ref = ClientRefField()
    seen = StringField(validators=[DataRequired(), Length(max=64)])

    def take(self, error: Invalid | Conflict) -> None:
        """Show why the order was refused, with everything that speaks against it."""
        self.is_conflict = isinstance(error, Conflict)
        self.refused.append(say(error.message))
        details = error.details if isinstance(error.details, (list, tuple)) else ()
        listed = [say(one.message) for one in details if isinstance(one, FieldProblem)]
        self.refused += [text for text in listed if text not in self.refused]
