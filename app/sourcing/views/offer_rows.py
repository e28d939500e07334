"""The offers of a version as sales enters them, row by row, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any, NamedTuple

from flask import request

from app.catalog.domain.article import Article, key_of
from app.catalog.queries.articles import articles_by_code, articles_by_id
from app.core.errors import Invalid
from app.core.units import UNIT_NAMES
from app.sourcing.domain.quote import Offer, OfferEntry
from app.sourcing.queries.quote_versions import OfferPage, VersionPage
from app.sourcing.queries.quotes import QuotePage, QuotePageLine
from app.sourcing.views.quote_words import entered_moment, words
from app.web import formats
from app.web.access import actor
from app.web.forms import parse_decimal
from app.web.texts import _, language, say

_LONGEST = 500
_ZERO = Decimal(0)


class OfferRow(NamedTuple):
    """One offer, every part as text; `code` is the number of the article offered, empty: as asked."""

    line: str
    code: str = ""
    quantity: str = ""
    unit: str = ""
    least: str = ""
    most: str = ""
    kind: str = "price"
    value: str = ""
    lead: str = ""
    note: str = ""
    is_locked: bool = False
    is_no_offer: bool = False


@dataclass(frozen=True, slots=True)
class ShownOffer:
    """A row on the page: its place in the form, and the units to choose from."""

    place: int
    row: OfferRow
    units: Sequence[str]
    article: Article | None = None


def entered_offers() -> list[OfferRow]:
    """The rows of the form, in its order."""
    columns = [request.form.getlist(f"o-{part}") for part in OfferRow._fields[:10]]
    locked, nothing = set(request.form.getlist("locked")), set(request.form.getlist("none"))
    rows: list[list[Any]] = [[(cell or "").strip()[:_LONGEST] for cell in row] for row in zip_longest(*columns)]
    return [
        OfferRow(*row)._replace(is_locked=str(place) in locked, is_no_offer=str(place) in nothing)
        for place, row in enumerate(rows)
    ]


def rows_of(version: VersionPage | None, lines: Iterable[QuotePageLine]) -> list[OfferRow]:
    """The rows of the version that is being prepared; a line without any gets an empty one."""
    found: list[OfferRow] = []
    for line in lines:
        offers = version.offers_of(line.id) if version else ()
        found += [_row(line, offer) for offer in offers] or [OfferRow(str(line.id), quantity=_text(line.quantity))]
    return found


def _row(line: QuotePageLine, offer: OfferPage) -> OfferRow:
    code = offer.sku if offer.article_id != line.article_id else ""
    return OfferRow(
        str(line.id), code, _text(offer.quantity), offer.unit, _text(offer.min_quantity), _text(offer.max_quantity),
        offer.discount_kind, _text(offer.discount_value) if offer.discount_kind else "",
        "" if offer.lead_days is None else str(offer.lead_days), offer.note, offer.is_locked, offer.is_no_offer,
    )  # fmt: skip


def with_row(rows: Sequence[OfferRow], line_id: str) -> list[OfferRow]:
    """One more offer for a line, behind those it has."""
    last = max((place for place, row in enumerate(rows) if row.line == line_id), default=len(rows) - 1)
    unit = rows[last].unit if rows else ""
    return [*rows[: last + 1], OfferRow(line_id, unit=unit), *rows[last + 1 :]]


def shown_offers(found: QuotePage, rows: Sequence[OfferRow]) -> dict[int, list[ShownOffer]]:
    """The rows by line, each with the units of its article; two statements."""
    instead = _instead(found, rows)
    asked = articles_by_id(
        actor(), {line.article_id for line in found.lines if line.article_id}, company_id=found.company_id
    )
    by_id = {str(line.id): line for line in found.lines}
    shown: dict[int, list[ShownOffer]] = {line.id: [] for line in found.lines}
    for place, row in enumerate(rows):
        line = by_id.get(row.line)
        if line is not None:
            other = instead.get(key_of(row.code))
            article = other or (None if row.code else asked.get(line.article_id or 0))
            units = dict.fromkeys((row.unit or line.unit, *(article.all_units if article else UNIT_NAMES)))
            shown[line.id].append(ShownOffer(place, row, tuple(units), other))
    return shown


def entered_offer(found: QuotePage, rows: Sequence[OfferRow]) -> Offer:
    """The whole version; Invalid names the line that cannot be read."""
    lines = {str(line.id): line for line in found.lines}
    instead = _instead(found, rows)
    entries = tuple(_entry(row, lines[row.line], instead) for row in rows if row.line in lines)
    kind = request.form.get("discount_kind", "")
    value = _number(request.form.get("discount_value", ""), 0) if kind else None
    return Offer(
        entries, kind if value is not None else "", value or _ZERO, entered_moment("valid_until"), words("terms"),
        words("intro"),
    )  # fmt: skip


def _entry(row: OfferRow, line: QuotePageLine, instead: Mapping[str, Article]) -> OfferEntry:
    other = instead.get(key_of(row.code)) if row.code else None
    if row.code and other is None:
        raise Invalid("lines", say(_("Line {line}: there is no article {code}.", line=line.position, code=row.code)))
    least, quantity = _number(row.least, line.position), _number(row.quantity, line.position)
    quantity = quantity or least or line.quantity
    lead = row.lead if row.lead.isdecimal() else ""
    if row.lead and not lead:
        raise Invalid("lines", say(_("Line {line}: give the delivery time in days.", line=line.position)))
    value = _number(row.value, line.position)
    return OfferEntry(
        line.id,
        quantity,
        row.unit or line.unit,
        least or quantity,
        _number(row.most, line.position),
        row.kind if value is not None else "",
        value or _ZERO,
        row.is_locked,
        other.id if other else line.article_id,
        "",
        int(lead) if lead else None,
        row.note,
        row.is_no_offer,
    )


def _instead(found: QuotePage, rows: Sequence[OfferRow]) -> dict[str, Article]:
    """Articles offered in place of what was asked, by the code entered."""
    codes = {row.code for row in rows if row.code}
    matches = articles_by_code(actor(), codes, company_id=found.company_id)
    return {key: found[0] for key, found in matches.items() if len(found) == 1 and not found[0].is_head}


def _number(text: str, position: int) -> Decimal | None:
    if not text:
        return None
    try:
        return parse_decimal(text, language())
    except ValueError:
        if not position:
            raise Invalid("discount_value", say(_("“{given}” is not a number.", given=text))) from None
        raise Invalid("lines", say(_("Line {line}: “{given}” is not a number.", line=position, given=text))) from None


def _text(value: Decimal | None) -> str:
    return "" if value is None else formats.quantity(value, language())
