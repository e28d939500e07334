"""Buyers hear ahead that prices of what they buy change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import company_to_tell, people_of, person_to_tell
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.texts import N_
from app.core.units import unit_name
from app.insights.queries.coming_prices import accounts_to_tell, coming_prices, coming_version
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.pricing.events import PricesWillChange

PRICES_NAMED = 10


def tellings(actor: Actor, event: PricesWillChange) -> Iterable[Telling]:
    try:
        coming = coming_version(actor, event.price_list_id)
    except NotFound:
        return  # withdrawn or begun meanwhile
    for company_id in accounts_to_tell(actor, coming):
        for person in people_of(company_id, (Role.COMPANY_ADMIN, Role.BUYER)):
            yield Telling(
                company_id,
                f"prices_will_change:{coming.id}:{coming.starts.isoformat()}:{person.user_id}:{company_id}",
                {"price_list_id": coming.id, "company_id": company_id, "user_id": person.user_id},
                user_id=person.user_id,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    coming = coming_version(actor, parameters["price_list_id"])
    company = company_to_tell(parameters["company_id"])
    person = person_to_tell(parameters["user_id"])
    changes = coming_prices(replace(actor, locale=person.locale), company.id, coming)
    if not changes:
        raise NotFound
    return Letter(
        N_("Prices change on {day}", day=coming.starts),
        {
            "name": person.name,
            "company": company.name,
            "day": coming.starts,
            "count": len(changes),
            "changes": [(line.sku, line.name, line.old, line.new, line.base_quantity, unit_name(line.unit), line.percent)
                        for line in changes[:PRICES_NAMED]],
            "more": max(len(changes) - PRICES_NAMED, 0),
        },
        link="/my-prices",
    )  # fmt: skip


notices.add("prices_will_change", Kind(letter, PricesWillChange, tellings, is_optional=True))
