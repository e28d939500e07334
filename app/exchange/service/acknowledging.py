"""Syntax acknowledgements, both ways: what we say of files that came, and what others say of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.accounts.queries.companies import operator_party
from app.billing.documents.invoice import seller_party
from app.core import clock, storage
from app.core.actor import Actor
from app.core.jobs import enqueue
from app.core.numbering import next_number
from app.core.texts import N_, Message
from app.documents.model.acknowledgement import AcknowledgedMessage, Acknowledgement, Verdict
from app.exchange.domain.message_machine import MessageState
from app.exchange.domain.partners import Agreed, Terms
from app.exchange.mapping.acknowledgements import MLR, acknowledgements, acknowledging_format
from app.exchange.mapping.opening import Opened
from app.exchange.models.messages import ExchangeFile, ExchangeMessage
from app.exchange.queries.messages import answers_to, sent_document, sent_message
from app.exchange.queries.partners import agreement
from app.exchange.service.outbox import SEND_MESSAGE, acknowledged, planned_answer, queue_again
from app.exchange.service.steps import locked_message, step
from app.exchange.service.writing import store_document

S = MessageState


def acknowledge_file(actor: Actor, file: ExchangeFile, opened: Opened) -> None:
    """Answer a file as was agreed. An acknowledgement is never acknowledged."""
    agreed = _terms(file.partner_id, opened) if file.partner_id is not None else None
    code = acknowledging_format(opened.family, agreed.acknowledge_format) if agreed is not None else ""
    if agreed is None or not code:
        return
    data = storage.load(storage.find(actor, file.file_id))
    wanted = replace(agreed, direction="out", document="acknowledgement", format=code, version="")
    us = seller_party(operator_party(actor))
    for at, answer in enumerate(acknowledgements(code, data, clock.now().date(), opened.parts, us)):
        is_fine = answer.verdict is Verdict.ACCEPTED
        if agreed.acknowledge is Terms.FAULTS and is_fine:
            continue
        number = next_number(f"exchange-{file.partner_id}-answers", 0)
        _send(actor, wanted, replace(answer, number=str(number)), file, at)


def _terms(partner_id: int, opened: Opened) -> Agreed | None:
    """Of the documents in the file the first whose agreement asks for an acknowledgement, with how it goes back."""
    kinds = dict.fromkeys(
        part.document.kind
        for part in opened.parts
        if part.document is not None and part.document.kind != "acknowledgement"
    )
    if not opened.parts or (not kinds and all(part.document is not None for part in opened.parts)):
        return None
    found = [agreement(partner_id, "in", kind) for kind in kinds or ("order",)]
    return next((one for one in found if one is not None and one.acknowledge is not Terms.NEVER), None)


def _send(actor: Actor, agreed: Agreed, answer: Acknowledgement, file: ExchangeFile, at: int) -> None:
    way = agreement(agreed.partner_id, "out", "acknowledgement")
    if way is not None:
        agreed = replace(agreed, channel_id=way.channel_id, options={**agreed.options, **way.options})
    else:
        back = agreement(agreed.partner_id, "out", "order-response")
        agreed = replace(agreed, channel_id=back.channel_id if back else agreed.channel_id)
    message, is_new = planned_answer(
        actor, agreed, None, client_ref=f"acknowledge:{file.id}:{at}", answers_file_id=file.id, is_test=file.is_test
    )
    if is_new:
        store_document(actor, message, agreed, answer)
        enqueue(SEND_MESSAGE, message.id)


def answer_again(actor: Actor, message_ids: Sequence[int], file_id: int | None) -> None:
    """What was answered before is sent again, unchanged; without acknowledgements the business answers are."""
    sent = answers_to(message_ids, file_id)
    acknowledged_by = [one for one in sent if one.document == "acknowledgement"]
    for one in acknowledged_by or sent[-1:]:
        queue_again(actor, locked_message(one.id), "answered_again")


def take_acknowledgement(actor: Actor, message: ExchangeMessage, answer: Acknowledgement) -> None:
    """Note on what we sent that it arrived or was refused. The locked inbound message ends as answered."""
    about: list[ExchangeMessage] = []
    if message.partner_id is not None:
        about = _by_number(message.partner_id, answer, is_xml=message.format == MLR)
    if not about:
        step(actor, message, S.PARKED, reason=N_("It answers something that was not sent from here."))
        return
    message.answers_id, message.number = about[0].id, message.number or answer.number
    message.company_id = about[0].company_id
    for one in about:
        said = _verdict(answer, one)
        words = _words(answer, one) if said is Verdict.REJECTED else None
        acknowledged(actor, locked_message(one.id), is_refused=said is Verdict.REJECTED, words=words)
    for state in (S.READ, S.CHECKED, S.MAPPED, S.EXECUTED, S.ANSWERED):
        step(actor, message, state)


def _by_number(partner_id: int, answer: Acknowledgement, *, is_xml: bool) -> list[ExchangeMessage]:
    for number in (answer.control_number, answer.group_control_number):
        if number and (found := sent_message(partner_id, number)):
            return [one for one in found if one.document != "acknowledgement"]
    for number in filter(None, (answer.document_number, answer.control_number if is_xml else "")):
        if (one := sent_document(partner_id, "", number)) is not None:
            return [one]
    return []


def _said_of(answer: Acknowledgement, message: ExchangeMessage) -> AcknowledgedMessage | None:
    return next((one for one in answer.messages if one.control_number == message.message_number), None)


def _verdict(answer: Acknowledgement, message: ExchangeMessage) -> Verdict:
    said = _said_of(answer, message)
    return said.verdict if said is not None else answer.verdict


def _words(answer: Acknowledgement, message: ExchangeMessage) -> Message:
    said = _said_of(answer, message)
    faults = [*answer.faults, *(said.faults if said else ())]
    text = "; ".join(" ".join(part for part in (one.segment, one.code, one.text) if part) for one in faults[:5])
    plain = text.replace("{", "(").replace("}", ")")
    return N_("The partner refused it: {reason}", reason=plain[:300]) if plain else N_("The partner refused it.")
