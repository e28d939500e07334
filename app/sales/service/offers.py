"""Offers: planned, released by the right person, ended or stopped. What they cost is pricing's: see offer_prices.py."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from sqlalchemy import delete, insert, select

from app.accounts.models.companies import AccountGroup, Company, Segment
from app.catalog.domain.article import key_of
from app.catalog.models.articles import Article
from app.catalog.models.categories import Category
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.models import StoredFile
from app.core.texts import N_
from app.pricing.models.promotions import Promotion
from app.sales.domain.offers import LANGUAGES, OfferKind, OfferRow, OfferState, check, moved
from app.sales.models.offers import Offer, OfferAudience, OfferCard, OfferTarget
from app.sales.service.offer_prices import discount_of, put_prices, take_prices
from app.sales.service.offer_reach import refresh_reach
from app.sourcing.policy import Permission as Sourcing
from app.sourcing.queries.quote_rules import quote_right

_PLAIN = (
    "name", "kind", "link", "file_id", "starts_at", "ends_at", "percent", "currency", "budget_amount", "priority",
    "shows_per_person", "holdout_percent", "is_for_all", "with_mail", "promotion_code",
)  # fmt: skip
_PEOPLE: Mapping[str, tuple[str, Any]] = {
    "account": ("company_id", Company), "group": ("group_id", AccountGroup), "segment": ("segment_id", Segment),
}  # fmt: skip


@command
def create_offer(actor: Actor, row: OfferRow, *, client_ref: str) -> int:
    """Plan an offer as a draft; returns its id, for the same `client_ref` the first one's. Raises Invalid."""
    known = db.session.scalar(select(Offer.id).where(Offer.client_ref == client_ref))
    if known is not None:
        return known
    check(row)
    offer = Offer(
        client_ref=client_ref, created_by_id=actor.user_id, created_by_name=actor.name, **_facts(row)
    )  # fmt: skip
    db.session.add(offer)
    db.session.flush()
    _write(offer.id, row)
    audit.record(actor, "offer", offer.id, "created", _told(row))
    return offer.id


@command
def change_offer(actor: Actor, offer_id: int, row: OfferRow) -> None:
    """Make a draft so; one that waits for its release is a draft again. Raises Invalid, Conflict."""
    check(row)
    offer = _locked(offer_id)
    offer.state = moved(offer.state, "change")
    before = {name: getattr(offer, name) for name in _PLAIN} | {"titles": offer.titles, "texts": offer.texts}
    facts = _facts(row)
    changes = {name: [before[name], value] for name, value in facts.items() if before[name] != value}
    for name, value in facts.items():
        setattr(offer, name, value)
    offer.created_by_id, offer.created_by_name = actor.user_id, actor.name  # who wrote it last may not release it
    db.session.execute(delete(OfferAudience).where(OfferAudience.offer_id == offer_id))
    db.session.execute(delete(OfferTarget).where(OfferTarget.offer_id == offer_id))
    _write(offer_id, row)
    audit.record(actor, "offer", offer_id, "changed", changes | {"goods": _told(row)["goods"]})


@command
def ask_release(actor: Actor, offer_id: int) -> None:
    """Ask somebody with the right to release it."""
    offer = _locked(offer_id)
    offer.state = moved(offer.state, "ask")
    audit.record(actor, "offer", offer_id, "release_asked")


@command
def release_offer(actor: Actor, offer_id: int) -> OfferState:
    """Put an offer in force: at once, or from its start. Raises Invalid("release") beyond the person's right."""
    offer = _locked(offer_id)
    state = moved(offer.state, "release")
    if offer.ends_at is not None and offer.ends_at <= clock.now():
        raise Conflict(N_("Its end is past. Change the days first."))
    _demand_right(actor, offer)
    offer.state, offer.released_at, offer.released_by_name = state, clock.now(), actor.name
    db.session.flush()
    refresh_reach(actor, offer)
    put_prices(actor, offer)
    _show(offer)
    audit.record(actor, "offer", offer_id, "released")
    if offer.starts_at <= clock.now():
        _start(actor, offer)
    return OfferState(offer.state)


@command
def stop_offer(actor: Actor, offer_id: int, reason: str) -> None:
    """End an offer before its time: its prices and texts are gone from the next request on."""
    reason = reason.strip()
    if not 0 < len(reason) <= 300:
        raise Invalid("reason", N_("Say why, in {most} characters at most.", most=300))
    offer = _locked(offer_id)
    offer.state, offer.stop_reason = moved(offer.state, "stop"), reason
    _close(actor, offer)
    audit.record(actor, "offer", offer_id, "stopped", {"reason": reason})


def run_offers(actor: Actor) -> int:
    """Start what is due, take in accounts that came, end what is over or used up. Safe to repeat; how many were seen."""
    ids = db.session.scalars(
        select(Offer.id).where(Offer.state.in_([OfferState.RELEASED, OfferState.RUNNING])).order_by(Offer.id)
    ).all()
    for offer_id in ids:
        _run(actor, offer_id)
    return len(ids)


@command
def _run(actor: Actor, offer_id: int) -> None:
    offer = _locked(offer_id)
    now = clock.now()
    if offer.state == OfferState.RELEASED and offer.starts_at <= now:
        _start(actor, offer)
    if offer.state == OfferState.RUNNING and ((offer.ends_at and offer.ends_at <= now) or _is_used_up(offer)):
        offer.state = moved(offer.state, "end")
        _close(actor, offer)
        audit.record(actor, "offer", offer_id, "ended")
    elif offer.state in (OfferState.RELEASED, OfferState.RUNNING) and refresh_reach(actor, offer):
        put_prices(actor, offer)


def _start(actor: Actor, offer: Offer) -> None:
    offer.state = moved(offer.state, "start")
    db.session.flush()
    audit.record(actor, "offer", offer.id, "started")
    refresh_reach(actor, offer, is_start=True)


def _close(actor: Actor, offer: Offer) -> None:
    offer.ended_at = clock.now()
    db.session.flush()
    take_prices(actor, offer)
    db.session.execute(delete(OfferCard).where(OfferCard.offer_id == offer.id))


def _is_used_up(offer: Offer) -> bool:
    if offer.budget_amount is None:
        return False
    spent = db.session.scalar(select(Promotion.spent_amount).where(Promotion.code == offer.promotion_code))
    return (spent or Decimal(0)) >= offer.budget_amount


def _demand_right(actor: Actor, offer: Offer) -> None:
    """The discount is inside the person's own right, or somebody else with the right to release does it."""
    if offer.kind != OfferKind.PRICE:
        return
    discount, most = discount_of(actor, offer), quote_right(actor).max_discount
    if discount is not None and discount <= most:
        return
    if offer.state == OfferState.DRAFT or not actor.can(Sourcing.RELEASE):
        raise Invalid(
            "release", N_("This is more than the {percent} percent you may give. Ask for its release.", percent=most)
        )
    if actor.user_id == offer.created_by_id:
        raise Forbidden(N_("Somebody else must release prices that you have made or asked for."))


def _show(offer: Offer) -> None:
    """The card buyers see, as of now."""
    picture = ""
    if offer.file_id is not None:
        picture = db.session.scalar(select(StoredFile.sha256).where(StoredFile.id == offer.file_id)) or ""
    db.session.execute(delete(OfferCard).where(OfferCard.offer_id == offer.id))
    db.session.execute(
        insert(OfferCard).values(
            offer_id=offer.id, kind=offer.kind, titles=offer.titles, texts=offer.texts,
            link=offer.link or _goods_link(offer), picture=picture, starts_at=offer.starts_at, ends_at=offer.ends_at,
            priority=offer.priority, shows_per_person=offer.shows_per_person,
        )
    )  # fmt: skip


def _goods_link(offer: Offer) -> str:
    """Where its first goods are, else the shop."""
    row = db.session.execute(
        select(Article.sku, Category.code, OfferTarget.brand)
        .select_from(OfferTarget)
        .outerjoin(Article, Article.id == OfferTarget.article_id)
        .outerjoin(Category, Category.id == OfferTarget.category_id)
        .where(OfferTarget.offer_id == offer.id)
        .order_by(OfferTarget.id)
        .limit(1)
    ).one_or_none()
    if row is None:
        return "/shop"
    sku, category, brand = row
    if sku:
        return f"/articles/{quote(sku, safe='')}"
    return f"/shop?category={quote(category)}" if category else f"/shop?q={quote(brand)}"


def _facts(row: OfferRow) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in _PLAIN}
    facts["name"] = row.name.strip()
    for name, given in (("titles", row.titles), ("texts", row.texts)):
        facts[name] = {code: given[code].strip() for code in LANGUAGES if given.get(code, "").strip()}
    if row.kind == OfferKind.PRICE:
        facts["promotion_code"] = ""
    elif row.kind == OfferKind.PROMOTION:
        if db.session.scalar(select(Promotion.id).where(Promotion.code == row.promotion_code)) is None:
            raise Invalid("promotion_code", N_("There is no promotion {code}.", code=row.promotion_code))
    else:
        facts["promotion_code"] = ""
    return facts


def _told(row: OfferRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _PLAIN} | {
        "titles": dict(row.titles),
        "audience": [f"{one.kind} {one.code}" for one in row.audience],
        "goods": [f"{one.kind} {one.code} {one.price or ''}".strip() for one in row.goods],
    }


def _write(offer_id: int, row: OfferRow) -> None:
    if row.audience:
        db.session.execute(insert(OfferAudience), [{"offer_id": offer_id, **one} for one in _audience(row)])
    if row.goods:
        db.session.execute(insert(OfferTarget), [{"offer_id": offer_id, **one} for one in _goods(row)])


def _audience(row: OfferRow) -> list[dict[str, Any]]:
    found = []
    for kind, (_column, model) in _PEOPLE.items():
        codes = {one.code for one in row.audience if one.kind == kind}
        known: dict[str, int] = dict(
            db.session.execute(select(model.code, model.id).where(model.code.in_(codes))).all()
        )
        if missing := sorted(codes - known.keys()):
            raise Invalid("audience", N_("There is no account, group or segment {code}.", code=missing[0]))
        found += [
            {name: known[code] if key == kind else None for key, (name, _model) in _PEOPLE.items()}
            for code in sorted(known)
        ]
    if len(found) != len(set(row.audience)):
        raise Invalid("audience", N_("Name accounts, groups or segments."))
    return found


def _goods(row: OfferRow) -> list[dict[str, Any]]:
    keys = {key_of(one.code) for one in row.goods if one.kind == "article"}
    codes = {one.code for one in row.goods if one.kind == "category"}
    articles = dict(db.session.execute(select(Article.sku_key, Article.id).where(Article.sku_key.in_(keys))).all())
    categories = dict(db.session.execute(select(Category.code, Category.id).where(Category.code.in_(codes))).all())
    found = []
    for one in row.goods:
        article_id = articles.get(key_of(one.code)) if one.kind == "article" else None
        category_id = categories.get(one.code) if one.kind == "category" else None
        brand = one.code.strip()[:100] if one.kind == "brand" else ""
        if article_id is None and category_id is None and not brand:
            text = N_("There is no article {code}.", code=one.code)
            raise Invalid("goods", text if one.kind == "article" else N_("There is no category {code}.", code=one.code))
        found.append({"article_id": article_id, "category_id": category_id, "brand": brand, "price": one.price})
    return found


def _locked(offer_id: int) -> Offer:
    found = lock_rows(Offer, [offer_id])
    if not found:
        raise NotFound
    return found[0]
