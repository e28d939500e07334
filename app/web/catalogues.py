"""The gettext catalogues under app/translations: gathered from code and templates, compiled beside their text."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.support import NullTranslations, Translations

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "app" / "translations"
CODES = ("en", "ru", "uk")

_KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
_PLACES: tuple[tuple[str, list[tuple[str, str]], dict[str, dict[str, str]]], ...] = (
    ("app", [("**.py", "python")], {}),
    ("templates", [("**.html", "jinja2"), ("**.txt", "jinja2")], {"**": {"silent": "false", "encoding": "utf-8"}}),
)

log = logging.getLogger(__name__)


def source(code: str) -> Path:
    return TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"


def gather() -> Catalog:
    """All marked texts of the program."""
    catalogue = Catalog(charset="utf-8")
    for folder, methods, options in _PLACES:
        found = extract_from_dir(str(ROOT / folder), methods, options, keywords=_KEYWORDS, comment_tags=("i18n:",))
        for file, _line, text, comments, context in found:
            if "styleguide" in file:  # samples in the words of other pages
                continue
            catalogue.add(text, auto_comments=comments, context=context)
    return catalogue


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def write(catalogue: Catalog, code: str) -> None:
    """The catalogue as text, sorted and without dates, so that a change shows what has changed."""
    body = BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    header = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {code}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {Catalog(locale=code).plural_forms}\\n"\n\n'
    )
    path = source(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + body.getvalue().strip() + b"\n")


def update(code: str) -> Catalog:
    """Bring the gathered texts into a catalogue; texts no longer used go away, nothing is guessed."""
    path = source(code)
    catalogue = read(path) if path.is_file() else Catalog(locale=code, charset="utf-8")
    catalogue.update(gather(), no_fuzzy_matching=True)
    write(catalogue, code)
    return catalogue


def untranslated(catalogue: Catalog) -> list[str]:
    """Texts without words in this language, plural forms included."""
    found = []
    for message in catalogue:
        words = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        if message.id and (message.fuzzy or not all(words)):
            found.append(message.id if isinstance(message.id, str) else message.id[0])
    return found


def words(code: str) -> NullTranslations:
    """The compiled catalogue of a language; English, and what is missing, stays as written in the source."""
    return _load(TRANSLATIONS, code)


@lru_cache(maxsize=16)
def _load(folder: Path, code: str) -> NullTranslations:
    return Translations.load(str(folder), [code])


def stale() -> Iterator[Path]:
    """Catalogues whose compiled form is missing or older than the text."""
    for code in CODES:
        po = source(code)
        mo = po.with_suffix(".mo")
        if po.is_file() and (not mo.is_file() or mo.stat().st_mtime < po.stat().st_mtime):
            yield po


def compile_catalogue(po: Path) -> None:
    """Write the .mo beside it; by a rename, so that another process never reads half a file."""
    partial = po.with_suffix(".mo.part")
    with partial.open("wb") as file:
        write_mo(file, read(po))
    partial.replace(po.with_suffix(".mo"))


def compile_stale() -> None:
    """Compile what is stale; an installation that may not be written keeps its older texts."""
    for po in stale():
        try:
            compile_catalogue(po)
        except OSError as error:
            log.warning("%s was not compiled: %s", po, error)
