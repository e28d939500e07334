"""Fields that choose a country, a language, a time zone, a currency or a role."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.accounts.domain.roles import ROLE_DUTIES, ROLE_NAMES, ROLES, CompanyKind
from app.web.forms import choices
from app.web.texts import LANGUAGES, _, language, say

# CLDR knows these two-letter codes, too: unions, regions of countries, tests.
_NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
CURRENCIES = (
    "EUR", "USD", "GBP", "CHF", "UAH", "RUB", "PLN", "CZK", "HUF", "RON", "BGN", "SEK", "NOK", "DKK", "ISK", "TRY",
    "KZT", "BYN", "GEL", "MDL", "AMD", "AZN", "UZS", "RSD", "ALL", "MKD", "BAM", "ILS", "AED", "SAR", "CNY", "JPY",
    "INR", "KRW", "SGD", "HKD", "AUD", "NZD", "CAD", "MXN", "BRL", "ZAR",
)  # fmt: skip


@lru_cache(maxsize=8)
def countries(locale: str) -> list[tuple[str, str]]:
    """(code, name) in the alphabetical order of the language."""
    names = Locale.parse(locale).territories
    found = [
        (code, name) for code, name in names.items() if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    ]
    return sorted(found, key=lambda pair: pair[1].casefold())


@lru_cache(maxsize=1)
def time_zones() -> list[tuple[str, str]]:
    """Zones by place; the technical ones are left out."""
    names = {name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))}
    return [(name, name.replace("_", " ")) for name in sorted({"UTC", *names})]


def country_name(code: str) -> str:
    return str(Locale.parse(language()).territories.get(code, code))


class ChoiceField(SelectField):  # type: ignore[misc]  # wtforms has no types
    """A select whose options depend on the reader's language. `blank` adds an empty first option."""

    def __init__(self, label: Any = None, validators: Any = None, *, blank: Any = None, **options: Any) -> None:
        super().__init__(label, validators, choices=[], **options)
        self.type = "SelectField"  # by which the form components know it
        self.blank = blank

    def options(self) -> Iterable[tuple[str, str]]:
        return []

    def process(self, *arguments: Any, **keywords: Any) -> None:
        super().process(*arguments, **keywords)
        self.fill()

    def fill(self) -> None:
        """Make the options; a stored value that is none any more stays, or saving would change it silently."""
        options = list(self.options())
        if self.blank is not None:
            options.insert(0, ("", str(self.blank)))
        present = self.object_data
        if isinstance(present, str) and present and present not in {code for code, _name in options}:
            options.append((present, present))
        self.choices = choices(options)


class CountryField(ChoiceField):
    def options(self) -> Iterable[tuple[str, str]]:
        return countries(language())


class LanguageField(ChoiceField):
    def options(self) -> Iterable[tuple[str, str]]:
        return LANGUAGES.items()


class TimeZoneField(ChoiceField):
    def options(self) -> Iterable[tuple[str, str]]:
        return time_zones()


class CurrencyField(ChoiceField):
    def options(self) -> Iterable[tuple[str, str]]:
        return [(code, code) for code in CURRENCIES]


class RoleField(ChoiceField):
    """Roles of one kind of company, which the view names by `form.role.offer(kind)`."""

    kind = CompanyKind.CUSTOMER

    def offer(self, kind: CompanyKind) -> None:
        self.kind = kind
        self.fill()

    def options(self) -> Iterable[tuple[str, str]]:
        return [(role, f"{say(ROLE_NAMES[role])} – {say(ROLE_DUTIES[role])}") for role in ROLES[self.kind]]


def required(length: int = 200) -> list[Any]:
    return [InputRequired(_("Please fill this in.")), Length(max=length)]


def email_field(label: Any = None, **options: Any) -> StringField:
    return StringField(label or _("E-mail address"), required(254), render_kw={"type": "email"}, **options)


def password_field(label: Any, **options: Any) -> PasswordField:
    return PasswordField(label, required(1000), **options)
