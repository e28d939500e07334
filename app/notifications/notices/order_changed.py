"""An order has a new version: the other side is told, with the differences."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.core.actor import Actor
from app.core.money import Money
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.domain.change_words import kind_words, sentence
from app.ordering.events import OrderChanged
from app.ordering.queries.order_changes import change_to_tell

_MOST = 40


def tellings(actor: Actor, event: OrderChanged) -> Iterable[Telling]:
    told = change_to_tell(actor, event.order_id, event.change_id)
    parameters = {"order_id": event.order_id, "change_id": event.change_id}
    key = f"order_changed:{event.change_id}"
    if told.version.by_operator:
        if told.user_id is not None:
            yield Telling(told.company_id, key, parameters, user_id=told.user_id)
        return
    for person in staff((Role.SALES,)):
        yield Telling(person.company_id, f"{key}:{person.user_id}", parameters, user_id=person.user_id, way="page")


def letter(actor: Actor, parameters: Parameters) -> Letter:
    told = change_to_tell(actor, parameters["order_id"], parameters["change_id"])
    version = told.version
    differences = [sentence(one, told.currency) for one in version.differences]
    what = kind_words(version.kind)
    return Letter(
        N_("Order {number} {what}", number=told.number, what=what),
        {
            "number": told.number, "what": what, "who": version.who, "reason": version.reason,
            "differences": differences[:_MOST], "more": max(len(differences) - _MOST, 0),
            "total": Money(told.gross_total, told.currency),
        },
        summary=N_("By {who}, total with VAT {total}.", who=version.who,
                   total=Money(told.gross_total, told.currency)),
        link=f"/orders/{told.number}" if version.by_operator else f"/sales/orders/{told.account}/{told.number}",
    )  # fmt: skip


notices.add("order_changed", Kind(letter, OrderChanged, tellings))
