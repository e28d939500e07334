"""A shop with a few articles, and buyers in it. Call inside `world()` or `ctx`; what is made is committed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from app.accounts.domain.roles import Role
from app.accounts.models.companies import Company
from app.accounts.models.people import User
from app.accounts.queries.addresses import addresses
from app.catalog.domain.article import key_of
from app.catalog.models.articles import Article, ArticleUnit, CustomerArticleNumber
from app.catalog.models.categories import Category
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import acting_as, system_scope
from app.inventory.models.stock import Stock, Warehouse
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Placed, Wishes
from app.ordering.service.cart import add_lines
from app.ordering.service.checkout import check_prices, submit
from app.pricing.models.chains import Chain, ChainList
from app.pricing.models.lists import PriceEntry, PriceList
from app.pricing.models.vat import VatRate
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.accounts import sign_in as open_session

Breaks = Mapping[Any, Any]


def ref() -> str:
    return str(uuid.uuid4())


def _put(*rows: Any) -> Any:
    with system_scope("factory"), transaction() as session:
        session.add_all(rows)
        session.flush()
        for row in rows:
            session.refresh(row)
            session.expunge(row)
    return rows[0] if rows else None


def _found(model: Any, **facts: Any) -> Any:
    with system_scope("factory"):
        found = db.session.scalar(select(model).filter_by(**facts))
        if found is not None:
            db.session.expunge(found)
        return found


def shop() -> PriceList:
    """The operator with one warehouse, German VAT and one list in EUR that holds for every account; made once."""
    operator()
    known = _found(PriceList, code="LIST")
    if known is not None:
        return known
    _put(Warehouse(code="MAIN", name="Main store"))
    _put(
        VatRate(country="DE", vat_class="standard", rate=Decimal(19), valid_from=date(2020, 1, 1)),
        VatRate(country="DE", vat_class="reduced", rate=Decimal(7), valid_from=date(2020, 1, 1)),
    )
    prices: PriceList = _put(PriceList(code="LIST", name="List prices", currency="EUR"))
    chain = _put(Chain(code="ALL", name="Everybody", is_default=True))
    _put(ChainList(chain_id=chain.id, price_list_id=prices.id, position=1))
    return prices


def category(code: str, name: str) -> Category:
    found: Category = _found(Category, code=code) or _put(Category(code=code, name=name))
    return found


def article(
    sku: str,
    price: Any = "10",
    *,
    breaks: Breaks | None = None,
    stock: Any = 1000,
    units: Mapping[str, int] | None = None,
    successor: Article | None = None,
    **facts: Any,
) -> Article:
    """An article at `price` (None: no price) with `breaks` {from quantity: price}, so much in stock, packs {unit: pieces}."""
    prices = shop()
    values: dict[str, Any] = {"sku": sku, "sku_key": key_of(sku), "name": f"Article {sku}"} | facts
    if successor is not None:
        values |= {"status": "discontinued", "successor_id": successor.id}
    made: Article = _put(Article(**values))
    _put(
        *(
            ArticleUnit(article_id=made.id, unit=unit, numerator=pieces, position=place)
            for place, (unit, pieces) in enumerate((units or {}).items())
        )
    )
    ladder = ({} if price is None else {0: price}) | dict(breaks or {})
    _put(
        *(
            PriceEntry(
                price_list_id=prices.id, article_id=made.id, unit=values.get("base_unit", "H87"),
                min_quantity=Decimal(str(start)), price=Decimal(str(value)),
            )
            for start, value in ladder.items()
        )
    )  # fmt: skip
    if stock:
        store = _found(Warehouse, code="MAIN")
        _put(Stock(article_id=made.id, warehouse_id=store.id, on_hand=Decimal(str(stock))))
    return made


def change_price(made: Article, price: Any, *, start: Any = 0) -> None:
    with system_scope("factory"), transaction() as session:
        session.execute(
            update(PriceEntry)
            .where(PriceEntry.article_id == made.id, PriceEntry.min_quantity == Decimal(str(start)))
            .values(price=Decimal(str(price)))
        )


def set_on_hand(made: Article, quantity: Any) -> None:
    with system_scope("factory"), transaction() as session:
        session.execute(update(Stock).where(Stock.article_id == made.id).values(on_hand=Decimal(str(quantity))))


def change_article(made: Article, **facts: Any) -> None:
    with system_scope("factory"), transaction() as session:
        session.execute(update(Article).where(Article.id == made.id).values(**facts))


def change_company(company_id: int, **facts: Any) -> None:
    with system_scope("factory"), transaction() as session:
        session.execute(update(Company).where(Company.id == company_id).values(**facts))


def own_number(made: Article, company_id: int, number: str) -> None:
    _put(CustomerArticleNumber(article_id=made.id, company_id=company_id, number=number, number_key=key_of(number)))


def buyer(company: Company | None = None, role: Role = Role.BUYER, **facts: Any) -> Actor:
    """Somebody who buys, acting for a customer account of his own unless one is given."""
    shop()
    company = company or customer()
    return actor_for(person(company, role, **facts), company)


def sales() -> Actor:
    """Somebody at the operator's sales desk."""
    house = operator()
    return actor_for(person(house, Role.SALES), house)


def wanted(made: Article, quantity: Any, unit: str = "H87", note: str = "") -> WantedLine:
    return WantedLine(made.id, Decimal(str(quantity)), unit, note)


def fill_cart(actor: Actor, lines: Iterable[tuple[Article, Any]]) -> int:
    """Put lines into the buyer's active cart; returns its id."""
    with acting_as(actor):
        added = add_lines(actor, None, [wanted(made, quantity) for made, quantity in lines], client_ref=ref())
    return added.page.cart_id


def ship_to(actor: Actor) -> int:
    with acting_as(actor):
        found = addresses(actor)[0].id
    assert found is not None
    return found


def order(actor: Actor, lines: Iterable[tuple[Article, Any]], *, po_number: str = "PO-1", **details: Any) -> Placed:
    """A placed order of these lines."""
    cart_id = fill_cart(actor, lines)
    address_id = ship_to(actor)
    with acting_as(actor):
        check_prices(actor, cart_id)
        wishes = Wishes(address_id, po_number=po_number, **details)
        placed = submit(actor, cart_id, wishes, client_ref=ref()).order
    assert placed is not None, "this order waits for approval"
    return placed


def sign_in(client: Any, actor: Actor) -> None:
    """Sign a test client in as the person this actor is."""
    with client.app.app_context():
        user = _found(User, id=actor.user_id)
        company = _found(Company, id=actor.company_id)
    open_session(client, user, company=company)
