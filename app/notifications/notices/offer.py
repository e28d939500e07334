"""An offer by mail: once to each person who agreed to such mails, with the link that takes the agreement back."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.consents import may_market
from app.accounts.queries.mailing import people_of, person_to_tell
from app.accounts.service.consents import unsubscribe_address
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sales.events import OfferReached
from app.sales.queries.offers import mailed_card


def tellings(actor: Actor, event: OfferReached) -> Iterable[Telling]:
    people = people_of(event.company_id, (Role.COMPANY_ADMIN, Role.BUYER))
    agreed = may_market(actor, [one.user_id for one in people])
    for person in people:
        if person.user_id in agreed:
            yield Telling(
                event.company_id,
                f"offer:{event.offer_id}:{person.user_id}",
                {"offer_id": event.offer_id, "company_id": event.company_id, "user_id": person.user_id},
                user_id=person.user_id,
            )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    person = person_to_tell(parameters["user_id"])
    card = mailed_card(actor, parameters["offer_id"], parameters["company_id"], person.locale)
    unsubscribe = unsubscribe_address(person.user_id)
    return Letter(
        N_("Offer for you: {title}", title=card.title),
        {
            "name": person.name,
            "title": card.title,
            "text": card.text,
            "until": card.ends_at,
            "unsubscribe": unsubscribe,
        },
        link=f"/offers/{card.id}/open",
        secrets=(unsubscribe,),
    )


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    """Still agreed, and the offer still runs for the account."""
    if not may_market(actor, [parameters["user_id"]]):
        return False
    try:
        mailed_card(actor, parameters["offer_id"], parameters["company_id"], "en")
    except NotFound:
        return False
    return True


notices.add("offer", Kind(letter, OfferReached, tellings, still_wanted, is_optional=True))
