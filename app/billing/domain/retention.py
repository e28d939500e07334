"""How long documents are kept, what a legal hold covers, and what is left of a document that was disposed of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, TypeVar

from app.core.errors import Invalid
from app.core.texts import N_, Message
from app.documents.model.invoice import BillingDocument
from app.documents.model.party import Party

DEFAULT_YEARS: Final = 10
MOST_YEARS: Final = 99
KINDS: Final[dict[str, Message]] = {
    "invoice": N_("Invoices and credit notes"),
    "reminder": N_("Reminders"),
    "bank_statement": N_("Bank statements"),
}
Document = TypeVar("Document", bound=BillingDocument)


def kept_until(day: date, years: int) -> date:
    """The last day a document of `day` is kept: the years count from the end of its calendar year."""
    return date(day.year + years, 12, 31)


def last_disposable(today: date, years: int) -> date:
    """The latest day of a document whose time is over today."""
    return date(today.year - years - 1, 12, 31)


@dataclass(frozen=True, slots=True)
class Hold:
    """What must stay whatever its age. No company: of all; open ends are None; both days are included."""

    kinds: Collection[str]
    company_id: int | None = None
    from_on: date | None = None
    to_on: date | None = None

    def check(self) -> None:
        """Raise Invalid for a hold that covers nothing."""
        if not self.kinds or set(self.kinds) - set(KINDS):
            raise Invalid("kinds", N_("Choose at least one kind of document."))
        if self.from_on and self.to_on and self.to_on < self.from_on:
            raise Invalid("to_on", N_("The period ends before it begins."))

    def covers(self, kind: str, company_id: int | None, day: date) -> bool:
        """`company_id` None: a document that concerns many companies; any hold of its kind keeps it."""
        return (
            kind in self.kinds
            and (self.company_id is None or company_id is None or self.company_id == company_id)
            and (self.from_on is None or day >= self.from_on)
            and (self.to_on is None or day <= self.to_on)
        )


def stripped(document: Document) -> Document:
    """A frozen document without lines, words, references and whom it went to; sums and VAT stay for the books."""
    return replace(
        document, buyer=Party(name="", address=None), lines=(), notes=(), delivery=None, payment_terms=None, supporting=(),
        allowances_charges=(), references=(), buyer_reference="", order_reference="", contract_reference="",
        project_reference="", object_id=None,
    )  # fmt: skip
