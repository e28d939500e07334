"""Contracts with suppliers as both sides read them: the list, one with its prices, signatures and call-offs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Select, func, or_, select

from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.pricing.models.contracts import ContractBalance
from app.pricing.models.lists import PriceList
from app.pricing.policy import Permission as Pricing
from app.sourcing.domain.contract import Use, fingerprint, used_percent
from app.sourcing.models.contracts import ContractPrice, ContractSignature, SupplyContract
from app.sourcing.models.tenders import Tender, TenderLot
from app.sourcing.policy import runs_all

STATES = ("pending", "active", "expired", "terminated", "cancelled")


@dataclass(frozen=True, slots=True)
class ContractFilters:
    text: str = ""
    state: str = ""
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A line of the list; `used` is in percent of the value, None without an end."""

    id: int
    number: str
    state: str
    buyer_name: str
    supplier_name: str
    title: str
    currency: str
    valid_from: date
    valid_to: date
    value: Decimal
    used: int | None
    is_signed_by_supplier: bool


S = TypeVar("S", bound="Select[*tuple[Any, ...]]")


def _mine(actor: Actor, statement: S) -> S:
    """Contracts of either side; who sets the wholesaler's prices sees those that customers have shown it."""
    if runs_all(actor):
        return statement
    sides = [SupplyContract.company_id == actor.company_id, SupplyContract.supplier_id == actor.company_id]
    if actor.is_operator and actor.can(Pricing.EDIT):
        sides.append(SupplyContract.shown_at.is_not(None))
    return statement.where(or_(*sides))


def contracts_page(
    actor: Actor, filters: ContractFilters, *, after: Sequence[str] | None, before: Sequence[str] | None, limit: int
) -> list[ContractRow]:
    """Newest first, by keyset of the id. Three statements."""
    wanted = _mine(actor, select(SupplyContract, Tender.title).join(Tender, Tender.id == SupplyContract.tender_id))
    if filters.text:
        words = f"%{filters.text}%"
        wanted = wanted.where(
            or_(SupplyContract.number.ilike(words), SupplyContract.supplier_name.ilike(words),
                SupplyContract.buyer_name.ilike(words), Tender.title.ilike(words))
        )  # fmt: skip
    if filters.state:
        wanted = wanted.where(SupplyContract.state == filters.state)
    if filters.article_id is not None:
        wanted = wanted.where(
            SupplyContract.id.in_(
                select(ContractPrice.contract_id).where(ContractPrice.article_id == filters.article_id)
            )
        )
    if after:
        wanted = wanted.where(SupplyContract.id < int(after[0]))
    if before:
        wanted = wanted.where(SupplyContract.id > int(before[0])).order_by(SupplyContract.id)
    else:
        wanted = wanted.order_by(SupplyContract.id.desc())
    rows = list(db.session.execute(wanted.limit(limit)))
    if before:
        rows.reverse()
    ids = [contract.id for contract, _title in rows]
    prices = prices_of(ids)
    signed = set(
        db.session.scalars(
            select(ContractSignature.contract_id).where(
                ContractSignature.contract_id.in_(ids), ContractSignature.side == "supplier",
                ContractSignature.answer == "signed",
            )
        )
    )  # fmt: skip
    return [_row(contract, title, prices.get(contract.id, []), contract.id in signed) for contract, title in rows]


def _row(contract: SupplyContract, title: str, prices: Sequence[PriceView], is_signed: bool) -> ContractRow:
    return ContractRow(
        contract.id, contract.number, contract.state, contract.buyer_name, contract.supplier_name, title,
        contract.currency, contract.valid_from, contract.valid_to, sum((one.value for one in prices), Decimal(0)),
        used_percent(one.use for one in prices), is_signed,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PriceView:
    """One contract price; `drawn` is what orders in the shop took of it once the wholesaler sells at it."""

    id: int
    contract_id: int
    position: int
    text: str
    article_id: int | None
    sku: str
    unit: str
    min_quantity: Decimal
    unit_price: Decimal
    base_quantity: Decimal
    currency: str
    maximum: Decimal | None
    called_off: Decimal
    drawn: Decimal
    source: str
    price_list: str
    closed_at: datetime | None

    @property
    def used(self) -> Decimal:
        return self.called_off + self.drawn

    @property
    def left(self) -> Decimal | None:
        return None if self.maximum is None else max(self.maximum - self.used, Decimal(0))

    @property
    def value(self) -> Decimal:
        return (self.maximum or Decimal(0)) * self.unit_price / self.base_quantity

    @property
    def use(self) -> Use:
        return Use(self.unit_price, self.base_quantity, self.maximum, self.used)


def prices_of(contract_ids: Sequence[int]) -> dict[int, list[PriceView]]:
    """The prices of contracts with what is drawn of them, in one statement."""
    drawn = func.coalesce(
        select(func.sum(ContractBalance.drawn))
        .join(PriceList, PriceList.id == ContractBalance.price_list_id)
        .where(
            ContractBalance.company_id == ContractPrice.company_id,
            PriceList.code == ContractPrice.price_list,
            ContractBalance.article_id == ContractPrice.article_id,
            ContractBalance.unit == ContractPrice.unit,
            ContractPrice.price_list != "",
        )
        .scalar_subquery(),
        0,
    )
    rows = db.session.execute(
        select(ContractPrice, drawn, Article.sku)
        .outerjoin(Article, Article.id == ContractPrice.article_id)
        .where(ContractPrice.contract_id.in_(contract_ids))
        .order_by(ContractPrice.contract_id, ContractPrice.position)
    )
    found: dict[int, list[PriceView]] = {}
    for row, taken, sku in rows:
        found.setdefault(row.contract_id, []).append(
            PriceView(
                row.id, row.contract_id, row.position, row.text, row.article_id, sku or "", row.unit, row.min_quantity,
                row.unit_price, row.base_quantity, row.currency, row.maximum_quantity, row.called_off, Decimal(taken),
                row.source, row.price_list, row.closed_at,
            )
        )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Signature:
    side: str
    answer: str
    name: str
    reason: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class ContractView:
    """One contract for its page and its paper."""

    id: int
    company_id: int
    supplier_id: int
    award_id: int
    number: str
    state: str
    buyer_name: str
    supplier_name: str
    tender_number: str
    tender_title: str
    lot_number: int
    lot_title: str
    currency: str
    vat_basis: str
    valid_from: date
    valid_to: date
    excess: str
    terms: str
    delivery_terms: str
    payment_terms: str
    row_version: int
    created_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    end_reason: str
    shown_at: datetime | None
    prices: tuple[PriceView, ...]
    signatures: tuple[Signature, ...]

    @property
    def value(self) -> Decimal:
        return sum((one.value for one in self.prices), Decimal(0))

    @property
    def used(self) -> int | None:
        return used_percent(one.use for one in self.prices)

    def signature(self, side: str) -> Signature | None:
        return next((one for one in self.signatures if one.side == side), None)

    @property
    def content(self) -> Mapping[str, Any]:
        """What is signed: everything but what happens later."""
        return {
            "number": self.number, "buyer": self.buyer_name, "supplier": self.supplier_name,
            "tender": self.tender_number, "lot": self.lot_number, "currency": self.currency, "vat": self.vat_basis,
            "from": self.valid_from, "to": self.valid_to, "excess": self.excess, "terms": self.terms,
            "delivery": self.delivery_terms, "payment": self.payment_terms,
            "prices": [
                {"position": one.position, "text": one.text, "unit": one.unit, "price": one.unit_price,
                 "base": one.base_quantity, "minimum": one.min_quantity, "maximum": one.maximum}
                for one in self.prices
            ],
        }  # fmt: skip

    @property
    def hash(self) -> str:
        return fingerprint(self.content)


def contract(actor: Actor, number: str) -> ContractView:
    """One contract of either side, by its number. Raises NotFound. Three statements."""
    wanted = (
        select(SupplyContract, Tender, TenderLot.number, TenderLot.title)
        .join(Tender, Tender.id == SupplyContract.tender_id)
        .join(TenderLot, TenderLot.id == SupplyContract.lot_id)
        .where(SupplyContract.number == number)
    )
    found = db.session.execute(_mine(actor, wanted).execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    row, tender, lot_number, lot_title = found
    signatures = db.session.scalars(
        select(ContractSignature).where(ContractSignature.contract_id == row.id).order_by(ContractSignature.id)
    )
    return ContractView(
        row.id, row.company_id, row.supplier_id, row.award_id, row.number, row.state, row.buyer_name, row.supplier_name,
        tender.number, tender.title, lot_number, lot_title, row.currency, row.vat_basis, row.valid_from, row.valid_to,
        row.excess, row.terms, tender.delivery_terms, tender.payment_terms, row.row_version, row.created_at,
        row.began_at, row.ended_at, row.end_reason, row.shown_at, tuple(prices_of([row.id]).get(row.id, ())),
        tuple(Signature(one.side, one.answer, one.name, one.reason, one.signed_at) for one in signatures),
    )  # fmt: skip


def number_of(actor: Actor, contract_id: int) -> str:
    """The number of a contract of either side. Raises NotFound."""
    found = db.session.scalar(_mine(actor, select(SupplyContract.number).where(SupplyContract.id == contract_id)))
    if found is None:
        raise NotFound
    return str(found)


def contracts_of_supplier(actor: Actor, supplier_id: int) -> int:
    """How many contracts with a supplier are in force."""
    wanted = select(func.count()).select_from(SupplyContract).where(
        SupplyContract.supplier_id == supplier_id, SupplyContract.state == "active"
    )  # fmt: skip
    return db.session.scalar(_mine(actor, wanted)) or 0


def waiting_for(actor: Actor) -> int:
    """Contracts that wait for a signature of the actor's side."""
    is_answered = select(ContractSignature.contract_id).where(ContractSignature.side == "supplier")
    wanted = select(func.count()).select_from(SupplyContract).where(SupplyContract.state == "pending")
    as_supplier = wanted.where(SupplyContract.supplier_id == actor.company_id, SupplyContract.id.not_in(is_answered))
    as_buyer = wanted.where(SupplyContract.company_id == actor.company_id, SupplyContract.id.in_(is_answered))
    return (db.session.scalar(as_supplier) or 0) + (db.session.scalar(as_buyer) or 0)
