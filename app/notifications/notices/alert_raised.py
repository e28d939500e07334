"""The roles of a rule hear that a figure has reached its number: once for each time."""

from __future__ import annotations

from collections.abc import Iterable

from app.accounts.domain.roles import Role
from app.accounts.queries.mailing import staff
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.sales.domain.alerts import FIGURES, NAMED
from app.sales.events import AlertRaised
from app.sales.queries.alerts import alert_rule, raised


def tellings(actor: Actor, event: AlertRaised) -> Iterable[Telling]:
    ids = {"rule_id": event.rule_id, "first_id": event.first_id, "last_id": event.last_id}
    roles = tuple(Role(role) for role in alert_rule(actor, event.rule_id).roles)
    for person in staff(roles):
        yield Telling(
            person.company_id,
            f"alert_raised:{event.rule_id}:{event.first_id}:{person.user_id}",
            ids,
            user_id=person.user_id,
            way="page",
        )


def letter(actor: Actor, parameters: Parameters) -> Letter:
    found = raised(parameters["rule_id"], parameters["first_id"], parameters["last_id"])
    if not found:
        raise NotFound
    figure = FIGURES[found[0].figure]
    if not figure.is_of_accounts:
        summary = N_("Now: {value}", value=int(found[0].value))
        return Letter(figure.title, summary=summary, link="/sales/alerts")
    names = ", ".join(one.words for one in found[:NAMED])
    more = f" +{len(found) - NAMED}" if len(found) > NAMED else ""
    return Letter(figure.title, summary=N_("Accounts: {names}", names=names + more), link="/sales/alerts")


def still_wanted(actor: Actor, parameters: Parameters) -> bool:
    return bool(raised(parameters["rule_id"], parameters["first_id"], parameters["last_id"]))


notices.add("alert_raised", Kind(letter, AlertRaised, tellings, still_wanted))
