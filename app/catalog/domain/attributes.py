"""Typed attributes: what a value may be, how it is kept, how it is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from app.core.errors import Invalid
from app.core.texts import N_, Message

KINDS = ("text", "number", "flag", "choice")
LANGUAGES = ("en", "ru", "uk", "de")
BRAND = "brand"  # the reserved code under which brands are facets
VALUE_LENGTH = 200  # of a facet; longer values are cut there
CODE_LENGTH = 40
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,6})?")
_YES = frozenset({"yes", "true", "1", "y", "x", "ja", "да", "так", "✓"})
_NO = frozenset({"no", "false", "0", "n", "-", "nein", "нет", "ні"})
_CODE = re.compile(r"[^\W_](?:[\w.\- ]*[\w.])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class AttributeType:
    """A definition. `names` and the words of a choice are by language; `unit` is a code of UN/ECE Rec 20."""

    code: str
    name: str
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    kind: str = "text"
    unit: str = ""
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    is_facet: bool = False
    position: int = 0

    def label(self, locale: str) -> str:
        return self.names.get(locale) or self.name

    def word(self, value: str, locale: str) -> str:
        """A value of a choice in a language; other values stand for themselves."""
        return self.choices.get(value, {}).get(locale) or value


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """An attribute as an article has it: `value` in the reader's language, `number` where it is one, flags as booleans."""

    code: str
    label: str
    value: str
    unit: str = ""
    kind: str = "text"
    number: Decimal | None = None

    @property
    def is_yes(self) -> bool:
        return self.value == "yes"


def plain_value(definition: AttributeType, text: str) -> str:
    """A value as it is kept: numbers in plain digits, flags "yes" or "no", choices as they are listed.

    Raises Invalid("attributes") with what the attribute would take.
    """
    value = text.strip()
    if definition.kind == "text" or not value:
        return value
    if definition.kind == "number":
        if not _NUMBER.fullmatch(value):
            raise _unfit(N_("{attribute}: “{value}” is no number.", attribute=definition.name, value=value))
        return plain_number(Decimal(value.replace(",", ".")))
    if definition.kind == "flag":
        word = value.casefold()
        if word in _YES or word in _NO:
            return "yes" if word in _YES else "no"
        raise _unfit(N_("{attribute}: write yes or no, not “{value}”.", attribute=definition.name, value=value))
    return _choice(definition, value)


def _choice(definition: AttributeType, value: str) -> str:
    wanted = value.casefold()
    for code, words in definition.choices.items():
        if wanted == code.casefold() or any(wanted == word.casefold() for word in words.values()):
            return code
    raise _unfit(
        N_("{attribute}: “{value}” is not one of {allowed}.",
           attribute=definition.name, value=value, allowed=", ".join(definition.choices) or "–")
    )  # fmt: skip


def _unfit(message: Message) -> Invalid:
    return Invalid("attributes", message)


def plain_number(value: Decimal) -> str:
    """Digits without an exponent and without noughts at the end."""
    return f"{value.normalize() + 0:f}"


def number_of(text: str) -> Decimal | None:
    """The number a value is, None when it is none."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 12 else None


def definition_problem(definition: AttributeType) -> tuple[str, Message] | None:
    """The field at fault and what to do about it, or None."""
    if not definition.code or len(definition.code) > CODE_LENGTH or not _CODE.fullmatch(definition.code):
        return "code", N_("A code has at most {n} letters, digits, dots or dashes.", n=CODE_LENGTH)
    if not definition.name.strip() or len(definition.name) > 100:
        return "name", N_("Give it a name of at most {n} characters.", n=100)
    if definition.kind not in KINDS:
        return "kind", N_("{given} is not one of {allowed}.", given=definition.kind, allowed=", ".join(KINDS))
    if definition.unit and not (
        2 <= len(definition.unit) <= 3 and definition.unit.isascii() and definition.unit.isalnum()
    ):
        return "unit", N_("A unit is a code of two or three letters (UN/ECE), such as H87 for piece.")
    if definition.kind == "choice" and not definition.choices:
        return "choices", N_("Write down what can be chosen, one a line.")
    if definition.code == BRAND and definition.kind != "text":
        return "kind", N_("Brands are words: their attribute stays a text.")
    return None


def parse_choices(lines: str) -> dict[str, dict[str, str]]:
    """What a person writes, one choice a line: "black; ru=чёрный; uk=чорний". Raises Invalid("choices")."""
    choices: dict[str, dict[str, str]] = {}
    for line in filter(None, (line.strip() for line in lines.splitlines())):
        value, *words = (part.strip() for part in line.split(";"))
        pairs = [word.partition("=") for word in words if word]
        wrong = next(
            (language for language, sign, _word in pairs if not sign or language.strip() not in LANGUAGES), None
        )
        if not value or wrong is not None:
            raise Invalid("choices", N_("“{line}”: write the value, then words such as ; ru=чёрный.", line=line))
        if value in choices:
            raise Invalid("choices", N_("The choice {value} stands there twice.", value=value))
        if len(value) > VALUE_LENGTH:
            raise Invalid("choices", N_("At most {length} characters fit here.", length=VALUE_LENGTH))
        choices[value] = {language.strip(): word.strip() for language, _sign, word in pairs if word.strip()}
    return choices


def written_choices(choices: Mapping[str, Mapping[str, str]]) -> str:
    """Choices as `parse_choices` reads them."""
    return "\n".join(
        "; ".join([value, *(f"{code}={word}" for code, word in words.items())]) for value, words in choices.items()
    )


def choices_of(stored: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """Choices as the table keeps them: in order, each with its words."""
    return {one["value"]: {code: word for code, word in one.items() if code != "value"} for one in stored}


def stored_choices(choices: Mapping[str, Mapping[str, str]]) -> list[dict[str, str]]:
    return [{"value": value, **words} for value, words in choices.items()]


def shown_values(
    attributes: Mapping[str, str], definitions: Sequence[AttributeType], locale: str
) -> list[AttributeValue]:
    """What an article says of itself, in the order of the definitions, in a language; unknown codes come last, as words."""
    known = {definition.code for definition in definitions}
    shown = [
        AttributeValue(
            one.code, one.label(locale), one.word(attributes[one.code], locale), one.unit, one.kind,
            number_of(attributes[one.code]) if one.kind == "number" else None,
        )
        for one in definitions if attributes.get(one.code)
    ]  # fmt: skip
    rest = [
        AttributeValue(code, (code[:1].upper() + code[1:]).replace("_", " "), value)
        for code, value in attributes.items() if value and code not in known
    ]  # fmt: skip
    return shown + rest
