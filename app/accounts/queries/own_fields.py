"""The operator's own fields and the values of accounts and orders; a customer's scope sees only what it may."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from app.accounts.domain.own_fields import Choice, FieldAccess, OwnField, Subject
from app.accounts.models.companies import Company
from app.accounts.models.own_fields import OwnFieldRow, OwnInnerValues
from app.accounts.queries.companies import own_or_asked
from app.core.actor import Actor
from app.core.db import db
from app.core.once import once
from app.core.tenancy import system_scope


def own_fields(actor: Actor, subject: Subject) -> dict[str, OwnField]:
    """The definitions in their order; a customer gets those he sees."""
    return once(("own_fields", subject, actor.is_operator), lambda: _fields(actor, subject))


def registration_fields() -> dict[str, OwnField]:
    """Those asked when a company registers. In the system's scope: the caller's, or one of its own."""
    fields = _fields(Actor.system(), Subject.ACCOUNT)
    return {code: one for code, one in fields.items() if one.is_at_registration}


def asked_of_applicants() -> dict[str, OwnField]:
    """The same for the page, which nobody has signed in to."""
    with system_scope("registration: the applicant is not signed in"):
        return registration_fields()


def _fields(actor: Actor, subject: Subject) -> dict[str, OwnField]:
    statement = select(OwnFieldRow).where(OwnFieldRow.subject == subject)
    if not actor.is_operator:
        statement = statement.where(OwnFieldRow.access != FieldAccess.STAFF)
    rows = db.session.scalars(
        statement.order_by(OwnFieldRow.position, OwnFieldRow.code).execution_options(populate_existing=True)
    )
    return {row.code: as_field(row) for row in rows}


def as_field(row: OwnFieldRow) -> OwnField:
    return OwnField(
        Subject(row.subject), row.code, row.name, row.kind, row.names,
        tuple(Choice(code, names) for code, names in row.choices), row.is_required, FieldAccess(row.access),
        row.is_at_registration, row.is_printed, row.in_list, row.position,
    )  # fmt: skip


def account_values(actor: Actor, company_id: int | None = None) -> dict[str, str]:
    """What stands in an account's fields, by code; the operator's people get the inner ones, too."""
    asked = own_or_asked(actor, company_id)
    seen = db.session.scalar(select(Company.own).where(Company.id == asked)) or {}
    return {**seen, **inner_values(actor, Subject.ACCOUNT, [asked]).get(asked, {})}


def inner_values(actor: Actor, subject: Subject, ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """What stands in the fields that only the operator's people see, by account or order; nothing for others."""
    if not actor.is_operator or not ids:
        return {}
    statement = select(OwnInnerValues.object_id, OwnInnerValues.own).where(
        OwnInnerValues.subject == subject, OwnInnerValues.object_id.in_(set(ids))
    )
    return {row.object_id: row.own for row in db.session.execute(statement)}


def shown_values(fields: Mapping[str, OwnField], values: Mapping[str, str], locale: str) -> list[tuple[str, Any]]:
    """Name and value of the fields that have one, in their order."""
    return [
        (one.label(locale), one.shown(values[code], locale)) for code, one in fields.items() if values.get(code)
    ]  # fmt: skip
