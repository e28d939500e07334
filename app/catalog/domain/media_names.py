"""What the name of a file says: SKU.jpg, SKU_2.jpg, SKU.pdf, SKU_certificate_de_2027-12-31.pdf."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from app.catalog.domain.article import key_of
from app.catalog.domain.attachment import LANGUAGES, FileFacts

PICTURES = frozenset((".jpg", ".jpeg", ".png", ".webp"))
ATTACHMENTS = frozenset((".pdf",))
_KINDS = {
    "datasheet": "data_sheet", "data-sheet": "data_sheet", "certificate": "certificate", "manual": "manual",
    "other": "other",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NamedFile:
    """For which article a file is, and what else its name says. `place` is that of a picture, from 1."""

    key: str
    is_picture: bool
    place: int | None
    facts: FileFacts


def readings(path: str) -> list[NamedFile]:
    """All ways to read a name, the longest article number first: it may hold underscores itself, or slashes (folders)."""
    name = PurePosixPath(path)
    suffix = name.suffix.lower()
    if suffix not in PICTURES | ATTACHMENTS:
        return []
    found: dict[str, NamedFile] = {}
    for stem in (name.stem, str(name.with_suffix(""))):
        parts = stem.split("_")
        for count in range(len(parts), 0, -1):
            read = _said(parts[count:], is_picture=suffix in PICTURES)
            key = key_of("_".join(parts[:count]))
            if read is not None and key and key not in found:
                found[key] = NamedFile(key, suffix in PICTURES, *read)
    return sorted(found.values(), key=lambda one: -len(one.key))


def reading(path: str, known: Collection[str]) -> NamedFile | None:
    """The reading whose article is known."""
    return next((one for one in readings(path) if one.key in known), None)


def _said(words: list[str], *, is_picture: bool) -> tuple[int | None, FileFacts] | None:
    """What stands behind the number; None when it says nothing we know."""
    place, kind, language, until = None, "data_sheet", "", None
    for word in (part.strip().lower() for part in words):
        if word.isascii() and word.isdigit() and 1 <= int(word) <= 99:
            place = int(word)
        elif is_picture:
            return None
        elif word in _KINDS:
            kind = _KINDS[word]
        elif word in LANGUAGES:
            language = word
        else:
            try:
                until = date.fromisoformat(word)
            except ValueError:
                return None
    return place, FileFacts(kind, language=language, valid_to=until)
