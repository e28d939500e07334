"""Files of articles: what is accepted, and which ones hold on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from app.core.errors import Invalid
from app.core.texts import N_, Message

MAX_BYTES = 25 * 1024 * 1024
KINDS: Mapping[str, Message] = MappingProxyType({
    "data_sheet": N_("Data sheet"), "certificate": N_("Certificate"), "manual": N_("Manual"), "other": N_("Other"),
})  # fmt: skip
LANGUAGES = ("en", "ru", "uk", "de")
SOON_DAYS = 60
# first bytes -> media type
_STARTS = (
    (b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is said about a file. `language` empty: for all; `valid_to` is the last day it holds."""

    kind: str = "data_sheet"
    title: str = ""
    language: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of an article."""

    id: int
    name: str
    media_type: str
    size: int
    facts: FileFacts

    def holds_on(self, day: date) -> bool:
        facts = self.facts
        return (facts.valid_from is None or facts.valid_from <= day) and not self.is_expired(day)

    def is_expired(self, day: date) -> bool:
        return self.facts.valid_to is not None and self.facts.valid_to < day


def media_type_of(data: bytes) -> str:
    """The type told by the content. Raises Invalid("file", ...) for what is not taken."""
    if len(data) > MAX_BYTES:
        raise Invalid("file", N_("The file is larger than {limit} MB. Make it smaller.", limit=MAX_BYTES >> 20))
    for start, media_type in _STARTS:
        if data.startswith(start):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    raise Invalid("file", N_("This kind of file is not taken. Take PDF, JPEG, PNG or WebP."))


def facts_problem(facts: FileFacts) -> tuple[str, Message] | None:
    """The field at fault and what to do about it, or None."""
    if facts.kind not in KINDS:
        return "kind", N_("{given} is not one of {allowed}.", given=facts.kind, allowed=", ".join(KINDS))
    if facts.language and facts.language not in LANGUAGES:
        return "language", N_("{given} is not one of {allowed}.", given=facts.language, allowed=", ".join(LANGUAGES))
    if facts.valid_from and facts.valid_to and facts.valid_to < facts.valid_from:
        return "valid_to", N_("It ends before it begins.")
    return None


def for_readers(files: Iterable[Attachment], day: date, language: str) -> list[Attachment]:
    """What buyers may download: files that hold today; of a kind in several languages theirs first."""
    held = [one for one in files if one.holds_on(day)]
    return sorted(held, key=lambda one: (list(KINDS).index(one.facts.kind), one.facts.language not in ("", language)))
