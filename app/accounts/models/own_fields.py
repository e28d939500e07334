"""The operator's own fields of accounts and orders (those of articles are the catalogue's)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id

_FALSE = text("false")


class OwnFieldRow(Base):
    """`access`: staff (customers never see it), seen (customers read it), entered (customers fill it in).

    `choices` are pairs of code and name by language. Values the customer may see stand in `companies.own` and
    `orders.own`, the others in `own_inner_values`.
    """

    __tablename__ = "own_fields"
    __table_args__ = (
        UniqueConstraint("subject", "code"),
        CheckConstraint("subject IN ('account', 'order')", name="subject_known"),
        CheckConstraint("kind IN ('text', 'number', 'flag', 'day', 'choice')", name="kind_known"),
        CheckConstraint("access IN ('staff', 'seen', 'entered')", name="access_known"),
    )

    id: Mapped[Id]
    subject: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(100))
    names: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    kind: Mapped[str] = mapped_column(String(6))
    choices: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    is_required: Mapped[bool] = mapped_column(server_default=_FALSE)
    access: Mapped[str] = mapped_column(String(7), server_default="staff")
    is_at_registration: Mapped[bool] = mapped_column(server_default=_FALSE)
    is_printed: Mapped[bool] = mapped_column(server_default=_FALSE)
    in_list: Mapped[bool] = mapped_column(server_default=_FALSE)
    position: Mapped[int] = mapped_column(Integer, server_default="0")


class OwnInnerValues(Base):
    """Values of the fields that only the operator's people see, of one account or order."""

    __tablename__ = "own_inner_values"

    subject: Mapped[str] = mapped_column(String(8), primary_key=True)
    object_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    own: Mapped[dict[str, Any]] = mapped_column(JSONB)
