"""The gettext catalogues under app/translations: where they are and how they are compiled."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "app" / "translations"
CODES = ("en", "ru", "uk")

log = logging.getLogger(__name__)


def source(code: str) -> Path:
    return TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"


def stale() -> Iterator[Path]:
    """Catalogues whose compiled form is missing or older than the text."""
    for code in CODES:
        po = source(code)
        mo = po.with_suffix(".mo")
        if po.is_file() and (not mo.is_file() or mo.stat().st_mtime < po.stat().st_mtime):
            yield po


def compile_catalogue(po: Path) -> None:
    """Write the .mo beside it; by a rename, so that another process never reads half a file."""
    with po.open("rb") as file:
        catalogue = read_po(file, locale=po.parents[1].name)
    partial = po.with_suffix(".mo.part")
    with partial.open("wb") as file:
        write_mo(file, catalogue)
    partial.replace(po.with_suffix(".mo"))


def compile_stale() -> None:
    """Compile what is stale; an installation that may not be written keeps its older texts."""
    for po in stale():
        try:
            compile_catalogue(po)
        except OSError as error:
            log.warning("%s was not compiled: %s", po, error)
