"""Channels in the background: fetching by schedule, answers that go out later, receipts."""

from __future__ import annotations

from app.accounts.queries.companies import operator_id
from app.core import clock
from app.core.actor import Actor, Scope
from app.core.jobs import current_actor, job, send_now
from app.core.tenancy import Bounds, acting_as
from app.exchange.queries.channels import due_channels, due_late_answers, untold_receipts
from app.exchange.service.calls import SEND_LATE
from app.exchange.service.calls import send_late_answer as send
from app.exchange.service.fetching import POLL, fetch
from app.exchange.service.receipts import TELL, mark_overdue
from app.exchange.service.receipts import tell_receipt as tell


@job(POLL, queue="documents")
def poll_channel(channel_id: int) -> None:
    """Fetch what waits at the other side."""
    fetch(current_actor(), channel_id)


@job(SEND_LATE)
def send_late_answer(late_id: int) -> None:
    """Deliver a receipt in a call of its own."""
    send(late_id)


@job(TELL)
def tell_receipt(receipt_id: int) -> None:
    """Tell the outbox of a receipt."""
    tell(current_actor(), receipt_id)


@job("exchange.sweep_channels", every=10)
def sweep_channels() -> int:
    """Send jobs for channels whose turn it is, and for answers and receipts that wait."""
    company_id = operator_id()
    if company_id is None:
        return 0
    bounds = Bounds(Scope.OPERATOR, company_id)
    with acting_as(Actor.system(company_id)):
        mark_overdue()
        now = clock.now()
        due = ((POLL, due_channels(now)), (SEND_LATE, due_late_answers(now)), (TELL, untold_receipts()))
    for name, ids in due:
        for one in ids:
            send_now(name, one, bounds=bounds)
    return sum(len(ids) for _name, ids in due)
