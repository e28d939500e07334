"""The conversation on the pages of its subjects, and how many threads wait in the top bar."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.conversations.domain.subjects import ACCOUNT, CART, CLAIM, INVOICE, ORDER, QUOTE, kinds_of
from app.conversations.forms.messages import MessageForm
from app.conversations.policy import Permission
from app.conversations.queries.subjects import RIGHTS
from app.conversations.queries.threads import last_messages, threads_of, unanswered_count
from app.core.once import once
from app.web.access import actor, actor_or_none
from app.web.slots import slot


def panel(kind: str, subject_id: int) -> str | None:
    """The last messages about a subject, a box to write in, and the way to the whole thread."""
    me = actor()
    if not me.can(Permission.READ) or kind not in kinds_of(me, RIGHTS):
        return None
    found = next(iter(threads_of(me, subject=(kind, subject_id), limit=1)), None)
    may_write = me.can(Permission.WRITE)
    if found is None and not may_write:
        return None
    return render_template(
        "conversations/_panel.html",
        kind=kind,
        subject_id=subject_id,
        row=found,
        messages=last_messages(me, found.id) if found else [],
        form=MessageForm(formdata=None, prefix="") if may_write else None,
        here=request.path,
        is_operator=me.is_operator,
    )


@slot("ordering.cart.after", order=50)
def cart_panel(*, cart_id: int, **_context: Any) -> str | None:
    return panel(CART, cart_id)


@slot("ordering.order.side", order=5)
def order_panel(*, order: Any, **_context: Any) -> str | None:
    return panel(ORDER, order.id)


@slot("sourcing.quote.side", order=5)
def quote_panel(*, quote: Any, **_context: Any) -> str | None:
    return panel(QUOTE, quote.id)


@slot("billing.invoice.side", order=5)
def invoice_panel(*, invoice: Any, **_context: Any) -> str | None:
    return panel(INVOICE, invoice.id)


@slot("fulfilment.claim.side", order=5)
def claim_panel(*, claim: Any, **_context: Any) -> str | None:
    return panel(CLAIM, claim.id)


@slot("accounts.account.side", order=5)
def account_panel(*, account: Any, **_context: Any) -> str | None:
    return panel(ACCOUNT, account.id) if account.kind == "customer" else None


@slot("accounts.company.after", order=5)
def company_panel(**_context: Any) -> str | None:
    me = actor()
    return None if me.is_operator else panel(ACCOUNT, me.company_id)


@slot("layout.top.notices", order=45)
def waiting_chip(**_context: Any) -> str | None:
    """The operator: messages without an answer. A customer's person: followed threads with something new."""
    me = actor_or_none()
    if me is None or not me.can(Permission.READ):
        return None
    n = once(("conversations.waiting", me.user_id), lambda: unanswered_count(me))
    return render_template("conversations/_chip.html", n=n, is_operator=me.is_operator) if n else None
