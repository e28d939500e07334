"""What an operator may set on the page "Settings": declared once beside the rule that uses it, valid without restart.

    CART_HOURS = declare_setting(Setting("carts.hours", N_("..."), 24, "number", "carts", minimum=0, maximum=8760))

The value is read by `app.core.operator_settings.setting_value(CART_HOURS)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from app.core.errors import Invalid
from app.core.texts import N_, Message

Kind = Literal["number", "decimal", "switch", "choice", "text", "texts"]

LANGUAGES = ("en", "ru", "uk")
TEXT_MOST = 4000

GROUPS: Mapping[str, Message] = {
    "carts": N_("Carts"),
    "alerts": N_("Warnings and time limits"),
    "ranking": N_("Order of the shop"),
    "recommend": N_("Recommendations"),
    "start": N_("Start page"),
    "texts": N_("Own texts"),
    "prices": N_("Prices"),
    "conversations": N_("Conversations"),
    "reports": N_("Reports"),
    "privacy": N_("Privacy"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that may be set. `default` is a value or a function that gives one (such as the environment's).

    number: int; decimal: Decimal; switch: bool; choice: a code; text: str; texts: language -> str.
    `choices` are pairs of code and name; `unit` stands behind the field (hours, days).
    """

    code: str
    title: Message
    default: Any
    kind: Kind
    group: str
    help: Message | None = None
    minimum: Decimal | int | None = None
    maximum: Decimal | int | None = None
    choices: tuple[tuple[str, Message], ...] = ()
    unit: Message | None = None


_declared: dict[str, Setting] = {}


def declare_setting(setting: Setting) -> Setting:
    """Make a setting known; the same code twice, an unknown group or a default that is not valid is an error."""
    if setting.code in _declared:
        raise RuntimeError(f"the setting {setting.code} is declared twice")
    if setting.group not in GROUPS:
        raise RuntimeError(f"the setting {setting.code} names the unknown group {setting.group}")
    if not callable(setting.default):
        checked(setting, setting.default)
    _declared[setting.code] = setting
    return setting


def declared_settings() -> tuple[Setting, ...]:
    """All of them, in the order of the groups and then as declared."""
    order = list(GROUPS)
    return tuple(sorted(_declared.values(), key=lambda one: order.index(one.group)))


def declared_setting(code: str) -> Setting | None:
    return _declared.get(code)


def default_of(setting: Setting) -> Any:
    return setting.default() if callable(setting.default) else setting.default


def text_for(texts: Mapping[str, str], locale: str) -> str:
    """The text of that language, else the English one, else any; empty where nothing is said."""
    return texts.get(locale) or texts.get("en") or next((one for one in texts.values() if one), "")


def checked(setting: Setting, value: Any) -> Any:
    """The value in its exact type; raises Invalid(code of the setting, what to do) when it may not be."""
    return _CHECKS[setting.kind](setting, value)


def as_json(setting: Setting, value: Any) -> Any:
    """As it stands in the table."""
    return str(value) if setting.kind == "decimal" else value


def from_json(setting: Setting, value: Any) -> Any:
    """As the program uses it; a value that is no longer allowed (limits changed with an update) gives the default."""
    try:
        return checked(setting, value)
    except Invalid:
        return default_of(setting)


def _within(setting: Setting, value: Any) -> Any:
    low, high = setting.minimum, setting.maximum
    if low is not None and high is not None and not low <= value <= high:
        raise Invalid(setting.code, N_("From {low} to {high}.", low=low, high=high))
    if low is not None and value < low:
        raise Invalid(setting.code, N_("Not below {low}.", low=low))
    if high is not None and value > high:
        raise Invalid(setting.code, N_("Not above {high}.", high=high))
    return value


def _number(setting: Setting, value: Any) -> int:
    found = _decimal(setting, value)
    if found != found.to_integral_value():
        raise Invalid(setting.code, N_("Enter a whole number."))
    return int(found)


def _decimal(setting: Setting, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Invalid(setting.code, N_("Enter a number."))
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise Invalid(setting.code, N_("Enter a number.")) from None
    if not found.is_finite():
        raise Invalid(setting.code, N_("Enter a number."))
    _within(setting, found)
    return found


def _switch(setting: Setting, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(setting.code, N_("Choose yes or no."))
    return value


def _choice(setting: Setting, value: Any) -> str:
    if value not in {code for code, _name in setting.choices}:
        raise Invalid(setting.code, N_("Choose one of the list."))
    return str(value)


def _text(setting: Setting, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise Invalid(setting.code, N_("Enter a text."))
    most = int(setting.maximum or TEXT_MOST)
    found = value.replace("\r\n", "\n").strip()
    if len(found) > most:
        raise Invalid(setting.code, N_("At most {most} characters.", most=most))
    return found


def _texts(setting: Setting, value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise Invalid(setting.code, N_("Enter a text."))
    found = {code: _text(setting, value.get(code, "")) for code in LANGUAGES}
    return {code: said for code, said in found.items() if said}


_CHECKS: Mapping[str, Callable[[Setting, Any], Any]] = {
    "number": _number,
    "decimal": _decimal,
    "switch": _switch,
    "choice": _choice,
    "text": _text,
    "texts": _texts,
}
