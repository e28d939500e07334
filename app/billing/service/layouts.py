"""Change how the printed documents of a legal entity look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from app.billing.models.layouts import DocumentLayout
from app.billing.queries.layouts import Layout, layout_of
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.documents.logo import media_type_of

LANGUAGES = ("en", "de", "ru", "uk")
MOST_LINES, MOST_SIGNS = 6, 600
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_LIGHTEST = 200


@dataclass(frozen=True, slots=True)
class LayoutValues:
    """What a person enters; `logo` None keeps the present one, b"" takes it away. `version` is the one that was shown."""

    colour: str
    name: str = ""
    is_name_shown: bool = True
    is_german: bool = False
    above: Mapping[str, str] = field(default_factory=dict)
    below: Mapping[str, str] = field(default_factory=dict)
    foot: str = ""
    logo: bytes | None = None
    version: int = 0


def checked(values: LayoutValues, before: Layout) -> Layout:
    """The layout these values give; Invalid with the field that is wrong."""
    colour = values.colour.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise Invalid("colour", N_("Write the colour as # and six signs, for example #0f5c5c."))
    if _lightness(colour) > _LIGHTEST:
        raise Invalid("colour", N_("This colour is too light to read on paper."))
    texts = {}
    for place, given in (("above", values.above), ("below", values.below)):
        for language, text in given.items():
            _short_enough(f"{place}_{language}", text)
        texts[place] = {code: given[code].strip() for code in LANGUAGES if given.get(code, "").strip()}
    _short_enough("foot", values.foot)
    logo, logo_type = before.logo, before.logo_type
    if values.logo is not None:
        logo, logo_type = values.logo, media_type_of(values.logo) if values.logo else ""
    return Layout(
        before.entity_id, colour, values.name.strip(), values.is_name_shown, values.is_german, texts["above"],
        texts["below"], values.foot.strip(), logo, logo_type, before.version + 1,
    )  # fmt: skip


def _lightness(colour: str) -> int:
    """Of 255, as the eye weighs red, green and blue."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return (299 * red + 587 * green + 114 * blue) // 1000


def _short_enough(field_name: str, text: str) -> None:
    if len(text) > MOST_SIGNS or len(text.splitlines()) > MOST_LINES:
        raise Invalid(field_name, N_("At most {lines} lines and {signs} signs.", lines=MOST_LINES, signs=MOST_SIGNS))


@command
def save_layout(actor: Actor, entity_id: int | None, values: LayoutValues) -> int:
    """Keep the look of an entity (None: the house) and return its version. Papers that exist stay as they are.

    Raises Invalid for a colour, text or logo that cannot be printed, Conflict when somebody saved in between.
    """
    before = layout_of(actor, entity_id)
    if before.version != values.version:
        raise Conflict(N_("Somebody else changed this layout meanwhile. Load the page again."))
    after = checked(values, before)
    columns = {
        "colour": after.colour, "name": after.name, "is_name_shown": after.is_name_shown, "is_german": after.is_german,
        "above": after.above, "below": after.below, "foot": after.foot, "logo": after.logo or None,
        "logo_type": after.logo_type, "changed_at": clock.now(),
    }  # fmt: skip
    if before.version == 0:
        statement = insert(DocumentLayout).values(entity_id=entity_id, **columns)
        saved = db.session.scalar(statement.on_conflict_do_nothing().returning(DocumentLayout.id))
    else:
        same = DocumentLayout.entity_id.is_not_distinct_from(entity_id), DocumentLayout.version == before.version
        changed = update(DocumentLayout).where(*same).values(version=DocumentLayout.version + 1, **columns)
        saved = db.session.scalar(changed.returning(DocumentLayout.id))
    if saved is None:
        raise Conflict(N_("Somebody else changed this layout meanwhile. Load the page again."))
    audit.record(actor, "document_layout", saved, "layout_changed", _changes(before, after))
    return after.version


def _changes(before: Layout, after: Layout) -> dict[str, object]:
    """Pairs of what differs; of a logo only whether there is one."""
    names = ("colour", "name", "is_name_shown", "is_german", "above", "below", "foot")
    pairs: dict[str, object] = {
        name: [getattr(before, name), getattr(after, name)]
        for name in names
        if getattr(before, name) != getattr(after, name)
    }
    if before.logo != after.logo:
        pairs["logo"] = [before.logo_type, after.logo_type]
    return pairs
