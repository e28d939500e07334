"""The first transaction of a message: whose it is, whether it came before, whether it is right, what it means here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.accounts.queries.addresses import addresses, default_address
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.db import command
from app.core.texts import N_, Message
from app.documents.model.order_change import OrderChange
from app.documents.validation import Status
from app.exchange.domain.message_machine import MessageState
from app.exchange.domain.partners import Agreed, Terms
from app.exchange.mapping.acknowledgements import acknowledging_format
from app.exchange.mapping.codes import to_ours
from app.exchange.mapping.neutral_order import number_of, order_of
from app.exchange.mapping.opening import Opened, Part, party_names, sending_party
from app.exchange.mapping.order_plan import OrderPlan, codes_of, find_place, plan_order
from app.exchange.models.messages import ExchangeMessage
from app.exchange.queries.messages import order_message, same_document
from app.exchange.queries.partners import account_of, agreement, codes, whose, whose_by_id
from app.exchange.service.acknowledging import answer_again, take_acknowledgement
from app.exchange.service.composing import today
from app.exchange.service.executing import ANSWERED_BY, Work, order_reference
from app.exchange.service.linking import link
from app.exchange.service.steps import LEASE, locked_message, step
from app.exchange.service.writing import total_of

S = MessageState
_PATIENCE = timedelta(days=3)
_LOOK_AGAIN = timedelta(hours=1)


class _Held(Exception):
    def __init__(self, state: MessageState, reason: Message, *, waits_for: str = "") -> None:
        self.state = state
        self.reason = reason
        self.waits_for = waits_for
        super().__init__()


@command
def prepare(actor: Actor, message_id: int, part: Part, opened: Opened, report: dict[str, Any]) -> Work | None:
    """What is to be carried out; None where the message ends here, is held, or is another process's work."""
    message = locked_message(message_id)
    if message.state == S.MAPPED:
        return _again(message, part)
    if message.state == S.WAITING:
        step(actor, message, S.KEPT, action="looked_again")
    if message.state != S.KEPT:
        return None
    _describe(message, part, report)
    try:
        agreed = _recognised(actor, message, part, opened)
        if agreed is None:
            take_acknowledgement(actor, message, part.document)
            return None
        return _mapped(actor, message, part, agreed)
    except _Held as held:
        step(actor, message, held.state, reason=held.reason)
        message.waits_for = held.waits_for
        if held.state is S.WAITING:
            message.due_at = clock.now() + _LOOK_AGAIN
        return None


def _describe(message: ExchangeMessage, part: Part, report: dict[str, Any]) -> None:
    document = part.document
    message.format, message.type_code = part.format[:40] or message.format, part.type_code[:40] or message.type_code
    message.version, message.checksum = part.version[:120], part.checksum or message.checksum
    kept = {name: message.report[name] for name in ("in_spite",) if name in message.report}
    message.report = report | kept
    message.verdict = report.get("verdict", Status.NOT_CHECKED.value)
    if document is None:
        return
    content = getattr(document, "content", document)
    message.document, message.number = document.kind, number_of(document)[:120]
    day = getattr(document, "issue_date", None)
    message.document_date = day if day is not None and day.year > 1 else None
    message.currency, message.total = str(getattr(content, "currency", ""))[:3], total_of(content)
    lines = getattr(content, "lines", ())
    message.line_count = len(lines) if isinstance(lines, tuple) else 0


def _recognised(actor: Actor, message: ExchangeMessage, part: Part, opened: Opened) -> Agreed | None:
    """The agreement under which the document came; None for an acknowledgement, which needs none."""
    if message.partner_id is None:
        found = whose(opened.senders, is_test=message.is_test)
        message.partner_id = found.partner_id if found else None
    if message.partner_id is None:
        names = ", ".join(f"{one.scheme.value} {one.value}" for one in opened.senders[:4]).replace("{", "(")
        raise _Held(S.PARKED, N_("The sender is not known: {names}.", names=names or "?"))
    partner = whose_by_id(message.partner_id)
    if partner is None or not partner.is_active:
        raise _Held(S.PARKED, N_("The partner is switched off."))
    message.is_test = message.is_test or partner.is_test
    document = part.document
    if document is None or (part.fault is not None and document.kind != "acknowledgement"):
        _unreadable(message, part, opened)
    if document.kind == "acknowledgement":
        return None
    message.company_id = partner.company_id or account_of(
        message.partner_id, (*party_names(sending_party(document)), *opened.senders)
    )
    if message.company_id is None:
        raise _Held(S.PARKED, N_("The account is not known: the partner speaks for several."))
    agreed = agreement(message.partner_id, "in", document.kind)
    if agreed is None:
        raise _Held(S.PARKED, N_("Nothing was agreed with the partner about documents of this kind."))
    message.agreement_id = agreed.id
    step(actor, message, S.READ)
    _check(actor, message, agreed)
    return agreed


def _unreadable(message: ExchangeMessage, part: Part, opened: Opened) -> None:
    """Refused where the sender was told so by an acknowledgement, else for a person to see."""
    words = part.fault.message if part.fault else opened.problem or N_("The file holds no message.")
    agreed = agreement(message.partner_id or 0, "in", part.document.kind if part.document is not None else "order")
    if agreed is None:
        raise _Held(S.PARKED, words)
    is_told = agreed.acknowledge is not Terms.NEVER
    is_told = is_told and bool(opened.parts) and bool(acknowledging_format(opened.family, agreed.acknowledge_format))
    raise _Held(S.REFUSED if is_told else S.PARKED, words)


def _check(actor: Actor, message: ExchangeMessage, agreed: Agreed) -> None:
    """Nothing twice, and nothing wrong that was not agreed to be taken."""
    earlier = same_document(message)
    if earlier is not None:
        message.duplicate_of_id = earlier.id
        if earlier.checksum == message.checksum:
            answer_again(actor, [earlier.id], None)
            raise _Held(S.DUPLICATE, N_("It came before."))
        words = N_("Number {number} was used before for other content.", number=message.number)
        raise _Held(S.PARKED, words)
    policy = agreed.options.get("on_invalid", "park")
    if message.verdict == Status.INVALID and policy != "accept" and not message.report.get("in_spite"):
        worst = next((one["message"] for one in message.report["findings"] if one["severity"] == "fatal"), "")
        words = N_("The document breaks a rule: {rule}", rule=worst[:300].replace("{", "(").replace("}", ")"))
        raise _Held(S.REFUSED if policy == "refuse" else S.PARKED, words)
    step(actor, message, S.CHECKED)


def _mapped(actor: Actor, message: ExchangeMessage, part: Part, agreed: Agreed) -> Work | None:
    document = to_ours(part.document, codes(agreed.partner_id))
    if document.kind not in ANSWERED_BY:
        link(actor, message, document)
        return None
    order = _changed_order(message, document) if isinstance(document, OrderChange) else None
    planned = _plan(actor, message, agreed, document)
    message.report = message.report | {"plan": planned.as_json()}
    if agreed.options.get("unknown") == "park" and (problem := planned.unknown) is not None:
        raise _Held(S.PARKED, problem)
    step(actor, message, S.MAPPED)
    message.due_at = clock.now() + LEASE
    return _work(message, agreed, document, planned, order)


def _work(
    message: ExchangeMessage, agreed: Agreed, document: Any, planned: OrderPlan, order: ExchangeMessage | None
) -> Work:  # fmt: skip
    return Work(
        message.id, agreed.partner_id, message.company_id or 0, agreed.user_id, document, planned,
        order_reference(agreed.partner_id, document.kind, message.number, message.is_test), dict(agreed.options),
        message.is_test, order.subject_id if order else None, ANSWERED_BY[document.kind],
        OrderPlan.from_json(order.report["plan"]) if order else None,
    )  # fmt: skip


def _again(message: ExchangeMessage, part: Part) -> Work | None:
    """A message whose worker died after the first transaction: its time must be over."""
    if message.due_at > clock.now() or message.partner_id is None or part.document is None:
        return None
    agreed = agreement(message.partner_id, "in", message.document)
    if agreed is None:
        return None
    message.due_at = clock.now() + LEASE
    document = to_ours(part.document, codes(agreed.partner_id))
    order = _changed_order(message, document) if isinstance(document, OrderChange) else None
    return _work(message, agreed, document, OrderPlan.from_json(message.report["plan"]), order)


def _changed_order(message: ExchangeMessage, change: OrderChange) -> ExchangeMessage:
    """The order that a change is about; one that has not come yet is waited for."""
    found = order_message(message.partner_id or 0, change.order.number, company_id=message.company_id)
    if found is None or found.subject_kind != "order" or found.subject_id is None:
        is_late = clock.now() - message.created_at > _PATIENCE
        words = N_("It waits for order {number}.", number=change.order.number)
        raise _Held(S.PARKED if is_late else S.WAITING, words, waits_for=change.order.number[:120])
    message.answers_id = found.id
    return found


def _plan(actor: Actor, message: ExchangeMessage, agreed: Agreed, document: Any) -> OrderPlan:
    company_id = message.company_id or 0
    order, known = order_of(document), codes(agreed.partner_id)
    articles = articles_by_code(actor, codes_of(order.lines, known), company_id=company_id)
    places = addresses(actor, company_id=company_id)
    place = find_place(order.ship_to, places, known)
    if place is None and document.kind == "order":
        default = default_address(actor, company_id=company_id)
        if order.ship_to is not None and agreed.options.get("ship_to", "known") == "known":
            name = order.ship_to.gln or next((one.value for one in order.ship_to.identifiers), order.ship_to.name)
            raise _Held(S.PARKED, N_("The delivery address {name} is not known.", name=name.replace("{", "(")))
        place = default.id if default else None
    fits = agreed.options.get("quantities", "fit") == "fit"
    return plan_order(order, articles, known, ship_to_id=place, today=today(actor), fits=fits)
