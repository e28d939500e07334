"""Partners and messages as rows, for pages. Call inside `world()`."""

from __future__ import annotations

import hashlib
from itertools import count
from pathlib import Path
from typing import Any

from app.accounts.models.companies import Company
from app.core import storage
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import system_scope
from app.exchange.models.messages import ExchangeEvent, ExchangeMessage
from app.exchange.models.partners import Channel, Partner
from tests.factories.accounts import operator

SAMPLES = Path(__file__).parents[1] / "samples"
_numbers = count(1)
ORDERS = (
    "UNB+UNOC:3+4012345000009:14+4098765000004:14+250301:1200+REF1'"
    "UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+{number}+9'DTM+137:20250301:102'"
    "NAD+BY+4012345000009::9++Buyer Ltd'NAD+SU+4098765000004::9'CUX+2:EUR:9'"
    "LIN+1++4006381333931:EN'PIA+1+{sku}:SA'IMD+F++:::Hex bolt M8'QTY+21:10:{unit}'PRI+AAA:2.50'"
    "UNS+S'CNT+2:1'UNT+14+1'UNZ+1+REF1'"
)


def orders(number: str = "PO-1", sku: str = "A-1", unit: str = "PCE") -> bytes:
    """An EDIFACT order of one line, on one line."""
    return ORDERS.format(number=number, sku=sku, unit=unit).encode("latin-1")


def partner(code: str = "ACME", company: Company | None = None, **facts: Any) -> Partner:
    values: dict[str, Any] = {"code": code, "name": f"{code} Ltd", "company_id": company.id if company else None}
    return _added(Partner(**(values | facts)))


def channel(owner: Partner | None = None, **facts: Any) -> Channel:
    values: dict[str, Any] = {
        "key": f"key-{next(_numbers)}", "name": "Folder", "transport": "folder", "settings": {"inbox": "in"},
        "partner_id": owner.id if owner else None,
    }  # fmt: skip
    return _added(Channel(**(values | facts)))


def message(
    owner: Partner | None = None, company: Company | None = None, *, data: bytes | None = None, **facts: Any
) -> ExchangeMessage:
    """A message with its bytes; an EDIFACT order that was answered, unless `facts` say otherwise."""
    house = operator()
    number = f"PO-{next(_numbers)}"
    content = orders(number) if data is None else data
    with system_scope("factory"), transaction():
        actor = Actor.system(house.id)
        stored = storage.keep(
            actor, content, name="m.edi", media_type="application/edifact",
            company_id=company.id if company else house.id,
        )  # fmt: skip
        values: dict[str, Any] = {
            "company_id": company.id if company else None, "partner_id": owner.id if owner else None,
            "stored_id": stored.id, "direction": "in", "document": "order", "format": "edifact-orders",
            "type_code": "ORDERS", "version": "D96A", "number": number, "currency": "EUR", "line_count": 1,
            "control_number": "REF1", "state": "answered", "checksum": hashlib.sha256(content).hexdigest(),
        }  # fmt: skip
        row = ExchangeMessage(**(values | facts))
        db.session.add(row)
        db.session.flush()
        db.session.add(ExchangeEvent(message_id=row.id, state=row.state, action="made", message=row.reason))
        db.session.flush()
        db.session.refresh(row)
    db.session.expunge(row)
    return row


def _added(row: Any) -> Any:
    with system_scope("factory"), transaction() as session:
        session.add(row)
        session.flush()
        session.refresh(row)
    db.session.expunge(row)
    return row
