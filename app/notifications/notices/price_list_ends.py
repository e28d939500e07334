"""Price managers hear that a list ends and nothing follows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.texts import N_
from app.insights.queries.coming_prices import version_of_list
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.pricing.events import PriceListEnds


def tellings(actor: Actor, event: PriceListEnds) -> Iterable[Telling]:
    _known, version = version_of_list(actor, event.price_list_id)
    end = version.valid_to.isoformat() if version.valid_to else ""
    for person in staff((Role.PRICING,)) or staff((Role.OPERATOR_ADMIN,)):
        yield Telling(
            person.company_id,
            f"price_list_ends:{version.id}:{end}:{person.user_id}",
            {"price_list_id": version.id},
            user_id=person.user_id,
            way="page",
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    known, version = version_of_list(actor, parameters["price_list_id"])
    if version.valid_to is None:
        raise NotFound
    last = version.valid_to - timedelta(days=1)
    return Letter(
        N_("The price list {list} ends", list=known.name),
        summary=N_(
            "Its last day is {day}, and no version follows: its articles have no price in it from then on.", day=last
        ),
        link=f"/prices/lists/{known.code}/versions",
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    _known, version = version_of_list(actor, parameters["price_list_id"])
    return version.valid_to is not None and version.state == "approved"


notices.add("price_list_ends", Kind(letter, PriceListEnds, tellings, still_wanted))
