"""Which warehouses serve whom, what each keeps back by default, and the days nobody works."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Id


class WarehouseList(Base):
    """The warehouses that serve an account, a group or everybody, in order; the most specific list counts alone."""

    __tablename__ = "warehouse_lists"
    __table_args__ = (
        CheckConstraint(
            "(level = 'account') = (account_id IS NOT NULL) AND (level = 'group') = (group_id IS NOT NULL)",
            name="level_fits",
        ),
        CheckConstraint("level IN ('account', 'group', 'everybody')", name="level_known"),
        Index("uq_warehouse_lists_everybody", "level", unique=True, postgresql_where=text("level = 'everybody'")),
    )

    id: Mapped[Id]
    level: Mapped[str] = mapped_column(String(9))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), unique=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("account_groups.id", ondelete="CASCADE"), unique=True)


class WarehouseListPlace(Base):
    """One warehouse of a list; a lower position gives first."""

    __tablename__ = "warehouse_list_places"

    list_id: Mapped[int] = mapped_column(ForeignKey("warehouse_lists.id", ondelete="CASCADE"), primary_key=True)
    warehouse_id: Mapped[int] = mapped_column(ForeignKey("warehouses.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(Integer)


class StockDefault(Base):
    """Thresholds where an article's own stock row says none: of a warehouse, a category with all below it, everything.

    A warehouse goes before a category, the nearest category before those above, everything comes last.
    """

    __tablename__ = "stock_defaults"
    __table_args__ = (
        CheckConstraint(
            "(level = 'warehouse') = (warehouse_id IS NOT NULL) AND (level = 'category') = (category_id IS NOT NULL)",
            name="level_fits",
        ),
        CheckConstraint("level IN ('warehouse', 'category', 'everything')", name="level_known"),
        CheckConstraint("threshold >= 0 AND low_mark >= 0", name="marks_not_negative"),
        Index("uq_stock_defaults_everything", "level", unique=True, postgresql_where=text("level = 'everything'")),
    )

    id: Mapped[Id]
    level: Mapped[str] = mapped_column(String(10))
    warehouse_id: Mapped[int | None] = mapped_column(ForeignKey("warehouses.id"), unique=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id", ondelete="CASCADE"), unique=True)
    threshold: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))
    low_mark: Mapped[Decimal | None] = mapped_column(Numeric(18, 6))


class Holiday(Base):
    """A day the operator does not work, beside Saturdays and Sundays."""

    __tablename__ = "holidays"

    id: Mapped[Id]
    day: Mapped[date] = mapped_column(Date, unique=True)
    name: Mapped[str] = mapped_column(String(120), server_default="")


class StockSettings(Base):
    """One row: from which quantities bands begin, and how many days a supplier's figure is believed."""

    __tablename__ = "stock_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("supplier_days > 0", name="supplier_days_positive"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False, server_default="1")
    bands: Mapped[str] = mapped_column(String(80), server_default="10,100")
    supplier_days: Mapped[int] = mapped_column(Integer, server_default="7")
