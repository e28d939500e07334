"""An account has its documents sent to an address, or not any more."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.domain.contact import email_address
from app.billing.domain.export import FORMS
from app.billing.models.subscriptions import DocumentSubscription
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_

KINDS = ("invoice", "credit_note", "corrective", "prepayment")
MOST = 20


@command
def subscribe(actor: Actor, email: str, kinds: Collection[str], forms: Collection[str]) -> int:
    """Each new document of these kinds goes to the address, from now on; the same address again changes its choice.

    Raises Invalid for an address that cannot be, no kind, no form, or more than twenty addresses.
    """
    address = email_address(email)
    values = {"kinds": [one for one in KINDS if one in kinds], "forms": [one for one in FORMS if one in forms]}
    if not values["kinds"]:
        raise Invalid("invoice", N_("Choose at least one kind of document."))
    if not values["forms"]:
        raise Invalid("pdf", N_("Choose at least one form of the documents."))
    statement = insert(DocumentSubscription).values(
        company_id=actor.company_id, email=address, user_name=actor.name, created_at=clock.now(), **values
    )
    key: int = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=[DocumentSubscription.company_id, DocumentSubscription.email], set_=values
        ).returning(DocumentSubscription.id)
    )  # type: ignore[assignment]  # an upsert returns its row
    count = select(func.count()).where(DocumentSubscription.company_id == actor.company_id)
    if (db.session.scalar(count) or 0) > MOST:
        raise Invalid("email", N_("At most {most} addresses get documents.", most=MOST))
    audit.record(actor, "document_subscription", key, "subscribed", {"email": address, **values})
    return key


@command
def unsubscribe(actor: Actor, subscription_id: int) -> None:
    """Nothing more goes there; NotFound for another account's."""
    email = db.session.scalar(
        delete(DocumentSubscription)
        .where(DocumentSubscription.id == subscription_id, DocumentSubscription.company_id == actor.company_id)
        .returning(DocumentSubscription.email)
    )
    if email is None:
        raise NotFound
    audit.record(actor, "document_subscription", subscription_id, "unsubscribed", {"email": [email, None]})
