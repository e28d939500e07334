"""A folder of files with agreed names, imported in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.exchange.service.files import Settings

TRADE_LIST = {"price_list": "TRADE-GBP", "currency": "GBP", "chain": "standard"}
CATALOGUE_LIST = {"price_list": "CATALOGUE-EUR", "currency": "EUR", "chain": "standard"}
# File name without its endings, kind, options. A file may feed several kinds.
_STEPS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("catalogue-categories", "categories", {}),
    ("products", "products", {}),
    ("catalogue-100k", "products", {}),
    ("accounts", "accounts", {"currency": "GBP"}),
    ("products", "price_list", TRADE_LIST),
    ("price_breaks", "price_list", TRADE_LIST),
    ("catalogue-100k", "price_list", CATALOGUE_LIST),
    ("catalogue-discount-groups", "discount_groups", {"price_list": CATALOGUE_LIST["price_list"]}),
    ("catalogue-100k", "stock", {}),
    ("orders", "order_history", {"currency": "GBP"}),
    ("returns", "returns", {"currency": "GBP"}),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One file as one kind."""

    file: Path
    settings: Settings


def folder_plan(folder: Path) -> Iterator[Step]:
    """The steps whose files are there."""
    files = {path.name.partition(".")[0]: path for path in sorted(folder.iterdir()) if path.is_file()}
    for stem, kind, options in _STEPS:
        if stem in files:
            yield Step(files[stem], Settings(kind, options=options))
