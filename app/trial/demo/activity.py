"""Two weeks of visits of the demo's customers, so that the funnel and the searches show something."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import delete, text

from app.core import clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.models import Activity
from app.sales.service.alerts import check_rules, make_rule

DAYS = 14
_FOUND = ("cable tie", "gland M20", "wago 221", "gloves 10", "drill 8 mm", "silicone", "usb-c", "led panel")
_MISSED = ("left-handed screwdriver", "solar clamp", "gland M63 brass", "heat pump", "wallbox 22 kw", "e-bike charger")
_PEOPLE = text("""
SELECT m.user_id, m.company_id FROM memberships m JOIN companies c ON c.id = m.company_id
WHERE c.kind = 'customer' AND c.state = 'approved' AND m.role IN ('buyer', 'company_admin') ORDER BY m.id""")
_ORDERS = text("""
SELECT o.user_id, o.company_id, o.id, o.line_count, o.placed_at FROM orders o
WHERE o.source = 'portal' AND o.user_id IS NOT NULL AND o.staff_id IS NULL AND o.placed_at > :since ORDER BY o.id""")
_STORE = text("""
INSERT INTO activity (at, company_id, user_id, kind, subject, subject_id, facts)
SELECT r.at, r.company_id, r.user_id, r.kind, r.subject, r.subject_id, r.facts
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (at timestamptz, company_id bigint, user_id bigint, kind text,
    subject text, subject_id bigint, facts jsonb)""")

RULES = (
    ("turnover_falls", 60, ("sales",)),
    ("carts", 3, ("sales",)),
    ("stuck_events", 1, ("operator_admin",)),
    ("missed_searches", 20, ("sales", "pricing")),
)

Row = dict[str, Any]


@command
def add_activity(house: Actor) -> None:
    """Every order of the last weeks with the way to it, and visits that end earlier."""
    now, draw = clock.now(), Random(7)  # noqa: S311 -- invented visits
    db.session.execute(delete(Activity))
    articles = list(db.session.scalars(text("SELECT id FROM articles WHERE NOT is_head ORDER BY id LIMIT 60")))
    rows: list[Row] = []
    for user_id, company_id, order_id, lines, placed_at in db.session.execute(
        _ORDERS, {"since": now - timedelta(days=DAYS)}
    ):
        rows += _visit(draw, (user_id, company_id), placed_at - timedelta(minutes=25), articles, steps=4)
        rows.append(_row((user_id, company_id), placed_at, "order", about=("order", order_id), facts={"lines": lines}))
    for person in db.session.execute(_PEOPLE):
        for day in range(DAYS):
            at = now - timedelta(days=day, minutes=draw.randrange(30, 500))
            if at.weekday() < 5 and draw.random() * 100 < 45:
                rows += _visit(
                    draw, (person[0], person[1]), at, articles, steps=draw.choice((0, 1, 1, 2, 2, 2, 3, 3, 4))
                )
    db.session.execute(_STORE, {"rows": json.dumps(rows)})


def _visit(draw: Random, who: tuple[int, int], at: datetime, articles: Sequence[int], *, steps: int) -> list[Row]:
    """A visit that gets so far: 1 searches, 2 looks at articles, 3 fills the cart, 4 opens the checkout."""
    rows = [_row(who, at, "visit")]
    if steps >= 1:
        is_missed = draw.randrange(6) == 0
        words = draw.choice(_MISSED if is_missed else _FOUND)
        facts = {"text": words, "found": 0 if is_missed else draw.randrange(1, 40)}
        rows.append(_row(who, at + timedelta(minutes=2), "search_empty" if is_missed else "search", facts=facts))
    if steps >= 2:
        rows.extend(
            _row(who, at + timedelta(minutes=4 + place), "article_view", about=("article", draw.choice(articles)))
            for place in range(draw.randrange(1, 4))
        )
    if steps >= 3:
        rows.append(
            _row(who, at + timedelta(minutes=12), "cart_add", facts={"lines": draw.randrange(1, 9), "page": "/shop"})
        )
    if steps >= 4:
        rows.append(_row(who, at + timedelta(minutes=20), "checkout"))
    return rows


def _row(
    who: tuple[int, int], at: datetime, kind: str, *, about: tuple[str, int | None] = ("", None), facts: Any = None
) -> Row:
    return {
        "at": at.isoformat(), "user_id": who[0], "company_id": who[1], "kind": kind, "subject": about[0],
        "subject_id": about[1], "facts": facts or {},
    }  # fmt: skip


def add_alert_rules(manager: Actor) -> None:
    """Rules as a sales manager would have made them; the first look is at what the demo holds."""
    for figure, threshold, roles in RULES:
        make_rule(manager, figure, Decimal(threshold), roles, client_ref=f"demo-alert-{figure}")
    check_rules(manager)
