"""What happened to quotes and tenders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AwardProposed:
    tender_id: int
    lot_id: int


@dataclass(frozen=True, slots=True)
class AwardReleased:
    """Letters lie ready for the bidders of a lot."""

    tender_id: int
    lot_id: int


@dataclass(frozen=True, slots=True)
class AwardRefused:
    """A supplier will not take what it has won."""

    award_id: int


@dataclass(frozen=True, slots=True)
class ObjectionMade:
    objection_id: int


@dataclass(frozen=True, slots=True)
class ObjectionDecided:
    objection_id: int


@dataclass(frozen=True, slots=True)
class ContractOffered:
    """A contract waits for the supplier's signature."""

    contract_id: int


@dataclass(frozen=True, slots=True)
class ContractAnswered:
    """The supplier has signed or refused."""

    contract_id: int


@dataclass(frozen=True, slots=True)
class ContractDue:
    """A contract nears its end (`kind` days) or its quantities do (`kind` percent); `mark` says how near."""

    contract_id: int
    kind: str
    mark: int


@dataclass(frozen=True, slots=True)
class CallOffSent:
    call_off_id: int


@dataclass(frozen=True, slots=True)
class CallOffAnswered:
    call_off_id: int
