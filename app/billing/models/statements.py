"""Bank statements, their lines, and what was learned of payers. All of them belong to the operator alone."""

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
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Currency, Exact, Id, Moment

_NONE = text("'[]'::jsonb")
_NO = text("false")


class BankStatement(Base):
    """One statement of one account of ours, as a file brought it. `sha256` is of the whole file."""

    __tablename__ = "bank_statements"
    __table_args__ = (
        UniqueConstraint("sha256", "position"),
        CheckConstraint("format IN ('camt', 'mt940', 'csv', '1c')", name="format_known"),
        Index("ix_bank_statements_imported_at", "imported_at", "id"),
        Index("ix_bank_statements_file_id", "file_id"),
    )

    id: Mapped[Id]
    sha256: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(Integer)  # within the file, from 1
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    disposed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))  # its file is gone, lines stay
    file_name: Mapped[str] = mapped_column(String(255), server_default="")
    format: Mapped[str] = mapped_column(String(5))
    account: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(60), server_default="")
    currency: Mapped[Currency]
    opening: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    closing: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    from_on: Mapped[date | None] = mapped_column(Date)
    to_on: Mapped[date | None] = mapped_column(Date)
    line_count: Mapped[int] = mapped_column(Integer, server_default="0")
    known_count: Mapped[int] = mapped_column(Integer, server_default="0")  # lines that another file had brought
    problems: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    imported_at: Mapped[Moment] = mapped_column(server_default=func.now())
    user_name: Mapped[str] = mapped_column(String(200), server_default="")


class BankLine(Base):
    """A movement on an account of ours: `amount` above zero came in, below zero went out.

    `fingerprint` and `occurrence` (equal ones within a statement are counted) make it the same movement in any file.
    `state`: open (nobody was found), proposed (somebody should look), booked, ignored. `proposal` is what matching
    found, best first; `confidence` in per cent. `twin_id`: another line that may be the same movement.
    """

    __tablename__ = "bank_lines"
    __table_args__ = (
        UniqueConstraint("fingerprint", "occurrence"),
        CheckConstraint("state IN ('open', 'proposed', 'booked', 'ignored')", name="state_known"),
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        CheckConstraint("confidence BETWEEN 0 AND 100", name="confidence_in_percent"),
        Index("ix_bank_lines_statement_id", "statement_id", "position"),
        Index("ix_bank_lines_work", "id", postgresql_where=text("state IN ('open', 'proposed')")),
        Index("ix_bank_lines_company_id", "company_id", "id"),
        Index("ix_bank_lines_item_id", "item_id"),
        Index("ix_bank_lines_twin_id", "twin_id"),
        Index("ix_bank_lines_same", "account", "booked_on", "amount"),
        Index("ix_bank_lines_end_to_end", "end_to_end", postgresql_where=text("end_to_end <> ''")),
    )

    id: Mapped[Id]
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statements.id"))
    position: Mapped[int] = mapped_column(Integer)
    fingerprint: Mapped[str] = mapped_column(String(64))
    occurrence: Mapped[int] = mapped_column(Integer, server_default="1")
    account: Mapped[str] = mapped_column(String(64))
    booked_on: Mapped[date] = mapped_column(Date)
    value_on: Mapped[date | None] = mapped_column(Date)
    amount: Mapped[Exact]
    currency: Mapped[Currency]
    payer_name: Mapped[str] = mapped_column(String(200), server_default="")
    payer_account: Mapped[str] = mapped_column(String(64), server_default="")
    payer_tax_number: Mapped[str] = mapped_column(String(20), server_default="")
    text: Mapped[str] = mapped_column(Text, server_default="")
    creditor_reference: Mapped[str] = mapped_column(String(35), server_default="")
    end_to_end: Mapped[str] = mapped_column(String(60), server_default="")
    mandate: Mapped[str] = mapped_column(String(35), server_default="")
    bank_reference: Mapped[str] = mapped_column(String(80), server_default="")
    code: Mapped[str] = mapped_column(String(40), server_default="")  # the bank's kind of transaction
    is_return: Mapped[bool] = mapped_column(server_default=_NO)
    return_reason: Mapped[str] = mapped_column(String(200), server_default="")
    state: Mapped[str] = mapped_column(String(8), server_default="open")
    confidence: Mapped[int] = mapped_column(Integer, server_default="0")
    proposal: Mapped[list[Any]] = mapped_column(JSONB, server_default=_NONE)
    twin_id: Mapped[int | None] = mapped_column(ForeignKey("bank_lines.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))  # who paid
    item_id: Mapped[int | None] = mapped_column(ForeignKey("open_items.id"))
    note: Mapped[str] = mapped_column(String(300), server_default="")


class KnownPayer(Base):
    """Somebody said that who pays from this account, or under this name, is that company: so often."""

    __tablename__ = "known_payers"
    __table_args__ = (
        UniqueConstraint("key", "company_id"),
        CheckConstraint("times > 0", name="times_positive"),
        Index("ix_known_payers_company_id", "company_id"),
    )

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(210))  # "account:DE89…" or "name:…" in plain letters
    company_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("companies.id"))
    times: Mapped[int] = mapped_column(Integer, server_default="1")
    last_at: Mapped[Moment] = mapped_column(server_default=func.now())
