"""Threads and messages. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.accounts.models.people import User
from app.conversations.models.threads import Conversation
from app.conversations.service.threads import post, post_with_files
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as, system_scope
from tests.factories.ordering import article, buyer, order, ref, sales, shop


@dataclass(frozen=True, slots=True)
class Talk:
    """A buyer with an order, and somebody at the sales desk."""

    buyer: Actor
    desk: Actor
    order_id: int
    order_number: str

    @property
    def about(self) -> tuple[str, int]:
        return ("order", self.order_id)


def talk() -> Talk:
    shop()
    someone = buyer()
    placed = order(someone, [(article("TALK-1"), 2)])
    return Talk(someone, sales(), placed.id, placed.number)


def say(actor: Actor, play: Talk, text: str = "When does it come?", **facts: Any) -> int:
    """A message about the order; returns its id."""
    with acting_as(actor):
        write = post_with_files if "uploads" in facts else post
        return write(
            actor, subject=facts.pop("about", play.about), company_id=play.buyer.company_id, text=text,
            client_ref=facts.pop("client_ref", None) or ref(), **facts,
        )  # fmt: skip


def thread_row(play: Talk) -> Conversation:
    with system_scope("factory"):
        found = db.session.query(Conversation).filter_by(subject_kind="order", subject_id=play.order_id)
        return found.populate_existing().one()


def email_of(actor: Actor) -> str:
    """The mail address of a person."""
    with system_scope("factory"):
        return db.session.query(User).filter_by(id=actor.user_id).one().email
