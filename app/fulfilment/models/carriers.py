"""Carriers, and how packages are numbered and picked."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class Carrier(Base):
    """Who brings packages. `tracking_url` has {number} where the tracking number goes; `package_limit` in kilograms."""

    __tablename__ = "carriers"
    __table_args__ = (CheckConstraint("package_limit > 0", name="package_limit_positive"),)

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    tracking_url: Mapped[str] = mapped_column(String(300), server_default="")
    label_text: Mapped[str] = mapped_column(String(80), server_default="")  # service and customer number, on labels
    package_limit: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))


class PackingSettings(Base):
    """One row: the company prefix given by GS1, the extension digit of package numbers, the length of a pick list."""

    __tablename__ = "packing_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("extension BETWEEN 0 AND 9", name="extension_digit"),
        CheckConstraint("list_lines > 0", name="list_lines_positive"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, server_default="1")
    company_prefix: Mapped[str] = mapped_column(String(12), server_default="")
    extension: Mapped[int] = mapped_column(Integer, server_default="0")
    list_lines: Mapped[int] = mapped_column(Integer, server_default="60")
