"""Trading partners with agreements, and documents of theirs. Call inside `world()` or `ctx`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as
from app.documents.model.acknowledgement import AcknowledgedFault, Acknowledgement, Verdict
from app.documents.model.order import DeliveryDates, Order, OrderLine
from app.documents.model.party import Identifier, Party
from app.exchange.domain.arrivals import Arrival
from app.exchange.domain.partners import Agreed, Scheme, Terms
from app.exchange.mapping.writing import Addressing, write
from app.exchange.models.messages import DeliveryAttempt, ExchangeMessage
from app.exchange.models.partners import Partner, PartnerIdentifier
from app.exchange.service import partners as commands
from app.exchange.service.inbox import receive_and_finish
from tests.factories import accounts

_numbers = count(1)
OUR_GLN = "4012345000009"
ANSWERS = {
    "edifact": {"order": "edifact-orders", "order-change": "edifact-ordchg", "order-response": "edifact-ordrsp",
                "invoice": "edifact-invoic", "acknowledgement": "edifact-contrl"},
    "x12": {"order": "x12-850", "order-change": "x12-860", "order-response": "x12-855", "invoice": "x12-810",
            "acknowledgement": "x12-997"},
    "ubl": {"order": "ubl-order", "order-change": "ubl-order-change", "order-response": "ubl-order-response",
            "invoice": "ubl-invoice"},
}  # fmt: skip
_OURS = frozenset({"order-response", "invoice", "despatch-advice", "catalogue"})


def system() -> Actor:
    return Actor.system(accounts.operator().id)


def gln() -> str:
    """A number of thirteen digits with its check digit."""
    body = f"40123450{next(_numbers):04d}"
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(body))
    return body + str(-total % 10)


def partner(
    family: str = "edifact", *, company: Company | None = None, user: User | None = None, acknowledge: str = "always",
    options: Mapping[str, Any] | None = None, is_test: bool = False, code: str = "",
) -> Partner:  # fmt: skip
    """A partner of an account that sends orders and gets answers, in one family of formats, into a folder."""
    company = company or accounts.customer()
    user = user or accounts.person(company, Role.BUYER)
    actor = system()
    code = code or f"P{next(_numbers):04d}"
    with acting_as(actor):
        made = commands.save_partner(
            actor, None, {"code": code, "name": company.name, "company_id": company.id, "is_test": is_test}
        )
        channel = commands.save_channel(
            actor, None, {"key": f"folder-{code.lower()}", "name": code, "transport": "folder",
                          "settings": {"outbox": f"out/{code}"}},
        )  # fmt: skip
        theirs = gln()
        commands.save_identifier(actor, made, Scheme.GLN, theirs)
        commands.save_identifier(actor, made, Scheme.X12, f"ZZ:{code}")
        commands.save_identifier(actor, made, Scheme.GLN, OUR_GLN, side="ours")
        commands.save_identifier(actor, made, Scheme.X12, "ZZ:NORDLICHT", side="ours")
        for document, code_ in ANSWERS[family].items():
            direction = "out" if document in _OURS else "in"
            if document == "acknowledgement":
                direction = "out"
            commands.save_agreement(
                actor, made, None,
                {"direction": direction, "document": document, "format": code_, "channel_id": channel,
                 "acknowledge": acknowledge if family != "ubl" else "never", "options": dict(options or {}),
                 "user_id": user.id if direction == "in" else None},
            )  # fmt: skip
        found = db.session.scalars(select(Partner).where(Partner.id == made)).one()
        db.session.expunge(found)
    return found


def partner_with(formats: Mapping[str, str], company: Company, **facts: Any) -> Partner:
    """The same, with formats of its own by document."""
    ANSWERS["own"] = dict(formats)
    return partner("own", company=company, **({"acknowledge": "never"} | facts))


def names(found: Partner) -> dict[str, str]:
    with acting_as(system()):
        return {
            one.scheme: one.value
            for one in db.session.scalars(
                select(PartnerIdentifier).where(
                    PartnerIdentifier.partner_id == found.id, PartnerIdentifier.side == "theirs"
                )
            )
        }


def order_document(
    found: Partner, number: str, lines: list[tuple[str, Any]] | list[OrderLine], **facts: Any
) -> Order:  # fmt: skip
    """`lines`: (sku, quantity), or whole lines."""
    theirs = names(found)
    made = [
        line
        if isinstance(line, OrderLine)
        else OrderLine(position=str(at * 10), sku=line[0], quantity=Decimal(str(line[1])), unit="H87", name=line[0])
        for at, line in enumerate(lines, 1)
    ]
    values: dict[str, Any] = {
        "issue_date": date(2026, 11, 20), "currency": "EUR", "delivery": DeliveryDates(),
        "buyer": Party(name="Buyer Ltd", address=None, gln=theirs["gln"]),
        "seller": Party(name="Nordlicht", address=None, gln=OUR_GLN, identifiers=(Identifier("NORDLICHT"),)),
    }  # fmt: skip
    return Order(number=number, lines=tuple(made), **(values | facts))


def lines(*given: tuple[Any, ...]) -> list[OrderLine]:
    """(sku, quantity) or (sku, quantity, price): positions 10, 20, 30."""
    return [
        OrderLine(
            position=str(at * 10), sku=one[0], quantity=Decimal(str(one[1])), unit="H87", name=one[0],
            unit_price=Decimal(one[2]) if len(one) > 2 else None,
        )
        for at, one in enumerate(given, 1)
    ]  # fmt: skip


def written(found: Partner, document: Any, code: str, *, control: int, is_test: bool = False) -> bytes:
    """As the partner's own system would send it."""
    theirs, ours = names(found), {Scheme.GLN: OUR_GLN, Scheme.X12: "ZZ:NORDLICHT"}
    agreed = Agreed(0, found.id, "out", document.kind, code, "", None, {}, Terms.ALWAYS, "", None)
    now = Addressing(
        {Scheme(key): value for key, value in theirs.items()}, ours, control, clock.now(), is_test, wants_answer=True
    )
    return write(document, agreed, now).data


def arrive(data: bytes, **facts: Any) -> list[ExchangeMessage]:
    """Receive a file and work it off; its messages as they are then."""
    actor = system()
    with acting_as(actor):
        ids = receive_and_finish(actor, Arrival(name="file", data=data, **facts))
        return messages(ids)


def attempts_of(message_id: int) -> list[str]:
    with acting_as(system()):
        statement = select(DeliveryAttempt.outcome).where(DeliveryAttempt.message_id == message_id)
        return list(db.session.scalars(statement.order_by(DeliveryAttempt.id)))


def messages(ids: tuple[int, ...] | list[int]) -> list[ExchangeMessage]:
    statement = select(ExchangeMessage).where(ExchangeMessage.id.in_(ids)).order_by(ExchangeMessage.id)
    found = list(db.session.scalars(statement.execution_options(populate_existing=True)))
    for one in found:
        db.session.expunge(one)
    return found


def rejected(answer: Acknowledgement) -> Acknowledgement:
    """The same answer, as a no."""
    fault = AcknowledgedFault(code="12", segment="DTM", segment_position=3)
    said = tuple(replace(one, verdict=Verdict.REJECTED, faults=(fault,)) for one in answer.messages)
    return replace(answer, verdict=Verdict.REJECTED, messages=said)
