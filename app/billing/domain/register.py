"""The register of documents: the list an accountant keeps beside the files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.billing.domain.export import FORMS
from app.core.money import round_amount
from app.core.tables.rows import Cell

HEAD = (
    "number", "kind", "issued_on", "due_on", "customer_code", "customer", "order", "po_number", "currency", "net", "vat",
    "gross", "state",
)  # fmt: skip
HASHES = tuple(f"{form}_sha256" for form in FORMS)


@dataclass(frozen=True, slots=True)
class RegisteredInvoice:
    """A line of the register; amounts in `currency`."""

    number: str
    kind: str
    issued_on: date
    due_on: date
    customer_code: str
    customer_name: str
    order_number: str
    po_number: str
    currency: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    state: str

    def cells(self) -> tuple[Cell, ...]:
        """The values under HEAD, amounts rounded to the minor unit of their currency."""
        amounts = (round_amount(amount, self.currency) for amount in (self.net, self.vat, self.gross))
        return (
            self.number, self.kind, self.issued_on, self.due_on, self.customer_code, self.customer_name,
            self.order_number, self.po_number, self.currency, *amounts, self.state,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArchivedInvoice(RegisteredInvoice):
    """The same with the SHA-256 of each form that is filed."""

    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class ArchivedReminder:
    """A letter about claims that stand in the register already: without amounts, so that no sum counts them twice."""

    number: str
    issued_on: date
    due_on: date
    customer_code: str
    customer_name: str
    currency: str
    files: dict[str, str]

    def cells(self) -> tuple[Cell, ...]:
        """The values under HEAD."""
        return (
            self.number, "reminder", self.issued_on, self.due_on, self.customer_code, self.customer_name, "", "",
            self.currency, None, None, None, "ready" if self.files else "issued",
        )  # fmt: skip
