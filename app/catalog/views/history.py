"""What the history of an article tells, in words; and taking a change back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, redirect, url_for

from app.catalog.domain.article import key_of
from app.catalog.domain.facts import FACTS, is_pair
from app.catalog.policy import Permission
from app.catalog.service.undo import undo_change
from app.catalog.views import blueprint
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.texts import _, say

_ACTIONS = {
    "created": _("Article created"), "changed": _("Article changed"), "undone": _("Change undone"),
    "bulk_changed": _("Changed together with others"), "bulk_undone": _("Change of many undone"),
    "ran_out": _("Stock sold, no longer offered"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline; `lines` are fact, before, after. `bulk_edit` leads to the change of many it was part of."""

    id: int
    at: datetime
    what: str
    who: str
    lines: tuple[tuple[str, str, str], ...]
    is_undoable: bool
    bulk_edit: int | None


def told(entries: Iterable[Any]) -> list[Told]:
    """Audit rows in words, the latest first."""
    lines = [_told(entry) for entry in entries]
    return lines[::-1]


def _told(entry: Any) -> Told:
    pairs = {name: value for name, value in entry.changes.items() if is_pair(value)}
    lines = tuple(_line(name, *value) for name, value in pairs.items())
    what = str(_ACTIONS.get(entry.action, entry.action))
    is_known = bool(pairs) and all(name in FACTS for name in pairs) and not isinstance(pairs.get("units", [[]])[0], str)
    return Told(entry.id, entry.at, what, entry.who, lines, is_known, entry.changes.get("bulk_edit"))


def _line(name: str, before: Any, after: Any) -> tuple[str, str, str]:
    label = say(FACTS[name]) if name in FACTS else name
    return label, shown(before), shown(after)


def shown(value: Any) -> str:
    """A value of a portrait as people read it."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {shown(part)}" for key, part in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(_entry(part) for part in value) or "–"
    return "–" if value in (None, "") else str(value)


def _entry(part: Any) -> str:
    if not isinstance(part, Mapping):
        return str(part)
    if "unit" in part:
        size = f"/{part['denominator']}" if part["denominator"] > 1 else ""
        return f"{part['unit']} = {part['numerator']}{size} {part['gtin']}".strip()
    if "kind" in part:
        until = f" ({_('until {day}', day=part['valid_to'])})" if part["valid_to"] else ""
        return f"{part['title'] or part['name']}{until}"
    words = next(iter(part["alt"].values()), "")
    return f"{_('picture {n}', n=part['file'])}{f' “{words}”' if words else ''}"


@blueprint.post("/catalog/articles/<sku:sku>/history/<int:entry_id>/undo")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def undo(sku: str, entry_id: int) -> Response:
    try:
        undo_change(actor(), key_of(sku), entry_id)
        tell(_("The change is undone."))
    except (Conflict, Invalid) as error:
        tell(error.message, "warn")
    return make_response(redirect(url_for("catalog.show", sku=sku), code=303))
