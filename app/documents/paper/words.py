"""Texts of a printed document in the recipient's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Words:
    """`_("Page {page} of {pages}", page=1, pages=3)`: gettext of one language, then the values put in."""

    translate: Translate

    def __call__(self, text: str, **values: Any) -> str:
        return self.translate(text).format(**values) if values else self.translate(text)
