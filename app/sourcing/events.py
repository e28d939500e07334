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


@dataclass(frozen=True, slots=True)
class ClarificationAsked:
    """A bidder is asked about its opened bid."""

    clarification_id: int


@dataclass(frozen=True, slots=True)
class ClarificationAnswered:
    clarification_id: int


@dataclass(frozen=True, slots=True)
class QuoteSubmitted:
    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteInfoAsked:
    """Sales waits for the buyer's answer."""

    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteInfoAnswered:
    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteReleaseAsked:
    """Prices of a quote need the yes of somebody else."""

    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteReleased:
    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteReturned:
    """The release was refused."""

    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteOffered:
    """A version was sent to the buyer."""

    quote_id: int
    version: int


@dataclass(frozen=True, slots=True)
class QuoteCountered:
    quote_id: int
    version: int


@dataclass(frozen=True, slots=True)
class QuoteAccepted:
    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteDeclined:
    """`by`: "buyer" or "sales"."""

    quote_id: int
    by: str


@dataclass(frozen=True, slots=True)
class QuoteWithdrawn:
    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteExpiring:
    """The offer holds a few days more."""

    quote_id: int
    version: int


@dataclass(frozen=True, slots=True)
class QuoteExpired:
    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteExtended:
    quote_id: int


@dataclass(frozen=True, slots=True)
class QuoteMessagePosted:
    quote_id: int
    message_id: int
