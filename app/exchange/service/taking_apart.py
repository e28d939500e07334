"""From a file to its messages: who sent it, whether it came before, one message for each document in it."""

from __future__ import annotations

from app.core import storage
from app.core.actor import Actor
from app.core.db import command, db
from app.core.jobs import enqueue
from app.core.texts import N_, Message
from app.exchange.domain.message_machine import MessageState
from app.exchange.domain.partners import Whose
from app.exchange.mapping.neutral_order import number_of
from app.exchange.mapping.opening import Opened, Part, open_file
from app.exchange.models.messages import ExchangeFile, ExchangeMessage
from app.exchange.models.partners import Channel
from app.exchange.queries.messages import messages_of_file, same_bytes, same_control_number
from app.exchange.queries.partners import formats_of, whose, whose_by_id
from app.exchange.service.acknowledging import acknowledge_file, answer_again
from app.exchange.service.steps import locked_file, note

WORK_MESSAGE = "exchange.work_message"


def take_apart(actor: Actor, file_id: int) -> None:
    """Read a kept file and make its messages; a file that was read already stays as it is."""
    file = db.session.get(ExchangeFile, file_id)
    if file is None or file.state != "kept":
        return
    partner = _partner_of(file)
    data = storage.load(storage.find(actor, file.file_id))
    prefer = formats_of(partner.partner_id) if partner else {}
    db.session.rollback()  # reading a large file takes time: no transaction is open meanwhile
    opened = open_file(data, prefer)
    _store(actor, file_id, data, opened)


def _partner_of(file: ExchangeFile) -> Whose | None:
    """By the way it came."""
    if file.partner_id is not None:
        return whose_by_id(file.partner_id)
    if file.channel_id is not None:
        channel = db.session.get(Channel, file.channel_id)
        if channel is not None and channel.partner_id is not None:
            return whose_by_id(channel.partner_id)
    return None


@command
def _store(actor: Actor, file_id: int, data: bytes, opened: Opened) -> None:
    file = locked_file(file_id)
    if file.state != "kept":
        return
    channel = db.session.get(Channel, file.channel_id) if file.channel_id is not None else None
    file.family, file.control_number = opened.family, opened.control_number[:40]
    by_way, by_name = _partner_of(file), whose(opened.senders, is_test=opened.is_test)
    partner = by_way or by_name
    file.is_test = opened.is_test or bool(channel and channel.is_test) or bool(partner and partner.is_test)
    file.partner_id = partner.partner_id if partner else None
    file.report = {"control_number": opened.control_number, "faults": [str(one.message) for one in opened.faults[:50]]}
    problem = opened.problem or _mistaken(by_way, by_name)
    earlier = same_control_number(file) if opened.parts else None
    if earlier is None and not file.control_number and partner is not None:
        earlier = same_bytes(file)
    if earlier is not None:
        _repeat(actor, file, earlier, opened)
        return
    file.state = "read"
    parts = opened.parts or (Part(1, data),)
    for part in parts:
        message = _message(actor, file, part, data)
        note(actor, message, "kept", problem)
        if problem is not None:
            _park(actor, message, problem)
        else:
            enqueue(WORK_MESSAGE, message.id)
    if partner is not None and problem is None:
        acknowledge_file(actor, file, opened)


def _mistaken(by_way: Whose | None, by_name: Whose | None) -> Message | None:
    if by_way is not None and by_name is not None and by_way.partner_id != by_name.partner_id:
        return N_("It came by the channel of {one}, but says it is from {other}.", one=by_way.code, other=by_name.code)
    return None


def _park(actor: Actor, message: ExchangeMessage, problem: Message) -> None:
    message.state, message.reason = MessageState.PARKED.value, problem.as_json()
    note(actor, message, "parked", problem)


def _message(actor: Actor, file: ExchangeFile, part: Part, data: bytes) -> ExchangeMessage:
    stored_id = file.file_id
    if part.data is not data and part.data != data:
        name = f"{file.name[-200:]}.{part.position}"
        stored_id = storage.keep(actor, part.data, name=name, media_type=file.media_type).id
    document = part.document
    message = ExchangeMessage(
        partner_id=file.partner_id, channel_id=file.channel_id, file_id=file.id, position=part.position,
        stored_id=stored_id, direction="in", document=document.kind if document is not None else "",
        type_code=part.type_code[:40], format=part.format[:40], version=part.version[:120],
        control_number=file.control_number, message_number=part.message_number[:40], checksum=part.checksum,
        is_test=file.is_test, state=MessageState.KEPT.value, number=number_of(document)[:120],
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    return message


def _repeat(actor: Actor, file: ExchangeFile, earlier: ExchangeFile, opened: Opened) -> None:
    """The same again is answered as it was and never executed; other content under a used number is for a person."""
    before = messages_of_file(earlier.id)
    is_same = file.sha256 == earlier.sha256 or {one.checksum for one in before} == {
        part.checksum for part in opened.parts
    }
    file.duplicate_of_id = earlier.id
    if is_same:
        file.state = "duplicate"
        answer_again(actor, [message.id for message in before], earlier.id)
        return
    file.state = "parked"
    problem = N_("Control number {number} was used before for other content.", number=file.control_number)
    for part in opened.parts:
        message = _message(actor, file, part, b"")
        note(actor, message, "kept")
        _park(actor, message, problem)
