"""The buyer hears what became of the cancellation he asked for."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.actor import Actor
from app.core.texts import N_
from app.notifications.notices import Kind, Letter, Parameters, Telling, notices
from app.ordering.events import CancellationDecided
from app.ordering.queries.order_changes import request_to_tell


def tellings(actor: Actor, event: CancellationDecided) -> Iterable[Telling]:
    asked = request_to_tell(actor, event.request_id)
    if asked.user_id is not None:
        key = f"cancellation_decided:{event.request_id}"
        yield Telling(asked.company_id, key, {"request_id": event.request_id}, user_id=asked.user_id)


def letter(actor: Actor, parameters: Parameters) -> Letter:
    asked = request_to_tell(actor, parameters["request_id"])
    if asked.row.state == "granted":
        subject = N_("Order {number} is cancelled as you asked", number=asked.number)
    else:
        subject = N_("Order {number} stands: we cannot cancel it", number=asked.number)
    return Letter(
        subject,
        {"subject": subject, "answer": asked.row.answer, "reason": asked.row.reason, "number": asked.number},
        link=f"/orders/{asked.number}",
    )


notices.add("cancellation_decided", Kind(letter, CancellationDecided, tellings))
