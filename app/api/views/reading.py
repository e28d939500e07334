"""What programs read: the account, its fields, articles and orders. The same queries as the pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Response, request

from app.accounts.domain.company import PostalAddress
from app.accounts.domain.own_fields import Subject
from app.accounts.policy import Permission as AccountPermission
from app.accounts.queries.companies import buying_terms, customer_party
from app.accounts.queries.own_fields import account_values, own_fields
from app.api.domain import answers
from app.api.domain.openapi import BASE, description
from app.api.views import blueprint
from app.api.views.calls import answered, cut, day_asked, json_of, keyed, page_asked, row_number
from app.catalog.domain.finding import Query
from app.core.actor import Actor
from app.core.errors import Invalid
from app.core.texts import N_
from app.ordering.domain.lifecycle import OrderState
from app.ordering.policy import Permission as OrderPermission
from app.ordering.queries.orders import OrderFilters, OrderLineRow, OrderRow, order, order_lines, orders
from app.ordering.queries.own_fields import order_values
from app.ordering.queries.shop import Look, ShopRow, shop_page
from app.web.access import actor, public


@blueprint.get(f"{BASE}/openapi.json")
@public
def openapi() -> Response:
    return json_of(description())


@blueprint.get(f"{BASE}/account")
@keyed(AccountPermission.READ_COMPANY)
def account() -> Response:
    me = actor()
    party, terms = customer_party(me), buying_terms(me)
    return answered(
        answers.Account(
            party.code, party.name, party.legal_name, party.country, party.vat_id, party.tax_number,
            party.registration_number, party.gln, party.email, party.invoice_email, party.phone, party.currency,
            terms.payment_days, terms.vat_mode, terms.time_zone, terms.is_blocked, terms.is_on_credit_hold,
            _seen(me, Subject.ACCOUNT, account_values(me)),
        )
    )  # fmt: skip


def _seen(me: Actor, subject: Subject, values: dict[str, str]) -> dict[str, str]:
    """The values of the fields a customer sees."""
    return {code: values[code] for code in own_fields(me, subject) if values.get(code)}


@blueprint.get(f"{BASE}/fields")
@keyed(AccountPermission.READ_COMPANY)
def fields() -> Response:
    me = actor()
    found = [one for subject in Subject for one in own_fields(me, subject).values()]
    return answered(
        answers.FieldList(
            tuple(
                answers.Field(
                    one.subject, one.code, one.label(me.locale), one.kind, one.is_required, one.is_entered,
                    tuple(answers.FieldChoice(choice.code, choice.label(me.locale)) for choice in one.choices),
                )
                for one in found
            )
        )
    )  # fmt: skip


@blueprint.get(f"{BASE}/articles")
@keyed(OrderPermission.SHOP)
def articles() -> Response:
    after, limit = page_asked(str, row_number)
    look = Look(Query(request.args.get("q", "")[:200], request.args.get("category", "")[:64]), sort="sku")
    page = shop_page(actor(), look, after=after, before=None, limit=limit + 1)
    rows, key = cut(page.rows, limit, lambda row: page.keys[row.article.id])
    return answered(answers.ArticleList(tuple(_article(row) for row in rows)), after=key)


def _article(row: ShopRow) -> answers.Article:
    one, priced, promise = row.article, row.price, row.promise
    price = None
    if priced.unit_price is not None:
        price = answers.Price(
            priced.unit_price, priced.base_quantity, priced.price_unit, row.quantity, priced.currency, priced.vat_rate
        )
    return answers.Article(
        one.sku, one.name, one.customer_number, one.gtin, one.brand, one.mpn, one.status, one.base_unit,
        tuple(answers.Pack(unit, pack.numerator, pack.denominator) for unit, pack in one.units.items()),
        one.rule.minimum, one.rule.step, one.rule.maximum, price,
        answers.Stock(
            promise.light, promise.available if promise.view.shows_numbers else None, promise.ships_on
        ),
    )  # fmt: skip


@blueprint.get(f"{BASE}/orders")
@keyed(OrderPermission.READ)
def order_list() -> Response:
    after, limit = page_asked(datetime.fromisoformat, row_number)
    state = request.args.get("state", "")
    if state and state not in set(OrderState):
        raise Invalid("state", N_("{given} is not one of {allowed}.", given=state[:40], allowed=", ".join(OrderState)))
    wanted = OrderFilters(state=state, since=day_asked("since"), until=day_asked("until"))
    rows, key = cut(orders(actor(), wanted, after=after, limit=limit + 1), limit, lambda row: (row.placed_at, row.id))
    return answered(answers.OrderList(tuple(_summary(row) for row in rows)), after=key)


def _summary(row: OrderRow) -> answers.OrderSummary:
    return answers.OrderSummary(
        row.number, row.placed_at, row.state, row.source, row.po_number, row.person, row.line_count, row.net_total,
        row.gross_total, row.currency,
    )  # fmt: skip


@blueprint.get(f"{BASE}/orders/<number:number>")
@keyed(OrderPermission.READ)
def order_show(number: str) -> Response:
    me = actor()
    after, limit = page_asked(row_number)
    found = order(me, number)
    rows, key = cut(order_lines(me, found.id, after=after, limit=limit + 1), limit, lambda line: (line.position,))
    return answered(
        answers.Order(
            found.number, found.placed_at, found.state, found.source, found.po_number, found.requested_on, found.note,
            found.currency, found.payment_days, found.net_total, found.vat_total, found.gross_total, found.line_count,
            _address(found.ship_to), _address(found.bill_to), _seen(me, Subject.ORDER, order_values(me, found.id)),
            _lines(rows),
        ),
        after=key,
    )  # fmt: skip


def _address(one: PostalAddress | None) -> answers.Address | None:
    if one is None:
        return None
    return answers.Address(
        one.name, one.street, one.street2, one.postcode, one.city, one.region, one.country, one.gln, one.contact,
        one.phone,
    )  # fmt: skip


def _lines(rows: Sequence[OrderLineRow]) -> tuple[answers.OrderLine, ...]:
    return tuple(
        answers.OrderLine(
            row.position, row.sku, row.customer_number, row.name, row.quantity, row.unit, row.unit_price,
            row.price_base_quantity, row.price_unit, row.net, row.vat_rate, row.state, row.promised_on,
            row.cancelled_quantity, row.shipped_quantity, row.note,
        )
        for row in rows
    )  # fmt: skip
