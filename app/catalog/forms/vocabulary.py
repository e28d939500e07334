"""Categories, attributes and brands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from app.catalog.domain.attributes import AttributeType, parse_choices, written_choices
from app.catalog.queries.categories import CategoryLine
from app.catalog.service.attributes import AttributeRow
from app.catalog.service.categories import CategoryRow
from app.core.errors import Invalid
from app.core.units import UNIT_NAMES, unit_name
from app.web.forms import Form, choices
from app.web.texts import _, say

ATTRIBUTE_KINDS = {
    "text": _("words"), "number": _("a number, with a unit"), "flag": _("yes or no"), "choice": _("one of a list"),
}  # fmt: skip


class NamesFields(Form):
    """A name in the languages of the portal."""

    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=200)])
    name_ru = StringField(_("Name in Russian"), [Length(max=200)])
    name_uk = StringField(_("Name in Ukrainian"), [Length(max=200)])
    name_de = StringField(_("Name in German"), [Length(max=200)])

    def names(self) -> dict[str, str]:
        """Names by language; empty ones, too, because they take a name out."""
        fields = (("ru", self.name_ru), ("uk", self.name_uk), ("de", self.name_de))
        return {language: (field.data or "").strip() for language, field in fields}


def names_of(names: Mapping[str, str]) -> dict[str, str]:
    """What these fields show."""
    return {f"name_{language}": names.get(language, "") for language in ("ru", "uk", "de")}


class CategoryForm(NamesFields):
    """A category; the attributes of its articles are read from repeated fields, see `template_of`."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    parent = SelectField(_("Stands below"))
    position = IntegerField(_("Position among its siblings"), [Optional(), NumberRange(0, 99_999)], default=0)

    def offer(self, tree: Iterable[CategoryLine], itself: str = "") -> None:
        """Every category may be the parent, but the one itself."""
        indent = "\N{NO-BREAK SPACE}" * 4
        self.parent.choices = choices([
            ("", str(_("none: it is a root"))),
            *((line.code, f"{indent * line.depth}{line.name}") for line in tree if line.code != itself),
        ])  # fmt: skip

    def row(self) -> CategoryRow:
        return CategoryRow(
            (self.code.data or "").strip(), (self.name.data or "").strip(), self.names(), self.parent.data or "",
            self.position.data or 0,
        )  # fmt: skip


def template_of(codes: Iterable[str], required: Iterable[str]) -> dict[str, bool]:
    """Attributes in the order of the rows with whether they are required; empty rows are left out."""
    needed = set(required)
    return {code: code in needed for code in codes if code}


class AttributeForm(NamesFields):
    """The definition of an attribute."""

    code = StringField(_("Code"), [InputRequired(_("Give it a code.")), Length(max=40)])
    kind = RadioField(_("What it takes"), choices=choices(ATTRIBUTE_KINDS.items()), default="text")
    unit = SelectField(_("Unit"))
    choices_text = TextAreaField(_("Choices, one a line"), [Length(max=20_000)])
    is_facet = BooleanField(_("Articles are filtered by it"))
    position = IntegerField(_("Position"), [Optional(), NumberRange(0, 99_999)], default=0)

    def offer(self) -> None:
        units = sorted({*UNIT_NAMES, *([self.unit.data] if self.unit.data else [])})
        self.unit.choices = choices(
            [("", str(_("none"))), *((code, f"{say(unit_name(code))} ({code})") for code in units)]
        )

    def row(self) -> AttributeRow:
        """Raises Invalid("choices_text")."""
        try:
            listed = parse_choices(self.choices_text.data or "")
        except Invalid as error:
            raise Invalid("choices_text", error.message) from None
        return AttributeRow(
            (self.code.data or "").strip(), (self.name.data or "").strip(), self.names(), self.kind.data,
            self.unit.data or "", listed, bool(self.is_facet.data), self.position.data or 0,
        )  # fmt: skip


def definition_values(one: AttributeType) -> dict[str, object]:
    """What the form shows of a definition."""
    return {
        "code": one.code, "name": one.name, **names_of(one.names), "kind": one.kind, "unit": one.unit,
        "choices_text": written_choices(one.choices), "is_facet": one.is_facet, "position": one.position,
    }  # fmt: skip


class BrandForm(Form):
    """A brand; its code stays."""

    name = StringField(_("Name"), [InputRequired(_("Give it a name.")), Length(max=100)])
    about = TextAreaField(_("About the brand"), [Length(max=5_000)])
    website = StringField(_("Address on the web"), [Length(max=300)])
