"""What the pages and the history of assortments call things."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.web.texts import _, ngettext

REACH_NAMES = {
    "everybody": _("Everybody"), "group": _("Group"), "segment": _("Segment"), "account": _("Account"),
}  # fmt: skip
_ACTIONS = {
    "created": _("Assortment created"),
    "changed": _("Assortment changed"),
    "rules_removed": _("Rules taken out"),
    "given": _("Given to"),
    "taken": _("Taken from"),
}
_NAMES_SHOWN = 12
_EFFECTS = {"allow": _("Allowed"), "deny": _("Denied")}
_FIELDS = {
    "code": _("Code"), "name": _("Name"), "about": _("What it is for"), "is_active": _("In use"),
    "valid_from": _("Counts from"), "valid_to": _("Over from"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a timeline."""

    at: datetime
    what: str
    who: str
    note: str


def told(entries: Iterable[Any]) -> list[Told]:
    """Audit rows in words, the latest first."""
    lines = []
    for entry in entries:
        changes = entry.changes
        if entry.action == "rules_set":
            what = str(_EFFECTS.get(changes["effect"], changes["effect"]))
        else:
            what = str(_ACTIONS.get(entry.action, entry.action))
        lines.append(Told(entry.at, what, entry.who, _note(entry.action, changes)))
    return lines[::-1]


def _note(action: str, changes: dict[str, Any]) -> str:
    if action == "rules_set":
        names = ", ".join(changes["names"][:_NAMES_SHOWN])
        more = changes["count"] - min(len(changes["names"]), _NAMES_SHOWN)
        return _("{names} and {n} more", names=names, n=more) if more > 0 else names
    if action == "rules_removed":
        return ngettext("{n} rule", "{n} rules", changes["count"])
    if action in ("given", "taken"):
        return str(next(part for part in changes["to"] if part))
    return "; ".join(
        f"{_FIELDS.get(name, name)}: {_shown(value[0])} → {_shown(value[1])}"
        for name, value in changes.items()
        if isinstance(value, list) and len(value) == 2
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return "–" if value in (None, "") else str(value)
