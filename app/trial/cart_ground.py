"""Accounts of an invented week: each with a buyer, three articles of its own, and a cart left behind for a planted reason.

What people do goes through the commands that pages use, at moments of the clock of the trial; firms, articles and
prices are written by plain SQL.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import text

from app.accounts.domain.roles import Role
from app.accounts.queries.addresses import default_address
from app.accounts.queries.people import person_actor
from app.accounts.service.credit import set_limits
from app.accounts.service.installation import create_user
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict
from app.core.tenancy import acting_as
from app.core.texts import N_
from app.insights.domain.abandonment_reasons import Reason
from app.ordering.domain.approval import Approver, RuleStep
from app.ordering.domain.approval_conditions import Kind
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.wishes import Wishes
from app.ordering.queries.cart import priced_cart
from app.ordering.service.approval_decisions import reject, withdraw
from app.ordering.service.approval_rules import RuleEntry, save_rule
from app.ordering.service.cart import add_lines, new_cart, visit_cart
from app.ordering.service.checkout import check_prices, submit
from app.ordering.service.saved_lines import save_for_later
from app.sourcing.domain.quote import LineAsk, Request
from app.sourcing.service.quotes import start

ARTICLES = 3  # of each account
PRICES = (Decimal(40), Decimal(25), Decimal(10))
QUANTITY = Decimal(10)
VALUE = Decimal(750)  # what ten of each come to
_BEFORE = timedelta(days=20)  # when the account ordered last
FINDABLE = tuple(reason for reason in Reason if reason is not Reason.NONE)
SPARED = ("awaiting_approval", "quoted", "ordered_elsewhere", "blocked", "on_hold", "saved_only")
LATER = ("opts_out", "orders_other_goods", "orders_the_cart", "goes_on")  # after the cart was noticed

_FIRMS = """
INSERT INTO companies (code, kind, name, legal_name, country, currency, time_zone)
    SELECT 'HOUSE', 'operator', 'House', 'House GmbH', 'DE', 'EUR', 'UTC'
    WHERE NOT EXISTS (SELECT FROM companies WHERE kind = 'operator');
INSERT INTO companies (code, kind, name, legal_name, country, currency, time_zone)
    SELECT 'CW-' || n, 'customer', 'Account ' || n, 'Account ' || n, 'DE', 'EUR', 'UTC' FROM generate_series(1, {n}) n;
INSERT INTO addresses (company_id, label, name, street, postcode, city, country, is_default_ship_to, is_default_bill_to,
    is_bill_to) SELECT id, 'main', name, 'Weg 2', '10115', 'Berlin', 'DE', true, true, true FROM companies
    WHERE code = 'HOUSE' OR code LIKE 'CW-%';
INSERT INTO users (email, name) SELECT 'buyer' || n || '@cw.example', 'Buyer ' || n FROM generate_series(1, {n}) n;
INSERT INTO memberships (company_id, user_id, role) SELECT c.id, u.id, 'company_admin' FROM generate_series(1, {n}) n
    JOIN companies c ON c.code = 'CW-' || n JOIN users u ON u.email = 'buyer' || n || '@cw.example';
INSERT INTO vat_rates (country, vat_class, rate, valid_from) SELECT 'DE', 'standard', 19, '2000-01-01'
    WHERE NOT EXISTS (SELECT FROM vat_rates);
INSERT INTO warehouses (code, name) VALUES ('CW', 'Week');
INSERT INTO articles (sku, sku_key, name)
    SELECT 'W' || n || '-' || k, 'W' || n || '-' || k, 'Article ' || n || '-' || k
    FROM generate_series(1, {n}) n, generate_series(1, {k}) k;
INSERT INTO stock (article_id, warehouse_id, on_hand)
    SELECT a.id, w.id, 100000 FROM articles a, warehouses w WHERE w.code = 'CW' AND a.sku LIKE 'W%-%';
INSERT INTO price_lists (code, name, currency) VALUES ('CW', 'Week', 'EUR');
INSERT INTO price_entries (price_list_id, article_id, unit, min_quantity, price)
    SELECT l.id, a.id, 'H87', 0, (ARRAY[40, 25, 10])[CAST(split_part(a.sku, '-', 2) AS int)]
    FROM price_lists l, articles a WHERE l.code = 'CW' AND a.sku LIKE 'W%-%';
INSERT INTO chains (code, name, is_default) VALUES ('CW', 'Week', true);
INSERT INTO chain_lists (chain_id, price_list_id, position)
    SELECT c.id, l.id, 1 FROM chains c, price_lists l WHERE c.code = 'CW' AND l.code = 'CW';
INSERT INTO delivery_methods (code, name, kind, is_for_all) VALUES ('CW', 'Van', 'delivery', false);
INSERT INTO delivery_rates (method_id, position, currency, rule, amount)
    SELECT id, 1, 'EUR', 'flat', 60 FROM delivery_methods WHERE code = 'CW';
INSERT INTO order_thresholds (code, name, kind, currency, amount, is_for_all)
    VALUES ('CW', 'Minimum', 'hard_min', 'EUR', 1000, false)
"""


@dataclass
class Account:
    """One account of the week. `plant` is a reason, one of SPARED or "none"; `later` one of LATER or empty."""

    number: int
    plant: str
    later: str
    buyer: Actor
    articles: tuple[int, ...]
    left_at: datetime
    cart_id: int = 0
    ordered_at: datetime | None = None
    opted_out_at: datetime | None = None
    wants_messages: bool = True

    @property
    def reason(self) -> str:
        """The reason that can be found, or empty."""
        return self.plant if self.plant in tuple(FINDABLE) else ""

    @property
    def is_spared(self) -> bool:
        return self.plant in SPARED


@dataclass
class Ground:
    """Everybody of the week; `seller` works at the sales desk."""

    house: Actor
    seller: Actor
    accounts: list[Account] = field(default_factory=list)


def plan(count: int, chance: random.Random) -> list[tuple[str, str]]:
    """What is planted where: each reason, each spared kind and accounts without any reason, in turn and then mixed."""
    usual = [*FINDABLE, "none", *SPARED, *FINDABLE, "none", *FINDABLE]
    plants = [str(usual[place % len(usual)]) for place in range(count)]
    found = []
    for place, one in enumerate(plants):
        later = LATER[place // 5 % len(LATER)] if place % 5 == 4 and one not in SPARED else ""
        found.append((one, later))
    chance.shuffle(found)
    return found


def cart_ground(house: Actor, count: int, begins: datetime, chance: random.Random) -> Ground:
    """Make the accounts and let each leave its cart in the first five days of the week."""
    with acting_as(house):
        with transaction() as session:
            for statement in _FIRMS.format(n=count, k=ARTICLES).split(";\n"):
                session.execute(text(statement))
            house_id = session.scalar(text("SELECT id FROM companies WHERE kind = 'operator'"))
        seller_id = create_user(house, "seller@cw.example", company_id=house_id, role=Role.SALES, name="Seller")
        people = {row[0]: row[1:] for row in db.session.execute(text("""
            SELECT c.code, c.id, m.user_id, (SELECT array_agg(a.id ORDER BY a.sku) FROM articles a
                WHERE a.sku LIKE replace(c.code, 'CW-', 'W') || '-%')
            FROM companies c JOIN memberships m ON m.company_id = c.id WHERE c.code LIKE 'CW-%'"""))}  # fmt: skip
        buyers = {code: person_actor(row[0], row[1]) for code, row in people.items()}
    seller = Actor(seller_id, house_id, house.scope, frozenset({"*"}), via=house.via, name="Seller")
    ground = Ground(house, seller)
    for number, (plant, later) in enumerate(plan(count, chance), 1):
        left_at = begins + timedelta(minutes=chance.randrange(5 * 24 * 60), seconds=chance.randrange(60))
        account = Account(number, plant, later, buyers[f"CW-{number}"], tuple(people[f"CW-{number}"][2]), left_at)
        account.wants_messages = chance.randrange(12) > 0
        _leave(ground, account, chance)
        ground.accounts.append(account)
    return ground


def run(account: Account, statement: str, **values: object) -> None:
    """Change what the account finds, behind everybody's back; `:company`, `:user`, `:cart`, `:at` and `:article` are known."""
    known: Mapping[str, object] = {
        "company": account.buyer.company_id, "user": account.buyer.user_id, "cart": account.cart_id,
        "at": account.left_at, "article": account.articles[0],
    }  # fmt: skip
    with transaction() as session:
        session.execute(text(statement), {**known, **values})
    db.session.expire_all()


def fill(account: Account, quantity: Decimal = QUANTITY, *, cart_id: int | None = None) -> int:
    """Put the account's articles into its cart."""
    lines = [WantedLine(article, quantity, "H87") for article in account.articles]
    with acting_as(account.buyer):
        return add_lines(account.buyer, cart_id, lines, client_ref=str(uuid.uuid4())).page.cart_id


def order(house: Actor, account: Account, cart_id: int, at: datetime) -> None:
    """Order a cart at this moment; raises Conflict or Invalid where something keeps the account from it."""
    buyer = account.buyer
    with acting_as(buyer), clock.frozen(at):
        address = default_address(buyer)
        assert address is not None and address.id is not None  # noqa: PT018 -- made with the account
        check_prices(buyer, cart_id)
        placed = submit(buyer, cart_id, Wishes(address.id), client_ref=str(uuid.uuid4())).order
    if placed is None:
        raise Conflict(N_("This cart waits for approval. It cannot be ordered before."))
    with acting_as(house):
        run(account, "UPDATE orders SET placed_at = :then WHERE id = :id", then=at, id=placed.id)


def _leave(ground: Ground, account: Account, chance: random.Random) -> None:
    """The account ordered the same some weeks ago; now it fills a cart, its reason happens, and it goes away."""
    house = ground.house
    earlier = account.left_at - _BEFORE
    with clock.frozen(earlier):
        order(house, account, fill(account), earlier)
    with clock.frozen(account.left_at - timedelta(minutes=20)):
        account.cart_id = fill(account)
        with acting_as(house):
            if chance.randrange(3) == 0:
                _decoy(account, chance)
    with clock.frozen(account.left_at):
        _PLANTS.get(account.plant, _nothing)(ground, account)
        page = "/checkout" if account.plant == Reason.DELIVERY_COST else "/cart"
        with acting_as(house):
            if account.plant not in ("awaiting_approval", "saved_only"):
                visit_cart(house, account.cart_id, page)
            if not account.wants_messages:
                run(account, "UPDATE users SET may_be_contacted = false WHERE id = :user")
            run(account, "UPDATE carts SET last_activity_at = :at, last_page = :page WHERE id = :cart", page=page)


def _decoy(account: Account, chance: random.Random) -> None:
    """Something that looks like a reason and is none."""
    decoys = (
        "UPDATE price_entries SET price = price * 1.01 WHERE article_id = :article",
        "UPDATE price_entries SET price = price * 0.9 WHERE article_id = :article",
        "INSERT INTO search_misses (company_id, text, first_at, last_at) VALUES (:company, 'long ago', :then, :then)",
        "UPDATE stock SET on_hand = 20 WHERE article_id = :article",  # half of it is reserved by the earlier order
    )
    values = {"then": account.left_at - timedelta(days=3)} if (place := chance.randrange(len(decoys))) == 2 else {}
    run(account, decoys[place], **values)


def _nothing(ground: Ground, account: Account) -> None:
    """The buyer just goes away."""


def _by_sql(statement: str) -> Callable[[Ground, Account], None]:
    def plant(ground: Ground, account: Account) -> None:
        with acting_as(ground.house):
            run(account, statement)

    return plant


def _credit(ground: Ground, account: Account) -> None:
    with acting_as(ground.house):
        set_limits(ground.house, {account.buyer.company_id: Decimal(900)})


def _asked(ground: Ground, account: Account) -> tuple[int, Actor]:
    """The buyer asks for approval; returns the request and who decides."""
    buyer = account.buyer
    with acting_as(ground.house):
        boss_id = create_user(
            ground.house, f"boss{account.number}@cw.example", company_id=buyer.company_id, role=Role.APPROVER, name="Boss"
        )  # fmt: skip
        boss = person_actor(buyer.company_id, boss_id)
    with acting_as(buyer):
        steps = (RuleStep((Approver.parse("role:approver"),), 1),)
        save_rule(buyer, RuleEntry("Over 100", Kind.TOTAL, steps, value=Decimal(100)))
        address = default_address(buyer)
        assert address is not None and address.id is not None  # noqa: PT018 -- made with the account
        check_prices(buyer, account.cart_id)
        asked = submit(buyer, account.cart_id, Wishes(address.id), client_ref=str(uuid.uuid4())).approval_id
    assert asked is not None
    return asked, boss


def _refused(ground: Ground, account: Account) -> None:
    asked, boss = _asked(ground, account)
    with acting_as(boss):
        reject(boss, asked, "Too much for this month")


def _stuck(ground: Ground, account: Account) -> None:
    asked, _boss = _asked(ground, account)
    with acting_as(account.buyer):
        withdraw(account.buyer, asked)


def _waits(ground: Ground, account: Account) -> None:
    _asked(ground, account)


def _quoted(ground: Ground, account: Account) -> None:
    lines = tuple(LineAsk(article, "", QUANTITY, "H87") for article in account.articles)
    with acting_as(account.buyer):
        start(account.buyer, Request(lines), client_ref=str(uuid.uuid4()))


def _elsewhere(ground: Ground, account: Account) -> None:
    """A second cart with the same goods is ordered an hour later."""
    at = account.left_at + timedelta(hours=1)
    with acting_as(account.buyer), clock.frozen(at):
        lines = [WantedLine(article, QUANTITY, "H87") for article in account.articles]
        second = second_cart(account, lines)
    order(ground.house, account, second, at)


def second_cart(account: Account, lines: list[WantedLine]) -> int:
    """Another cart of the same buyer, with these lines."""
    cart_id = new_cart(account.buyer, "Second")
    add_lines(account.buyer, cart_id, lines, client_ref=str(uuid.uuid4()))
    return cart_id


def _saved(ground: Ground, account: Account) -> None:
    with acting_as(account.buyer):
        lines = [row.line_id for row in priced_cart(account.buyer, account.cart_id).rows]
        save_for_later(account.buyer, account.cart_id, lines)


_AUDIENCE = "INSERT INTO terms_audience ({kind}_id, company_id) SELECT id, :company FROM {table} WHERE code = 'CW'"
_PLANTS: dict[str, Callable[[Ground, Account], None]] = {
    Reason.PRICE_ROSE: _by_sql("UPDATE price_entries SET price = price * 1.12 WHERE article_id = :article"),
    Reason.OUT_OF_STOCK: _by_sql("UPDATE stock SET on_hand = 4 WHERE article_id = :article"),
    Reason.LATE_DATE: _by_sql("""WITH gone AS (UPDATE stock SET on_hand = 0 WHERE article_id = :article)
        UPDATE articles SET stock_policy = 'backorder', lead_time_days = 25 WHERE id = :article"""),
    Reason.BELOW_MINIMUM: _by_sql(_AUDIENCE.format(kind="threshold", table="order_thresholds")),
    Reason.CREDIT_LIMIT: _credit,
    Reason.APPROVAL_REFUSED: _refused,
    Reason.APPROVAL_STUCK: _stuck,
    Reason.UPLOAD_ERRORS: _by_sql("""INSERT INTO activity (at, company_id, user_id, kind, facts)
        VALUES (:at, :company, :user, 'upload_problem', '{"problems": 7, "lines": 40}')"""),
    Reason.DELIVERY_COST: _by_sql(_AUDIENCE.format(kind="delivery_method", table="delivery_methods")),
    Reason.QUANTITY_RULE: _by_sql("UPDATE articles SET minimum = 12, step = 12 WHERE id = :article"),
    Reason.NO_PRICE: _by_sql("DELETE FROM price_entries WHERE article_id = :article"),
    Reason.SEARCHED_IN_VAIN: _by_sql("""INSERT INTO search_misses (company_id, text, first_at, last_at)
        VALUES (:company, 'gold bolt', :at, :at)"""),
    "awaiting_approval": _waits,
    "quoted": _quoted,
    "ordered_elsewhere": _elsewhere,
    "blocked": _by_sql("UPDATE companies SET is_blocked = true WHERE id = :company"),
    "on_hold": _by_sql("UPDATE companies SET is_on_credit_hold = true WHERE id = :company"),
    "saved_only": _saved,
}  # fmt: skip
