"""Own fields in forms: their definitions, and inputs made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from wtforms import BooleanField, DateField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.accounts.domain.own_fields import (
    ACCESS_NAMES,
    COLUMN,
    SUBJECT_NAMES,
    FieldAccess,
    OwnField,
    Subject,
    choices_of,
)
from app.core.own_values import KINDS
from app.web.forms import DecimalField, Form, choices
from app.web.texts import _, language, say

F = TypeVar("F", bound=Form)


class OwnFieldForm(Form):
    """A definition."""

    subject = RadioField(_("Field of"), [InputRequired()])
    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=30)])
    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=100)])
    name_ru = StringField(_("Name in Russian"), [Length(max=100)])
    name_uk = StringField(_("Name in Ukrainian"), [Length(max=100)])
    kind = SelectField(_("What stands in it"))
    choices = TextAreaField(_("Values of the list"), [Length(max=8000)])
    access = RadioField(_("Who sees it"), [InputRequired()], default=FieldAccess.STAFF)
    is_required = BooleanField(_("It must be filled in"))
    is_at_registration = BooleanField(_("Asked when a company registers"))
    in_list = BooleanField(_("A column of the list"))
    is_printed = BooleanField(_("Printed on the order"))
    position = IntegerField(_("Position"), [Optional(), NumberRange(0, 9999)], default=0)

    def offer(self) -> None:
        self.subject.choices = choices((code, say(name)) for code, name in SUBJECT_NAMES.items())
        self.kind.choices = choices((code, say(name)) for code, name in KINDS.items())
        self.access.choices = choices((code, say(name)) for code, name in ACCESS_NAMES.items())

    def definition(self) -> OwnField:
        names = {"ru": (self.name_ru.data or "").strip(), "uk": (self.name_uk.data or "").strip()}
        is_order = self.subject.data == Subject.ORDER
        return OwnField(
            Subject(self.subject.data), (self.code.data or "").strip().lower(), (self.name.data or "").strip(),
            self.kind.data, {locale: name for locale, name in names.items() if name},
            choices_of(self.choices.data or "") if self.kind.data == "choice" else (), bool(self.is_required.data),
            FieldAccess(self.access.data), bool(self.is_at_registration.data) and not is_order,
            bool(self.is_printed.data) and is_order, bool(self.in_list.data), self.position.data or 0,
        )  # fmt: skip


def with_own_fields(base: type[F], fields: Iterable[OwnField]) -> type[F]:
    """The form with an input for each field: `own_<code>`."""
    inputs = {f"{COLUMN}{one.code}": _input(one) for one in fields}
    return type(base.__name__, (base,), inputs) if inputs else base


def _input(one: OwnField) -> Any:
    label = one.label(language())
    checks = [InputRequired(_("{field} is missing.", field=label))] if one.is_required else [Optional()]
    if one.kind == "number":
        return DecimalField(label, checks)
    if one.kind == "day":
        return DateField(label, checks)
    if one.kind == "flag":
        return SelectField(label, checks, choices=choices([("", "–"), ("yes", _("yes")), ("no", _("no"))]))
    if one.kind == "choice":
        offered = [(choice.code, choice.label(language())) for choice in one.choices]
        return SelectField(label, checks, choices=choices([("", "–"), *offered]))
    return StringField(label, [*checks, Length(max=500)])


def form_values(fields: Iterable[OwnField], values: Mapping[str, str]) -> dict[str, Any]:
    """Kept values as the inputs want them."""
    found: dict[str, Any] = {}
    for one in fields:
        value = values.get(one.code, "")
        if one.kind == "number":
            found[f"{COLUMN}{one.code}"] = Decimal(value) if value else None
        elif one.kind == "day":
            found[f"{COLUMN}{one.code}"] = date.fromisoformat(value) if value else None
        else:
            found[f"{COLUMN}{one.code}"] = value
    return found


def entered_values(form: Form, fields: Iterable[OwnField]) -> dict[str, str]:
    """What was entered, as texts by code."""
    found = {}
    for one in fields:
        data = form[f"{COLUMN}{one.code}"].data
        found[one.code] = data.isoformat() if isinstance(data, date) else "" if data is None else str(data)
    return found


def own_inputs(form: Form) -> list[Any]:
    """The inputs of own fields, for templates."""
    return [one for one in form if one.name.startswith(COLUMN)]
