"""Which lines of a cart a page shows: filtered, sorted, by pages. The whole cart is priced anyway, so it is cut here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flask import request

from app.ordering.domain.cart import CartPage, CartRow
from app.web.pagination import Keyset, Page, Sort, keyset_from_request, page_of, sort_from_request

PAGE_SIZE = 1000
SORTS = ("position", "sku", "net")
ONLY = ("", "problems", "moved")


@dataclass(frozen=True, slots=True)
class Shown:
    """Lines of one page, how many fit the filters, and what the filters are."""

    lines: Page[CartRow]
    count: int
    text: str
    only: str
    sort: Sort

    @property
    def is_filtered(self) -> bool:
        return bool(self.text or self.only)

    @property
    def is_last(self) -> bool:
        """Whether a line that comes in belongs at the end of what is shown."""
        return not self.is_filtered and not self.lines.next and str(self.sort) == "position"


def shown_lines(page: CartPage) -> Shown:
    """What the address asks for."""
    text = request.args.get("q", "").strip()
    only = request.args.get("only", "")
    sort = sort_from_request(SORTS, "position")
    rows = _sorted([row for row in page.rows if _fits(row, text.casefold(), only)], sort)
    return Shown(_page(rows, keyset_from_request(size=PAGE_SIZE)), len(rows), text, only if only in ONLY else "", sort)


def _fits(row: CartRow, text: str, only: str) -> bool:
    if only == "problems" and not row.problems:
        return False
    if only == "moved" and not row.facts.has_moved:
        return False
    if not text:
        return True
    article = row.article
    return any(text in part.casefold() for part in (article.sku, article.name, row.note))


def _sorted(rows: list[CartRow], sort: Sort) -> list[CartRow]:
    if sort.column == "sku":
        rows.sort(key=lambda row: row.article.sku)
    elif sort.column == "net":
        rows.sort(key=lambda row: row.price.net or Decimal(0))
    if sort.is_descending:
        rows.reverse()
    return rows


def _page(rows: list[CartRow], keyset: Keyset) -> Page[CartRow]:
    """Keys are ids of lines; one that is gone begins at the top."""
    key = keyset.after or keyset.before
    place = next((i for i, row in enumerate(rows) if key is not None and str(row.line_id) == key[0]), None)
    if place is None:
        return page_of(rows[: keyset.limit], Keyset(None, None, keyset.size), key=_key)
    if keyset.before is not None:
        return page_of(rows[max(0, place - keyset.limit) : place], keyset, key=_key)
    return page_of(rows[place + 1 : place + 1 + keyset.limit], keyset, key=_key)


def _key(row: CartRow) -> tuple[int]:
    return (row.line_id,)
