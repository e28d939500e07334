"""Coupons: codes made in batches, switched off and on; promotions counted for orders and given back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.locks import lock_rows, note_lock
from app.core.texts import N_
from app.pricing.domain.promotions import Allowance
from app.pricing.models.promotions import Coupon, Promotion

MOST_AT_ONCE = 10_000
CODE = re.compile(r"[A-Z0-9][A-Z0-9._\-]{2,39}")
_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another
_RANDOM_LENGTH = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Coupons to be made: one `code`, or `count` random ones that begin with `prefix`. None: without end."""

    code: str = ""
    count: int = 1
    prefix: str = ""
    label: str = ""
    company_id: int | None = None
    max_uses: int | None = 1
    account_uses: int | None = None
    ends_at: datetime | None = None


@command
def make_coupons(actor: Actor, promotion_id: int, batch: Batch) -> list[str]:
    """Make a batch; returns its codes. Raises Invalid for a code that is taken or does not fit."""
    if db.session.scalar(select(Promotion.id).where(Promotion.id == promotion_id)) is None:
        raise NotFound
    codes = [normal(batch.code)] if batch.code.strip() else _random(batch)
    _check(batch, codes)
    made = db.session.scalars(
        upsert(Coupon)
        .values([
            {
                "promotion_id": promotion_id, "code": code, "label": batch.label.strip()[:80],
                "company_id": batch.company_id, "max_uses": batch.max_uses, "account_uses": batch.account_uses,
                "ends_at": batch.ends_at,
            }
            for code in codes
        ])
        .on_conflict_do_nothing(index_elements=["code"])
        .returning(Coupon.code)
    ).all()  # fmt: skip
    if len(made) < len(codes):
        raise Invalid("code", N_("There is a coupon {code} already.", code=next(c for c in codes if c not in made)))
    facts = {"coupons": len(made), "label": batch.label, "max_uses": batch.max_uses, "ends_at": batch.ends_at}
    audit.record(actor, "promotion", promotion_id, "coupons", facts | ({"code": codes[0]} if batch.code else {}))
    return list(made)


@command
def switch_coupon(actor: Actor, promotion_id: int, coupon_id: int, *, is_active: bool) -> None:
    """Switch one coupon off or on at once."""
    found = lock_rows(Coupon, [coupon_id])
    if not found or found[0].promotion_id != promotion_id:
        raise NotFound
    if found[0].is_active != is_active:
        found[0].is_active = is_active
        change = {"code": found[0].code, "is_active": [not is_active, is_active]}
        audit.record(actor, "promotion", promotion_id, "coupon", change)


_CLAIM = text("""
SELECT claim_promotions(:company, :order, CAST(:number AS text), CAST(:currency AS text),
    CAST(:promotions AS bigint[]), CAST(:coupons AS bigint[]), CAST(:amounts AS numeric[]))""")


@dataclass(frozen=True, slots=True)
class Claim:
    """The order that gets promotions."""

    company_id: int
    order_id: int
    number: str
    currency: str


@command
def claim_promotions(actor: Actor, claim: Claim, allowances: Sequence[Allowance]) -> set[int]:
    """Count what an order gets against budgets, limits and coupons, under lock; one statement.

    Returns the promotions that do not reach any more; then nothing is counted.
    """
    note_lock("promotions")
    failed = db.session.scalars(
        _CLAIM,
        {
            "company": claim.company_id, "order": claim.order_id, "number": claim.number, "currency": claim.currency,
            "promotions": [one.promotion_id for one in allowances],
            "coupons": [one.coupon_id for one in allowances],
            "amounts": [one.amount for one in allowances],
        },
    )  # fmt: skip
    return set(failed)


@command
def give_back(actor: Actor, company_id: int, order_id: int) -> int:
    """Give a cancelled order's promotions back to budgets, limits and coupons; returns how many, a repeat none."""
    note_lock("promotions")
    count: int = db.session.scalar(select(func.release_promotions(company_id, order_id))) or 0
    if count:
        audit.record(actor, "order", order_id, "promotions_given_back", {"promotions": count}, company_id=company_id)
    return count


def normal(code: str) -> str:
    """A code as it is kept: upper-case, without blanks around it."""
    return code.strip().upper()


def _random(batch: Batch) -> list[str]:
    if not 1 <= batch.count <= MOST_AT_ONCE:
        raise Invalid("count", N_("Make 1 to {most} coupons at once.", most=MOST_AT_ONCE))
    prefix = normal(batch.prefix)
    codes: set[str] = set()
    while len(codes) < batch.count:
        codes.add(prefix + "".join(secrets.choice(_SIGNS) for _ in range(_RANDOM_LENGTH)))
    return sorted(codes)


def _check(batch: Batch, codes: Sequence[str]) -> None:
    if not all(CODE.fullmatch(code) for code in codes):
        raise Invalid("code", N_("A coupon has 3 to 40 letters, digits, dots, dashes or underscores."))
    if any(uses is not None and uses < 1 for uses in (batch.max_uses, batch.account_uses)):
        raise Invalid("max_uses", N_("A limit is above zero; leave it empty for none."))
