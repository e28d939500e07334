"""Deposits for returnable packaging: what an account got and gave back goes on its next invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.billing.documents.claim import ClaimLine
from app.billing.models.deposits import PackagingItem, PackagingMove
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.money import round_amount
from app.core.texts import N_
from app.documents.model.line import Line

_PIECE = "C62"
_MOST = Decimal(100_000)


@dataclass(frozen=True, slots=True)
class NewPackaging:
    """`deposit` is net for one piece."""

    code: str
    name: str
    deposit: Decimal
    currency: str


@command
def set_packaging(actor: Actor, new: NewPackaging) -> int:
    """Add returnable packaging, or change its name and deposit for what is booked from now on."""
    if not new.code.strip() or not new.name.strip():
        raise Invalid("code" if not new.code.strip() else "name", N_("Please fill this in."))
    if new.deposit <= 0:
        raise Invalid("deposit", N_("Give an amount above zero."))
    values = {
        "code": new.code.strip(), "name": new.name.strip(), "deposit": round_amount(new.deposit, new.currency),
        "currency": new.currency, "is_active": True,
    }  # fmt: skip
    row = db.session.execute(
        insert(PackagingItem)
        .values(**values)
        .on_conflict_do_update(index_elements=[PackagingItem.code], set_=values)
        .returning(PackagingItem.id)
    ).scalar_one()
    audit.record(actor, "packaging", row, "packaging_set", {**values, "deposit": str(values["deposit"])})
    return row


@command
def book_packaging(
    actor: Actor, company_id: int, code: str, quantity: Decimal, *, client_ref: str, moved_on: date | None = None,
    shipment_id: int | None = None, note: str = "",
) -> int:  # fmt: skip
    """An account got packaging, or (`quantity` below zero) gave it back; a repeat returns the first booking."""
    item = db.session.scalar(select(PackagingItem).where(PackagingItem.code == code, PackagingItem.is_active))
    if item is None:
        raise NotFound
    if not quantity or abs(quantity) > _MOST or quantity != quantity.to_integral_value():
        raise Invalid("quantity", N_("Give a whole number; below zero for what came back."))
    mine = PackagingMove.company_id == company_id
    before = db.session.scalar(select(PackagingMove.id).where(mine, PackagingMove.client_ref == client_ref))
    if before is not None:
        return before
    if quantity < 0:
        balance = db.session.scalar(
            select(func.sum(PackagingMove.quantity)).where(mine, PackagingMove.item_id == item.id)
        )
        if -quantity > (balance or 0):
            raise Invalid("quantity", N_("The account has only {quantity} of it.", quantity=balance or Decimal(0)))
    move = PackagingMove(
        company_id=company_id, client_ref=client_ref, item_id=item.id, quantity=quantity,
        moved_on=moved_on or clock.today(actor.time_zone or "UTC"), shipment_id=shipment_id, note=note.strip(),
    )  # fmt: skip
    db.session.add(move)
    db.session.flush()
    told = {"code": item.code, "quantity": str(quantity), "note": note.strip()}
    audit.record(actor, "company", company_id, "packaging_booked", told, company_id=company_id)
    return move.id


def deposit_lines(company_id: int, currency: str, goods: Sequence[ClaimLine]) -> tuple[ClaimLine, ...]:
    """One line for each kind of packaging that waits, taxed as the goods with the highest rate it went along with."""
    if not goods:
        return ()
    asked = (
        select(PackagingItem, func.sum(PackagingMove.quantity).label("quantity"))
        .join(PackagingMove, PackagingMove.item_id == PackagingItem.id)
        .where(
            PackagingMove.company_id == company_id,
            PackagingMove.invoice_id.is_(None),
            PackagingItem.currency == currency,
        )
        .group_by(PackagingItem.id)
        .order_by(PackagingItem.code)
    )
    leading = max(goods, key=lambda one: one.line.vat_rate or Decimal(0)).line
    place = max(int(one.line.position) for one in goods)
    found = []
    for item, quantity in db.session.execute(asked):
        if quantity:
            place += 1
            found.append(_line(item, quantity.normalize() + 0, currency, leading, place))
    return tuple(found)


def _line(item: PackagingItem, quantity: Decimal, currency: str, leading: Line, place: int) -> ClaimLine:
    deposit = round_amount(item.deposit, currency)
    line = Line(
        position=str(place), name=item.name, quantity=quantity, unit=_PIECE, unit_price=deposit,
        net=round_amount(quantity * deposit, currency), vat_category=leading.vat_category, vat_rate=leading.vat_rate,
        sku=item.code,
    )  # fmt: skip
    return ClaimLine(line=line, quantity=quantity, unit=_PIECE, kind="deposit")


def settle_deposits(company_id: int, currency: str, invoice_id: int) -> None:
    """The invoice has charged what waited in its currency."""
    items = select(PackagingItem.id).where(PackagingItem.currency == currency)
    db.session.execute(
        update(PackagingMove)
        .where(
            PackagingMove.company_id == company_id, PackagingMove.invoice_id.is_(None), PackagingMove.item_id.in_(items)
        )
        .values(invoice_id=invoice_id)
    )
