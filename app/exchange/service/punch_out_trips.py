"""Trips of our own people to shops of others: handed over with credentials, back with a basket that becomes a request."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.accounts.queries.companies import account_id, buying_terms
from app.accounts.queries.people import profile
from app.accounts.service.tokens import session_token, token_hash
from app.core import audit, clock, http
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows, note_lock
from app.core.settings import settings
from app.core.tenancy import acting_as
from app.core.texts import N_
from app.documents.cxml.basket import read_basket
from app.documents.cxml.envelope import Credential, Envelope
from app.documents.cxml.punch_out import Operation, SetupRequest, read_response, write_setup
from app.documents.formats import FormatError
from app.documents.model.basket import Basket, BasketLine
from app.documents.model.party import Contact, Party
from app.documents.oci.fields import read_form
from app.documents.reading import Reading
from app.exchange.domain.punch_out import Protocol, origin_of
from app.exchange.models.punch_out import PunchOutShop, PunchOutTrip
from app.exchange.queries.punch_out import shop as shop_of
from app.exchange.queries.punch_out import trip as trip_of
from app.exchange.service.punch_out_visits import house, now_text, payload_id
from app.sourcing.domain import sealing
from app.sourcing.domain.quote import LineAsk, Request
from app.sourcing.service.quotes import start

ANSWER_SECONDS = 30
MAX_LINES = 1000
_MAX_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopEntry:
    """What the operator enters of a shop. Without a `secret` the known one stays."""

    company: str
    name: str
    protocol: str
    url: str
    our_identity: str
    domain: str = ""
    identity: str = ""
    our_domain: str = ""
    secret: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Way:
    """How the browser gets to the shop: to an address, or by a form with these fields."""

    url: str
    fields: tuple[tuple[str, str], ...] = ()


@command
def save_shop(actor: Actor, shop_id: int | None, entry: ShopEntry, *, row_version: int = 0) -> int:
    if not origin_of(entry.url):
        raise Invalid("url", N_("{address} is no address such as https://partner.example/edi", address=entry.url))
    values: dict[str, Any] = {
        "company_id": account_id(actor, entry.company), "name": entry.name, "protocol": Protocol(entry.protocol).value,
        "url": entry.url, "domain": entry.domain, "identity": entry.identity, "our_domain": entry.our_domain,
        "our_identity": entry.our_identity, "is_active": entry.is_active,
    }  # fmt: skip
    if shop_id is None:
        shop = PunchOutShop(**values)
        db.session.add(shop)
        db.session.flush()
    else:
        shop = shop_of(actor, shop_id)
        lock_rows(PunchOutShop, [shop_id])
        db.session.refresh(shop)
        if shop.row_version != row_version:
            raise Conflict(N_("Somebody changed this meanwhile. Look at it again."))
        for name, value in values.items():
            setattr(shop, name, value)
        shop.row_version += 1
    if entry.secret:
        shop.secrets = sealing.lock(_key(), entry.secret.encode(), _bound(shop.id))
    audit.record(actor, "punch_out_shop", shop.id, "changed" if shop_id else "made", values)
    return shop.id


def _key() -> bytes:
    return sealing.derived(settings().sealing_key, "secrets of shops")


def _bound(shop_id: int) -> bytes:
    return f"shop {shop_id}".encode()


def _secret(shop: PunchOutShop) -> str:
    if not shop.secrets:
        return ""
    try:
        return sealing.unlock(_key(), shop.secrets, _bound(shop.id)).decode()
    except sealing.SealBrokenError as error:
        raise Invalid(
            "secret", N_("The secret of this shop was locked with another SEALING_KEY. Enter it again.")
        ) from error


def set_out(actor: Actor, shop_id: int, back_url: str) -> Way:
    """Begin a trip. `back_url` has {cookie} in it. A shop that cannot be opened raises Unavailable or Invalid."""
    cookie = session_token()
    shop = _asked(actor, shop_id, cookie)
    address = back_url.replace("{cookie}", cookie)
    if shop.protocol == Protocol.OCI:
        fields = (("HOOK_URL", address), ("OCI_VERSION", "4.0"), ("OPI_VERSION", "1.0"), ("~OkCode", "ADDI"), ("~TARGET", "_top"),
                  ("~CALLER", "CTLG"), ("USERNAME", shop.our_identity), ("PASSWORD", _secret(shop)))  # fmt: skip
        return Way(shop.url, fields)
    reply = http.call(
        "POST", shop.url, body=write_setup(_setup(actor, shop, cookie, address)), timeout=ANSWER_SECONDS, max_answer=1_000_000,
        headers={"Content-Type": "text/xml; charset=UTF-8", "User-Agent": "Kontor"},
    )  # fmt: skip
    try:
        answer = read_response(reply.body)
    except FormatError as error:
        raise Invalid(
            "url", N_("{name} did not answer as a shop does: {reason}", name=shop.name, reason=error.message)
        ) from None
    if not answer.is_fine or not origin_of(answer.start_url):
        said = f"{answer.code} {answer.text} {answer.detail}".strip()[:_MAX_SHOWN]
        raise Invalid("url", N_("{name} did not open: {reason}", name=shop.name, reason=said))
    return Way(answer.start_url)


@command
def _asked(actor: Actor, shop_id: int, cookie: str) -> PunchOutShop:
    shop = shop_of(actor, shop_id)
    if not shop.is_active or actor.user_id is None:
        raise Forbidden(N_("This shop is not in use."))
    trip = PunchOutTrip(
        shop_id=shop.id, company_id=actor.company_id, user_id=actor.user_id, cookie_hash=token_hash(cookie)
    )
    db.session.add(trip)
    db.session.flush()
    audit.record(actor, "punch_out_shop", shop.id, "trip_begun", {"trip": trip.id})
    return shop


def _setup(actor: Actor, shop: PunchOutShop, cookie: str, address: str) -> SetupRequest:
    person = profile(actor)
    us = Credential(shop.our_domain or "NetworkID", shop.our_identity)
    return SetupRequest(
        operation=Operation.CREATE, cookie=cookie, return_url=address,
        envelope=Envelope(
            senders=(us,), recipients=(Credential(shop.domain or "NetworkID", shop.identity or shop.name),), secret=_secret(shop),
            payload_id=payload_id(), timestamp=now_text(), language=actor.locale,
        ),
        extras=(("UserEmail", person.email), ("UniqueName", person.email), ("UserFullName", person.name)),
        contact=Party(name=person.name, address=None, contact=Contact(email=person.email)),
    )  # fmt: skip


def from_base64(text: str) -> str:
    """The other form a basket of cXML may come in; "" where there is none."""
    try:
        return base64.b64decode(text, validate=False).decode()
    except ValueError:
        raise Invalid("basket", N_("The basket cannot be read.")) from None


def come_back(cookie: str, fields: list[tuple[str, str]], text: str) -> int:
    """A basket that a shop sends: kept with its trip, whoever's browser brings it. NotFound for an unknown cookie."""
    actor = house()
    with acting_as(actor):
        return _kept(actor, cookie, fields, text)


@command
def _kept(actor: Actor, cookie: str, fields: list[tuple[str, str]], text: str) -> int:
    note_lock("punch_out_trips")
    trip = db.session.scalar(
        select(PunchOutTrip).where(PunchOutTrip.cookie_hash == token_hash(cookie)).with_for_update()
    )
    if trip is None:
        raise NotFound
    if trip.state == "taken":
        raise Conflict(N_("This basket has become a request already."))
    reading: Reading[Basket] = read_basket(text.encode()) if text else read_form(fields)
    basket = reading.document
    if text and basket.cookie != cookie:
        raise Invalid("cookie", N_("This basket belongs to another visit."))
    if len(basket.lines) > MAX_LINES:
        raise Invalid("lines", N_("A basket has at most {n} lines.", n=MAX_LINES))
    trip.basket = [_plain(line, basket.currency) for line in basket.lines]
    trip.currency = basket.currency if len(basket.currency) == len("EUR") else ""
    trip.problems = [fault.message.as_json() for fault in reading.faults] + [
        N_("{path} ({value}) is not taken over.", path=item.path, value=item.value[:_MAX_SHOWN]).as_json()
        for item in reading.leftovers[:20]
    ]
    trip.state, trip.returned_at = ("returned" if basket.lines else "empty"), clock.now()
    audit.record(actor, "punch_out_shop", trip.shop_id, "basket_came", {"trip": trip.id, "lines": len(basket.lines)})
    return trip.id


def _plain(line: BasketLine, currency: str) -> dict[str, Any]:
    return {
        "sku": line.ids.sku[:80], "name": (line.name or line.description)[:300], "quantity": format(line.quantity, "f"),
        "unit": line.unit[:20], "price": format(line.unit_price, "f") if line.unit_price is not None else "",
        "per": format(line.price_base_quantity, "f") if line.price_base_quantity else "", "currency": line.currency or currency,
        "mark": line.auxiliary_id[:200], "manufacturer": f"{line.manufacturer} {line.ids.manufacturer_sku}".strip()[:200],
    }  # fmt: skip


@command
def take_over(actor: Actor, trip_id: int) -> int:
    """The basket as a request for a quote, a draft of the person's; a repeat gives the same. Returns the quote's id."""
    trip, shop = trip_of(actor, trip_id)
    lock_rows(PunchOutTrip, [trip.id])
    db.session.refresh(trip)
    if trip.user_id != actor.user_id:
        raise NotFound
    if trip.quote_id is not None:
        return trip.quote_id
    if trip.state != "returned":
        raise Conflict(N_("There is no basket to take over."))
    currency = buying_terms(actor).currency
    lines = tuple(_ask_of(line, currency) for line in trip.basket if Decimal(line["quantity"]) > 0)
    request = Request(lines, title=shop.name, source=f"punch-out {trip.id}")
    trip.quote_id = start(actor, request, client_ref=f"punch-out {trip.id}")
    trip.state = "taken"
    return trip.quote_id


def _ask_of(line: dict[str, str], currency: str) -> LineAsk:
    text = " ".join(filter(None, (line["sku"], line["name"], line["manufacturer"])))
    price, is_ours = None, line["currency"] == currency
    if line["price"] and is_ours:
        price = (Decimal(line["price"]) / (Decimal(line["per"]) if line["per"] else 1)).quantize(Decimal("0.0001"))
    note = " ".join(filter(None, (
        line["mark"], "" if is_ours or not line["price"] else f"{line['price']} {line['currency']}",
    )))  # fmt: skip
    unit = line["unit"] if line["unit"].isalnum() and len(line["unit"]) <= len("XPP") else "C62"
    return LineAsk(None, text, Decimal(line["quantity"]), unit, price, None, note)
