"""Two versions price by price, and the prices of an article through all versions of a list."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import IO

from flask import Response, request

from app.catalog.domain.article import key_of
from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.tables.rows import Cell
from app.core.tables.writing import write_csv
from app.core.texts import N_
from app.pricing.domain.versions import timeline
from app.pricing.policy import Permission
from app.pricing.queries.comparison import (
    KINDS,
    SORTS,
    VersionPrice,
    article_history,
    difference_key,
    differences,
    every_difference,
    summary,
)
from app.pricing.queries.versions import Series, VersionLine, series
from app.pricing.views import blueprint
from app.pricing.views.lists import last_day
from app.pricing.views.versions_words import version_title
from app.web import formats
from app.web.access import actor, requires
from app.web.charts import bar_chart
from app.web.filters import price
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of, sort_from_request
from app.web.texts import _, language

_KINDS = {
    "added": ("info", _("added")), "removed": ("bad", _("removed")), "dearer": ("warn", _("dearer")),
    "cheaper": ("good", _("cheaper")), "validity": ("plain", _("other days")),
}  # fmt: skip


@blueprint.get("/prices/versions/<number:code>/compare")
@requires(Permission.READ, scope=Scope.OPERATOR)
def version_compare(code: str) -> Response:
    known, found, base = _pair(code)
    sort = sort_from_request(("percent", "sku"), "-percent")
    sort_by = str(sort) if str(sort) in SORTS else "sku"
    keyset = keyset_from_request(parts=(Decimal, str, str, Decimal, str))
    kind, search = request.args.get("kind", ""), request.args.get("q", "").strip()[:60]
    rows = differences(
        actor(), base.id, found.id, kind=kind, sku_start=key_of(search), sort=sort_by, after=keyset.after,
        before=keyset.before, limit=keyset.limit,
    )  # fmt: skip
    return render_page(
        "pricing/version_compare.html",
        part="pricing/_version_differences.html",
        known=known,
        found=found,
        base=base,
        title=version_title(found),
        bases=[(str(other.version), version_title(other)) for other in known.versions if other.id != found.id],
        page=page_of(rows, keyset, key=difference_key),
        counts=summary(actor(), base.id, found.id),
        kinds=_KINDS,
        kind=kind if kind in KINDS else "",
        search=search,
        sort=sort,
    )


@blueprint.get("/prices/versions/<number:code>/compare.csv")
@requires(Permission.READ, scope=Scope.OPERATOR)
def version_compare_csv(code: str) -> Response:
    _known, found, base = _pair(code)
    kind = request.args.get("kind", "")
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- closed when the answer is sent
    write_csv(_cells(base, found, kind if kind in KINDS else ""), target)
    response = Response(_chunks(target), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={found.code}-compared-with-{base.version}.csv"
    return response


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(65_536):
            yield chunk


def _cells(base: VersionLine, found: VersionLine, kind: str) -> Iterator[Sequence[Cell]]:
    yield ("sku", "name", "unit", "min_quantity", "change", "old_price", "old_price_per", "new_price", "new_price_per",
           "percent", "currency")  # fmt: skip
    for row in every_difference(actor(), base.id, found.id, kind=kind):
        yield (row.sku, row.name, row.unit, row.min_quantity, row.kind, row.old_price, row.old_base, row.new_price,
               row.new_base, row.percent, found.currency)  # fmt: skip


def _pair(code: str) -> tuple[Series, VersionLine, VersionLine]:
    known = series(actor(), code)
    found = known.of_code(code)
    asked = request.args.get("base", "")
    base = known.number(int(asked)) if asked.isdecimal() else known.before(found)
    if base is None or base.id == found.id:
        raise NotFound(N_("There is no other version to compare with."))
    return known, found, base


@blueprint.get("/prices/lists/<number:code>/history")
@requires(Permission.READ, scope=Scope.OPERATOR)
def version_history(code: str) -> Response:
    known = series(actor(), code)
    search = request.args.get("sku", "").strip()[:60]
    prices: dict[int, list[VersionPrice]] = {}
    for row in article_history(actor(), known.head_id, key_of(search)) if search else ():
        prices.setdefault(row.list_id, []).append(row)
    spans = timeline(known.versions)
    return render_page(
        "pricing/version_history.html",
        known=known,
        spans=spans[::-1],
        prices=prices,
        search=search,
        chart=_chart(known, spans, prices) if prices else None,
        last_day=last_day,
        version_title=version_title,
    )


def _chart(known: Series, spans: Sequence[tuple], prices: dict[int, list[VersionPrice]]) -> object:  # type: ignore[type-arg]
    """One bar for each span: the price of the smallest quantity, for one unit."""
    rows = []
    for start, _end, held in spans:
        found = prices.get(held.id) if held else None
        if found:
            each = found[0].price / found[0].base_quantity
            label = formats.day(start, language()) if start else str(_("from the start"))
            rows.append((label, each, price(found[0].price)))
    return bar_chart(str(_("Price of the smallest quantity")), rows, known.currency)
