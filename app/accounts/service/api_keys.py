"""Keys of the machine interface: made, used, revoked. Only a hash is kept; who loses a key makes another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.models.api_keys import ApiKey
from app.accounts.models.people import Membership
from app.accounts.queries.api_keys import key_holder
from app.accounts.queries.companies import own_or_asked
from app.accounts.service.tokens import session_token, token_hash
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db, transaction
from app.core.errors import Conflict, Invalid, NotFound
from app.core.permissions import known
from app.core.tenancy import system_scope
from app.core.texts import N_

MARK = "kontor_"  # how keys begin, so that one who finds a key knows what it is
_SHOWN = len(MARK) + 5
_NOTED_EVERY = timedelta(minutes=1)


@command
def make_key(
    actor: Actor,
    name: str,
    *,
    user_id: int,
    permissions: Iterable[str],
    client_ref: str,
    expires_on: date | None = None,
    company_id: int | None = None,
) -> tuple[int, str]:
    """A key with which a program acts in the name of a person of the company, with those rights of his that it names.

    Returns its id and the key itself, which is nowhere to be read again. `expires_on` is its last day (UTC).
    """
    company = own_or_asked(actor, company_id)
    name, rights = name.strip(), sorted(set(permissions))
    if not name or len(name) > 80:
        raise Invalid("name", N_("Enter a name of up to {length} characters.", length=80))
    if expires_on is not None and expires_on < clock.today():
        raise Invalid("expires_on", N_("This day is over."))
    if not set(rights) <= known():
        raise Invalid("permissions", N_("There is no such right."))
    person = select(Membership.id).where(
        Membership.company_id == company, Membership.user_id == user_id, Membership.is_active
    )
    if db.session.scalar(person) is None:
        raise Invalid("user_id", N_("Choose a person of this company."))
    key = MARK + session_token()
    key_id = db.session.scalar(
        insert(ApiKey)
        .values(
            company_id=company, user_id=user_id, client_ref=client_ref, name=name, prefix=key[:_SHOWN],
            key_hash=token_hash(key), permissions=rights, created_by_name=actor.name, expires_on=expires_on,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=[ApiKey.company_id, ApiKey.client_ref])
        .returning(ApiKey.id)
    )  # fmt: skip
    if key_id is None:
        raise Conflict(N_("This key was made already and shown once. Make another one if you have not kept it."))
    changes = {"key": f"{name} ({key[:_SHOWN]})", "expires_on": expires_on}
    audit.record(actor, "company", company, "api_key_made", changes, company_id=company)
    return key_id, key


@command
def revoke_key(actor: Actor, key_id: int, *, company_id: int | None = None) -> str:
    """The key stops working at once; a repeat changes nothing. Returns its name."""
    company = own_or_asked(actor, company_id)
    mine = (ApiKey.id == key_id, ApiKey.company_id == company)
    row = db.session.execute(select(ApiKey.name, ApiKey.prefix).where(*mine)).one_or_none()
    if row is None:
        raise NotFound
    revoked = db.session.scalar(
        update(ApiKey)
        .where(*mine, ApiKey.revoked_at.is_(None))
        .values(revoked_at=clock.now(), revoked_by_name=actor.name)
        .returning(ApiKey.id)
    )
    if revoked is not None:
        changes = {"key": f"{row.name} ({row.prefix})"}
        audit.record(actor, "company", company, "api_key_revoked", changes, company_id=company)
    return str(row.name)


def actor_of_key(key: str) -> Actor | None:
    """Who acts by this key, noted as used at most once a minute; None when it does not open anything."""
    found = key_holder(token_hash(key))
    if found is None:
        return None
    now = clock.now()
    if found.last_used_at is None or now - found.last_used_at > _NOTED_EVERY:
        with system_scope("api: note when a key was used"), transaction() as session:
            session.execute(update(ApiKey).where(ApiKey.id == found.key_id).values(last_used_at=now))
    return found.actor
