"""Sales hears at once of a cart left behind: the account's own manager, else everybody at the desk."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.core.actor import Actor
from app.core.money import Money
from app.core.texts import N_
from app.insights.domain.abandonment import WAITING
from app.insights.events import CartAbandoned
from app.insights.queries.carts import abandoned_row
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: CartAbandoned) -> Iterable[Telling]:
    row = abandoned_row(actor, event.abandonment_id)
    desk = staff((Role.SALES, Role.OPERATOR_ADMIN))
    own = [person for person in desk if person.user_id == row.manager_id]
    for person in own or staff((Role.SALES,)) or desk:
        yield Telling(
            person.company_id,
            f"abandoned_cart:{row.id}:{person.user_id}",
            {"abandonment_id": row.id},
            user_id=person.user_id,
            way="page",
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = abandoned_row(actor, parameters["abandonment_id"])
    value = Money(row.value, row.currency)
    return Letter(
        N_("{company} left a cart behind", company=row.company_name),
        summary=N_("{value} net in {n} lines, filled by {buyer}.", value=value, n=row.line_count, buyer=row.buyer),
        link=f"/abandoned-carts/{row.id}",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return abandoned_row(actor, parameters["abandonment_id"]).state in WAITING


notices.add("abandoned_cart", Kind(letter, CartAbandoned, tellings, still_wanted))
