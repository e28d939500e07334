"""Messages in the background: files taken apart, messages worked off, documents sent."""

from __future__ import annotations

from app.accounts.queries.companies import operator_id
from app.core import clock
from app.core.actor import Scope
from app.core.jobs import current_actor, job, send_now
from app.core.tenancy import Bounds
from app.exchange.queries.messages import overdue
from app.exchange.service.inbox import READ_FILE
from app.exchange.service.outbox import SEND_MESSAGE
from app.exchange.service.sending import send_message as send
from app.exchange.service.taking_apart import WORK_MESSAGE, take_apart
from app.exchange.service.working import work_message as work
from app.web.texts import say_in


@job(READ_FILE, queue="documents")
def read_file(file_id: int) -> None:
    """Take a kept file apart."""
    take_apart(current_actor(), file_id)


@job(WORK_MESSAGE, queue="documents")
def work_message(message_id: int) -> None:
    """Move a message of the inbox as far as it goes."""
    work(current_actor(), message_id)


@job(SEND_MESSAGE, queue="documents")
def send_message(message_id: int) -> None:
    """Write and deliver a message of the outbox."""
    send(current_actor(), message_id, say_in)


@job("exchange.sweep_messages", every=30)
def sweep_messages() -> int:
    """Send files and messages again whose worker died, whose job was lost or whose next attempt is due."""
    company_id = operator_id()
    if company_id is None:
        return 0
    bounds = Bounds(Scope.OPERATOR, company_id)
    files, inbound, outbound = overdue(clock.now())
    for name, ids in ((READ_FILE, files), (WORK_MESSAGE, inbound), (SEND_MESSAGE, outbound)):
        for one in ids:
            send_now(name, one, bounds=bounds)
    return len(files) + len(inbound) + len(outbound)
