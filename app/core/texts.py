"""Marked messages: texts below the pages, put into words at the edge in the reader's language.

`N_("Row {row}: unknown article {sku}", row=3, sku="A-1")` gives a Message. Its `text` is the English
source and key of the gettext catalogue; `web.texts.say(message)` and `notifications` translate it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A text with named parameters in braces; parameters may be Messages, too."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __str__(self) -> str:
        return self.text.format(**self.parameters) if self.parameters else self.text

    def as_json(self) -> dict[str, Any]:
        """A shape for JSON columns and answers; decimals and dates become text."""
        values = {
            name: value.as_json() if isinstance(value, Message) else value if isinstance(value, int) else str(value)
            for name, value in self.parameters.items()
        }
        return {"text": self.text, "parameters": values}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Message:
        parameters = {
            name: cls.from_json(part) if isinstance(part, Mapping) else part
            for name, part in value.get("parameters", {}).items()
        }
        return cls(value["text"], MappingProxyType(parameters))


def N_(text: str, **parameters: Any) -> Message:
    """Mark a text for translation and bind its parameters."""
    return Message(text, MappingProxyType(parameters))
