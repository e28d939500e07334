"""The operator's own fields of articles."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.catalog.domain.own_fields import KINDS, OwnField
from app.catalog.models.articles import Article
from app.catalog.models.custom import CustomField
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.own_values import CODE
from app.core.texts import N_

MAX_FIELDS = 60


@command
def define_field(actor: Actor, field: OwnField, *, is_new: bool) -> None:
    """Add or change a field; code and kind stay, because values are kept by them. Raises Invalid, Conflict."""
    _demand(field)
    held = db.session.scalar(select(CustomField).where(CustomField.code == field.code).with_for_update())
    if is_new and held is not None:
        raise Conflict(N_("There is a field {code} already.", code=field.code))
    if not is_new and held is None:
        raise NotFound(N_("There is no field {code}.", code=field.code))
    if held is not None and held.kind != field.kind:
        raise Invalid("kind", N_("The kind stays: values are kept by it. Add a new field."))
    if is_new and (db.session.scalar(select(func.count()).select_from(CustomField)) or 0) >= MAX_FIELDS:
        raise Invalid("code", N_("There are {limit} fields already. Remove one first.", limit=MAX_FIELDS))
    values = {"name": field.name, "names": dict(field.names), "is_public": field.is_public, "position": field.position}
    statement = insert(CustomField).values(code=field.code, kind=field.kind, **values)
    field_id = db.session.scalars(
        statement.on_conflict_do_update(index_elements=[CustomField.code], set_=values).returning(CustomField.id)
    ).one()
    before = {} if held is None else {"name": held.name, "names": held.names, "is_public": held.is_public,
                                      "position": held.position}  # fmt: skip
    changes = {name: [before.get(name), value] for name, value in values.items() if before.get(name) != value}
    if changes:
        audit.record(actor, "custom_field", field_id, "field_added" if is_new else "field_changed", changes)


@command
def remove_field(actor: Actor, code: str) -> None:
    """Remove a field nobody uses. Raises Conflict while articles have values in it."""
    held = db.session.scalar(select(CustomField).where(CustomField.code == code).with_for_update())
    if held is None:
        raise NotFound(N_("There is no field {code}.", code=code))
    used = db.session.scalar(select(func.count()).select_from(Article).where(Article.custom.has_key(code)))
    if used:
        raise Conflict(N_("{count} articles have a value in this field. Empty it there first.", count=used))
    db.session.execute(delete(CustomField).where(CustomField.id == held.id))
    audit.record(actor, "custom_field", held.id, "field_removed", {"code": [code, None]})


def _demand(field: OwnField) -> None:
    if CODE.fullmatch(field.code) is None:
        raise Invalid("code", N_("A code is made of small letters and digits and begins with a letter."))
    if not field.name:
        raise Invalid("name", N_("The name is missing."))
    if field.kind not in KINDS:
        raise Invalid("kind", N_("{given} is not one of {allowed}.", given=field.kind, allowed=", ".join(KINDS)))
