"""The answer of `kontor orderfile check`: what an order file comes to against a list of articles with prices and breaks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

from app.core.errors import Invalid, NotFound
from app.core.tables.opening import open_table
from app.core.tables.rows import cell_text
from app.core.tables.sources import Source
from app.core.texts import N_
from app.ordering.domain.order_file import OrderFile, read_order_file, sku_key
from app.ordering.domain.quantity_text import MAX_DIGITS
from app.ordering.domain.quick_order import Judged, MergedLine, exact_sum, judge, merge

# Wide enough for the longest quantity at the longest price.
_EXACT = Context(prec=3 * MAX_DIGITS, rounding=ROUND_HALF_UP)
_CENT = Decimal("0.01")

# From this many pieces on, this price; in rising order of quantity.
Breaks: TypeAlias = Sequence[tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class PricedArticle:
    """An article sold in whole pieces, with its list price (net)."""

    sku: str
    list_price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class PriceCatalogue:
    """Articles and their breaks by SKU."""

    articles: Mapping[str, PricedArticle] = field(default_factory=dict)
    breaks: Mapping[str, Breaks] = field(default_factory=dict)


def check_order_file(
    data: Source,
    file_name: str,
    account: str,
    articles: Mapping[str, PricedArticle],
    breaks: Mapping[str, Breaks],
) -> dict[str, Any]:
    """Read, judge, merge and price a file. A file that cannot be read is Invalid("file")."""
    return check_result(read_order_file(data), file_name, account, articles, breaks)


def check_result(
    order: OrderFile,
    file_name: str,
    account: str,
    articles: Mapping[str, PricedArticle],
    breaks: Mapping[str, Breaks],
) -> dict[str, Any]:
    """The answer for a file that is already read; `order.skus()` says which articles are needed."""
    judged = judge(order.rows, articles)
    lines = merge(judged.requests)
    accepted = [_accepted(line, articles[line.sku], breaks.get(line.sku, ())) for line in lines]
    return {
        "file": file_name,
        "account": account,
        "currency": _currency(articles),
        "reading": order.reading.as_json(),
        "counts": _counts(order, judged, lines),
        "net_total": str(exact_sum(Decimal(line["line_total"]) for line in accepted).quantize(_CENT, context=_EXACT)),
        "accepted": accepted,
        "merged": [_merged(line) for line in lines if len(line.rows) > 1],
        "rejected": [
            {
                "row": refused.asked.number,
                "sku": refused.asked.given_sku,
                "qty": refused.asked.given_quantity,
                "reason": refused.problem.code,
            }
            for refused in judged.refused
        ],
        "ignored": [{"row": ignored.row, "reason": ignored.reason.value} for ignored in order.ignored],
    }


def unit_price(quantity: Decimal, list_price: Decimal, breaks: Breaks) -> Decimal:
    """The price of the break with the largest quantity not above this one, else the list price."""
    index = bisect_right(breaks, quantity, key=itemgetter(0))
    return breaks[index - 1][1] if index else list_price


def load_catalogue(folder: Path) -> PriceCatalogue:
    """Articles and breaks of `products.csv` (sku, list_price, currency) and `price_breaks.csv` (sku, min_qty, unit_price)."""
    articles = {}
    for sku, list_price, currency in _columns(folder / "products.csv", "sku", "list_price", "currency"):
        key = sku_key(sku)
        articles[key] = PricedArticle(key, _number(list_price, "list_price"), currency)
    breaks: dict[str, list[tuple[Decimal, Decimal]]] = {}
    for sku, minimum, price in _columns(folder / "price_breaks.csv", "sku", "min_qty", "unit_price"):
        breaks.setdefault(sku_key(sku), []).append((_number(minimum, "min_qty"), _number(price, "unit_price")))
    return PriceCatalogue(articles, {sku: sorted(steps) for sku, steps in breaks.items()})


def _accepted(line: MergedLine, article: PricedArticle, breaks: Breaks) -> dict[str, Any]:
    price = unit_price(line.quantity, article.list_price, breaks)
    total = _EXACT.multiply(line.quantity, price).quantize(_CENT, context=_EXACT)
    return {
        "sku": line.sku,
        "qty": int(line.quantity),
        "rows": list(line.rows),
        "unit_price": _price_text(price),
        "line_total": str(total),
    }


def _merged(line: MergedLine) -> dict[str, Any]:
    quantities = [int(quantity) for quantity in line.quantities]
    return {"sku": line.sku, "rows": list(line.rows), "quantities": quantities, "qty": int(line.quantity)}


def _counts(order: OrderFile, judged: Judged, lines: Sequence[MergedLine]) -> dict[str, int]:
    return {
        "item_rows": len(order.rows),
        "accepted_rows": len(judged.requests),
        "accepted_lines": len(lines),
        "merged_rows": len(judged.requests) - len(lines),
        "rejected_rows": len(judged.refused),
        "ignored_rows": len(order.ignored),
        "units": int(exact_sum(line.quantity for line in lines)),
    }


def _price_text(price: Decimal) -> str:
    """At least two decimals, more only where the price has them."""
    exponent = price.as_tuple().exponent
    return format(price if isinstance(exponent, int) and exponent <= -2 else price.quantize(_CENT, context=_EXACT), "f")


def _currency(articles: Mapping[str, PricedArticle]) -> str:
    currencies = sorted({article.currency for article in articles.values()})
    if len(currencies) > 1:
        raise Invalid(
            "catalogue", N_("The articles have prices in several currencies: {list}.", list=", ".join(currencies))
        )
    return currencies[0] if currencies else ""


def _columns(path: Path, *names: str) -> Iterable[tuple[str, ...]]:
    """Those columns of a table, found by their header in the first row."""
    if not path.is_file():
        raise NotFound(N_("There is no {name} in the catalogue folder.", name=path.name))
    with open_table(path) as table:
        rows = table.rows()
        header = next(rows, None)
        titles = [cell_text(cell) for cell in header.cells] if header else []
        missing = [name for name in names if name not in titles]
        if missing:
            raise Invalid(
                "catalogue", N_("{name} has no column {columns}.", name=path.name, columns=", ".join(missing))
            )
        places = [titles.index(name) for name in names]
        for row in rows:
            yield tuple(cell_text(row.cell(place)) for place in places)


def _number(text: str, column: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError as error:
        raise Invalid("catalogue", N_("{given} in column {column} is no number.", given=text, column=column)) from error
