"""How the papers of a legal entity look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from app.billing.models.entities import LegalEntity
from app.billing.models.layouts import DocumentLayout
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.documents.paper.brand import HOUSE_COLOUR, Brand

HOUSE = "house"
GERMAN_SPEAKING = frozenset({"DE", "AT", "CH", "LI", "LU"})


@dataclass(frozen=True, slots=True)
class Layout:
    """What the settings page shows; `version` 0: nothing was said yet."""

    entity_id: int | None
    colour: str = HOUSE_COLOUR
    name: str = ""
    is_name_shown: bool = True
    is_german: bool = False
    above: Mapping[str, str] = field(default_factory=dict)
    below: Mapping[str, str] = field(default_factory=dict)
    foot: str = ""
    logo: bytes = b""
    logo_type: str = ""
    version: int = 0

    @property
    def brand(self) -> Brand:
        return Brand(
            logo=self.logo,
            logo_type=self.logo_type,
            colour=self.colour,
            name=self.name,
            is_name_shown=self.is_name_shown,
            above=self.above,
            below=self.below,
            foot=tuple(line for line in self.foot.splitlines() if line.strip()),
        )


def layout_of(actor: Actor, entity_id: int | None) -> Layout:
    """The own layout of an entity (None: the house), empty where it has none."""
    row = db.session.scalar(
        select(DocumentLayout).where(DocumentLayout.entity_id.is_not_distinct_from(entity_id))
    )  # fmt: skip
    return Layout(entity_id) if row is None else _layout(row)


def _layout(row: DocumentLayout) -> Layout:
    return Layout(
        row.entity_id, row.colour, row.name, row.is_name_shown, row.is_german, row.above, row.below, row.foot,
        row.logo or b"", row.logo_type, row.version,
    )  # fmt: skip


def effective_layout(actor: Actor, entity_id: int | None) -> Layout:
    """The entity's layout, else the house's, else the plain one. One statement."""
    rows = db.session.scalars(
        select(DocumentLayout)
        .where((DocumentLayout.entity_id == entity_id) | DocumentLayout.entity_id.is_(None))
        .order_by(DocumentLayout.entity_id.asc().nulls_last())
        .limit(1)
    ).all()
    return _layout(rows[0]) if rows else Layout(entity_id)


def brand_of(actor: Actor, entity_id: int | None) -> Brand:
    """The look of an entity's papers, for `app.documents.rendering`."""
    return effective_layout(actor, entity_id).brand


def paper_language(layout: Layout, locale: str, country: str) -> str:
    """The language a customer's papers are printed in: the one of its portal, or German where the firm wants that."""
    return "de" if layout.is_german and locale == "en" and country in GERMAN_SPEAKING else locale


@dataclass(frozen=True, slots=True)
class LayoutRow:
    """A line of the list of layouts; `code` is in addresses."""

    code: str
    name: str
    colour: str
    has_logo: bool
    is_own: bool


def layouts(actor: Actor) -> list[LayoutRow]:
    """The house and every active entity. Two statements."""
    house = layout_of(actor, None)
    rows = db.session.execute(
        select(LegalEntity.code, LegalEntity.name, DocumentLayout.colour, DocumentLayout.logo_type)
        .outerjoin(DocumentLayout, DocumentLayout.entity_id == LegalEntity.id)
        .where(LegalEntity.is_active)
        .order_by(LegalEntity.code)
    )
    found = [LayoutRow(HOUSE, "", house.colour, bool(house.logo), house.version > 0)]
    for row in rows:
        colour, logo_type = row.colour or house.colour, house.logo_type if row.logo_type is None else row.logo_type
        found.append(LayoutRow(row.code, row.name, colour, bool(logo_type), row.colour is not None))
    return found


def entity_id_of(actor: Actor, code: str) -> int | None:
    """The entity behind a code of an address; None for the house. NotFound for others."""
    if code == HOUSE:
        return None
    found = db.session.scalar(select(LegalEntity.id).where(LegalEntity.code == code, LegalEntity.is_active))
    if found is None:
        raise NotFound
    return found
