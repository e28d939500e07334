"""Lines on their way onto a list or from a list into a cart: what they are, and what cannot be ordered as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from app.catalog.queries.articles import articles_by_id
from app.catalog.queries.ways_out import Instead, instead_of
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.tenancy import visible
from app.core.texts import N_, Message
from app.ordering.domain.cart import WantedLine, quantity_problem
from app.ordering.domain.requisition_list import ListHead
from app.ordering.models.carts import CartLine
from app.ordering.models.orders import OrderLine
from app.ordering.models.requisition_lists import RequisitionLine, RequisitionRelease
from app.ordering.queries.cart import cart_head
from app.ordering.queries.orders import order as find_order
from app.ordering.queries.reorder import Today, at_today


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A line that cannot go into the cart as it is; `today` None: there is no such article any more.

    `messages` say why in full, `instead` what can be had in its place.
    """

    key: int
    wanted: WantedLine
    today: Today | None
    messages: tuple[Message, ...]
    instead: tuple[Instead, ...] = ()

    @property
    def quantities(self) -> tuple[Decimal, ...]:
        """Quantities that would do."""
        return tuple(q for problem in self.today.problems for q in problem.quantities) if self.today else ()


def lines_to_order(actor: Actor, head: ListHead) -> dict[int, WantedLine]:
    """What can be ordered from a list, by line; where the company asks for approval, of the latest approved version by
    place.
    """
    if not head.needs_approval:
        rows = db.session.execute(
            select(
                RequisitionLine.id, RequisitionLine.article_id, RequisitionLine.quantity, RequisitionLine.unit,
                RequisitionLine.note,
            )
            .where(RequisitionLine.list_id == head.id, RequisitionLine.company_id == head.company_id)
            .order_by(RequisitionLine.position, RequisitionLine.id)
        )  # fmt: skip
        return {row.id: WantedLine(row.article_id, row.quantity, row.unit, row.note) for row in rows}
    return dict(enumerate(released(actor, head), start=1))


def released(actor: Actor, head: ListHead) -> list[WantedLine]:
    """The lines of the latest approved version."""
    if head.release is None:
        raise NotFound(N_("No version of this list is approved yet."))
    kept = db.session.scalars(
        select(RequisitionRelease.lines).where(
            RequisitionRelease.list_id == head.id,
            RequisitionRelease.company_id == head.company_id,
            RequisitionRelease.number == head.release.number,
        )
    ).one()
    return [WantedLine(article_id, Decimal(quantity), unit, note) for article_id, quantity, unit, note in kept]


def sort_out(
    actor: Actor, wanted: Sequence[tuple[int, WantedLine]]
) -> tuple[list[tuple[int, WantedLine]], list[LeftOut]]:
    """What can be ordered as it is, and the rest with its reasons and ways out; a constant number of statements."""
    today = at_today(actor, [line for _key, line in wanted])
    rows = list(zip(wanted, today, strict=True))
    good = [pair for pair, now in rows if now is not None and now.is_fine]
    bad = [(key, line, now) for (key, line), now in rows if now is None or not now.is_fine]
    instead = instead_of(
        actor, {now.article.id for _key, _line, now in bad if now is not None and now.article.is_visible}
    )
    return good, [
        LeftOut(key, line, now, _reasons(now), tuple(instead.get(line.article_id, ()) if now else ()))
        for key, line, now in bad
    ]


def _reasons(now: Today | None) -> tuple[Message, ...]:
    if now is None:
        return (N_("There is no such article any more."),)
    return tuple(problem.message for problem in now.problems)


def cart_lines_wanted(actor: Actor, cart_id: int) -> list[WantedLine]:
    """The lines of a cart, to keep them on a list."""
    head = cart_head(actor, cart_id)
    rows = db.session.execute(
        select(CartLine.article_id, CartLine.quantity, CartLine.unit, CartLine.note)
        .where(CartLine.cart_id == head.id, CartLine.company_id == head.company_id)
        .order_by(CartLine.position, CartLine.id)
    )
    return [WantedLine(*row) for row in rows]


def order_lines_wanted(actor: Actor, number: str) -> list[WantedLine]:
    """The lines of an order, to keep them on a list."""
    statement = (
        select(OrderLine.article_id, OrderLine.quantity, OrderLine.unit, OrderLine.note)
        .where(OrderLine.order_id == find_order(actor, number).id)
        .order_by(OrderLine.position)
    )
    return [WantedLine(*row) for row in db.session.execute(visible(actor, statement, OrderLine))]


def articles_wanted(actor: Actor, article_ids: Sequence[int]) -> list[WantedLine]:
    """Articles, each in the smallest quantity that can be ordered of its base unit."""
    articles = articles_by_id(actor, set(article_ids))
    found = [articles[one] for one in dict.fromkeys(article_ids) if one in articles and articles[one].is_visible]
    lines = []
    for article in found:
        problem = quantity_problem(article, Decimal(1), article.base_unit)
        smallest = min(problem.quantities, default=Decimal(1)) if problem else Decimal(1)
        lines.append(WantedLine(article.id, smallest, article.base_unit))
    return lines
