"""What programs read: answers fit their description, belong to the account of the key, and cost the same at any length."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from app.accounts.domain.own_fields import Choice, FieldAccess, OwnField, Subject
from app.accounts.service.api_keys import make_key, revoke_key
from app.accounts.service.own_fields import define_field, set_account_values
from app.api.domain.openapi import BASE, ENDPOINTS
from app.api.policy import READING
from app.core import clock
from app.core.actor import Actor
from tests.factories import accounts as make
from tests.factories import ordering as shop
from tests.support.queries import counted


class Program:
    """Calls with a key, without cookies; every answer is held against the description."""

    def __init__(self, app, key):
        self.app, self.key = app, key
        self.document = app.test_client().get(f"{BASE}/openapi.json").json

    def get(self, path, expected=200, **headers):
        path = path.removeprefix(BASE)
        with self.app.test_client(use_cookies=False) as client:
            answer = client.get(BASE + path, headers={"Authorization": f"Bearer {self.key}"} | headers)
        assert answer.status_code == expected, answer.text
        assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
        self.validate(path.partition("?")[0], answer)
        return answer

    def validate(self, path, answer):
        pattern = "/orders/{number}" if path.startswith("/orders/") else path
        described = self.document["paths"][pattern]["get"]["responses"][str(answer.status_code)]
        ((kind, content),) = described["content"].items()
        assert answer.mimetype == kind
        schema = content["schema"] | {"components": self.document["components"]}
        Draft202012Validator(schema, format_checker=FormatChecker()).validate(answer.json)

    def pages(self, path):
        """All pages, along the header Link."""
        while path:
            answer = self.get(path)
            yield answer.json
            link = re.fullmatch(r'<([^>]+)>; rel="next"', answer.headers.get("Link", ""))
            path = link[1] if link else ""


@pytest.fixture
def ground(isolated, world):
    """Two accounts with keys of their administrators."""
    with world():
        shop.shop()
        bosses = [shop.buyer(make.customer(code), "company_admin") for code in ("K-1", "R-1")]
    programs = []
    for boss in bosses:
        with world(boss):
            _id, key = make_key(boss, "P", user_id=boss.user_id, permissions=READING, client_ref=shop.ref())
        programs.append(Program(isolated, key))
    return bosses, programs


def test_articles_have_own_prices_and_stock_and_come_by_pages(ground, world):
    (boss, _rival), (program, _other) = ground
    with world():
        made = [shop.article(f"A-{n:02d}", "9.80", stock=100, units={"XBX": 10}) for n in range(5)]
        shop.own_number(made[0], boss.company_id, "OWN-1")
    rows = [row for page in program.pages("/articles?limit=2") for row in page["articles"]]
    assert [row["sku"] for row in rows] == [f"A-{n:02d}" for n in range(5)]
    assert rows[0]["customer_number"] == "OWN-1"
    assert rows[0]["price"]["amount"] == "9.8" and rows[0]["price"]["currency"] == "EUR"
    assert (rows[0]["stock"]["light"], rows[0]["stock"]["available"]) == ("green", "100")
    assert rows[0]["units"] == [{"unit": "XBX", "numerator": 10, "denominator": 1}]
    with world():
        category = shop.category("TOOLS", "Tools")
        for n in range(3):
            shop.article(f"B-{n}", "1", name=f"Hammer {n}", category_id=category.id)
    for asked in ("q=hammer", "category=TOOLS", "q=hammer&category=TOOLS"):
        found = [[row["sku"] for row in page["articles"]] for page in program.pages(f"/articles?{asked}&limit=2")]
        assert found == [["B-0", "B-1"], ["B-2"]], asked
    (page,) = program.pages("/articles?q=A-03")
    assert [row["sku"] for row in page["articles"]] == ["A-03"]


def test_orders_are_those_of_the_account_alone(ground, world):
    (boss, rival), (program, other) = ground
    with world():
        made = [shop.article(f"A-{n}", "10") for n in range(3)]
        define_field(
            Actor.system(), OwnField(Subject.ORDER, "dock", "Dock", "text", access=FieldAccess.ENTERED), is_new=True
        )
        numbers = [shop.order(boss, [(one, 2) for one in made], po_number=f"PO-{n}").number for n in range(3)]
        foreign = shop.order(rival, [(made[0], 1)]).number
    rows = [row for page in program.pages("/orders?limit=1") for row in page["orders"]]
    assert [row["number"] for row in rows] == numbers[::-1]
    assert [row["number"] for page in other.pages("/orders") for row in page["orders"]] == [foreign]
    pages = list(program.pages(f"/orders/{numbers[0]}?limit=2"))
    assert [[line["position"] for line in page["lines"]] for page in pages] == [[1, 2], [3]]
    assert pages[0]["po_number"] == "PO-0" and pages[0]["own_fields"] == {} and pages[0]["ship_to"]["city"] == "Berlin"
    assert sum(Decimal(line["net"]) for page in pages for line in page["lines"]) == 60
    assert other.get(f"/orders/{numbers[2]}", 404).json["status"] == 404
    program.get("/orders/none", 404)
    assert program.get("/orders?state=cancelled").json == {"orders": []}
    tomorrow = clock.today() + timedelta(days=2)
    assert program.get(f"/orders?since={tomorrow}").json == {"orders": []}


def test_account_and_fields_show_what_the_customer_may_see(ground, world):
    (boss, _rival), (program, other) = ground
    with world():
        for one in (
            OwnField(Subject.ACCOUNT, "rating", "Rating", "text"),
            OwnField(
                Subject.ACCOUNT, "channel", "Channel", "choice", {"ru": "Канал"}, (Choice("web", {"en": "Web"}),),
                access=FieldAccess.SEEN,
            ),
        ):  # fmt: skip
            define_field(Actor.system(), one, is_new=True)
        set_account_values(Actor.system(), {"rating": "bad", "channel": "web"}, company_id=boss.company_id)
    found = program.get("/account").json
    assert (found["code"], found["own_fields"], found["is_blocked"]) == ("K-1", {"channel": "web"}, False)
    assert other.get("/account").json["own_fields"] == {}
    (field,) = program.get("/fields").json["fields"]
    assert (field["code"], field["subject"], field["choices"]) == (
        "channel",
        "account",
        [{"code": "web", "name": "Web"}],
    )


def test_no_key_no_answer_and_a_session_is_none(ground, client, world):
    (boss, _rival), (program, _other) = ground
    shop.sign_in(client, boss)
    bare = client.app.test_client()
    for path in ("/account", "/fields", "/articles", "/orders", "/orders/1"):
        for key in ("", "kontor_wrong", "\u00e4"):
            program.key, kept = key, program.key
            assert program.get(path, 401).headers["WWW-Authenticate"] == "Bearer"
            program.key = kept
        assert bare.get(BASE + path).status_code == 401
        assert bare.get(BASE + path, headers={"Authorization": "Basic YTpi"}).status_code == 401
        assert client.get(BASE + path).status == 401
        assert bare.post(BASE + path).status_code == 405
    unknown = bare.get(f"{BASE}/nothing")
    assert (unknown.status_code, unknown.mimetype) == (404, "application/problem+json")
    with world(boss):
        from_now, key = make_key(boss, "Q", user_id=boss.user_id, permissions=READING, client_ref=shop.ref())
        revoke_key(boss, from_now)
    program.key = key
    program.get("/account", 401)


def test_a_key_opens_what_it_names_and_its_person_may(ground, isolated, world):
    (boss, _rival), (_program, _other) = ground
    with world(boss):
        _id, key = make_key(boss, "R", user_id=boss.user_id, permissions=["ordering:order:read"], client_ref=shop.ref())
    program = Program(isolated, key)
    program.get("/orders")
    for path in ("/articles", "/account", "/fields"):
        assert program.get(path, 403).json["status"] == 403


def test_parameters_that_do_not_fit_are_named(ground):
    _bosses, (program, _other) = ground
    for path, field in (
        ("/articles?limit=0", "limit"), ("/articles?limit=201", "limit"), ("/articles?limit=x", "limit"),
        ("/articles?limit=²", "limit"), ("/articles?after=x", "after"), ("/orders?after=WyJ4IiwgIjEiXQ", "after"),
        ("/orders?state=asked", "state"), ("/orders?since=1.2.2026", "since"), ("/orders?until=9999-12-31", "until"),
        ("/articles?q=%00", "q"),
    ):  # fmt: skip
        answer = program.get(path, 422).json
        assert (answer["field"], answer["status"]) == (field, 422), path


def test_the_description_names_every_address(app):
    rules = {
        re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule).removeprefix(BASE)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(f"{BASE}/")
    }
    assert rules == {one.path for one in ENDPOINTS} | {"/openapi.json"}
    document = app.test_client().get(f"{BASE}/openapi.json").json
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_lists_of_any_length_cost_the_same(ground, world):
    (boss, _rival), (program, _other) = ground
    costs: dict[str, list[int]] = {"/articles": [], "/orders": [], "/orders/{number}": []}
    program.get("/account")  # notes that the key was used, once a minute
    done = 0
    for rows in (2, 20):
        with world():
            made = [shop.article(f"A-{n:02d}", "10") for n in range(done, rows)]
            number = [shop.order(boss, [(one, 1) for one in made]).number for _ in range(done, rows)][-1]
        done = rows
        for path, seen in costs.items():
            with counted(program.app) as statements:
                program.get(path.format(number=number))
            seen.append(len(statements))
    for path, (few, many) in costs.items():
        assert few == many, path
