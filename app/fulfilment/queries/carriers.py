"""Carriers and packing settings, for choices and pages."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_
from app.fulfilment.models.carriers import Carrier, PackingSettings


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """A carrier; `tracking_url` has {number} where the tracking number goes, `package_limit` is in kilograms."""

    id: int
    code: str
    name: str
    tracking_url: str
    label_text: str
    package_limit: Decimal | None
    position: int
    is_active: bool


_COLUMNS = (
    Carrier.id, Carrier.code, Carrier.name, Carrier.tracking_url, Carrier.label_text, Carrier.package_limit,
    Carrier.position, Carrier.is_active,
)  # fmt: skip


def carriers(actor: Actor, *, only_active: bool = True) -> list[CarrierRow]:
    """In the order they are offered."""
    statement = select(*_COLUMNS).order_by(Carrier.position, Carrier.name, Carrier.id)
    if only_active:
        statement = statement.where(Carrier.is_active)
    return [CarrierRow(*row) for row in db.session.execute(statement)]


def carrier(actor: Actor, code: str) -> CarrierRow:
    """Raises NotFound."""
    row = db.session.execute(select(*_COLUMNS).where(Carrier.code == code)).one_or_none()
    if row is None:
        raise NotFound(N_("There is no carrier {code}.", code=code))
    return CarrierRow(*row)


@dataclass(frozen=True, slots=True)
class Packing:
    """How packages are numbered and lists are cut."""

    company_prefix: str = ""
    extension: int = 0
    list_lines: int = 60


def packing_settings(actor: Actor) -> Packing:
    """What was set, or the defaults."""
    row = db.session.execute(
        select(PackingSettings.company_prefix, PackingSettings.extension, PackingSettings.list_lines)
    ).one_or_none()
    return Packing(*row) if row is not None else Packing()
