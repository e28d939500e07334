"""The gate before every order: it lets an order pass, or keeps it as a request for approval.

`gate` is called by whatever turns a cart into an order; nothing is placed around it. While a request waits its cart is
locked, budgets are reserved, and, as the account has set, prices and stock are held.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.accounts.domain.budget import BudgetRule, Source, Verdict
from app.accounts.service import budgets
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Conflict
from app.core.texts import N_
from app.inventory.domain.promise import Want
from app.inventory.service.reservations import reserve
from app.ordering.domain.approval import Step, has_dead_end, required
from app.ordering.domain.approval_conditions import Facts
from app.ordering.domain.approval_request import keys_of
from app.ordering.domain.lifecycle import CartState
from app.ordering.models.approvals import Approval, ApprovalSettings
from app.ordering.queries.approval_facts import Asked, base_price, budget_verdicts, facts_of, rule_book
from app.ordering.service.approval_rules import Times
from app.ordering.service.approval_seats import insert_steps, open_next
from app.ordering.service.order_rows import numbers, texts
from app.ordering.service.preparing import Ready

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Judged:
    """What an order needs, and what it was judged by."""

    asked: Asked
    facts: Facts
    steps: tuple[Step, ...]
    verdicts: tuple[Verdict, ...]


def gate(ready: Ready) -> int | None:
    """None: the order may be placed. Otherwise the id of the request that was made of it; its cart waits from now on.

    Runs inside the command that prepared the order. One statement for accounts without rules and budgets.
    """
    judged = judge(ready)
    if judged is None:
        return None
    if has_dead_end(judged.steps):
        raise Conflict(N_("This order needs an approval, but nobody can give it. Ask us or your administrator."))
    if all(step.is_automatic for step in judged.steps):
        _note_own(ready, judged.steps)
        return None
    return _ask(ready, judged)


def judge(ready: Ready) -> Judged | None:
    """What rules, limits and budgets say to an order; None when nothing could speak."""
    company_id, requester = ready.head.company_id, requester_of(ready)
    book = rule_book(ready.actor, company_id, requester)
    asked = _asked(ready, requester)
    verdicts = budget_verdicts(ready.actor, asked)
    if book.is_empty and not any(one.outcome is BudgetRule.ASK for one in verdicts):
        return None
    facts = facts_of(ready.actor, asked, book, verdicts)
    return Judged(asked, facts, required(facts, book.rules), tuple(verdicts))


def may_ask(actor: Actor, company_id: int, *, has_budgets: bool) -> bool:
    """Whether any rule, limit or budget could speak to what the person orders; one statement at most."""
    return actor.user_id is not None and (has_budgets or not rule_book(actor, company_id, actor.user_id).is_empty)


def requester_of(ready: Ready) -> int:
    """The person who orders; orders of a machine are asked for by the owner of their cart."""
    return ready.cart.user_id if ready.actor.user_id is None else ready.actor.user_id


def asked_before(company_id: int, client_ref: str, request_hash: str) -> int | None:
    """The request that the same submit has made before; Conflict when its reference was used for something else."""
    row = db.session.execute(
        select(Approval.id, Approval.request_hash).where(
            Approval.company_id == company_id, Approval.client_ref == client_ref
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != request_hash:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return int(row.id)


def times_of(company_id: int) -> Times:
    row = db.session.get(ApprovalSettings, company_id)
    return Times() if row is None else Times(**{name: getattr(row, name) for name in Times.__dataclass_fields__})


def _asked(ready: Ready, requester: int) -> Asked:
    return Asked(
        ready.head.company_id,
        requester,
        ready.head.currency,
        clock.today(ready.terms.time_zone),
        ready.lines,
        [one.taxed for one in ready.charges if one.amount > 0],
        sum((one.amount for one in ready.charges if one.kind == "delivery"), _ZERO),
        {one.ship_to.id for one in ready.deliveries if one.ship_to.id is not None},
        ready.budget_claims,
        {centre: amount for centre, amount in ready.claims.items() if centre is not None},
    )


def _note_own(ready: Ready, steps: Sequence[Step]) -> None:
    """Rules spoke, and who orders is the one who would approve."""
    if steps:
        names = [step.name or str(step.kind) for step in steps]
        audit.record(ready.actor, "cart", ready.head.id, "approved_by_ordering", {"rules": names},
                     company_id=ready.head.company_id)  # fmt: skip


_INSERT = text("""
INSERT INTO approvals (company_id, number, cart_id, cart_version, user_id, client_ref, request_hash, via, created_at,
    wishes, ship_to, rules_seen, currency, base_net, net_total, gross_total, line_count, allowances, charges, claims, budgets,
    held_until, is_stock_held, due_at, expires_at)
VALUES (:company_id, 'AP-' || CAST(:year AS text) || '-' || lpad(nextval('approval_numbers')::text, 6, '0'), :cart_id,
    :cart_version, :user_id, :client_ref, :request_hash, :via, :created_at, CAST(:wishes AS jsonb), :ship_to,
    CAST(:rules_seen AS jsonb), :currency, :base_net, :net_total, :gross_total, :line_count,
    CAST(:allowances AS jsonb), CAST(:charges AS jsonb), CAST(:claims AS jsonb), CAST(:budgets AS jsonb), :held_until, :is_stock_held, :due_at,
    :expires_at)
RETURNING id""")


def _ask(ready: Ready, judged: Judged) -> int:
    """Keep the order as a request: everything as the buyer saw it, with who must say yes."""
    now, times = clock.now(), times_of(ready.head.company_id)
    values = _head(ready, judged, now) | _until(times, now)
    approval_id: int = db.session.execute(_INSERT, values).scalar_one()
    _insert_lines(ready, judged, approval_id)
    approval = db.session.get_one(Approval, approval_id)
    ready.cart.state, ready.cart.last_activity_at = CartState.AWAITING_APPROVAL, now
    insert_steps(approval, judged.steps)
    if approval.is_stock_held:
        reserve(ready.actor, approval.company_id, _wants(ready), on=ready.today)
    budgets.consume(
        ready.actor, approval.company_id, Source("approval", approval_id, approval.number), ready.budget_claims,
        ready.head.currency, judged.asked.on, allow_asked=True,
    )  # fmt: skip
    audit.record(
        ready.actor, "approval", approval_id, "asked",
        {"number": approval.number, "net_total": approval.net_total, "currency": approval.currency,
         "why": [step.firing.message for step in judged.steps if not step.is_automatic]},
        company_id=approval.company_id,
    )  # fmt: skip
    open_next(ready.actor, approval)
    return approval_id


def _head(ready: Ready, judged: Judged, now: datetime) -> dict[str, Any]:
    wishes, totals = ready.wishes, ready.totals
    place = ready.ship_to
    return {
        "company_id": ready.head.company_id,
        "year": ready.today.year,
        "cart_id": ready.head.id,
        "cart_version": ready.cart.version,
        "user_id": requester_of(ready),
        "client_ref": ready.client_ref,
        "request_hash": ready.request_hash,
        "via": str(ready.actor.via),
        "created_at": now,
        "wishes": json.dumps(wishes.as_json()),
        "ship_to": ", ".join((place.label, *place.lines))[:300],
        "rules_seen": json.dumps(sorted(keys_of(judged.steps).items())),
        "currency": ready.head.currency,
        "base_net": judged.facts.net_total,
        "net_total": totals.net_total,
        "gross_total": totals.gross_total,
        "line_count": len(ready.lines),
        "allowances": json.dumps(ready.effects.seen),
        "charges": json.dumps([[one.code, one.name, str(one.amount)] for one in ready.charges]),
        "claims": json.dumps([[one.cost_centre_id, str(one.amount)] for one in ready.budget_claims]),
        "budgets": json.dumps([
            [one.code, one.name, str(one.left), str(one.amount)] for one in judged.verdicts if one.rule is not None
        ]),
    }  # fmt: skip


def _until(times: Times, now: datetime) -> dict[str, Any]:
    return {
        "held_until": now + timedelta(hours=times.hold_hours) if times.hold_hours else None,
        "is_stock_held": bool(times.hold_hours and times.holds_stock),
        "due_at": now + timedelta(hours=min(times.remind_hours, times.escalate_hours)),
        "expires_at": now + timedelta(days=times.expire_days),
    }


# Names and quantities are copied inside the database; only what was computed crosses the wire.
_LINES = text("""
INSERT INTO approval_lines (company_id, approval_id, position, cart_line_id, article_id, sku, name, quantity,
    asked_quantity, unit, unit_price, price_base, price_unit, net, last_price)
SELECT l.company_id, :approval, new.place, l.id, l.article_id, a.sku, coalesce(a.names ->> :locale, a.name), l.quantity,
    l.quantity, l.unit, new.price, new.base, new.unit, new.net, new.last
FROM unnest(CAST(:line_id AS bigint[]), CAST(:price AS numeric[]), CAST(:base AS numeric[]),
    string_to_array(:unit, E'\\x1f'), CAST(:net AS numeric[]), CAST(:last AS numeric[]))
    WITH ORDINALITY AS new (line_id, price, base, unit, net, last, place)
JOIN cart_lines l ON l.id = new.line_id
JOIN articles a ON a.id = l.article_id""")


def _insert_lines(ready: Ready, judged: Judged, approval_id: int) -> None:
    """All lines in one statement. The last price paid is kept for as much as the price of the line is for."""
    last = []
    for line, facts in zip(ready.lines, judged.facts.lines, strict=True):
        price, now = line.price.unit_price, base_price(line)
        last.append(None if facts.last_price is None or not now or price is None else facts.last_price * price / now)
    rows = [line.price for line in ready.lines]
    db.session.execute(
        _LINES,
        {
            "approval": approval_id,
            "locale": ready.terms.locale,
            "line_id": numbers(line.line_id for line in ready.lines),
            "price": numbers(row.unit_price for row in rows),
            "base": numbers(row.base_quantity for row in rows),
            "unit": texts(row.price_unit for row in rows),
            "net": numbers(row.net for row in rows),
            "last": numbers(None if one is None else round(one, 6) for one in last),
        },
    )


def hold_key(cart_line_id: int) -> int:
    """Under which stock is held for a line of a waiting cart: below zero, where no order line is."""
    return -cart_line_id


def _wants(ready: Ready) -> list[Want]:
    return [
        Want(hold_key(line.line_id), line.article_id, line.base_quantity, line.stock_policy,
             line.lead_time_days, line.is_kit)
        for line in ready.lines
    ]  # fmt: skip
