"""Visits of our shop by buyers' systems: asked for, opened once, handed back or given up."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app.accounts.queries.companies import operator_id
from app.accounts.queries.people import person_actor
from app.accounts.service.sign_in import SignedIn, let_in
from app.accounts.service.tokens import session_token, token_hash
from app.catalog.domain.article import key_of
from app.catalog.queries.articles import articles_by_code
from app.core import audit, clock
from app.core.actor import Actor, Via
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import note_lock
from app.core.tenancy import acting_as
from app.core.texts import N_
from app.documents.cxml.basket import write_basket
from app.documents.cxml.envelope import Credential, Envelope, addressed
from app.documents.cxml.parts import NO_CURRENCY
from app.documents.cxml.punch_out import Operation
from app.documents.formats import FormatError
from app.documents.model.basket import Basket
from app.documents.oci.fields import form_fields
from app.exchange.domain.punch_out import (
    TOKEN_MINUTES,
    VISIT_HOURS,
    VISITOR_RIGHTS,
    AccessSettings,
    Protocol,
    VisitState,
    basket_of,
    kept_lines,
    may_return_to,
    visit_of,
)
from app.exchange.models.punch_out import PunchOutAccess, PunchOutVisit
from app.exchange.queries.punch_out import person_by_mail, visit_and_access
from app.ordering.domain.cart import WantedLine
from app.ordering.queries.cart import cart_head, priced_cart
from app.ordering.service.cart import add_lines, make_active, new_cart
from app.ordering.service.carts import discard_cart

CART_NAME = "Punch-out {id}"
LEFT_OUT_SHOWN = 20


@dataclass(frozen=True, slots=True)
class WantedItem:
    """An article that a buyer's system asks to see again: by the mark we gave it, else by number."""

    sku: str
    quantity: Decimal
    unit: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a buyer's system said of a visit. `facts` go back in the envelope. `is_ours`: a try, whose way back is ours."""

    return_url: str
    operation: Operation = Operation.CREATE
    cookie: str = ""
    visitor: str = ""
    mail: str = ""
    target: str = ""
    items: Sequence[WantedItem] = ()
    selected: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    is_test: bool = False
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A visit that has begun: the session of the browser, and the article to show first."""

    visit_id: int
    signed_in: SignedIn
    selected: str
    frame_origin: str
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Handed:
    """The form that takes a cart back: where it goes and what is in it."""

    url: str
    target: str
    fields: tuple[tuple[str, str], ...]
    lines: int
    notes: tuple[str, ...] = ()


@command
def ask(actor: Actor, access: PunchOutAccess, asking: Asking) -> str:
    """Note that a visit is to come; returns the token of its start address, good once within ten minutes."""
    if not access.is_active:
        raise Forbidden(N_("This access has been closed."))
    if not may_return_to(asking.return_url, () if asking.is_ours else access.hosts):
        raise Invalid("return_url", N_("A cart may not be sent back to this address."))
    user_id = access.user_id
    if access.matches_people and asking.mail:
        user_id = person_by_mail(access.company_id, asking.mail) or user_id
    token = session_token()
    request = {
        **asking.facts, "selected": asking.selected,
        "items": [
            {"sku": one.sku, "quantity": format(one.quantity, "f"), "unit": one.unit, "mark": one.mark} for one in asking.items
        ],
    }  # fmt: skip
    visit = PunchOutVisit(
        access_id=access.id, company_id=access.company_id, user_id=user_id, operation=asking.operation.value,
        token_hash=token_hash(token), token_until=clock.now() + timedelta(minutes=TOKEN_MINUTES), cookie=asking.cookie[:500],
        return_url=asking.return_url, target=asking.target[:60], visitor=(asking.visitor or asking.mail)[:200], request=request,
        is_test=asking.is_test,
    )  # fmt: skip
    db.session.add(visit)
    db.session.flush()
    audit.record(actor, "punch_out_access", access.id, "visit_asked", {"visit": visit.id, "visitor": visit.visitor})
    return token


def house() -> Actor:
    """The program itself, for the operator: what systems ask for is nobody's click."""
    with acting_as(Actor.system(via=Via.EDI)):
        return Actor.system(operator_id() or 0, via=Via.EDI)


def open_visit(token: str, *, ip: str, user_agent: str = "") -> Opened:
    """Begin the visit of a start address: a session, a cart of its own, the articles to see again. NotFound when used up."""
    system = house()
    with acting_as(system):
        visit, frame = _begin(system, token)
        visitor = person_actor(visit.company_id, visit.user_id, via=Via.WEB)
    visitor = as_visitor(visitor, visit.id)
    with acting_as(visitor):
        left_out = _fill(visitor, visit)
    signed_in = let_in(visit.user_id, visit.company_id, ip=ip, user_agent=user_agent, hours=VISIT_HOURS)
    return Opened(visit.id, signed_in, str(visit.request.get("selected", "")), frame, left_out)


def as_visitor(person: Actor, visit_id: int) -> Actor:
    """The person with no more rights than a visitor needs, at a desk of his own."""
    return replace(person.with_permissions(person.permissions & VISITOR_RIGHTS), seat=visit_id)


@command
def _begin(actor: Actor, token: str) -> tuple[PunchOutVisit, str]:
    note_lock("punch_out_visits")
    visit = db.session.scalar(
        select(PunchOutVisit).where(PunchOutVisit.token_hash == token_hash(token)).with_for_update()
    )
    now = clock.now()
    if visit is None or visit.state != VisitState.ASKED or visit.token_until < now:
        raise NotFound
    access = db.session.get(PunchOutAccess, visit.access_id)
    if access is None or not access.is_active:
        raise NotFound
    visit.state, visit.opened_at = VisitState.OPEN.value, now
    db.session.flush()
    frame = access.frame_origin
    db.session.expunge(visit)
    return visit, frame


@command
def _fill(actor: Actor, visit: PunchOutVisit) -> tuple[str, ...]:
    """The visit's cart, active, with what the buyer's system wants to see again; returns numbers that could not be put in."""
    stored = _locked(actor, visit.id)
    cart_id = new_cart(actor, CART_NAME.format(id=visit.id))
    make_active(actor, cart_id)
    stored.cart_id = cart_id
    items = [
        WantedItem(one["sku"], Decimal(one["quantity"]), one["unit"], one["mark"])
        for one in visit.request.get("items", ())
    ]
    if not items or visit.operation not in (Operation.EDIT, Operation.INSPECT):
        return ()
    return tuple(_put(actor, stored, cart_id, items))


def _put(actor: Actor, visit: PunchOutVisit, cart_id: int, items: Sequence[WantedItem]) -> Iterable[str]:
    access = db.session.get(PunchOutAccess, visit.access_id)
    units = AccessSettings.from_json(access.settings).units if access else {}
    known = _marked(actor, visit, items)
    found = articles_by_code(actor, [one.sku for one in items if one.mark not in known])
    wanted: list[tuple[str, WantedLine]] = []
    for one in items:
        line = known.get(one.mark)
        if line is not None:
            wanted.append((one.sku, replace(line, quantity=one.quantity)))
            continue
        matches = found.get(key_of(one.sku), [])
        if len(matches) != 1:
            yield one.sku
            continue
        unit = units.get(one.unit, one.unit)
        wanted.append(
            (
                one.sku,
                WantedLine(matches[0].id, one.quantity, unit if unit in matches[0].all_units else matches[0].base_unit),
            )
        )
    try:
        if wanted:
            add_lines(actor, cart_id, [line for _, line in wanted], client_ref=f"punch-out {visit.id}")
    except Invalid:
        for position, (sku, line) in enumerate(wanted):
            try:
                add_lines(actor, cart_id, [line], client_ref=f"punch-out {visit.id}.{position}")
            except Invalid:
                yield sku


def _marked(actor: Actor, visit: PunchOutVisit, items: Sequence[WantedItem]) -> dict[str, WantedLine]:
    """Lines of earlier visits of the same system, by the marks they were handed back with."""
    marks = {one.mark: both for one in items if (both := visit_of(one.mark))}
    earlier = db.session.scalars(
        select(PunchOutVisit).where(
            PunchOutVisit.id.in_({visit_id for visit_id, _ in marks.values()}), PunchOutVisit.access_id == visit.access_id,
            PunchOutVisit.company_id == actor.company_id,
        )
    )  # fmt: skip
    lines = {(one.id, line["position"]): line for one in earlier for line in one.basket}
    return {
        mark: WantedLine(line["article"], Decimal(line["quantity"]), line["unit"], line["note"])
        for mark, both in marks.items()
        if (line := lines.get(both)) is not None
    }


def _locked(actor: Actor, visit_id: int) -> PunchOutVisit:
    note_lock("punch_out_visits")
    visit = db.session.scalar(
        select(PunchOutVisit)
        .where(PunchOutVisit.id == visit_id, PunchOutVisit.company_id == actor.company_id)
        .with_for_update()
    )
    if visit is None or visit.user_id != actor.user_id:
        raise NotFound
    return visit


@command
def hand_back(actor: Actor, visit_id: int) -> Handed:
    """The cart on its way back to the buyer's system; the visit ends. Conflict when it has ended before.

    A line without a price, or one that the buyer's system could not take, is Invalid and ends nothing.
    """
    visit = _open_one(actor, visit_id)
    access = _access(actor, visit)
    settings = AccessSettings.from_json(access.settings)
    page = priced_cart(actor, visit.cart_id) if visit.cart_id else None
    rows = page.rows if page else []
    problem = next((row for row in rows if row.problems), None)
    if problem is not None:
        raise Invalid("cart", problem.problems[0].message)
    basket = basket_of(
        rows, visit_id=visit.id, cookie=visit.cookie, currency=page.currency if page else "", settings=settings,
        is_inspect=visit.operation == Operation.INSPECT,
    )  # fmt: skip
    handed = _form(visit, access, settings, basket)
    visit.basket, visit.state, visit.ended_at = kept_lines(rows), VisitState.RETURNED.value, clock.now()
    _leave_cart(actor, visit)
    audit.record(actor, "punch_out_access", access.id, "cart_handed_back", {"visit": visit.id, "lines": len(rows)})
    return handed


@command
def cancel(actor: Actor, visit_id: int) -> Handed:
    """Go back with nothing, which the buyer's system takes as given up."""
    visit = _open_one(actor, visit_id)
    access = _access(actor, visit)
    settings = AccessSettings.from_json(access.settings)
    visit.state, visit.ended_at = VisitState.CANCELLED.value, clock.now()
    handed = _form(
        visit, access, settings, Basket(lines=(), cookie=visit.cookie, currency=NO_CURRENCY, total=Decimal(0))
    )
    _leave_cart(actor, visit)
    audit.record(actor, "punch_out_access", access.id, "visit_cancelled", {"visit": visit.id})
    return handed


def _open_one(actor: Actor, visit_id: int) -> PunchOutVisit:
    visit = _locked(actor, visit_id)
    if visit.state != VisitState.OPEN:
        raise Conflict(N_("This visit has ended. Open the shop again from your purchasing system."))
    return visit


def _access(actor: Actor, visit: PunchOutVisit) -> PunchOutAccess:
    found = visit_and_access(actor, visit.id)
    if found is None:
        raise NotFound
    return found[1]


def _leave_cart(actor: Actor, visit: PunchOutVisit) -> None:
    """What was handed back is ordered there: here its cart is put away, and can be brought back."""
    if visit.cart_id is not None and cart_head(actor, visit.cart_id).is_open:
        discard_cart(actor, visit.cart_id)


def _form(visit: PunchOutVisit, access: PunchOutAccess, settings: AccessSettings, basket: Basket) -> Handed:
    try:
        if access.protocol == Protocol.CXML:
            data = addressed(write_basket(basket), _envelope(visit, access))
            fields: tuple[tuple[str, str], ...] = (("cxml-urlencoded", data.decode()),)
            return Handed(visit.return_url, visit.target, fields, len(basket.lines))
        form = form_fields(basket, settings.terms())
    except FormatError as error:
        raise Invalid("cart", error.message) from None
    texts = tuple(str(cut.message) for cut in form.cuts[:LEFT_OUT_SHOWN])
    return Handed(visit.return_url, visit.target, form.fields, len(basket.lines), texts)


def _envelope(visit: PunchOutVisit, access: PunchOutAccess) -> Envelope:
    """We answer under the name we were asked by."""
    facts = visit.request
    our = Credential(
        str(facts.get("to_domain") or access.our_domain or "NetworkID"),
        str(facts.get("to_identity") or access.our_identity or "Kontor"),
    )
    return Envelope(
        senders=(our,), recipients=(Credential(access.domain, access.identity),), payload_id=payload_id(),
        timestamp=now_text(), is_test=visit.is_test,
    )  # fmt: skip


def payload_id() -> str:
    """As cXML asks for: never the same twice."""
    return f"{clock.now():%Y%m%d%H%M%S%f}.{secrets.token_hex(8)}@kontor"


def now_text() -> str:
    return clock.now().isoformat(timespec="seconds")


def hand_over(access: PunchOutAccess, return_url: str, target: str, items: Sequence[WantedItem]) -> Handed:
    """Articles at once as a form, without a visit of a person: what cannot be ordered is left out."""
    system = house()
    with acting_as(system):
        token = ask(system, access, Asking(return_url=return_url, target=target, operation=Operation.EDIT, items=items))
        visit, _ = _begin(system, token)
        visitor = as_visitor(person_actor(visit.company_id, visit.user_id, via=Via.WEB), visit.id)
    with acting_as(visitor):
        _fill(visitor, visit)
        return hand_back(visitor, visit.id)
