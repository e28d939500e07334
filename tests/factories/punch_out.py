"""Buyers' systems that may open the shop. Call inside `world()`; what is made is committed."""

from __future__ import annotations

from typing import Any

from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.accounts.service.hashing import hash_password
from app.core.actor import Actor
from app.core.db import db
from app.exchange.models.punch_out import PunchOutAccess
from tests.factories.ordering import _put

SECRET = "a shared secret"


def access(actor: Actor, protocol: str = "cxml", **facts: Any) -> PunchOutAccess:
    """A system of the account of this buyer, who is the one its visitors act as."""
    values: dict[str, Any] = {
        "company_id": actor.company_id, "user_id": actor.user_id, "name": "Beschaffung", "protocol": protocol,
        "domain": "NetworkID" if protocol == "cxml" else "", "identity": "AN-BUYER" if protocol == "cxml" else "oci-user",
        "secret_hash": hash_password(SECRET),
    }  # fmt: skip
    made: PunchOutAccess = _put(PunchOutAccess(**(values | facts)))
    return made


def mail_of(actor: Actor) -> str:
    user = db.session.get(User, actor.user_id)
    assert user is not None
    return user.email


def code_of(actor: Actor) -> str:
    company = db.session.get(Company, actor.company_id)
    assert company is not None
    return company.code
