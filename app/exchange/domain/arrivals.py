"""A file that came, and what a document that goes tells of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bytes of a partner. `sender` and `reference` are the transport's own; `via` its code, or "page", "cli".

    `partner_id` is given where the way already says who it is; else the identifiers in the file do.
    """

    name: str
    data: bytes
    media_type: str = ""
    channel_id: int | None = None
    partner_id: int | None = None
    sender: str = ""
    reference: str = ""
    via: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a message became or tells of: "order", "invoice", "credit_note", "shipment", "quote", "tender", "price_list"."""

    kind: str
    id: int
