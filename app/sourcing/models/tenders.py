"""Tenders and what they ask for: lots, lines, requirements, frozen versions, papers, members, hidden target prices."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    Sequence,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id, Moment

_NONE = text("'[]'::jsonb")
_EMPTY = text("'{}'::jsonb")
_FALSE = text("false")
TENDER_NUMBERS = Sequence("tender_numbers", metadata=Base.metadata)  # may have gaps


def _of_tender() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["tender_id", "company_id"], ["tenders.id", "tenders.company_id"], ondelete="CASCADE")


def _of_lot() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["lot_id", "company_id"], ["tender_lots.id", "tender_lots.company_id"], ondelete="CASCADE"
    )


class Tender(Base):
    """A formal question to suppliers; `company_id` is who asks. Its state follows its lots (`domain.tender_machine`).

    `version` counts published contents, 0 before; `row_version` every change. `approved_hash` is of the content that was
    released for publication. Amounts are in `currency` and in the VAT mode `vat_basis`.
    """

    __tablename__ = "tenders"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("number"),
        UniqueConstraint("company_id", "client_ref"),
        CheckConstraint("visibility IN ('invited', 'registered', 'public')", name="visibility_known"),
        CheckConstraint("vat_basis IN ('net', 'gross')", name="vat_basis_known"),
        CheckConstraint("envelopes IN (1, 2)", name="envelopes_known"),
        CheckConstraint("has_auction IN ('none', 'rounds', 'english', 'dutch')", name="auction_known"),
        CheckConstraint("award_mode IN ('tender', 'lot', 'line')", name="award_mode_known"),
        CheckConstraint("value_ceiling IN ('enforce', 'warn', 'none')", name="ceiling_known"),
        CheckConstraint("late_question_policy IN ('block', 'warn')", name="late_questions_known"),
        CheckConstraint("amend_policy IN ('invalidate', 'reconfirm', 'keep')", name="amend_policy_known"),
        CheckConstraint("opening IN ('auto', 'committee')", name="opening_known"),
        CheckConstraint("ranking IN ('price', 'points', 'features', 'cost')", name="ranking_known"),
        CheckConstraint("min_bids >= 1 AND opening_quorum >= 0", name="counts_known"),
        CheckConstraint("standstill_days >= 0 AND bid_validity_days >= 0", name="days_not_negative"),
        CheckConstraint("opening = 'auto' OR opening_quorum >= 1", name="quorum_for_committee"),
        Index("ix_tenders_company_id_state", "company_id", "state", "id"),
        Index("ix_tenders_open", "visibility", "id", postgresql_where=text("published_at IS NOT NULL")),
        Index("ix_tenders_copied_from_id", "copied_from_id", postgresql_where=text("copied_from_id IS NOT NULL")),
        Index("ix_tenders_parent_id", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    number: Mapped[str] = mapped_column(String(20))
    client_ref: Mapped[str] = mapped_column(String(80))
    buyer_name: Mapped[str] = mapped_column(String(200))  # suppliers cannot read other companies
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, server_default="")
    procedure: Mapped[str] = mapped_column(String(30))
    state: Mapped[str] = mapped_column(String(20), server_default="draft")
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    row_version: Mapped[int] = mapped_column(Integer, server_default="1")

    currency: Mapped[str] = mapped_column(String(3))
    currencies: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)  # in which bids may be; with `currency`
    vat_basis: Mapped[str] = mapped_column(String(5), server_default="net")
    visibility: Mapped[str] = mapped_column(String(10), server_default="invited")
    is_sealed: Mapped[bool] = mapped_column(server_default=text("true"))
    envelopes: Mapped[int] = mapped_column(Integer, server_default="1")
    has_prequalification: Mapped[bool] = mapped_column(server_default=_FALSE)
    has_auction: Mapped[str] = mapped_column(String(7), server_default="none")
    award_mode: Mapped[str] = mapped_column(String(6), server_default="lot")
    multi_sourcing: Mapped[bool] = mapped_column(server_default=_FALSE)
    min_bids: Mapped[int] = mapped_column(Integer, server_default="1")
    value_ceiling: Mapped[str] = mapped_column(String(7), server_default="none")
    standstill_days: Mapped[int] = mapped_column(Integer, server_default="0")
    bid_validity_days: Mapped[int] = mapped_column(Integer, server_default="30")
    late_question_policy: Mapped[str] = mapped_column(String(5), server_default="warn")
    amend_policy: Mapped[str] = mapped_column(String(10), server_default="reconfirm")
    amend_lead_days: Mapped[int] = mapped_column(Integer, server_default="0")
    minimum_days: Mapped[int] = mapped_column(Integer, server_default="0")  # from publication to the deadline
    opening: Mapped[str] = mapped_column(String(9), server_default="auto")
    opening_quorum: Mapped[int] = mapped_column(Integer, server_default="0")  # members who open together
    show_bid_count: Mapped[bool] = mapped_column(server_default=_FALSE)
    anonymise_losers: Mapped[bool] = mapped_column(server_default=text("true"))
    ranking: Mapped[str] = mapped_column(String(8), server_default="price")
    price_weight: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))  # percent, when ranked by points
    has_blind_scores: Mapped[bool] = mapped_column(server_default=_FALSE)
    needs_approval: Mapped[bool] = mapped_column(server_default=_FALSE)  # of publication; of cancelling after opening

    start_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    question_end: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    clarif_end: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    deadline: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    delivery_terms: Mapped[str] = mapped_column(String(300), server_default="")
    payment_terms: Mapped[str] = mapped_column(String(300), server_default="")
    bid_bond: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    deposit: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    bond_terms: Mapped[str] = mapped_column(String(500), server_default="")
    contract_from: Mapped[date | None] = mapped_column(Date)
    contract_to: Mapped[date | None] = mapped_column(Date)

    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    suspended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, server_default="")  # of suspension, cancellation or having no award
    reason_code: Mapped[str] = mapped_column(String(30), server_default="")

    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    contact_name: Mapped[str] = mapped_column(String(120), server_default="")
    contact_email: Mapped[str] = mapped_column(String(254), server_default="")
    approved_hash: Mapped[str] = mapped_column(String(64), server_default="")
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("tenders.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("tenders.id"))  # the framework of a mini-competition
    created_at: Mapped[Moment] = mapped_column(server_default=func.now())


class TenderLot(Base):
    """A part of a tender that is decided on its own. `value` is the ceiling for its bids.

    `state` is one of the machine's; until the tender is closed all lots that have not ended are in the same one.
    `suspended_from` is the state to which resuming returns.
    """

    __tablename__ = "tender_lots"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("tender_id", "number"),
        CheckConstraint("value > 0 AND step > 0", name="amounts_positive"),
        _of_tender(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, server_default="")
    value: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    step: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))  # smallest step of an auction
    state: Mapped[str] = mapped_column(String(20), server_default="draft")
    suspended_from: Mapped[str] = mapped_column(String(20), server_default="")
    auctioned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    standstill_end: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, server_default="")


class TenderLine(Base):
    """One thing that is asked for, from the catalogue or in words; bids refer to its id."""

    __tablename__ = "tender_lines"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        UniqueConstraint("tender_id", "position"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        Index("ix_tender_lines_lot_id", "lot_id"),
        Index("ix_tender_lines_article_id", "article_id"),
        _of_tender(),
        _of_lot(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    article_id: Mapped[int | None] = mapped_column(ForeignKey("articles.id"))
    code: Mapped[str] = mapped_column(String(64), server_default="")
    text: Mapped[str] = mapped_column(String(300))
    specification: Mapped[str] = mapped_column(Text, server_default="")
    quantity: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    unit: Mapped[str] = mapped_column(String(3))
    need_by: Mapped[date | None] = mapped_column(Date)
    ship_to: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=_EMPTY)


class TenderTarget(Base):
    """What the asking side hopes to pay for one unit of a line; suppliers cannot read this table."""

    __tablename__ = "tender_targets"
    __table_args__ = (
        CheckConstraint("price > 0", name="price_positive"),
        ForeignKeyConstraint(
            ["line_id", "company_id"], ["tender_lines.id", "tender_lines.company_id"], ondelete="CASCADE"
        ),
    )

    line_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    company_id: Mapped[int] = mapped_column(BigInteger)
    price: Mapped[Decimal] = mapped_column(Numeric(18, 6))


class TenderRequirement(Base):
    """What a bidder must show or answer, or what earns points. Without a lot it holds for the whole tender.

    `options` are pairs [label, value]; `weight` is percent for a criterion; a feature's values are coefficients.
    """

    __tablename__ = "tender_requirements"
    __table_args__ = (
        UniqueConstraint("id", "company_id"),
        CheckConstraint(
            "kind IN ('eligibility', 'document', 'technical', 'criterion', 'feature', 'cost')", name="kind_known"
        ),
        CheckConstraint(
            "answer_type IN ('yes_no', 'text', 'number', 'date', 'file', 'choice')", name="answer_type_known"
        ),
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        CheckConstraint("envelope IN (1, 2)", name="envelope_known"),
        Index("ix_tender_requirements_tender_id", "tender_id", "position"),
        Index("ix_tender_requirements_lot_id", "lot_id"),
        _of_tender(),
        _of_lot(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    lot_id: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(11))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, server_default="")
    answer_type: Mapped[str] = mapped_column(String(6), server_default="yes_no")
    is_mandatory: Mapped[bool] = mapped_column(server_default=text("true"))
    weight: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
    options: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    envelope: Mapped[int] = mapped_column(Integer, server_default="1")


class TenderVersion(Base):
    """What was published, frozen; `changes` says what an amendment changed. Never updated."""

    __tablename__ = "tender_versions"
    __table_args__ = (_of_tender(),)

    tender_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    company_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[Moment] = mapped_column(server_default=func.clock_timestamp())
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changes: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    reason: Mapped[str] = mapped_column(Text, server_default="")


class TenderDocument(Base):
    """A paper of the tender; suppliers read those that are public. The bytes lie in `files`."""

    __tablename__ = "tender_documents"
    __table_args__ = (
        Index("ix_tender_documents_tender_id", "tender_id", "id"),
        Index("ix_tender_documents_file_id", "file_id"),
        _of_tender(),
    )

    id: Mapped[Id]
    company_id: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[int] = mapped_column(BigInteger)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    title: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(Integer, server_default="1")  # of the tender, with which it came
    is_public: Mapped[bool] = mapped_column(server_default=text("true"))
    at: Mapped[Moment] = mapped_column(server_default=func.now())


class TenderMember(Base):
    """A person of the asking company with a duty in a tender."""

    __tablename__ = "tender_members"
    __table_args__ = (
        CheckConstraint("duty IN ('evaluator', 'committee', 'reviewer', 'approver')", name="duty_known"),
        Index("ix_tender_members_user_id", "user_id"),
        _of_tender(),
    )

    tender_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    duty: Mapped[str] = mapped_column(String(9), primary_key=True)
    company_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(120))
