"""An article somebody asked to be told of is there again: one mail and one line on the page."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.inventory.events import BackInStock
from app.inventory.queries.watches import watch_facts
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices


def tellings(actor: Actor, event: BackInStock) -> Iterable[Telling]:
    row = watch_facts(actor, event.watch_id)
    parameters = {"watch_id": row.id}
    for way in ("mail", "page"):
        yield Telling(row.company_id, f"back_in_stock:{row.id}:{way}", parameters, user_id=row.user_id, way=way)


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = watch_facts(actor, parameters["watch_id"])
    return Letter(
        N_("{sku} is back in stock", sku=row.sku),
        {"name": row.person, "company": row.company, "sku": row.sku, "article": row.name},
        summary=N_("{sku} {name} can be ordered again.", sku=row.sku, name=row.name),
        link=f"/articles/{row.sku}",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return watch_facts(actor, parameters["watch_id"]).state == "told"


notices.add("back_in_stock", Kind(letter, BackInStock, tellings, still_wanted))
