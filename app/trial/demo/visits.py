"""A telephone order that sales has prepared for a buyer and handed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app.accounts.models.people import Membership
from app.accounts.queries.people import person_actor
from app.accounts.queries.sign_ins import person_of
from app.accounts.service.sessions import end_visit, sign_out
from app.accounts.service.sign_in import sign_in
from app.accounts.service.tokens import token_hash
from app.accounts.service.visits import visit_buyer
from app.catalog.queries.articles import articles_by_code
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.service.cart import add_lines
from app.ordering.service.handing import hand_over
from app.trial.demo.families import DemoArticle
from app.trial.demo.people import PASSWORD, STAFF

_LINES = 4


def add_visit(house: Actor, buyer: Actor, items: Sequence[DemoArticle]) -> None:
    """Sales acts for the buyer, fills a cart on the telephone and leaves it to him."""
    sven = next(person for person in STAFF if person.email.startswith("sven@"))
    token = sign_in(sven.email, PASSWORD, ip="127.0.0.1").token
    browser = person_of(token_hash(token), timedelta(hours=1))
    assert browser is not None
    staff = replace(house, user_id=browser.user_id, name=browser.name)
    with acting_as(house):
        membership = db.session.scalars(
            select(Membership.id).where(Membership.user_id == buyer.user_id, Membership.company_id == buyer.company_id)
        ).one()
        visit_buyer(staff, membership, "Telephone order", company_id=buyer.company_id, session_id=browser.session_id)
        desk = replace(
            person_actor(buyer.company_id, buyer.user_id or 0), staff_id=browser.user_id, staff_name=browser.name
        )
    chosen = [item for item in items if item.index % 53 and item.index % 37][5 :: len(items) // _LINES]
    with acting_as(desk):
        articles = articles_by_code(desk, [one.sku for one in chosen])
        lines = [WantedLine(articles[one.sku][0].id, Decimal(one.step * 20), one.unit) for one in chosen]
        added = add_lines(desk, None, lines, client_ref="demo-telephone", page="/quick-order")
        hand_over(desk, added.page.cart_id, note="As discussed on the telephone. Please check the sizes and order.")
    end_visit(browser.session_id)
    sign_out(token)
