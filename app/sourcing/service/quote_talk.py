"""Questions, answers, notes and files on a quote. Internal ones never leave the operator."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select

from app.core import storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.outbox import publish
from app.core.texts import N_
from app.sourcing.domain.quote_machine import ENDS
from app.sourcing.events import QuoteInfoAnswered, QuoteInfoAsked, QuoteMessagePosted
from app.sourcing.models.quotes import Quote, QuoteFile, QuoteLine, QuoteMessage
from app.sourcing.service.quote_state import advance, locked_quote, ready, side_of

MOST_FILES = 10
MOST_BYTES = 10 * 1024 * 1024
_LONGEST = 4000


@command
def ask_info(actor: Actor, quote_id: int, text: str, *, row_version: int) -> None:
    """Ask the buyer something without which no offer can be made."""
    quote = ready(actor, quote_id, "ask_info", "sales", row_version=row_version)
    if quote.is_hidden:
        raise Conflict(N_("The buyer does not see this quote before it is offered."))
    _write(actor, quote, "sales", text)
    advance(actor, quote, "ask_info", "sales")
    publish(QuoteInfoAsked(quote.id))


@command
def answer_info(actor: Actor, quote_id: int, text: str, *, row_version: int) -> None:
    """Answer what sales has asked; sales goes on."""
    quote = ready(actor, quote_id, "answer_info", "buyer", row_version=row_version)
    _write(actor, quote, "buyer", text)
    advance(actor, quote, "answer_info", "buyer")
    publish(QuoteInfoAnswered(quote.id))


@command
def post_message(
    actor: Actor, quote_id: int, text: str, *, line_id: int | None = None, is_internal: bool = False
) -> int:
    """Write on the quote or on one line of it; returns the id. In a closed quote only internal notes are left."""
    side = side_of(actor)
    quote = locked_quote(actor, quote_id)
    _demand_internal(side, is_internal=is_internal)
    if quote.state in ENDS and not is_internal:
        raise Conflict(N_("This quote is closed. Ask again by a copy."))
    if line_id is not None and not db.session.scalar(
        select(func.count()).where(QuoteLine.id == line_id, QuoteLine.quote_id == quote.id)
    ):
        raise NotFound
    message_id = _write(actor, quote, side, text, line_id=line_id, is_internal=is_internal)
    if not is_internal and not quote.is_hidden and quote.state != "draft":
        publish(QuoteMessagePosted(quote.id, message_id))
    return message_id


def _demand_internal(side: str, *, is_internal: bool) -> None:
    if is_internal and side != "sales":
        raise Forbidden(N_("You have no right to do this."))


def _write(
    actor: Actor, quote: Quote, side: str, text: str, *, line_id: int | None = None, is_internal: bool = False
) -> int:
    if not text.strip():
        raise Invalid("text", N_("Write something."))
    if len(text) > _LONGEST:
        raise Invalid("text", N_("At most {most} characters.", most=_LONGEST))
    values = {
        "company_id": quote.company_id, "quote_id": quote.id, "line_id": line_id, "side": side,
        "is_internal": is_internal, "user_id": actor.user_id, "author": actor.name, "text": text.strip(),
    }  # fmt: skip
    made: int = db.session.execute(insert(QuoteMessage).values(values).returning(QuoteMessage.id)).scalar_one()
    return made


@command
def attach(
    actor: Actor, quote_id: int, name: str, media_type: str, data: bytes, *, is_internal: bool = False
) -> int:  # fmt: skip
    """Add a file; at most ten of 10 MB each. Internal ones belong to the operator."""
    side = side_of(actor)
    quote = locked_quote(actor, quote_id)
    _demand_internal(side, is_internal=is_internal)
    if quote.state in ENDS and not is_internal:
        raise Conflict(N_("This quote is closed. Ask again by a copy."))
    if not data or len(data) > MOST_BYTES:
        raise Invalid("files", N_("{name}: a file may have 1 byte to 10 MB.", name=name))
    if (db.session.scalar(select(func.count()).where(QuoteFile.quote_id == quote.id)) or 0) >= MOST_FILES:
        raise Invalid("files", N_("At most {most} files.", most=MOST_FILES))
    owner = actor.company_id if is_internal else quote.company_id
    file = storage.keep(actor, data, name=name, media_type=media_type, company_id=owner)
    row = {
        "company_id": quote.company_id, "quote_id": quote.id, "file_id": file.id, "name": file.name, "size": file.size,
        "side": side, "is_internal": is_internal, "author": actor.name,
    }  # fmt: skip
    made: int = db.session.execute(insert(QuoteFile).values(row).returning(QuoteFile.id)).scalar_one()
    return made


@command
def detach(actor: Actor, quote_id: int, attachment_id: int) -> None:
    """Take away a file of the own side, until the quote is offered."""
    side = side_of(actor)
    quote = locked_quote(actor, quote_id)
    if quote.current_version or quote.state in ENDS:
        raise Conflict(N_("Files of an offered quote stay."))
    gone = db.session.execute(
        delete(QuoteFile)
        .where(QuoteFile.id == attachment_id, QuoteFile.quote_id == quote.id, QuoteFile.side == side)
        .returning(QuoteFile.id)
    ).scalar_one_or_none()
    if gone is None:
        raise NotFound
