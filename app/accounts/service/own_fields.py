"""Defining own fields of accounts and orders, and keeping what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.domain.own_fields import OwnField, Subject, demand_definition, kept_values
from app.accounts.models.companies import Company
from app.accounts.models.own_fields import OwnFieldRow, OwnInnerValues
from app.accounts.queries.companies import own_or_asked
from app.accounts.queries.own_fields import account_values, inner_values, own_fields
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_

MAX_FIELDS = 40
_CHANGEABLE = (
    "name", "names", "choices", "is_required", "access", "is_at_registration", "is_printed", "in_list", "position",
)  # fmt: skip
_USED = {
    Subject.ACCOUNT: text("SELECT count(*) FROM companies WHERE own ? :code"),
    Subject.ORDER: text("SELECT count(*) FROM orders WHERE own ? :code"),
}


@command
def define_field(actor: Actor, field: OwnField, *, is_new: bool) -> None:
    """Add or change a field. Code, kind and who may see it stay once it has values. Raises Invalid, Conflict."""
    demand_definition(field)
    held = _held(field.subject, field.code)
    if is_new and held is not None:
        raise Conflict(N_("There is a field {code} already.", code=field.code))
    if not is_new and held is None:
        raise NotFound(N_("There is no field {code}.", code=field.code))
    if is_new and (db.session.scalar(_count(field.subject)) or 0) >= MAX_FIELDS:
        raise Invalid("code", N_("There are {limit} fields already. Remove one first.", limit=MAX_FIELDS))
    if held is not None:
        _demand_compatible(held, field)
    values = {
        "name": field.name, "names": dict(field.names), "choices": [[one.code, dict(one.names)] for one in field.choices],
        "is_required": field.is_required, "access": str(field.access), "is_at_registration": field.is_at_registration,
        "is_printed": field.is_printed, "in_list": field.in_list, "position": field.position,
    }  # fmt: skip
    before = {name: getattr(held, name) for name in _CHANGEABLE} if held is not None else {}
    changes = {name: [before.get(name), value] for name, value in values.items() if before.get(name) != value}
    if held is None:
        statement = insert(OwnFieldRow).values(subject=str(field.subject), code=field.code, kind=field.kind, **values)
        field_id = db.session.scalars(statement.returning(OwnFieldRow.id)).one()
    else:
        field_id = held.id
        db.session.execute(update(OwnFieldRow).where(OwnFieldRow.id == held.id).values(**values))
    if changes:
        changes["code"] = [None if is_new else field.code, field.code]
        audit.record(actor, "own_field", field_id, "field_added" if is_new else "field_changed", changes)


def _held(subject: Subject, code: str) -> OwnFieldRow | None:
    statement = select(OwnFieldRow).where(OwnFieldRow.subject == subject, OwnFieldRow.code == code).with_for_update()
    return db.session.scalar(statement.execution_options(populate_existing=True))


def _count(subject: Subject) -> Any:
    return select(func.count()).select_from(OwnFieldRow).where(OwnFieldRow.subject == subject)


def _demand_compatible(held: OwnFieldRow, field: OwnField) -> None:
    if held.kind != field.kind:
        raise Invalid("kind", N_("The kind stays: values are kept by it. Add a new field."))
    turns_inner = (held.access == "staff") != field.is_inner
    if turns_inner and _uses(field.subject, field.code):
        raise Invalid("access", N_("The field has values already: whether customers see it stays. Add a new field."))


def _uses(subject: Subject, code: str) -> int:
    """How many accounts or orders have a value in it."""
    seen = db.session.scalar(_USED[subject], {"code": code}) or 0
    inner = select(func.count()).where(OwnInnerValues.subject == subject, OwnInnerValues.own.has_key(code))
    return int(seen) + int(db.session.scalar(inner) or 0)


@command
def remove_field(actor: Actor, subject: Subject, code: str) -> None:
    """Remove a field nobody uses. Raises Conflict while something has a value in it."""
    held = _held(subject, code)
    if held is None:
        raise NotFound(N_("There is no field {code}.", code=code))
    used = _uses(subject, code)
    if used:
        raise Conflict(N_("{count} have a value in this field. Empty it there first.", count=used))
    db.session.execute(delete(OwnFieldRow).where(OwnFieldRow.id == held.id))
    audit.record(actor, "own_field", held.id, "field_removed", {"code": [code, None]})


@command
def set_account_values(actor: Actor, given: Mapping[str, str], *, company_id: int | None = None) -> bool:
    """Fill in an account's fields: the operator's people all of them, a customer those he may. False: nothing changed.

    `given` are texts by code; what it does not name stays. Raises Invalid("own_<code>", ...).
    """
    asked = own_or_asked(actor, company_id)
    fields = own_fields(actor, Subject.ACCOUNT)
    mine = fields if actor.is_operator else {code: one for code, one in fields.items() if one.is_entered}
    before = account_values(actor, asked)
    values = {code: value for code, value in before.items() if code in mine} | dict(given)
    kept = kept_values(mine.values(), values)
    after = {code: value for code, value in before.items() if code not in mine} | kept
    if after == before:
        return False
    seen = {code: value for code, value in after.items() if code in fields and not fields[code].is_inner}
    db.session.execute(update(Company).where(Company.id == asked).values(own=seen))
    if actor.is_operator:
        set_inner_values(
            actor, Subject.ACCOUNT, asked, asked, {code: v for code, v in after.items() if code not in seen}
        )
    changed = {code for code in {*before, *after} if before.get(code) != after.get(code)}
    changes = {f"own.{code}": [before.get(code), after.get(code)] for code in sorted(changed)}
    audit.record(actor, "company", asked, "own_fields", changes, company_id=asked)
    return True


def set_inner_values(
    actor: Actor, subject: Subject, object_id: int, company_id: int, values: Mapping[str, str]
) -> None:
    """Keep what only the operator's people see. Runs inside a command."""
    held = inner_values(actor, subject, [object_id]).get(object_id, {})
    if dict(held) == dict(values):
        return
    statement = insert(OwnInnerValues).values(
        subject=str(subject), object_id=object_id, company_id=company_id, own=dict(values)
    )
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["subject", "object_id"], set_={"own": statement.excluded.own})
    )
