"""Carriers, and how packages are numbered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.texts import N_
from app.documents.gs1 import is_prefix
from app.fulfilment.domain.carriers import is_pattern
from app.fulfilment.models.carriers import Carrier, PackingSettings
from app.fulfilment.policy import Permission

LIST_LINES_MOST = 500


@dataclass(frozen=True, slots=True)
class CarrierEntry:
    """A carrier as it is entered; `package_limit` in kilograms."""

    code: str
    name: str
    tracking_url: str = ""
    label_text: str = ""
    package_limit: Decimal | None = None
    position: int = 0
    is_active: bool = True


@command
def save_carrier(actor: Actor, entry: CarrierEntry) -> int:
    """Make a carrier, or change the one with this code; returns its id. Shipments keep the name they left with."""
    actor.demand(Permission.RULES)
    if entry.tracking_url and not is_pattern(entry.tracking_url):
        raise Invalid(
            "tracking_url", N_("Begin with https:// and write {place} where the number goes.", place="{number}")
        )
    if entry.package_limit is not None and entry.package_limit <= 0:
        raise Invalid("package_limit", N_("The limit must be above zero."))
    carrier = db.session.scalar(select(Carrier).where(Carrier.code == entry.code))
    values = asdict(entry)
    if carrier is None:
        carrier = Carrier(**values)
        db.session.add(carrier)
        db.session.flush()
        audit.record(actor, "carrier", carrier.id, "created", values)
        return carrier.id
    changes = {
        name: [getattr(carrier, name), value] for name, value in values.items() if getattr(carrier, name) != value
    }
    for name, value in values.items():
        setattr(carrier, name, value)
    db.session.flush()
    if changes:
        audit.record(actor, "carrier", carrier.id, "changed", changes)
    return carrier.id


@command
def set_packing(actor: Actor, company_prefix: str, extension: int, list_lines: int) -> None:
    """The GS1 company prefix packages are numbered with ("" for none), and how long a pick list may be."""
    actor.demand(Permission.RULES)
    if company_prefix and not is_prefix(company_prefix):
        raise Invalid("company_prefix", N_("A GS1 company prefix has 4 to 12 digits."))
    if not 0 <= extension <= 9:
        raise Invalid("extension", N_("A digit from 0 to 9."))
    if not 1 <= list_lines <= LIST_LINES_MOST:
        raise Invalid("list_lines", N_("From 1 to {most}.", most=LIST_LINES_MOST))
    values = {"company_prefix": company_prefix, "extension": extension, "list_lines": list_lines}
    before = db.session.get(PackingSettings, 1, populate_existing=True)
    was = {name: getattr(before, name) for name in values} if before is not None else dict.fromkeys(values)
    db.session.execute(
        insert(PackingSettings).values(id=1, **values).on_conflict_do_update(index_elements=["id"], set_=values)
    )
    db.session.expire_all()
    audit.record(actor, "packing_settings", 1, "changed", {name: [was[name], value] for name, value in values.items()})
