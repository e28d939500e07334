"""The operator's own fields of accounts and orders: definitions, and the values people give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from app.core.errors import Invalid
from app.core.own_values import CODE, KINDS, NoValue, stored_value
from app.core.texts import N_, Message

COLUMN = "own_"  # form fields and JSON keys of own fields begin with it
MOST_CHOICES = 50


class Subject(StrEnum):
    """What has the field."""

    ACCOUNT = "account"
    ORDER = "order"


class FieldAccess(StrEnum):
    """Who sees it: only the operator's people; the customer, too; or the customer fills it in."""

    STAFF = "staff"
    SEEN = "seen"
    ENTERED = "entered"


SUBJECT_NAMES: Mapping[str, Message] = {Subject.ACCOUNT: N_("Accounts"), Subject.ORDER: N_("Orders")}
ACCESS_NAMES: Mapping[str, Message] = {
    FieldAccess.STAFF: N_("Only our people see and fill it in"),
    FieldAccess.SEEN: N_("Customers see it, our people fill it in"),
    FieldAccess.ENTERED: N_("Customers fill it in"),
}
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a list; `names` by language, `code` is kept."""

    code: str
    names: Mapping[str, str]

    def label(self, locale: str) -> str:
        return self.names.get(locale) or self.names.get("en") or self.code


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field; `names` by language. `is_at_registration` only for accounts, `is_printed` only for orders."""

    subject: Subject
    code: str
    name: str
    kind: str
    names: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    choices: tuple[Choice, ...] = ()
    is_required: bool = False
    access: FieldAccess = FieldAccess.STAFF
    is_at_registration: bool = False
    is_printed: bool = False
    in_list: bool = False
    position: int = 0

    def label(self, locale: str) -> str:
        return self.names.get(locale) or self.name

    @property
    def is_inner(self) -> bool:
        return self.access is FieldAccess.STAFF

    @property
    def is_entered(self) -> bool:
        return self.access is FieldAccess.ENTERED

    def shown(self, value: str, locale: str) -> Message | str | date | Decimal:
        """A kept value for people: choices by name, days and numbers to be written as the reader writes them."""
        if self.kind == "choice":
            return next((one.label(locale) for one in self.choices if one.code == value), value)
        if self.kind == "flag":
            return N_("yes") if value == "yes" else N_("no")
        if self.kind == "day":
            return date.fromisoformat(value)
        return Decimal(value) if self.kind == "number" else value


def demand_definition(one: OwnField) -> None:
    """Raise Invalid for what cannot be a field."""
    if CODE.fullmatch(one.code) is None:
        raise Invalid("code", N_("A code is made of small letters and digits and begins with a letter."))
    if not one.name.strip():
        raise Invalid("name", N_("The name is missing."))
    if one.kind not in KINDS:
        raise Invalid("kind", N_("{given} is not one of {allowed}.", given=one.kind, allowed=", ".join(KINDS)))
    if (one.kind == "choice") != bool(one.choices):
        raise Invalid("choices", N_("A list needs its values, one a line; other fields have none."))
    codes = [choice.code for choice in one.choices]
    if len(set(codes)) != len(codes) or len(codes) > MOST_CHOICES or any(len(code) > 60 for code in codes):
        raise Invalid("choices", N_("Up to {most} values, each once.", most=MOST_CHOICES))
    if one.is_at_registration and (one.subject is not Subject.ACCOUNT or not one.is_entered):
        raise Invalid("is_at_registration", N_("Only fields that customers of accounts fill in are asked there."))
    if one.is_printed and (one.subject is not Subject.ORDER or one.is_inner):
        raise Invalid("is_printed", N_("Only fields of orders that customers see are printed."))
    if one.is_required and one.is_inner and one.subject is Subject.ORDER:
        raise Invalid("is_required", N_("Orders are placed by customers: a field they do not see cannot be required."))


def kept_values(fields: Iterable[OwnField], given: Mapping[str, str], *, demands: bool = True) -> dict[str, str]:
    """The values to keep of those given by code; empty ones are left out. Raises Invalid("own_<code>", what to do).

    `demands`: a required field without a value is refused.
    """
    known = {one.code: one for one in fields}
    for code in given:
        if code not in known:
            raise Invalid(f"{COLUMN}{code}", N_("There is no field {code}. Add it under Own fields first.", code=code))
    kept: dict[str, str] = {}
    for code, one in known.items():
        try:
            value = stored_value(one.kind, given.get(code, ""), [choice.code for choice in one.choices])
        except NoValue as error:
            problem = N_("{field}: {problem}", field=one.name, problem=error.message)
            raise Invalid(f"{COLUMN}{code}", problem) from None
        if value:
            kept[code] = value
        elif one.is_required and demands:
            raise Invalid(f"{COLUMN}{code}", N_("{field} is missing.", field=one.name))
    return kept


def choices_of(text: str) -> tuple[Choice, ...]:
    """Values of a list as one writes them, one a line: code, then names in English, Russian, Ukrainian, apart by "|"."""
    found = []
    for line in text.splitlines():
        parts = [part.strip() for part in line.split("|")]
        if parts[0]:
            names = dict(zip(("en", "ru", "uk"), parts[1:] or parts[:1], strict=False))
            found.append(Choice(parts[0], {language: name for language, name in names.items() if name}))
    return tuple(found)


def written_choices(choices: Iterable[Choice]) -> str:
    """The same back as text."""
    lines = []
    for one in choices:
        names = [one.names.get(language, "") for language in ("en", "ru", "uk")]
        while names and not names[-1]:
            names.pop()
        lines.append(" | ".join([one.code, *names]))
    return "\n".join(lines)
