"""Every way to an article, with one that the account may not see (HID) and one that it may (NUT)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import text

from app.catalog.domain.article_row import ArticleRow
from app.catalog.domain.assortment import Effect
from app.catalog.domain.finding import Query
from app.catalog.queries.assortments import rules
from app.catalog.queries.browse import search
from app.catalog.queries.search_suggest import suggest
from app.catalog.service.articles import upsert_articles
from app.catalog.service.assortment_reach import ReachKind, assign
from app.catalog.service.assortments import AssortmentFacts, add_rules, remove_rules, upsert_assortment
from app.core.actor import Actor
from app.core.db import db, statements
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tenancy import acting_as
from app.ordering.domain.cart import sums
from app.ordering.domain.preview import NOT_IN_ASSORTMENT, Verdict
from app.ordering.domain.wishes import Wishes
from app.ordering.queries.cart import priced_cart
from app.ordering.queries.order_file import account_catalogue
from app.ordering.queries.product import product
from app.ordering.queries.quick_order import preview, read_text
from app.ordering.queries.shop import SORTS, Look, shop_page
from app.ordering.service.cart import add_lines, set_quantities
from app.ordering.service.checkout import check_prices, submit
from app.pricing.queries.personal import count_own, own_prices, range_of
from tests.factories.accounts import actor_for, customer, person
from tests.factories.ordering import article, buyer, fill_cart, own_number, ref, ship_to, sign_in, wanted

SYSTEM = Actor.system()


@pytest.fixture
def ann(isolated, world):
    with world():
        return buyer(customer("K-1"))


@pytest.fixture
def goods(ann, world):
    """Two articles that begin alike, each with a number of the customer's own, and the assortment that hides one."""
    with world():
        nut, hid = article("NUT-1", "2"), article("NUT-HID", "3", gtin="4006381333931")
        own_number(hid, ann.company_id, "MY-HID")
        upsert_articles(SYSTEM, [ArticleRow("NUT-1", name="Nut plain"), ArticleRow("NUT-HID", name="Nut hidden")])
        found = upsert_assortment(SYSTEM, AssortmentFacts("A", "Winter"))
        add_rules(SYSTEM, found, Effect.DENY, skus=["NUT-HID"])
    return nut, hid, found


@pytest.fixture
def hide(goods, world):
    def now() -> None:
        with world():
            assign(SYSTEM, goods[2], ReachKind.ACCOUNT, "K-1")

    return now


def shown(actor: Actor, words: str = "") -> set[str]:
    """What the shop lists, the same in every order."""
    found = []
    for sort in SORTS:
        with acting_as(actor):
            page = shop_page(actor, Look(Query(words), sort), after=None, before=None, limit=50)
        found.append({row.article.sku for row in page.rows})
        assert page.found is None or page.found.total == len(page.rows)
    assert all(skus == found[0] for skus in found), dict(zip(SORTS, found, strict=True))
    return found[0]


def test_lists_search_and_suggestions(goods, hide, ann, world):
    with world(ann):
        assert shown(ann) == shown(ann, "nut") == {"NUT-1", "NUT-HID"}
    hide()
    with world(ann):
        assert shown(ann) == shown(ann, "nut") == {"NUT-1"}
        assert {one.sku for one in search(ann, "nut hid")} == set()
        assert {one.sku for one in suggest(ann, "nut")} == {"NUT-1"}
        for words in ("NUT-HID", "MY-HID", "4006381333931"):
            assert suggest(ann, words) == []
            assert shown(ann, words) == set()


def test_the_page_of_an_article_and_its_price_list(goods, hide, ann, world):
    hide()
    with world(ann):
        assert product(ann, "NUT-1").page.article.sku == "NUT-1"
        with pytest.raises(NotFound, match="not in your assortment"):
            product(ann, "NUT-HID")
    with world():
        wanted_range = range_of(SYSTEM, ann.company_id, "")
        assert count_own(SYSTEM, ann.company_id, wanted_range) == 1
        on = db.session.scalar(text("SELECT current_date"))
        listed = [one.sku for part in own_prices(SYSTEM, ann.company_id, wanted_range, on) for one in part]
        assert listed == ["NUT-1"]
        assert set(account_catalogue(SYSTEM, ann.company_id, ["NUT-1", "NUT-HID"]).articles) == {"NUT-1"}


@pytest.mark.parametrize("code", ["NUT-HID", "nut-hid", "4006381333931", "MY-HID"])
def test_a_pasted_row_has_its_own_message(goods, hide, ann, world, code):
    hide()
    with world(ann):
        seen = preview(ann, read_text(f"NUT-1 5\n{code} 2\nNOBODY 1"))
    assert [line.article.sku for line in seen.lines] == ["NUT-1"]
    problems = [(one.reason, one.verdict) for one in seen.problems]
    assert problems == [(NOT_IN_ASSORTMENT, Verdict.REFUSED), ("unknown_sku", Verdict.REFUSED)]
    assert str(seen.problems[0].messages[0]) == f"{code} is not in your assortment. Ask us if you need it."
    assert seen.problems[0].article is None, "nothing more is told of it"


def test_a_preview_costs_one_statement_more_whatever_the_rows(goods, hide, ann, world):
    def cost(rows: int) -> list[str]:
        with world(ann), statements() as sent:
            preview(ann, read_text("\n".join(f"NUT-{1 if n % 2 else 'HID'} {n + 1}" for n in range(rows))))
        return [one for one in sent if "assortments s" in one or "assortment" not in one]

    before = cost(2)
    hide()
    assert len(cost(2)) == len(cost(40)) == len(before)
    assert sum("FROM assortments" in one for one in cost(40)) == 1


def test_a_line_that_fell_out_stays_and_is_not_ordered(goods, hide, ann, world):
    nut, hid, found = goods
    with world():
        cart_id = fill_cart(ann, [(nut, 5), (hid, 2)])
    with world(ann):
        check_prices(ann, cart_id)
        whole = priced_cart(ann, cart_id)
    assert whole.totals.net_total == Decimal(16)
    hide()
    with world(ann):
        page = priced_cart(ann, cart_id)
        assert [[problem.code for problem in row.problems] for row in page.rows] == [[], ["not_in_assortment"]]
        assert page.totals == sums((page.rows[0].price,), page.currency)
        assert page.totals.net_total == Decimal(10)
        assert not page.is_ready
        with pytest.raises(Conflict) as refused:
            submit(ann, cart_id, Wishes(ship_to(ann)), client_ref=ref())
        assert [(sku, problem.code) for sku, problem in refused.value.details] == [("NUT-HID", "not_in_assortment")]
        assert set_quantities(ann, cart_id, {page.rows[1].line_id: (Decimal(1), None)}).rows[0].quantity == 1
        for call in (lambda: add_lines(ann, None, [wanted(hid, 1)], client_ref=ref()),):
            with pytest.raises(Invalid) as refused:
                call()
            assert [problem.code for _, problem in refused.value.details] == ["not_in_assortment"]
    with world():
        remove_rules(SYSTEM, found, [one.id for one in rules(SYSTEM, found)])
    with world(ann):
        check_prices(ann, cart_id)
        assert submit(ann, cart_id, Wishes(ship_to(ann)), client_ref=ref()).order


def test_the_operator_orders_for_an_account_what_it_may_have(goods, hide, ann, world):
    """The account's assortment counts, not the operator's own eyes."""
    nut, hid, _ = goods
    with world():
        cart_id = fill_cart(ann, [(nut, 1), (hid, 1)])
    hide()
    with world():
        page = priced_cart(SYSTEM, cart_id)
    assert [row.article.is_visible for row in page.rows] == [True, False]


def test_another_account_buys_on(goods, hide, ann, world):
    nut, hid, _ = goods
    hide()
    with world():
        company = customer("K-2")
        other = actor_for(person(company, "buyer"), company)
        fill_cart(other, [(nut, 1), (hid, 1)])
        assert shown(other) == {"NUT-1", "NUT-HID"}


def test_pages(goods, hide, ann, client, world):
    nut, hid, _ = goods
    sign_in(client, ann)
    with world():
        fill_cart(ann, [(nut, 1), (hid, 1)])
    hide()
    for address in ("/shop", "/shop?q=nut", "/shop?q=NUT-HID", "/articles/NUT-1"):
        page = client.get(address)
        assert page.status == 200
        assert "Nut hidden" not in page.html, address
        assert "/articles/NUT-HID" not in page.html, address
    assert "NUT-HID" not in client.part("/shop/suggest?q=nut").html
    page = client.get("/articles/NUT-HID")
    assert page.status == 404
    assert "NUT-HID is not in your assortment. Ask us if you need it." in page.text
    assert "not in your assortment" in client.flask.post("/quick-order/judge", data={"rows": "1\tNUT-HID\t1\t\t"}).text
    page = client.post("/quick-order", data={"text": "NUT-1 5\nNUT-HID 5"})
    assert "NUT-HID is not in your assortment." in page.text
    page = client.get("/cart")
    assert "Not in your assortment." in page.text
    assert "1 line needs a look before you can order." in page.text
    answer = client.post_part("/cart/add", data={"add": hid.id, f"quantity-{hid.id}": "1", f"unit-{hid.id}": "H87"})
    assert "Not in your assortment." in answer.text
