"""What happened in fulfilment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShipmentSent:
    """Goods left: stock is booked out, the order lines know what was shipped."""

    shipment_id: int


@dataclass(frozen=True, slots=True)
class ShipmentDelivered:
    """The receiver has the goods, in whole or as the proof of delivery says."""

    shipment_id: int


@dataclass(frozen=True, slots=True)
class ReturnAuthorised:
    """The operator agreed that goods come back, or refused it."""

    return_id: int


@dataclass(frozen=True, slots=True)
class ReturnAccepted:
    """Returned goods were inspected: what is to be credited or replaced stands."""

    return_id: int


@dataclass(frozen=True, slots=True)
class ClaimOpened:
    """A customer complains about goods he received, or about a line of an invoice."""

    claim_id: int


@dataclass(frozen=True, slots=True)
class ClaimDecided:
    """The operator granted a claim in whole or in part, or refused it."""

    claim_id: int
