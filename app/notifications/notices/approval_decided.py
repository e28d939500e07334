"""The buyer is told what became of a request: ordered, rejected, back to him or expired."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.money import Money
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.domain.approval_request import STATE_NAMES
from app.ordering.events import ApprovalDecided
from app.ordering.queries.approval_mail import company_and_day, request_letter


def tellings(actor: Actor, event: ApprovalDecided) -> Iterable[Telling]:
    company_id, _day, asker = company_and_day(actor, event.approval_id)
    for way in ("mail", "page"):
        yield Telling(
            company_id, f"approval_decided:{event.approval_id}:{way}",
            {"approval_id": event.approval_id, "user_id": asker}, user_id=asker, way=way,
        )  # fmt: skip


def letter(actor: Actor, parameters: Parameters) -> Letter:
    row = request_letter(actor, parameters["approval_id"], parameters["user_id"])
    return Letter(
        N_("Your request {number}: {state}", number=row.number, state=STATE_NAMES[row.state]),
        {
            "name": row.reader, "number": row.number, "value": Money(row.net_total, row.currency),
            "state": STATE_NAMES[row.state], "code": str(row.state), "reason": row.reason, "changes": row.changes,
            "by": row.decided_by, "order": row.order_number, "trouble": row.trouble.message if row.trouble else None,
        },
        summary=N_("Your request {number}: {state}", number=row.number, state=STATE_NAMES[row.state]),
        link=f"/orders/{row.order_number}" if row.order_number else f"/approvals/{row.number}",
    )  # fmt: skip


notices.add("approval_decided", Kind(letter, ApprovalDecided, tellings))
