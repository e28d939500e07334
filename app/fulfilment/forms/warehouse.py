"""Shapes of what pickers and packers enter."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from app.fulfilment.domain.packing import KINDS
from app.fulfilment.domain.waves import METHOD_NAMES, Method
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.texts import _, say

REASON_NAMES = {
    "missing": _("not enough there"),
    "damaged": _("damaged"),
    "expired": _("expired"),
    "other": _("another reason"),
}


class WaveForm(Form):
    """Which deliveries are picked together comes in check boxes of their own."""

    client_ref = ClientRefField()
    method = RadioField(_("Pick lists"), default=str(Method.BATCH))

    def offer(self) -> None:
        self.method.choices = choices((str(one), say(name)) for one, name in METHOD_NAMES.items())


class ScanForm(Form):
    """A code from a scanner, the camera or the keyboard."""

    code = StringField(_("Scan or type a code"), [InputRequired(_("Scan or type a code.")), Length(max=120)])


class TakeForm(Form):
    """What was taken of a line without scanning each piece."""

    quantity = DecimalField(_("Taken"), [InputRequired(_("How much?"))])
    reason = SelectField(_("If less: why?"))
    serials = TextAreaField(_("Serial numbers"), [Length(max=8_000)])

    def offer(self) -> None:
        self.reason.choices = choices([("", _("choose")), *REASON_NAMES.items()])


class ReasonForm(Form):
    """Why something is given up."""

    reason = StringField(_("Reason"), [InputRequired(_("Say why.")), Length(max=200)])


class BoxForm(Form):
    """Kind, weight and sizes of a package."""

    kind = SelectField(_("Kind"))
    weight = DecimalField(_("Weight, kg"), places=3)
    length = DecimalField(_("Length, cm"), places=1)
    width = DecimalField(_("Width, cm"), places=1)
    height = DecimalField(_("Height, cm"), places=1)

    def offer(self) -> None:
        self.kind.choices = choices((code, say(name)) for code, name in KINDS.items())


class FinishForm(Form):
    """Who brings the packages."""

    carrier = SelectField(_("Carrier"))
    note = TextAreaField(_("Note on the delivery note"), [Length(max=500, message=_("At most 500 characters."))])

    def offer(self, carriers: Iterable[tuple[int, str]]) -> None:
        self.carrier.choices = choices([("", _("None")), *((str(key), name) for key, name in carriers)])


class CarrierForm(Form):
    """A carrier."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=120)])
    tracking_url = StringField(_("Tracking page"), [Length(max=300)])
    label_text = StringField(_("Text on labels"), [Length(max=80)])
    package_limit = DecimalField(_("Heaviest package, kg"), places=3)
    position = IntegerField(_("Place in lists"), [InputRequired(_("A whole number.")), NumberRange(0, 999)], default=0)
    is_active = BooleanField(_("Is offered"), default=True)


class PackingSettingsForm(Form):
    """How packages are numbered and lists are cut."""

    company_prefix = StringField(_("GS1 company prefix"), [Length(max=12)])
    extension = IntegerField(_("Extension digit"), [InputRequired(_("A whole number.")), NumberRange(0, 9)], default=0)
    list_lines = IntegerField(
        _("Most lines on a pick list"), [InputRequired(_("A whole number.")), NumberRange(1, 500)], default=60
    )
