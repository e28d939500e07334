"""Which chain holds for whom: an account, a group, a segment or everybody, one a row."""

from __future__ import annotations

from datetime import date, timedelta

from app.core.actor import Actor
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.exchange.domain.chunks import Chunk, Item
from app.exchange.domain.fields import Field, Shape
from app.exchange.domain.outcome import Outcome, RowState
from app.exchange.importers import IMPORTERS, Importer
from app.exchange.policy import Permission
from app.pricing.service.assignments import AssignmentRow, set_assignment

FIELDS = (
    Field("level", N_("Level"), ("level", "Ebene", "уровень", "рівень"), is_required=True, length=8),
    Field("subject", N_("For"), ("subject", "account", "account number", "group", "segment", "Kunde", "Kundennummer",
          "клиент", "клієнт"), length=40),
    Field("chain", N_("Chain"), ("chain", "price chain", "Kette", "цепочка", "ланцюжок"), is_required=True, length=40),
    Field("combine", N_("Combine"), ("combine", "Verknüpfung", "сочетание", "поєднання"), length=6),
    Field("valid_from", N_("First day"), ("valid from", "gültig ab", "действует с", "діє з"), shape=Shape.DAY),
    Field("valid_to", N_("Last day"), ("valid to", "valid until", "gültig bis", "действует до", "діє до"), shape=Shape.DAY),
)  # fmt: skip


def apply(actor: Actor, chunk: Chunk) -> Outcome:
    outcome = Outcome()
    for item in chunk.items:
        try:
            outcome.note(item.row, RowState(set_assignment(actor, _row(item))))
        except Invalid as error:
            field = error.field if error.field in item.values else "chain"
            outcome.refuse(chunk.problem(item, field, f"bad_{error.field}", error.message))
        except Conflict as error:
            outcome.refuse(chunk.problem(item, "chain", "taken", error.message))
    return outcome


def _row(item: Item) -> AssignmentRow:
    """An assignment; the last day of a file is included, that of an assignment is not."""
    values = item.values
    last_day: date | None = values.get("valid_to")
    level = values["level"].lower()
    return AssignmentRow(
        level, "" if level == "general" else values.get("subject", ""), values["chain"],
        values.get("combine", "merge").lower(), valid_from=values.get("valid_from"),
        valid_to=last_day + timedelta(days=1) if last_day else None,
    )  # fmt: skip


IMPORTERS.add(
    "price_assignments",
    Importer(
        code="price_assignments",
        label=N_("Price levels"),
        about=N_(
            "Which chain of lists holds for an account, a group, a segment or everybody, one a row. The level is one of "
            "account, group, segment, general, contract; combine is merge, shut, lowest or stop."
        ),
        permission=Permission.PRICES,
        fields=FIELDS,
        apply=apply,
    ),
)
