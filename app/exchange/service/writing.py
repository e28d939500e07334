"""Writing one message of the outbox: the partner's codes and format, read back, checked, numbered, stored."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core import clock, storage
from app.core.actor import Actor
from app.core.db import db
from app.core.numbering import next_number
from app.core.texts import N_
from app.core.xml import read_start
from app.documents.format_options import loads_with
from app.documents.formats import FormatError
from app.documents.inspection.file import inspect_file
from app.documents.validation import Status
from app.exchange.domain.message_machine import MessageState
from app.exchange.domain.partners import Agreed, Terms
from app.exchange.mapping.codes import to_theirs
from app.exchange.mapping.neutral_order import number_of
from app.exchange.mapping.writing import Addressing, Written, family_of, needs_control_number, write
from app.exchange.models.messages import ExchangeMessage
from app.exchange.queries.partners import codes, names_of
from app.exchange.service.steps import step

S = MessageState
_ENDINGS = {"edifact": "edi", "x12": "x12", "csv": "csv", "xlsx": "xlsx"}
_FINDINGS_KEPT = 1_000  # of a file: a page shows fewer, and a file of many lines may have tens of thousands


def inspected(data: bytes, name: str) -> dict[str, Any]:
    """What the rules say of a file, as JSON."""
    folder = os.environ.get("KONTOR_RULES")
    return inspect_file([data], name=name, rules=Path(folder) if folder else None).as_json(_FINDINGS_KEPT)


def store_document(actor: Actor, message: ExchangeMessage, agreed: Agreed, document: Any) -> None:
    """Write a planned message and store its bytes; what cannot be written or is wrong fails, for a person to see.

    The control number is taken in the same transaction as the bytes are stored, so none is lost.
    """
    document = to_theirs(document, codes(agreed.partner_id))
    _describe(message, document)
    try:
        written = write(document, agreed, _addressing(actor, message, agreed, 0))
        loads_with(agreed.format, written.data, agreed.options)
    except FormatError as error:
        step(actor, message, S.FAILED, action="not_written", reason=error.message)
        return
    report = inspected(written.data, "")
    if report["verdict"] == Status.INVALID and not agreed.options.get("send_invalid"):
        message.report, message.verdict = report, report["verdict"]
        worst = next((one["message"] for one in report["findings"] if one["severity"] == "fatal"), "")
        words = N_("The document breaks a rule: {rule}", rule=worst[:300])
        step(actor, message, S.FAILED, action="not_valid", reason=words)
        return
    if needs_control_number(agreed.format):
        number = next_number(f"exchange-{agreed.partner_id}-{family_of(agreed.format)}", 0)
        written = write(document, agreed, _addressing(actor, message, agreed, number))
    _store(actor, message, agreed, written, report)


def _addressing(actor: Actor, message: ExchangeMessage, agreed: Agreed, number: int) -> Addressing:
    return Addressing(
        names_of(agreed.partner_id, "ours"), names_of(agreed.partner_id, "theirs"), number or 1, clock.now(),
        message.is_test, agreed.acknowledge is Terms.ALWAYS, _order_payload(actor, message),
    )  # fmt: skip


def _order_payload(actor: Actor, message: ExchangeMessage) -> str:
    """The payloadID of the cXML that is answered."""
    if not message.format.startswith("cxml-") or message.answers_id is None:
        return ""
    asked = db.session.get(ExchangeMessage, message.answers_id)
    if asked is None or asked.stored_id is None or not asked.format.startswith("cxml-"):
        return ""
    root, _ = read_start([storage.load(storage.find(actor, asked.stored_id))])
    return root.attributes.get("payloadID", "")


def _describe(message: ExchangeMessage, document: Any) -> None:
    content = getattr(document, "content", document)
    message.number = number_of(document)[:120]
    day = getattr(document, "issue_date", None)
    message.document_date = day if day is not None and day.year > 1 else None
    message.currency = str(getattr(content, "currency", ""))[:3]
    message.total = total_of(content)
    lines = getattr(content, "lines", ())
    message.line_count = len(lines) if isinstance(lines, tuple) else 0
    message.type_code = (message.format.partition("-")[2] or message.format).upper()[:40]


def total_of(document: Any) -> Decimal | None:
    totals = getattr(document, "totals", None)
    for name in ("gross", "total", "payable", "net"):
        value = getattr(totals, name, None)
        if isinstance(value, Decimal):
            return value
    return None


def _store(actor: Actor, message: ExchangeMessage, agreed: Agreed, written: Written, report: dict[str, Any]) -> None:
    ending = _ENDINGS.get(family_of(agreed.format), "xml")
    name = f"{message.document}-{message.number or message.reference}.{ending}".replace("/", "-")
    owner = message.company_id if message.company_id is not None else actor.company_id
    stored = storage.keep(actor, written.data, name=name, media_type=written.media_type, company_id=owner)
    message.stored_id, message.control_number = stored.id, written.control_number
    message.message_number, message.checksum = written.message_number, stored.sha256
    message.verdict = report["verdict"]
    message.report = report | ({"losses": list(written.losses[:100])} if written.losses else {})
    step(actor, message, S.WRITTEN)
    words = N_("Left out: the format has no place for {n} values.", n=len(written.losses)) if written.losses else None
    step(actor, message, S.CHECKED, reason=words)
    step(actor, message, S.QUEUED)
    message.due_at = clock.now()
    db.session.flush()
