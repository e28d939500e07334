"""Texts of a printed document in the recipient's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.documents.paper.german import GERMAN

Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Words:
    """`_("Page {page} of {pages}", page=1, pages=3)`: gettext of one language, then the values put in."""

    translate: Translate

    def __call__(self, text: str, **values: Any) -> str:
        return self.translate(text).format(**values) if values else self.translate(text)


def words_in(language: str, translate: Translate) -> Words:
    """The words of a language. German has no portal, so its papers bring their words along."""
    if language.partition("-")[0] != "de":
        return Words(translate)
    return Words(lambda text: GERMAN.get(text) or translate(text))
