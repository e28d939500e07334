"""What an export holds: filters as entered, and the names of the files in the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.errors import Invalid
from app.core.texts import N_

FORMS = ("pdf", "ubl", "cii")
SUFFIX = {"pdf": ".pdf", "ubl": ".ubl.xml", "cii": ".cii.xml"}


@dataclass(frozen=True, slots=True)
class ExportFilters:
    """Documents issued from `start` to `end` (both included), of one customer or all, in the chosen forms.

    `text` narrows them further: it is looked for in number, order, PO number and customer.
    """

    start: date
    end: date
    customer_id: int | None = None
    forms: tuple[str, ...] = FORMS
    text: str = ""

    def check(self) -> None:
        """Raise Invalid for a period that runs backwards or an empty choice of forms."""
        if self.end < self.start:
            raise Invalid("end", N_("The period ends before it begins."))
        if not self.forms or set(self.forms) - set(FORMS):
            raise Invalid("pdf", N_("Choose at least one form of the documents."))

    def as_json(self) -> dict[str, Any]:
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "customer_id": self.customer_id,
            "forms": list(self.forms),
            "text": self.text,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ExportFilters:
        return cls(
            date.fromisoformat(value["start"]),
            date.fromisoformat(value["end"]),
            value["customer_id"],
            tuple(value["forms"]),
            value["text"],
        )


def archive_name(filters: ExportFilters) -> str:
    return f"documents-{filters.start.isoformat()}-{filters.end.isoformat()}.zip"


def member_name(number: str, form: str) -> str:
    """Where a form of an invoice lies in the archive: pdf/INV-2026-000042.pdf."""
    return f"{form}/{number}{SUFFIX[form]}"
