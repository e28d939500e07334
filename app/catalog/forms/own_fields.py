"""The operator's own fields."""

from __future__ import annotations

from wtforms import (
    BooleanField,
    IntegerField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.catalog.domain.own_fields import KINDS as OWN_KINDS
from app.catalog.domain.own_fields import OwnField
from app.web.forms import Form, choices
from app.web.texts import _, say


class OwnFieldForm(Form):
    """A definition of the operator's own field."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=30)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=100)])
    name_ru = StringField(_("Name in Russian"), [Length(max=100)])
    name_uk = StringField(_("Name in Ukrainian"), [Length(max=100)])
    kind = SelectField(_("What stands in it"))
    is_public = BooleanField(_("Shown to buyers"), default=True)
    position = IntegerField(_("Position"), [Optional(), NumberRange(0, 9999)], default=0)

    def offer(self) -> None:
        self.kind.choices = choices((code, say(name)) for code, name in OWN_KINDS.items())

    def definition(self) -> OwnField:
        names = {"ru": (self.name_ru.data or "").strip(), "uk": (self.name_uk.data or "").strip()}
        return OwnField(
            (self.code.data or "").strip().lower(), (self.name.data or "").strip(), self.kind.data,
            {language: name for language, name in names.items() if name}, bool(self.is_public.data), self.position.data or 0,
        )  # fmt: skip
