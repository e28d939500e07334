"""What happened to carts and orders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """An order was placed through the portal, the API or EDI (imported history publishes nothing)."""

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderReleased:
    """The time for changes is over, or the order is confirmed: it may be invoiced."""

    order_id: int


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """A new version of an order holds: cancelled in whole or in part, amended, confirmed or agreed."""

    order_id: int
    change_id: int


@dataclass(frozen=True, slots=True)
class OrderProposed:
    """The wholesaler confirmed lines otherwise than ordered and waits for the buyer's answer."""

    order_id: int
    proposal_id: int


@dataclass(frozen=True, slots=True)
class CancellationAsked:
    """A buyer asks for a cancellation that he may not make himself."""

    request_id: int


@dataclass(frozen=True, slots=True)
class CancellationDecided:
    """The operator granted or refused it."""

    request_id: int


@dataclass(frozen=True, slots=True)
class StandingRunAnnounced:
    """A run of a standing order takes place soon."""

    run_id: int


@dataclass(frozen=True, slots=True)
class StandingRunPlaced:
    """A run of a standing order became an order."""

    run_id: int


@dataclass(frozen=True, slots=True)
class StandingRunAsks:
    """A run cannot complete and asks; `reminder` 1: it has asked before, `asked` counts the questions of the run."""

    run_id: int
    asked: int
    reminder: int = 0


@dataclass(frozen=True, slots=True)
class StandingRunLost:
    """A run was not placed and will not be; `missed` more than one: so many up to this one, while nothing worked."""

    run_id: int
    missed: int = 1


@dataclass(frozen=True, slots=True)
class StandingStopped:
    """A standing order was paused or ended, by a person or (None) because nothing is left to do."""

    standing_id: int
    version: int
    by_id: int | None


@dataclass(frozen=True, slots=True)
class ApprovalAsked:
    """Steps of a request were opened: at submitting, and whenever the next ones are due."""

    approval_id: int
    position: int


@dataclass(frozen=True, slots=True)
class ApprovalReminded:
    """A request waits; `turn` counts the reminders, by the clock or by the buyer."""

    approval_id: int
    turn: int


@dataclass(frozen=True, slots=True)
class ApprovalEscalated:
    """A step waited too long: further people may decide it."""

    approval_id: int
    step_id: int
    turn: int


@dataclass(frozen=True, slots=True)
class ApprovalDelegated:
    """Somebody handed his seat to a colleague."""

    approval_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class ApprovalChanged:
    """An approver cut or struck lines; `turn` counts the changes."""

    approval_id: int
    turn: int


@dataclass(frozen=True, slots=True)
class ApprovalDecided:
    """A request has come to its end: ordered, rejected, returned to the buyer or expired."""

    approval_id: int


@dataclass(frozen=True, slots=True)
class CartHandedOver:
    """Somebody of the operator has prepared a cart for its owner."""

    cart_id: int
