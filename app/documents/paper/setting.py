"""What every part of a printed document needs: the document, its figures and its words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app.documents.model.invoice import BillingDocument
from app.documents.paper.figures import Figures
from app.documents.paper.words import Words


@dataclass(frozen=True, slots=True)
class Setting:
    document: BillingDocument
    figures: Figures
    words: Words

    def amount(self, value: Decimal) -> str:
        """In the document's currency, without its code."""
        return self.figures.amount(value, self.document.currency)

    def money(self, value: Decimal) -> str:
        return self.figures.money(value, self.document.currency)
