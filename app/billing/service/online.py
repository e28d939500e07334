"""Paying online: a customer begins, the provider takes the money, what it says is posted once.

Calls to the provider are made outside of transactions. A webhook, the person's return and a sweep all do the same:
ask the provider how the payment stands.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app.accounts.domain.signing import signed
from app.billing.domain.matching import Part
from app.billing.models.open_items import OpenItem
from app.billing.models.payments import OnlinePayment
from app.billing.policy import Permission
from app.billing.service.bank_booking import settle_parts
from app.billing.service.open_items import NewItem, post
from app.billing.service.providers import Asked, Provider, Standing
from app.billing.service.providers.local import Local
from app.billing.service.providers.mollie import Mollie
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable
from app.core.locks import lock_rows
from app.core.settings import settings
from app.core.texts import N_

_AGAIN, _GIVEN_UP = timedelta(minutes=5), timedelta(days=8)
_AT_ONCE = 50


def provider() -> Provider | None:
    """The provider of this installation; None when nobody can pay online."""
    chosen = settings().PAYMENT_PROVIDER
    if chosen == "mollie":
        return Mollie(settings().PAYMENT_ADDRESS, settings().PAYMENT_KEY)
    return Local() if chosen == "test" else None


def begin(actor: Actor, item_ids: Sequence[int], *, client_ref: str) -> str:
    """Begin to pay own open items (one currency); returns the address to pay at. A repeat gives the same one."""
    actor.demand(Permission.PAY)
    taker = _taker()
    payment_id = _note(actor, taker.code, item_ids, client_ref)
    row = _facts(payment_id)
    if row.checkout_url:
        return row.checkout_url
    base = settings().base_url
    begun = taker.begin(Asked(
        payment_id, row.amount, row.currency, row.text, f"{base}/pay/{payment_id}",
        f"{base}/pay/hook/{payment_id}/{_token(payment_id)}",
    ))  # fmt: skip
    _begun(actor, payment_id, begun.reference, begun.address)
    return begun.address


def _taker() -> Provider:
    found = provider()
    if found is None:
        raise Unavailable(N_("Online payment is not set up."))
    return found


def _token(payment_id: int) -> str:
    return hmac.new(
        settings().secret_key.encode(), f"online payment {payment_id}".encode(), hashlib.sha256
    ).hexdigest()[:40]


@command
def _note(actor: Actor, code: str, item_ids: Sequence[int], client_ref: str) -> int:
    known = db.session.scalar(
        select(OnlinePayment.id).where(
            OnlinePayment.company_id == actor.company_id, OnlinePayment.client_ref == client_ref
        )
    )
    if known is not None:
        return known
    items = db.session.scalars(
        select(OpenItem)
        .where(OpenItem.id.in_(item_ids), OpenItem.company_id == actor.company_id, OpenItem.open_amount > 0)
        .order_by(OpenItem.id)
    ).all()  # fmt: skip
    if not items or len(items) != len(set(item_ids)):
        raise Invalid("items", N_("Choose what to pay; what is paid cannot be paid again."))
    if len({item.currency for item in items}) != 1:
        raise Invalid("items", N_("Choose items of one currency."))
    row = OnlinePayment(
        company_id=actor.company_id, client_ref=client_ref, provider=code, currency=items[0].currency,
        amount=sum((item.open_amount for item in items), Decimal(0)),
        text=", ".join(item.number for item in items)[:200], user_name=signed(actor), created_at=clock.now(),
        due_at=clock.now() + _AGAIN,
        items=[{"item_id": item.id, "amount": str(item.open_amount)} for item in items],
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "online_payment", row.id, "begun", {"amount": row.amount, "currency": row.currency})
    return row.id


def _facts(payment_id: int) -> OnlinePayment:
    row = db.session.get(OnlinePayment, payment_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


@command
def _begun(actor: Actor, payment_id: int, reference: str, address: str) -> None:
    row = lock_rows(OnlinePayment, [payment_id])[0]
    if row.state == "created":
        row.state, row.provider_ref, row.checkout_url = "open", reference, address


@command
def choose(actor: Actor, payment_id: int, state: str) -> None:
    """The test provider's page: what the bank would say. Own payments only, and only where the test provider is set."""
    actor.demand(Permission.PAY)
    rows = lock_rows(OnlinePayment, [payment_id])
    if not rows or rows[0].provider != "test" or rows[0].company_id != actor.company_id:
        raise NotFound
    if settings().PAYMENT_PROVIDER != "test" or state not in ("paid", "failed", "cancelled"):
        raise Forbidden(N_("You have no right to do this."))
    if rows[0].state == "open":
        rows[0].test_state = state


def token_fits(payment_id: int, token: str) -> bool:
    """Whether a call to the hook carries the secret of its payment."""
    return hmac.compare_digest(token.encode(), _token(payment_id).encode())


def heed(actor: Actor, payment_id: int) -> str:
    """Ask the provider how a payment stands and post it once when it is paid; returns the state. Operator scope."""
    row = _facts(payment_id)
    taker = provider()
    if row.state != "open" or taker is None or taker.code != row.provider:
        return row.state
    return _apply(actor, payment_id, taker.standing(row.provider_ref))


@command
def _apply(actor: Actor, payment_id: int, standing: Standing) -> str:
    row = lock_rows(OnlinePayment, [payment_id])[0]
    if row.state != "open":
        return row.state
    row.attempts += 1
    row.due_at = clock.now() + _AGAIN
    if standing.state == "open":
        if clock.now() - row.created_at > _GIVEN_UP:
            row.state = "expired"
        return row.state
    if standing.state == "paid":
        if (standing.amount, standing.currency) != (row.amount, row.currency):
            row.last_error = f"paid {standing.amount} {standing.currency}"[:300]
            raise Conflict(N_("The provider tells another amount than was asked for."))
        _post(actor, row)
    row.state = standing.state
    audit.record(actor, "online_payment", row.id, standing.state, {"state": ["open", standing.state]},
                 company_id=row.company_id)  # fmt: skip
    return row.state


def _post(actor: Actor, row: OnlinePayment) -> None:
    """The payment enters the ledger; what is still open of its items is settled, the rest stays in the account's favour."""
    day = clock.today()
    row.item_id = post(actor, NewItem(
        company_id=row.company_id, kind="payment", number=f"ONLINE-{row.id}", text=row.text, amount=-row.amount,
        currency=row.currency, issued_on=day, source=f"online:{row.id}",
    ))  # fmt: skip
    row.paid_at = clock.now()
    db.session.flush()
    wanted = {one["item_id"]: Decimal(one["amount"]) for one in row.items}
    items = lock_rows(OpenItem, [row.item_id, *wanted])
    parts = [
        Part(item.id, min(wanted[item.id], item.open_amount))
        for item in items if item.id in wanted and item.open_amount > 0
    ]  # fmt: skip
    settle_parts(actor, row.item_id, parts, day, f"online:{row.id}")


def sweep(actor: Actor) -> int:
    """Ask again about payments whose webhook got lost; returns how many were asked about."""
    due = db.session.scalars(
        select(OnlinePayment.id)
        .where(OnlinePayment.state == "open", OnlinePayment.due_at <= clock.now())
        .order_by(OnlinePayment.due_at).limit(_AT_ONCE)
    ).all()  # fmt: skip
    for payment_id in due:
        try:
            heed(actor, payment_id)
        except DomainError:
            continue  # asked again with the next sweep
    return len(due)
