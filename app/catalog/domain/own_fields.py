"""Values of the operator's own fields: typed, kept as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.core.own_values import KINDS as ALL_KINDS
from app.core.own_values import NoValue, stored_value
from app.core.texts import N_, Message

# A column of a file is called custom_<code>: the last word of it is the code.
KINDS: Mapping[str, Message] = MappingProxyType({code: name for code, name in ALL_KINDS.items() if code != "choice"})


@dataclass(frozen=True, slots=True)
class OwnField:
    """A field of the operator's own; `names` by language."""

    code: str
    name: str
    kind: str
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_public: bool = True
    position: int = 0

    def label(self, locale: str) -> str:
        return self.names.get(locale) or self.name


def stored_values(
    fields: Mapping[str, OwnField], given: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, Message] | None]:
    """The values to keep by code, or the first one at fault as ("custom:code", what to do)."""
    kept: dict[str, str] = {}
    for code, text in given.items():
        if code not in fields:
            return {}, (f"custom:{code}", N_("There is no field {code}. Add it under Own fields first.", code=code))
        try:
            kept[code] = stored_value(fields[code].kind, text)
        except NoValue as error:
            return {}, (f"custom:{code}", error.message)
    return kept, None
