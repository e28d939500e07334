"""The exchange with 1C: names of files, limits, numbers of articles, and articles as rows of our importers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.catalog.domain.article import key_of
from app.catalog.domain.article_row import is_gtin
from app.core.errors import Invalid
from app.core.texts import N_
from app.documents.commerceml.goods import VARIANT
from app.documents.model.catalogue import CatalogueItem, ItemAction

PART_BYTES = 8_000_000
MAX_FILE_BYTES = 2_000_000_000
MAX_PARTS = 5_000
MAX_FILES = 50_000
SEGMENT = 5_000
_NAME_LENGTH = 255
_SKU_LENGTH = 60
_TEXT = {"name": 300, "description": 20_000, "brand": 100, "attributes": 5_000}
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"|?*]")
_UNIT = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_WORDS = re.compile(r"[^a-z0-9]+")
_LETTERS = dict(zip("абвгдеёзийклмнопрстуфхыэіїєґ", "abvgdeezijklmnoprstufhyeiieg", strict=True)) | {
    "ж": "zh", "ц": "c", "ч": "ch", "ш": "sh", "щ": "sch", "ю": "yu", "я": "ya", "ъ": "", "ь": "",
}  # fmt: skip
_LATIN = str.maketrans(_LETTERS)
ARTICLE_COLUMNS = (
    "sku", "name", "description", "category", "brand", "gtin", "base_unit", "weight_kg", "status", "attributes",
)  # fmt: skip
_CODES = ("Код", "КодТовара")


def safe_name(name: str) -> str:
    """The name of a file as it is kept: a path below the session's own folder. Raises Invalid for any other."""
    plain = name.strip().replace("\\", "/")
    parts = plain.split("/")
    if (
        not plain or len(plain) > _NAME_LENGTH or _UNSAFE.search(plain)
        or any(part in ("", ".", "..") or part != part.strip() for part in parts)
    ):  # fmt: skip
        raise Invalid("filename", N_("The name of the file is not allowed: {name}", name=plain[:80] or "-"))
    return plain


def is_archive(name: str) -> bool:
    return name.casefold().endswith(".zip")


def is_xml(name: str) -> bool:
    return name.casefold().endswith(".xml")


def code_for(key: str, name: str) -> str:
    """Our code of a group or property: its name in Latin letters, made one of a kind by 1C's id. 40 characters at most."""
    words = _WORDS.sub("-", name.casefold().translate(_LATIN)).strip("-")[:30].strip("-")
    mark = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{words}-{mark}" if words else f"x-{mark}"


def number_for(item: CatalogueItem, number_from: str, head: str = "") -> str:
    """The number a new article gets; a variant without one of its own gets that of its `head` and a mark."""
    key, sku = item.ids.record_id, item.ids.sku
    if VARIANT in key and head and number_from != "id":
        if sku and key_of(sku) != key_of(head):
            return sku[:_SKU_LENGTH]
        return f"{head[: _SKU_LENGTH - 9]}-{_short(key.partition(VARIANT)[2])}"
    code = next((one.value for one in item.properties if one.name in _CODES and one.value), "")
    wanted = {"article": (sku, code, key), "code": (code, sku, key), "id": (key,)}[number_from]
    return next((text for text in wanted if text), key)[:_SKU_LENGTH]


def other_number(number: str, key: str) -> str:
    """The number of an article whose own is taken by another one of the same 1C."""
    return f"{number[: _SKU_LENGTH - 9]}-{_short(key)}"


def _short(key: str) -> str:
    plain = "".join(sign for sign in key if sign.isalnum() and sign.isascii())
    return plain[:8] if len(plain) >= 8 else hashlib.sha256(key.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for one importer. The columns are called as its fields are."""

    kind: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What Kontor knows of an article that 1C names: its number, whether it is new to the connection, its state."""

    sku: str
    is_discontinued: bool = False


def article_row(
    item: CatalogueItem, known: Known, groups: Mapping[str, str], properties: Mapping[str, str]
) -> tuple[str, ...]:
    """A row of the importer of articles. What it would refuse a whole article for (a wrong GTIN or unit) is left out."""
    category = next((groups[group] for group in item.groups if group in groups), "")
    pairs = [
        f"{properties[one.code]}={_value(', '.join(one.values))}" for one in item.features if one.code in properties
    ]
    texts = {
        "sku": known.sku, "name": next((name for name in item.names.values() if name), ""),
        "description": next(iter((item.descriptions or {}).values()), ""), "category": category,
        "brand": item.brand or item.manufacturer, "gtin": item.ids.gtin if is_gtin(item.ids.gtin) else "",
        "base_unit": item.order_unit if _UNIT.fullmatch(item.order_unit) else "",
        "weight_kg": plain(item.weight_kg) if item.weight_kg else "", "status": _status(item, known),
        "attributes": _joined(pairs, _TEXT["attributes"]),
    }  # fmt: skip
    return tuple(one_line(texts[name])[: _TEXT.get(name)] for name in ARTICLE_COLUMNS)


def _status(item: CatalogueItem, known: Known) -> str:
    if item.action is ItemAction.DELETE:
        return "discontinued"
    return "active" if known.is_discontinued else ""


def _value(text: str) -> str:
    return text.replace(";", "\\;")


def _joined(pairs: Iterable[str], length: int) -> str:
    """As many pairs as fit."""
    found = ""
    for pair in pairs:
        if len(found) + len(pair) + 1 > length:
            break
        found += (";" if found else "") + pair
    return found


def one_line(text: str) -> str:
    return text.replace("\0", "").strip()


def plain(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def price_rows(items: Iterable[tuple[CatalogueItem, str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Kind of price and row of the importer of price lists, for articles with their numbers."""
    for item, sku in items:
        for price in item.prices:
            start = "" if price.from_quantity == 1 else plain(price.from_quantity)
            yield price.kind, (sku, plain(price.amount), start, plain(price.base_quantity))


PRICE_COLUMNS = ("sku", "price", "min_quantity", "base_quantity")
STOCK_COLUMNS = ("sku", "warehouse", "stock")


def stock_rows(items: Iterable[tuple[CatalogueItem, str]]) -> Iterator[tuple[str, str, Decimal]]:
    """Warehouse of 1C, article number, quantity; less than nothing is nothing."""
    for item, sku in items:
        for one in item.stock:
            yield one.place, sku, max(one.quantity, Decimal(0))
