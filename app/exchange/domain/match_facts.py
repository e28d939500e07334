"""What is known of one order or call-off: the three legs of the match and the documents they come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.exchange.domain.match import Charges
from app.exchange.domain.match_assignment import Delivered, Invoiced, Ordered

ORDER, CALL_OFF = "order", "call_off"


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that tells of the order. `message_id` 0: it is Kontor's own or was entered by a person."""

    kind: str
    number: str
    issued_on: date | None
    net: Decimal | None = None
    message_id: int = 0


@dataclass(frozen=True, slots=True)
class MatchFacts:
    """`company_id` pays `other`. `numbers` are all by which documents may name the order."""

    kind: str
    subject_id: int
    company_id: int
    number: str
    ordered_on: date
    other_id: int | None
    other_name: str
    currency: str
    ordered: tuple[Ordered, ...]
    delivered: tuple[Delivered, ...]
    invoiced: tuple[Invoiced, ...]
    charges: Charges
    papers: tuple[Paper, ...]
