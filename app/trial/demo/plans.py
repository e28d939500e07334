"""Versions of the invented wholesaler's lists: one planned for next month, one that waits for a second person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app.accounts.models.people import User
from app.core.actor import Actor
from app.core.db import db
from app.insights.service.price_effects import request_effect, work_out
from app.pricing.domain.versions import PercentChange, Selection
from app.pricing.queries.versions import series
from app.pricing.service.versions import approve, change_by_percent, new_draft, submit
from app.trial.demo.prices import GENERAL


def add_plans(actor: Actor) -> None:
    """The general list rises a little next month; the electricians' list waits with a large change."""
    editor = replace(actor, user_id=_user("paul@nordkontor.example"), name="Paul Reimers")
    second = replace(actor, user_id=_user("anna@nordkontor.example"), name="Anna Petersen")
    today = series(actor, GENERAL).today
    start = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    plan = new_draft(
        editor, GENERAL, label=f"{start:%Y-%m}", note="Suppliers of fasteners and tools raise their prices."
    )
    change_by_percent(editor, plan, Selection(category="FA"), PercentChange(Decimal("6.5")))
    change_by_percent(editor, plan, Selection(category="TO"), PercentChange(Decimal("2.4")))
    submit(editor, plan, valid_from=start)
    approve(second, plan)
    waiting = new_draft(editor, "ELECTRICIANS", label="Copper", note="Copper costs a tenth more since last quarter.")
    change_by_percent(editor, waiting, Selection(category="EL"), PercentChange(Decimal("8.9")))
    submit(editor, waiting, valid_from=start)
    for code in (plan, waiting):
        work_out(actor, request_effect(editor, code))


def _user(email: str) -> int:
    return db.session.scalars(select(User.id).where(User.email == email)).one()
