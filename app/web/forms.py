"""Base of all forms: CSRF, the client reference, numbers by language, and errors from below put beside their field.

form = AddressForm(client_ref=...)                 # shape of input only; meaning is checked by the service
if form.validate_on_submit():
with form.catching():                          # Invalid("postcode", ...) lands at the field
service.add_address(actor(), form.values(), client_ref=form.client_ref.data)
return redirect(...)
return render_page("accounts/address_new.html", form=form, status=form.status)
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectChoice, StringField
from wtforms.validators import ValidationError

from app.core.errors import Conflict, Invalid
from app.web import formats
from app.web.texts import _, language, say

_BLANKS = dict.fromkeys(
    map(ord, "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}'\N{RIGHT SINGLE QUOTATION MARK}"), " "
)


@lru_cache(maxsize=32)
def _number(group: str, decimal: str) -> re.Pattern[str]:
    """Digits, or groups of three of them behind a blank or the language's own sign; then the fraction."""
    return re.compile(
        rf"([+-]?)(\d{{1,3}}([ {group}])\d{{3}}(?:\3\d{{3}})*|\d*)(?:{re.escape(decimal)}(\d*))?", re.ASCII
    )


def parse_decimal(text: str, locale: str) -> Decimal:
    """A number as people of that language write it; what is none, or could be read two ways, raises ValueError."""
    text = text.translate(_BLANKS).strip().replace("\N{MINUS SIGN}", "-")
    symbols = Locale.parse(locale).number_symbols["latn"]
    group, decimal = symbols["group"], symbols["decimal"]
    if group != "," and "," not in text:
        decimal = "."  # 12.50 in a language without points for groups has one meaning
    found = _number(group if group in ",." else " ", decimal).fullmatch(text)
    if found is None or not (found[2] or found[4]):
        raise ValueError(text)
    sign, whole, separator, fraction = found.groups(default="")
    return Decimal(f"{sign}{whole.replace(separator, '') or 0}.{fraction or 0}")


def choices(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """(value, label) pairs as SelectField and RadioField take them."""
    return [SelectChoice(value, label) for value, label in pairs]


class DecimalField(StringField):  # type: ignore[misc]  # wtforms has no types
    """An exact number in the reader's way of writing. `data` is a Decimal or None; what was typed stays visible."""

    def __init__(self, label: str | None = None, validators: Any = None, *, places: int = 6, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.places = places

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return formats.quantity(self.data, language()) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.data = None
        if not valuelist[0].strip():
            return
        try:
            value = parse_decimal(valuelist[0], language())
        except ValueError:
            raise ValueError(_("“{given}” is not a number.", given=valuelist[0])) from None
        if -int(value.normalize().as_tuple().exponent) > self.places:
            raise ValueError(_("At most {places} digits after the decimal sign.", places=self.places))
        self.data = value


class ClientRefField(HiddenField):  # type: ignore[misc]  # wtforms has no types
    """A UUID made with the empty form: the same form sent twice creates one thing."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data or str(uuid.uuid4()), extra_filters)

    def pre_validate(self, form: Any) -> None:
        try:
            uuid.UUID(str(self.data))
        except ValueError:
            raise ValidationError(_("This form is damaged. Open the page again.")) from None


class Form(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Base form. `refused` holds errors that belong to no field; they head the error summary."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.refused: list[str] = []
        self.is_conflict = False

    def values(self) -> dict[str, Any]:
        """What was entered, without the token and the client reference."""
        return {name: f.data for name, f in self._fields.items() if name not in ("csrf_token", "client_ref")}

    def refuse(self, error: Invalid) -> None:
        """Put an error beside its field; one that names none of ours goes to the summary."""
        found = self._fields.get(error.field)
        if found is None:
            self.refused.append(say(error.message))
        else:
            found.errors = [*found.errors, say(error.message)]

    @contextmanager
    def catching(self) -> Iterator[None]:
        """Turn Invalid and Conflict from the service into errors of this form."""
        try:
            yield
        except Invalid as error:
            self.refuse(error)
        except Conflict as error:
            self.is_conflict = True
            self.refused.append(say(error.message))

    @property
    def has_errors(self) -> bool:
        return bool(self.refused or self.errors)

    @property
    def status(self) -> int:
        """200 for a form not yet sent, 422 with errors in fields, 409 when the world moved on."""
        if self.is_conflict:
            return 409
        return 422 if self.has_errors else 200


def first_errors(form: Form) -> list[tuple[Field, str]]:
    """For the summary: each field in error with its first message."""
    return [(f, str(f.errors[0])) for f in form if f.errors and isinstance(f.errors, (list, tuple))]
