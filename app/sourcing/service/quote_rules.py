"""The operator sets what holds for quotes and who may offer how much without a release."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Forbidden, Invalid
from app.core.texts import N_
from app.sourcing.domain.quote_rules import REMINDER_MOST, ROUNDS_MOST, VALIDITY_MOST, QuoteRight, QuoteRules
from app.sourcing.models.quote_rights import QuoteRight as RightRow
from app.sourcing.models.quote_rights import QuoteSettings
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_rules import quote_rules, sellers

_HUNDRED = Decimal(100)


@command
def set_quote_rules(actor: Actor, rules: QuoteRules) -> None:
    """Set what holds from now on. Offers already sent keep their validity."""
    _demand(actor)
    _check(rules)
    before, after = _flat(quote_rules(actor)), _flat(rules)
    changes = {name: [before[name], value] for name, value in after.items() if before[name] != value}
    if not changes:
        return
    db.session.execute(insert(QuoteSettings).values(id=1, **after).on_conflict_do_update(
        index_elements=[QuoteSettings.id], set_=after
    ))  # fmt: skip
    audit.record(actor, "quote_settings", 1, "set", changes)


@command
def set_quote_right(actor: Actor, user_id: int, right: QuoteRight | None) -> None:
    """Give a salesperson limits of his own; None: the common ones hold again."""
    _demand(actor)
    seller = next((one for one in sellers(actor) if one.user_id == user_id), None)
    if seller is None:
        raise Invalid("person", N_("Choose somebody who answers requests."))
    if seller.right == right:
        return
    if right is None:
        db.session.execute(delete(RightRow).where(RightRow.user_id == user_id))
    else:
        _check_right(right)
        db.session.execute(insert(RightRow).values(user_id=user_id, **asdict(right)).on_conflict_do_update(
            index_elements=[RightRow.user_id], set_=asdict(right)
        ))  # fmt: skip
    before = asdict(seller.right) if seller.right else {}
    after = asdict(right) if right else {}
    changes = {name: [before.get(name), after.get(name)] for name in ("max_discount", "min_margin")}
    audit.record(actor, "user", user_id, "quote_right", changes)


def _flat(rules: QuoteRules) -> dict[str, Any]:
    values = asdict(rules)
    right: dict[str, Any] = values.pop("right")
    return values | right


def _demand(actor: Actor) -> None:
    if not actor.is_operator or not actor.can(Permission.QUOTE_RULES):
        raise Forbidden(N_("You have no right to do this."))


def _check(rules: QuoteRules) -> None:
    for name, least, most in (
        ("validity_days", 1, VALIDITY_MOST),
        ("link_days", 1, VALIDITY_MOST),
        ("rounds", 0, ROUNDS_MOST),
        ("reminder_days", 0, REMINDER_MOST),
    ):
        if not least <= getattr(rules, name) <= most:
            raise Invalid(name, N_("Take {least} to {most}.", least=least, most=most))
    if rules.minimum_value < 0:
        raise Invalid("minimum_value", N_("Take 0 or more."))
    _check_right(rules.right)


def _check_right(right: QuoteRight) -> None:
    if not 0 <= right.max_discount <= _HUNDRED:
        raise Invalid("max_discount", N_("Take {least} to {most}.", least=0, most=100))
    if not -_HUNDRED <= right.min_margin <= _HUNDRED:
        raise Invalid("min_margin", N_("Take {least} to {most}.", least=-100, most=100))
