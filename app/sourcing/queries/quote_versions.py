"""Versions of a quote with their offers; for the operator with cost, margin and the least price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import text

from app.catalog.queries.articles import articles_by_id
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.money import round_to
from app.core.texts import N_, Message
from app.sourcing.domain.quote import Offer
from app.sourcing.queries.quote_prices import CostFloor, costs
from app.sourcing.queries.quote_rules import quote_right
from app.sourcing.queries.quote_working import Priced, Worked, needs_of, work_out


@dataclass(frozen=True, slots=True)
class OfferPage:
    """One offer; `cost` and `floor` are for `base_quantity` of its unit, `needs` why it needs a release."""

    id: int
    line_id: int
    position: int
    article_id: int | None
    sku: str
    name: str
    text: str
    is_no_offer: bool
    is_alternative: bool
    quantity: Decimal
    unit: str
    min_quantity: Decimal
    max_quantity: Decimal | None
    list_price: Decimal | None
    list_base_quantity: Decimal
    discount_kind: str
    discount_value: Decimal
    is_locked: bool
    unit_price: Decimal | None
    base_quantity: Decimal
    net: Decimal | None
    lead_days: int | None
    note: str
    cost: Decimal | None = None
    margin: Decimal | None = None
    floor: Decimal | None = None
    needs: tuple[Message, ...] = ()


@dataclass(frozen=True)
class VersionPage:
    """One version, sent or in preparation."""

    id: int
    number: int
    valid_until: datetime | None
    sent_at: datetime | None
    author: str
    intro: str
    terms: str
    discount_kind: str
    discount_value: Decimal
    line_total: Decimal
    discount: Decimal
    net_total: Decimal
    file_id: int | None
    content_hash: str
    offers: tuple[OfferPage, ...] = ()

    def offers_of(self, line_id: int) -> tuple[OfferPage, ...]:
        """The offers for a line, the main one first."""
        return self._by_line.get(line_id, ())

    @cached_property
    def _by_line(self) -> dict[int, tuple[OfferPage, ...]]:
        found: dict[int, list[OfferPage]] = {}
        for one in self.offers:
            found.setdefault(one.line_id, []).append(one)
        return {line_id: tuple(offers) for line_id, offers in found.items()}


@dataclass(frozen=True, slots=True)
class DiffRow:
    """What one version says otherwise than another; position 0 is the quote as a whole.

    `kind` is amount or price for sums and unit prices in the quote's currency, else empty.
    """

    position: int
    name: str
    what: Message
    before: str | Decimal | datetime | int | Message | None
    after: str | Decimal | datetime | int | Message | None
    kind: str = ""


_VERSIONS = text("""
SELECT v.id, v.number, v.valid_until, v.sent_at, v.author, v.intro, v.terms, v.discount_kind, v.discount_value,
       v.line_total, v.discount, v.net_total, v.file_id, v.content_hash
FROM quote_versions v WHERE v.quote_id = :id AND (:all OR v.sent_at IS NOT NULL) ORDER BY v.number""")
_OFFERS = text("""
SELECT f.version_id, f.id, f.line_id, f.position, f.article_id, coalesce(a.sku, ''),
       coalesce(a.names ->> :locale, a.name, f.text), f.text, f.is_no_offer,
       f.article_id IS DISTINCT FROM l.article_id AND l.article_id IS NOT NULL, f.quantity, f.unit, f.min_quantity,
       f.max_quantity, f.list_price, f.list_base_quantity, f.discount_kind, f.discount_value, f.is_locked, f.unit_price,
       f.base_quantity, f.net, f.lead_days, f.note, l.position
FROM quote_offers f
JOIN quote_versions v ON v.id = f.version_id
JOIN quote_lines l ON l.id = f.line_id
LEFT JOIN articles a ON a.id = f.article_id
WHERE v.quote_id = :id AND (:all OR v.sent_at IS NOT NULL)
ORDER BY v.number, l.position, f.position""")
_CURRENCY = text("SELECT currency, company_id FROM quotes WHERE id = :id")


def versions_of(actor: Actor, quote_id: int) -> tuple[VersionPage, ...]:
    """All versions that the actor may see, by number; costs and margins for the operator."""
    values = {"id": quote_id, "all": actor.is_operator, "locale": actor.locale}
    offers: dict[int, list[OfferPage]] = {}
    for row in db.session.execute(_OFFERS, values):
        offers.setdefault(row[0], []).append(OfferPage(*row[1:-1]))
    if actor.is_operator and offers:
        offers = _with_margins(actor, quote_id, offers)
    return tuple(
        replace(VersionPage(*row), offers=tuple(offers.get(row[0], ())))
        for row in db.session.execute(_VERSIONS, values)
    )


def _with_margins(actor: Actor, quote_id: int, offers: Mapping[int, Sequence[OfferPage]]) -> dict[int, list[OfferPage]]:
    currency, company_id = db.session.execute(_CURRENCY, {"id": quote_id}).one()
    units = {(one.article_id, one.unit) for rows in offers.values() for one in rows if one.article_id is not None}
    articles = articles_by_id(actor, {article_id for article_id, _unit in units}, company_id=company_id)
    known = costs(actor, articles, units, currency=currency, on=clock.today(actor.time_zone))
    right = quote_right(actor)
    found: dict[int, list[OfferPage]] = {}
    for version_id, rows in offers.items():
        for one in rows:
            cost = known.get((one.article_id or 0, one.unit))
            needs = needs_of(_priced(one, cost), right, currency) if one.unit_price is not None else ()
            found.setdefault(version_id, []).append(_with_cost(one, cost, needs))
    return found


def _priced(one: OfferPage, cost: CostFloor | None) -> Priced:
    price = (one.unit_price or Decimal(0)) / one.base_quantity
    each = None if one.list_price is None else one.list_price / one.list_base_quantity
    return Priced(price, each, cost)


def _with_cost(one: OfferPage, cost: CostFloor | None, needs: tuple[Message, ...]) -> OfferPage:
    if cost is None:
        return replace(one, needs=needs)
    base, least = one.base_quantity, cost.least
    margin = cost.margin_of(one.unit_price / base) if one.unit_price is not None else None
    return replace(
        one,
        cost=round_to(cost.cost * base, 6),
        margin=margin,
        floor=None if least is None else least * base,
        needs=needs,
    )


def quote_preview(actor: Actor, quote_id: int, offer: Offer) -> VersionPage:
    """What an offer comes to as it is entered; nothing is stored."""
    worked = work_out(actor, quote_id, offer)
    sums = worked.amounts
    return VersionPage(
        0, 0, offer.valid_until, None, actor.name, offer.intro, offer.terms, offer.discount_kind, offer.discount_value,
        sums.line_total, sums.discount, sums.net_total, None, worked.content_hash, tuple(_previews(worked)),
    )  # fmt: skip


def _previews(worked: Worked) -> Iterable[OfferPage]:
    for one in worked.offers:
        entry, price = one.entry, one.list_price
        page = OfferPage(
            0, entry.line_id, one.place, one.article_id, "", one.text, one.text, entry.is_no_offer, False,
            entry.quantity, entry.unit, entry.min_quantity, entry.max_quantity, price.price if price else None,
            price.base_quantity if price else Decimal(1), entry.discount_kind, entry.discount_value, entry.is_locked,
            one.amount.unit_price, one.amount.base_quantity, one.amount.net, entry.lead_days, entry.note,
        )  # fmt: skip
        yield _with_cost(page, one.cost, one.needs)


_PARTS: tuple[tuple[str, Message], ...] = (
    ("name", N_("Article")),
    ("is_no_offer", N_("No offer")),
    ("quantity", N_("Quantity")),
    ("unit", N_("Unit")),
    ("min_quantity", N_("From quantity")),
    ("max_quantity", N_("To quantity")),
    ("unit_price", N_("Price")),
    ("base_quantity", N_("Price for")),
    ("net", N_("Net")),
    ("lead_days", N_("Delivery in days")),
    ("note", N_("Note")),
)
_WHOLE: tuple[tuple[str, Message], ...] = (
    ("net_total", N_("Net total")),
    ("discount", N_("Discount")),
    ("valid_until", N_("Valid until")),
    ("terms", N_("Terms")),
    ("intro", N_("Text")),
)
_KINDS = {"net": "amount", "net_total": "amount", "discount": "amount", "unit_price": "price"}
_POSITIONS = text("SELECT id, position FROM quote_lines WHERE quote_id = :id")
_ID = text("""
SELECT id FROM quotes WHERE number = :number AND (CAST(:company AS bigint) IS NULL OR company_id = :company)""")
_YES, _NO = N_("yes"), N_("no")


def version_diff(actor: Actor, number: str, a: int, b: int) -> tuple[DiffRow, ...]:
    """What version `b` says otherwise than version `a`, the whole first, then line by line."""
    values = {"number": number, "company": None if actor.is_operator else actor.company_id}
    quote_id = db.session.scalar(_ID, values)
    if quote_id is None:
        raise NotFound
    versions = {one.number: one for one in versions_of(actor, quote_id)}
    if a not in versions or b not in versions:
        raise NotFound
    positions: dict[int, int] = dict(iter(db.session.execute(_POSITIONS, {"id": quote_id})))
    first, second = versions[a], versions[b]
    rows = list(_differences(0, "", first, second, _WHOLE))
    old = {(one.line_id, one.position): one for one in first.offers}
    new = {(one.line_id, one.position): one for one in second.offers}
    for key in sorted({*old, *new}, key=lambda one: (positions[one[0]], one[1])):
        name = (new.get(key) or old[key]).name
        rows.extend(_differences(positions[key[0]], name, old.get(key), new.get(key), _PARTS))
    return tuple(rows)


def _differences(
    position: int, name: str, first: Any, second: Any, parts: Sequence[tuple[str, Message]]
) -> Iterable[DiffRow]:
    for attribute, what in parts:
        before, after = (None if one is None else getattr(one, attribute) for one in (first, second))
        if before != after and not (before in (None, False, "") and after in (None, False, "")):
            yield DiffRow(position, name, what, _said(before), _said(after), _KINDS.get(attribute, ""))


def _said(value: Any) -> Any:
    return (_YES if value else _NO) if isinstance(value, bool) else value
