"""Shape of what people enter about an import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from app.exchange.domain.fields import Field, Variants
from app.exchange.domain.reading import Column
from app.exchange.importers import Importer
from app.web.forms import ClientRefField, Form, choices
from app.web.texts import _, say

NOT_USED = ""
REFUSE_ROWS, ALL_OR_NOTHING = "refuse", "all"
_LANGUAGE_NAMES = {"en": _("English"), "ru": _("Russian"), "uk": _("Ukrainian"), "de": _("German")}


class UploadForm(Form):
    """Which kind of file, and the file."""

    kind = SelectField(_("What is in the file?"), validators=[DataRequired(_("Choose what is in the file."))])
    file = FileField(_("File"), validators=[FileRequired(_("Choose a file."))])
    client_ref = ClientRefField()

    def offer(self, importers: Iterable[Importer]) -> None:
        self.kind.choices = choices((importer.code, say(importer.label)) for importer in importers)


class ColumnsForm(Form):
    """One choice for each column of the file; made for a file by `columns_form`."""

    decimal_sign = SelectField(
        _("Numbers are written"),
        choices=choices(
            (
                ("", _("as detected")),
                (".", _("with a decimal point: 1,234.50")),
                (",", _("with a decimal comma: 1.234,50")),
            )
        ),
    )
    save_as = StringField(
        _("Keep this choice of columns as"),
        validators=[Optional(), Length(max=80, message=_("At most 80 characters."))],
        description=_("For files of the same source. A name that is known is replaced."),
    )

    def choice_of(self, columns: Sequence[Column]) -> tuple[dict[str, str], list[str]]:
        """Key -> name of the column, and the keys that were chosen twice."""
        mapping: dict[str, str] = {}
        twice: list[str] = []
        for column in columns:
            key = self._fields[column_name(column)].data
            if key and key in mapping:
                twice.append(key)
                self._fields[column_name(column)].errors = [_("Another column gives this already.")]
            elif key:
                mapping[key] = column.name
        return mapping, twice

    def options(self, importer: Importer) -> dict[str, str]:
        return {option.name: (self._fields[f"option_{option.name}"].data or "").strip() for option in importer.options}


def column_name(column: Column) -> str:
    """Name of the form field of a column."""
    return f"column_{column.index}"


def columns_form(
    importer: Importer,
    columns: Sequence[Column],
    *,
    mapping: Mapping[str, str],
    options: Mapping[str, str],
    decimal_sign: str,
    codes: Sequence[str],
) -> ColumnsForm:
    """The form for one file. `codes` are the known variants of fields by code (warehouses)."""
    chosen = {name: key for key, name in mapping.items()}
    members: dict[str, Any] = {}
    values: dict[str, Any] = {"decimal_sign": decimal_sign}
    for column in columns:
        offered = _choices(importer.fields, column, codes)
        label = column.header or _("Column {number}", number=column.index + 1)
        members[column_name(column)] = SelectField(label, choices=choices(offered))
        key = chosen.get(column.name, NOT_USED)
        values[column_name(column)] = key if key in dict(offered) else NOT_USED
    for option in importer.options:
        required = [DataRequired(_("This is needed."))] if option.is_required else [Optional()]
        members[f"option_{option.name}"] = StringField(
            say(option.label), validators=[*required, Length(max=80)], description=say(option.help)
        )
        values[f"option_{option.name}"] = options.get(option.name, option.default)
    made: ColumnsForm = type("ColumnsForm", (ColumnsForm,), members)(data=values)
    return made


def key_label(field: Field, key: str) -> str:
    """What people call a key: the field, with its language or code."""
    variant = key.partition(":")[2]
    if not variant:
        return str(say(field.label))
    return f"{say(field.label)}: {_LANGUAGE_NAMES.get(variant, variant)}"


def _choices(fields: Sequence[Field], column: Column, codes: Sequence[str]) -> list[tuple[str, str]]:
    found = [(NOT_USED, str(_("not used")))]
    for field in fields:
        found.extend((key, key_label(field, key)) for key in _keys(field, column, codes))
    return found


def _keys(field: Field, column: Column, codes: Sequence[str]) -> list[str]:
    keys = [field.name] if field.is_plain_allowed else []
    if field.variants is Variants.LANGUAGE:
        keys.extend(f"{field.name}:{language}" for language in _LANGUAGE_NAMES)
    if field.variants is Variants.CODE:
        keys.extend(f"{field.name}:{code}" for code in codes)
    by_header = field.key_for(column.header) if column.header else None
    return [*keys, by_header] if by_header and by_header not in keys else keys


class StartForm(Form):
    """How to deal with rows that cannot be stored."""

    policy = RadioField(
        _("Rows that cannot be stored"),
        choices=choices(
            (
                (REFUSE_ROWS, _("Leave them out and store the others")),
                (ALL_OR_NOTHING, _("Store nothing at all if there is one")),
            )
        ),
        default=REFUSE_ROWS,
    )
