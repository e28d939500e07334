"""Shapes of what is entered about shipments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField
from wtforms import DateField, DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.fulfilment.domain.shipment import Picture
from app.web.forms import ClientRefField, Form, choices
from app.web.texts import _

_MOMENT = "%Y-%m-%dT%H:%M"


class ShipForm(Form):
    """Goods of one order to be packed; how much of which line comes in fields of their own."""

    client_ref = ClientRefField()
    warehouse = SelectField(_("From the warehouse"))
    carrier = SelectField(_("Carrier"))
    package_count = IntegerField(_("Packages"), [Optional(), NumberRange(0, 200)], default=1)
    expected_on = DateField(_("Expected at the receiver"), [Optional()])
    note = TextAreaField(_("Note on the delivery note"), [Length(max=500, message=_("At most 500 characters."))])

    def offer(self, warehouses: Iterable[tuple[int, str]], carriers: Iterable[tuple[int, str]]) -> None:
        self.warehouse.choices = choices((str(key), name) for key, name in warehouses)
        self.carrier.choices = choices([("", _("None")), *((str(key), name) for key, name in carriers)])


class SendForm(Form):
    """The carrier's numbers, one a line, in the order of the packages."""

    tracking = TextAreaField(_("Tracking numbers"), [Length(max=6_000)])

    @property
    def numbers(self) -> list[str]:
        return [line.strip() for line in (self.tracking.data or "").splitlines() if line.strip()]


class ProofForm(Form):
    """What the receiver signs for; differences come in fields of their own."""

    receiver = StringField(_("Taken by"), [InputRequired(_("Enter who took the goods.")), Length(max=120)])
    received_at = DateTimeLocalField(_("When"), [InputRequired(_("Enter day and time."))], format=_MOMENT)
    photo = FileField(_("Photo"))
    signature = FileField(_("Signature as a picture"))
    note = TextAreaField(_("Note"), [Length(max=500, message=_("At most 500 characters."))])


def picture(field: Any) -> Picture | None:
    """What was uploaded in a field of one file, if anything was."""
    found: Any = field.data
    name: str = getattr(found, "filename", None) or ""
    return Picture(found.read(), name) if name else None
