"""Fields that choose a country, a language, a time zone, a currency or a role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.accounts.domain.roles import ROLE_DUTIES, ROLE_NAMES, ROLES, CompanyKind
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
    """A select whose options are made when shown, in the reader's language. `blank` adds an empty first option."""

    def __init__(self, label: Any = None, validators: Any = None, *, blank: Any = None, **options: Any) -> None:
        super().__init__(label, validators, choices=[], **options)
        self.blank = blank

    def options(self) -> Iterable[tuple[str, str]]:
        return []

    def iter_choices(self) -> Iterator[tuple[Any, ...]]:
        self.choices = [*([("", str(self.blank))] if self.blank is not None else []), *self._with_present()]
        return super().iter_choices()  # type: ignore[no-any-return]

    def _with_present(self) -> list[tuple[str, str]]:
        """A stored value that is no option any more stays selectable, or saving would change it silently."""
        options = list(self.options())
        present = self.object_data
        if isinstance(present, str) and present and present not in {code for code, _name in options}:
            options.append((present, present))
        return options

    def pre_validate(self, form: Any) -> None:
        list(self.iter_choices())  # makes the choices
        super().pre_validate(form)


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
    """Roles of one kind of company, set by the view as `form.role.kind`."""

    kind = CompanyKind.CUSTOMER

    def options(self) -> Iterable[tuple[str, str]]:
        return [(role, f"{say(ROLE_NAMES[role])} – {say(ROLE_DUTIES[role])}") for role in ROLES[self.kind]]


def required(length: int = 200) -> list[Any]:
    return [InputRequired(_("Please fill this in.")), Length(max=length)]


def email_field(label: Any = None, **options: Any) -> StringField:
    return StringField(label or _("E-mail address"), required(254), render_kw={"type": "email"}, **options)


def password_field(label: Any, **options: Any) -> PasswordField:
    return PasswordField(label, required(1000), **options)
