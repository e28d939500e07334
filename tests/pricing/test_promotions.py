"""Promotions from the price manager's hand into carts and orders: whom, when, how often, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from app.catalog.models.articles import Article
from app.core import audit
from app.core.actor import Actor
from app.core.clock import frozen, now
from app.core.db import db, statements, transaction
from app.core.errors import Conflict, Invalid
from app.core.tenancy import acting_as, system_scope
from app.ordering.domain.wishes import Wishes
from app.ordering.models.orders import Order, OrderAllowance
from app.ordering.queries.cart import priced_cart
from app.ordering.service.cart import set_quantities
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.coupons import add_coupon, remove_coupon
from app.pricing.domain.promotions import Allowance
from app.pricing.models.promotions import Coupon, Promotion, PromotionUse
from app.pricing.queries.promotion_pages import promotion as promotion_page
from app.pricing.queries.promotions import promotion_effects
from app.pricing.service.coupons import Batch, Claim, claim_promotions, give_back, make_coupons, switch_coupon
from app.pricing.service.promotions import PromotionRow, TargetRow, switch_promotion, upsert_promotion
from tests.factories.accounts import customer
from tests.factories.ordering import article, buyer, fill_cart, ref, ship_to
from tests.factories.pricing import contract
from tests.factories.promotions import coupon, promotion

pytestmark = pytest.mark.usefixtures("ctx")
SYSTEM = Actor.system()


@pytest.fixture
def ann():
    article("NUT", "10", brand="Bolt & Co")
    article("CAP", "20", vat_class="reduced")
    return buyer(customer("10001"))


def cart_of(actor, **quantities):
    from_sku = {sku: _article(sku) for sku in quantities}
    return fill_cart(actor, [(from_sku[sku], quantity) for sku, quantity in quantities.items()])


def _article(sku):
    with system_scope("test"):
        found = db.session.scalars(select(Article).where(Article.sku == sku)).one()
        db.session.expunge(found)
    return found


def run(statement, **values):
    with system_scope("test"), transaction():
        db.session.execute(text(statement), values)


def page_of(actor, cart_id):
    with acting_as(actor):
        return priced_cart(actor, cart_id)


def given(actor, cart_id):
    return {one.code: one.amount for one in page_of(actor, cart_id).effects.allowances}


def place(actor, cart_id, **details):
    address = ship_to(actor)
    with acting_as(actor):
        return submit(actor, cart_id, Wishes(address, po_number="PO"), **({"client_ref": ref()} | details)).order


def check(actor, cart_id):
    with acting_as(actor):
        return check_prices(actor, cart_id)[0]


def count(promotion_id):
    with system_scope("test"):
        return tuple(
            db.session.execute(
                select(Promotion.spent_uses, Promotion.spent_amount).where(Promotion.id == promotion_id)
            ).one()
        )


def test_a_cart_shows_what_comes_off_and_the_totals_hold(ann):
    cart_id = cart_of(ann, NUT=10, CAP=1)
    promotion("TEN", "10", min_net="100")
    page = page_of(ann, cart_id)
    assert [(one.code, one.amount) for one in page.effects.allowances] == [("TEN", Decimal("12.00"))]
    sums = page.totals
    assert (sums.line_total, sums.allowances, sums.net_total) == (120, 12, 108)
    assert [(group.rate, group.base, group.tax) for group in sums.vat] == [
        (7, 18, Decimal("1.26")), (19, 90, Decimal("17.10")),
    ]  # fmt: skip


def test_a_change_holds_in_the_next_request(ann):
    cart_id = cart_of(ann, NUT=10)
    assert given(ann, cart_id) == {}
    key = promotion("TEN", "10")
    assert given(ann, cart_id) == {"TEN": 10}
    promotion("TEN", "25")
    assert given(ann, cart_id) == {"TEN": 25}
    switch_promotion(SYSTEM, key, is_active=False)
    assert given(ann, cart_id) == {}


@pytest.mark.parametrize(
    ("target", "amount"),
    [(("article", "nut"), 10), (("brand", "Bolt & Co"), 10), (("category", "METAL"), 10), (("category", "SCREWS"), 10)],
)
def test_goods_are_articles_brands_and_categories_with_all_below(ann, target, amount):
    run("INSERT INTO categories (code, name) VALUES ('METAL', 'Metal')")
    run("INSERT INTO categories (code, name, parent_id) SELECT 'SCREWS', 'Screws', id FROM categories")
    run("UPDATE articles SET category_id = (SELECT id FROM categories WHERE code = 'SCREWS') WHERE sku = 'NUT'")
    promotion("LINE", "10", kind="line", targets=[target])
    assert given(ann, cart_of(ann, NUT=10, CAP=10)) == {"LINE": amount}


def test_moments_of_start_and_end(ann):
    cart_id = cart_of(ann, NUT=1)
    start = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
    promotion("DAWN", starts_at=start, ends_at=start + timedelta(hours=2))
    for minutes, holds in ((-1, False), (0, True), (119, True), (120, False)):
        with frozen(start + timedelta(minutes=minutes)):
            assert bool(given(ann, cart_id)) is holds


def test_whom_it_is_for(ann):
    bob = buyer(customer("10002"))
    carts = {ann: cart_of(ann, NUT=1), bob: cart_of(bob, NUT=1)}
    for statement in (
        "INSERT INTO account_groups (code, name) VALUES ('RETAIL', 'Retail')",
        "INSERT INTO segments (code, name) VALUES ('SHIPS', 'Ships')",
        "INSERT INTO company_segments SELECT c.id, s.id FROM companies c, segments s WHERE c.code = '10001'",
        "UPDATE companies SET group_id = (SELECT id FROM account_groups) WHERE code = '10002'",
    ):
        run(statement)
    promotion("ANN", audience=[("account", "10001")])
    promotion("GROUP", audience=[("group", "RETAIL")])
    promotion("SEG", audience=[("segment", "SHIPS")])
    promotion("DOLLAR", currency="USD")
    assert set(given(ann, carts[ann])) == {"ANN", "SEG"}
    assert set(given(bob, carts[bob])) == {"GROUP"}
    with acting_as(bob):  # the second wall
        assert db.session.scalars(text("SELECT code FROM promotions ORDER BY code")).all() == ["DOLLAR", "GROUP"]


def test_contract_prices_are_left_alone(ann):
    cart_id = cart_of(ann, NUT=10, CAP=1)
    contract(ann.company_id, "C-1", {"NUT": "9", "CAP": "18"})
    promotion("TEN")
    page = page_of(ann, cart_id)
    assert page.effects.allowances == ()
    assert "agreed prices" in str(page.effects.lost[0].reason)


def test_an_order_keeps_counts_and_explains(ann):
    first = promotion("TEN", "10", priority=1, budget_uses=5, exclusion_group="X")
    promotion("FIVE", "5", exclusion_group="X")
    cart_id = cart_of(ann, NUT=10, CAP=1)
    seen = check(ann, cart_id).fingerprint()
    reference = ref()
    placed = place(ann, cart_id, client_ref=reference, seen=seen)
    again = place(ann, cart_id, client_ref=reference, seen=seen)
    assert (again.id, again.is_repeat) == (placed.id, True)
    assert count(first) == (1, Decimal(12))
    with system_scope("test"):
        order = db.session.get_one(Order, placed.id)
        rows = db.session.scalars(select(OrderAllowance).order_by(OrderAllowance.position)).all()
        uses = db.session.scalars(select(PromotionUse)).all()
    assert (order.net_total, order.vat_total) == (108, Decimal("18.36"))
    assert [(row.name, row.amount, row.vat_rate) for row in rows] == [
        ("Promotion TEN", 2, 7), ("Promotion TEN", 10, 19),
    ]  # fmt: skip
    assert [(use.promotion_id, use.order_number, use.amount) for use in uses] == [(first, placed.number, 12)]
    assert order.promotions_lost[0][:2] == ["FIVE", "Promotion FIVE"]
    assert "promotions" in audit.history(SYSTEM, "order", placed.id)[-1].changes


def test_a_cancelled_order_gives_its_uses_back_once(ann):
    key = promotion("TEN", budget_amount="20", needs_coupon=True)
    coupon(key, "ONCE", max_uses=1)
    cart_id = cart_of(ann, NUT=10)
    with acting_as(ann):
        add_coupon(ann, cart_id, "once")
    placed = place(ann, cart_id)
    assert count(key) == (1, 10)
    with acting_as(ann):
        assert give_back(ann, ann.company_id, placed.id) == 1
        assert give_back(ann, ann.company_id, placed.id) == 0
    assert count(key) == (0, 0)
    with system_scope("test"):
        assert db.session.scalar(select(Coupon.uses)) == 0


def test_a_budget_that_ends_between_cart_and_order_is_told_with_the_difference(ann):
    key = promotion("TEN", budget_uses=1)
    bob = buyer(customer("10002"))
    mine, other = cart_of(ann, NUT=10), cart_of(bob, NUT=20)
    check(ann, mine)
    place(bob, other)
    with pytest.raises(Conflict) as refused:
        place(ann, mine)
    (change,) = refused.value.details
    assert (change.name, change.old, change.new) == ("Promotion TEN", 10, 0)
    assert count(key) == (1, 20)
    page = check(ann, mine)  # the page that shows the difference, and keeps what is seen now
    assert [one.new for one in page.allowance_changes] == [0]
    assert place(ann, mine).number


def test_a_claim_counts_all_or_nothing(ann):
    """The budget is read without a lock and counted under one: what is no longer there is not given."""
    rich, poor = promotion("RICH"), promotion("POOR", budget_amount="15")
    both = [Allowance(key, "C", "N", Decimal(10), ()) for key in (rich, poor)]
    claim = Claim(ann.company_id, 1, "SO-1", "EUR")
    with acting_as(ann):
        assert claim_promotions(ann, claim, both) == set()
        assert claim_promotions(ann, replace(claim, order_id=2), both) == {poor}
        with pytest.raises(Exception, match="insufficient_privilege"), db.session.begin_nested():
            claim_promotions(ann, replace(claim, company_id=999), both)
    assert (count(rich), count(poor)) == ((0, 0), (1, 10))  # what has no limit is summed from its uses
    assert promotion_page(SYSTEM, "RICH").line.given == 10
    promotion("RICH", budget_amount="15")
    assert count(rich) == (1, 10)


def test_limits_for_each_account(ann):
    promotion("ONCE", account_uses=1)
    place(ann, cart_of(ann, NUT=1))
    cart_id = cart_of(ann, NUT=1)
    assert given(ann, cart_id) == {}
    bob = buyer(customer("10002"))
    assert given(bob, cart_of(bob, NUT=1)) == {"ONCE": 1}


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"is_active": False}, "This coupon is no longer valid."),
        ({"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, "This coupon has ended."),
        ({"company_id": True}, "This coupon is not meant for your account."),
        ({"max_uses": 1, "uses": 1}, "This coupon is used up."),
        ({}, "Promotion WELCOME: 1.00 EUR off"),
    ],
)
def test_a_coupon_says_why(ann, facts, message):
    key = promotion("WELCOME", "10", needs_coupon=True)
    coupon(key, "WELCOME5")
    if facts.get("company_id"):
        facts = {"company_id": customer("10009").id}
    for name, value in facts.items():
        run(f"UPDATE coupons SET {name} = :v", v=value)
    cart_id = cart_of(ann, NUT=1)
    assert given(ann, cart_id) == {}
    with acting_as(ann):
        answer, _ = add_coupon(ann, cart_id, " welcome5 ")
        assert str(answer.message) == message
        remove_coupon(ann, cart_id, "WELCOME5")
    assert page_of(ann, cart_id).effects.coupons == ()


def test_codes_that_are_not_there_are_not_kept_and_none_can_be_listed(ann):
    key = promotion("P", needs_coupon=True)
    coupon(key, "SECRET")
    cart_id = cart_of(ann, NUT=1)
    with acting_as(ann):
        for code, words in (
            ("NOPE", "There is no coupon NOPE."),
            ("", "Enter the code"),
            ("a'b", "There is no coupon"),
        ):
            with pytest.raises(Invalid, match=words):
                add_coupon(ann, cart_id, code)
        with pytest.raises(Exception, match="permission denied"), db.session.begin_nested():
            db.session.execute(text("SELECT code FROM coupons"))
        with pytest.raises(Exception, match="insufficient_privilege"), db.session.begin_nested():
            db.session.execute(text("SELECT release_promotions(999, 1)"))
    assert page_of(ann, cart_id).effects.coupons == ()


def test_a_coupon_that_needs_more_goods_stays_and_says_so(ann):
    key = promotion("BIG", "5", needs_coupon=True, min_net="50")
    coupon(key, "BIG5")
    cart_id = cart_of(ann, NUT=3)
    with acting_as(ann):
        answer, _page = add_coupon(ann, cart_id, "BIG5")
        assert str(answer.message) == "20.00 EUR more and a discount of 5%: Promotion BIG"
        set_quantities(ann, cart_id, {priced_cart(ann, cart_id).rows[0].line_id: (Decimal(5), None)})
    assert given(ann, cart_id) == {"BIG": Decimal("2.50")}


def test_batches_of_random_codes(ann):
    key = promotion("P", needs_coupon=True)
    codes = make_coupons(SYSTEM, key, Batch(count=50, prefix="X-", label="Fair"))
    assert len(set(codes)) == 50
    assert all(code.startswith("X-") and len(code) == 12 for code in codes)
    with pytest.raises(Invalid, match="already"):
        make_coupons(SYSTEM, key, Batch(code=codes[0]))
    coupon_id = db.session.scalar(select(Coupon.id).where(Coupon.code == codes[0]))
    switch_coupon(SYSTEM, key, coupon_id, is_active=False)
    assert [entry.action for entry in audit.history(SYSTEM, "promotion", key)] == ["create", "coupons", "coupon"]


def test_what_is_set_is_read_back_and_a_repeat_changes_nothing():
    article("NUT")
    row = PromotionRow(
        code="B", name="Bundle", kind="bundle", effect="fixed_price", value=Decimal("9.99"), currency="EUR",
        targets=(TargetRow("article", "NUT", 1, Decimal(2)), TargetRow("brand", "Bolt", 2, Decimal("0.5"))),
        starts_at=now(),
    )  # fmt: skip
    key, outcome = upsert_promotion(SYSTEM, row)
    assert outcome == "created"
    assert upsert_promotion(SYSTEM, row) == (key, "same")
    page = promotion_page(SYSTEM, "B")
    assert page.targets == [("article", "NUT", 1, Decimal(2)), ("brand", "Bolt", 2, Decimal("0.5"))]


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("code", {"code": "a b"}),
        ("name", {"name": " "}),
        ("effect", {"effect": "fixed_price"}),
        ("value", {"value": Decimal(0)}),
        ("value", {"value": Decimal(101)}),
        ("currency", {"effect": "amount", "currency": ""}),
        ("value", {"effect": "amount", "value": Decimal("0.001")}),
        ("ends_at", {"starts_at": datetime(2026, 1, 2, tzinfo=UTC), "ends_at": datetime(2026, 1, 1, tzinfo=UTC)}),
        ("budget_amount", {"budget_uses": 0}),
        ("priority", {"priority": -1}),
        ("targets", {"targets": (TargetRow("article", "NONE"),)}),
        ("targets", {"kind": "bundle"}),
        ("targets", {"targets": (TargetRow("brand", "X", 1, Decimal(1)),)}),
    ],
)
def test_what_makes_no_promotion_names_its_field(field, facts):
    article("NUT")
    values = {"code": "P", "name": "P", "kind": "cart", "effect": "percent", "value": Decimal(5), "currency": "EUR"}
    with pytest.raises(Invalid) as refused:
        upsert_promotion(SYSTEM, PromotionRow(**(values | facts)))
    assert refused.value.field == field


@pytest.mark.parametrize("lines", [2, 20])
def test_promotions_cost_a_cart_one_statement(ann, lines):
    parts = [article(f"P{n}", "5") for n in range(lines)]
    cart_id = fill_cart(ann, [(part, 1) for part in parts])
    with acting_as(ann), statements() as without:
        priced_cart(ann, cart_id)
    for n in range(lines):
        promotion(f"S{n}", "1", kind="line", targets=[("article", f"P{n}")])
    with acting_as(ann), statements() as with_some:
        page = priced_cart(ann, cart_id)
    assert len(page.effects.allowances) == lines
    assert len(with_some) == len(without)
    with acting_as(ann), statements() as alone:
        promotion_effects(ann, (), [part.id for part in parts], company_id=ann.company_id, currency="EUR")
    assert len(alone) == 1
