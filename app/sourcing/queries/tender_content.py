"""The content of a tender as one plain mapping: what is frozen with each version, compared, and released."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core.db import db
from app.sourcing.domain.chain import plain
from app.sourcing.models.tenders import Tender, TenderDocument, TenderLine, TenderLot, TenderRequirement

HEAD = (
    "title", "description", "procedure", "currency", "currencies", "vat_basis", "visibility", "is_sealed", "envelopes",
    "has_prequalification", "has_auction", "award_mode", "multi_sourcing", "min_bids", "value_ceiling",
    "standstill_days", "bid_validity_days", "late_question_policy", "amend_policy", "amend_lead_days", "minimum_days",
    "opening", "opening_quorum", "show_bid_count", "anonymise_losers", "ranking", "price_weight", "has_blind_scores",
    "start_at", "question_end", "clarif_end", "deadline", "delivery_terms", "payment_terms", "bid_bond", "deposit",
    "bond_terms", "contract_from", "contract_to", "contact_name", "contact_email", "parent_id",
)  # fmt: skip
LOT = ("id", "number", "title", "description", "value", "step")
LINE = (
    "id", "lot_id", "position", "article_id", "code", "text", "specification", "quantity", "unit", "need_by", "ship_to",
)  # fmt: skip
REQUIREMENT = (
    "id", "lot_id", "position", "kind", "title", "description", "answer_type", "is_mandatory", "weight", "options",
    "envelope",
)  # fmt: skip
DOCUMENT = ("id", "title", "name", "sha256", "size")


def exact(value: Any) -> Any:
    """Decimals without trailing zeros, so that 10 and 10.000000 are the same content."""
    if not isinstance(value, Decimal):
        return value
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def facts(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: exact(getattr(row, name)) for name in names}


def content_of(tender: Tender) -> dict[str, Any]:
    """Head, lots, lines, requirements and public papers; never target prices. Four statements."""
    lots = db.session.scalars(select(TenderLot).where(TenderLot.tender_id == tender.id).order_by(TenderLot.number))
    lines = db.session.scalars(
        select(TenderLine).where(TenderLine.tender_id == tender.id).order_by(TenderLine.position)
    )
    requirements = db.session.scalars(
        select(TenderRequirement)
        .where(TenderRequirement.tender_id == tender.id)
        .order_by(TenderRequirement.position, TenderRequirement.id)
    )
    documents = db.session.scalars(
        select(TenderDocument)
        .where(TenderDocument.tender_id == tender.id, TenderDocument.is_public)
        .order_by(TenderDocument.id)
    )
    return plain(
        {
            "head": facts(tender, HEAD),
            "lots": [facts(row, LOT) for row in lots],
            "lines": [facts(row, LINE) for row in lines],
            "requirements": [facts(row, REQUIREMENT) for row in requirements],
            "documents": [facts(row, DOCUMENT) for row in documents],
        }
    )
