"""What a conversation can be about, and who may look at each kind by his rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.actor import Actor
from app.core.texts import N_, Message

CART, QUOTE, ORDER, INVOICE, CLAIM, ACCOUNT = KINDS = ("cart", "quote", "order", "invoice", "claim", "account")

KIND_WORDS: Mapping[str, Message] = {
    CART: N_("Cart"),
    QUOTE: N_("Quote"),
    ORDER: N_("Order"),
    INVOICE: N_("Invoice"),
    CLAIM: N_("Claim"),
    ACCOUNT: N_("Account"),
}

STATE_WORDS: Mapping[str, Message] = {
    "open": N_("Waits for an answer"),
    "answered": N_("Answered"),
    "closed": N_("Closed"),
}
STATE_TONES: Mapping[str, str] = {"open": "warn", "answered": "good", "closed": ""}


@dataclass(frozen=True, slots=True)
class Rights:
    """The right to see one kind: of a customer's person, and of the operator's (any one is enough)."""

    customer: str
    operator: tuple[str, ...]


def kinds_of(actor: Actor, rights: Mapping[str, Rights]) -> tuple[str, ...]:
    """The kinds of subjects the actor may see at all."""
    if actor.is_operator:
        return tuple(kind for kind in KINDS if any(actor.can(one) for one in rights[kind].operator))
    return tuple(kind for kind in KINDS if actor.can(rights[kind].customer))


def name_of(kind: str, number: str, title: str = "") -> Message:
    """The subject in words: "Order A-100", "Cart 12 (Spring)"; an account by its name."""
    if kind == ACCOUNT:
        return N_("{name}", name=title or number)
    if title:
        return N_("{kind} {number} ({name})", kind=KIND_WORDS[kind], number=number, name=title)
    return N_("{kind} {number}", kind=KIND_WORDS[kind], number=number)
