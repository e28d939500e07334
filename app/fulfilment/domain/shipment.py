"""Shipments: what is asked to be packed, how a shipment goes on, what the receiver signed for. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from app.accounts.domain.company import PostalAddress
from app.core.errors import Conflict, Invalid
from app.core.texts import N_, Message

ZERO = Decimal(0)
PACKAGES_MOST = 1_000
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
PICTURE_BYTES_MOST = 8_000_000


class ShipmentState(StrEnum):
    PACKED = "packed"
    SENT = "sent"
    DELIVERED = "delivered"
    DISCARDED = "discarded"


class Act(StrEnum):
    """What is done with a shipment after packing."""

    SEND = "send"
    DELIVER = "deliver"
    DISCARD = "discard"


SHIPMENT_STATE_NAMES: Mapping[ShipmentState, Message] = {
    ShipmentState.PACKED: N_("Packed"),
    ShipmentState.SENT: N_("On its way"),
    ShipmentState.DELIVERED: N_("Delivered"),
    ShipmentState.DISCARDED: N_("Taken back"),
}
# What may follow what; what is not named here is refused.
TRANSITIONS: Mapping[tuple[ShipmentState, Act], ShipmentState] = {
    (ShipmentState.PACKED, Act.SEND): ShipmentState.SENT,
    (ShipmentState.PACKED, Act.DISCARD): ShipmentState.DISCARDED,
    (ShipmentState.SENT, Act.DELIVER): ShipmentState.DELIVERED,
}


def next_state(state: ShipmentState, act: Act) -> ShipmentState:
    """The state after an act; Conflict where the table does not allow it."""
    following = TRANSITIONS.get((state, act))
    if following is None:
        raise Conflict(N_("This shipment is “{state}” already.", state=SHIPMENT_STATE_NAMES[state]))
    return following


class DifferenceKind(StrEnum):
    """Why the receiver did not take a quantity."""

    MISSING = "missing"
    DAMAGED = "damaged"
    REFUSED = "refused"
    WRONG = "wrong"


DIFFERENCE_NAMES: Mapping[DifferenceKind, Message] = {
    DifferenceKind.MISSING: N_("Did not arrive"),
    DifferenceKind.DAMAGED: N_("Damaged"),
    DifferenceKind.REFUSED: N_("Refused"),
    DifferenceKind.WRONG: N_("Wrong article"),
}


@dataclass(frozen=True, slots=True)
class ShipmentEntry:
    """A quantity of an order line, in the line's unit, of one batch. `package` is a place in `packages`, from 1."""

    order_line_id: int
    quantity: Decimal
    batch: str = ""
    expires_on: date | None = None
    serials: tuple[str, ...] = ()
    bin_id: int | None = None
    package: int | None = None
    delivery_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewPackage:
    """A package or pallet; weight in kilograms, sizes in centimetres, `kind` by UN/ECE recommendation 21."""

    sscc: str = ""
    kind: str = ""
    weight: Decimal | None = None
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    tracking_number: str = ""


@dataclass(frozen=True, slots=True)
class NewShipment:
    """Goods of one customer to one address. `is_claimed`: picking has counted them as claimed on the order lines.

    `request_hash` stands for the request where the shipment itself is worked out from more than that.
    """

    company_id: int
    warehouse_id: int
    ship_to: PostalAddress
    entries: Sequence[ShipmentEntry]
    packages: Sequence[NewPackage] = ()
    carrier_id: int | None = None
    carrier_name: str = ""
    note: str = ""
    expected_on: date | None = None
    is_claimed: bool = False
    request_hash: str = ""

    @property
    def fingerprint(self) -> str:
        return (
            self.request_hash
            or hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()
        )

    @property
    def by_line(self) -> dict[int, Decimal]:
        """What is shipped of each order line, over all batches and packages."""
        sums: dict[int, Decimal] = {}
        for one in self.entries:
            sums[one.order_line_id] = sums.get(one.order_line_id, ZERO) + one.quantity
        return sums

    @property
    def weight(self) -> Decimal | None:
        """Gross weight in kilograms, where every package was weighed."""
        weights = [one.weight for one in self.packages]
        return sum((one for one in weights if one is not None), ZERO) if weights and None not in weights else None

    def check(self) -> None:
        """Raise Invalid where the shipment brings nothing, or names a package that is not there."""
        if not self.entries:
            raise Invalid("lines", N_("Enter how much of at least one line leaves."))
        if any(one.quantity <= 0 for one in self.entries):
            raise Invalid("lines", N_("A quantity must be above zero."))
        if len(self.packages) > PACKAGES_MOST:
            raise Invalid("packages", N_("At most {most} packages.", most=PACKAGES_MOST))
        if any(one.package is not None and not 1 <= one.package <= len(self.packages) for one in self.entries):
            raise Invalid("packages", N_("A line names a package that does not exist."))
        serials = [(one.order_line_id, serial) for one in self.entries for serial in one.serials]
        if len(serials) != len(set(serials)):
            raise Invalid("lines", N_("A serial number is entered twice."))


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo or a drawn signature as it was uploaded."""

    data: bytes
    name: str

    @property
    def media_type(self) -> str:
        """By its first bytes; Invalid for what is neither PNG nor JPEG, or too large."""
        if len(self.data) > PICTURE_BYTES_MOST:
            raise Invalid("photo", N_("At most {most} MB.", most=PICTURE_BYTES_MOST // 1_000_000))
        for start, media_type in PICTURES.items():
            if self.data.startswith(start):
                return media_type
        raise Invalid("photo", N_("Take a picture as JPEG or PNG."))


@dataclass(frozen=True, slots=True)
class LineDifference:
    """What the receiver took of a line of the shipment, and why not the rest."""

    shipment_line_id: int
    delivered: Decimal
    kind: DifferenceKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the receiver signed for; lines without a difference arrived in full."""

    receiver: str
    received_at: datetime
    note: str = ""
    photo: Picture | None = None
    signature: Picture | None = None
    differences: Sequence[LineDifference] = field(default=())

    def check(self, now: datetime, sent_at: datetime | None) -> None:
        """Raise Invalid without a name, or for a time that cannot be; people enter minutes, no seconds."""
        if not self.receiver.strip():
            raise Invalid("receiver", N_("Enter who took the goods."))
        if self.received_at > now:
            raise Invalid("received_at", N_("This time has not come yet."))
        if sent_at is not None and self.received_at < sent_at.replace(second=0, microsecond=0):
            raise Invalid("received_at", N_("The goods left later than that."))


@dataclass(frozen=True, slots=True)
class Arrived:
    """What of one line of a shipment arrived and what did not, in its unit."""

    line_id: int
    order_id: int
    order_line_id: int
    delivered: Decimal
    missing: Decimal
    kind: str = ""
    note: str = ""


def arrivals(lines: Sequence[tuple[int, int, int, int, Decimal]], proof: Proof) -> list[Arrived]:
    """Each line (id, position, order, order line, quantity) as the proof says; Invalid for a quantity beyond it."""
    said = {one.shipment_line_id: one for one in proof.differences}
    if unknown := set(said) - {line[0] for line in lines}:
        raise Invalid("differences", N_("Line {position} is not of this shipment.", position=min(unknown)))
    found = []
    for line_id, position, order_id, order_line_id, quantity in lines:
        one = said.get(line_id)
        if one is not None and not ZERO <= one.delivered <= quantity:
            raise Invalid(
                "differences",
                N_("Line {position}: enter 0 or more and at most {most}.", position=position, most=quantity),
            )
        delivered = quantity if one is None else one.delivered
        is_short = one is not None and delivered < quantity
        found.append(
            Arrived(
                line_id, order_id, order_line_id, delivered, quantity - delivered,
                str(one.kind) if one is not None and is_short else "",
                one.note.strip()[:300] if one is not None and is_short else "",
            )
        )  # fmt: skip
    return found
