"""What happened to quotes and tenders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AwardProposed:
    """`award_id`: the first of those that were proposed together."""

    tender_id: int
    lot_id: int
    award_id: int


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


@dataclass(frozen=True, slots=True)
class TenderApprovalAsked:
    tender_id: int


@dataclass(frozen=True, slots=True)
class SupplierInvited:
    participant_id: int


@dataclass(frozen=True, slots=True)
class SupplierApplied:
    participant_id: int


@dataclass(frozen=True, slots=True)
class ApplicationDecided:
    participant_id: int


@dataclass(frozen=True, slots=True)
class TenderAmended:
    """Terms, papers or dates of a published tender changed; `version` is the new one."""

    tender_id: int
    version: int


@dataclass(frozen=True, slots=True)
class QuestionsWaiting:
    """Questions of bidders wait for an answer. Written by the clock, so that no mail leaves at the moment of asking."""

    tender_id: int


@dataclass(frozen=True, slots=True)
class QuestionAnswered:
    question_id: int


@dataclass(frozen=True, slots=True)
class DeadlineNear:
    tender_id: int
    hours: int


@dataclass(frozen=True, slots=True)
class TenderStopped:
    """Suspended, resumed, cancelled or without an award: `how` is the event of the machine."""

    tender_id: int
    how: str


@dataclass(frozen=True, slots=True)
class AuctionPlanned:
    """Bidders are called to an auction, for the first time or because it was planned anew."""

    auction_id: int


@dataclass(frozen=True, slots=True)
class AuctionEnded:
    auction_id: int


@dataclass(frozen=True, slots=True)
class OpeningMoved:
    """`how`: waits (for its committee), lapsed (too few confirmed within a day), opened."""

    tender_id: int
    how: str


@dataclass(frozen=True, slots=True)
class QuoteLinkMade:
    """A quote may be seen under a link by somebody without an account."""

    link_id: int


@dataclass(frozen=True, slots=True)
class QuoteLinkAccepted:
    """Somebody said yes under a link; sales has to take it over."""

    link_id: int
