"""Pages of standing orders over plain HTTP, without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.accounts.models.companies import Company
from app.catalog.models.articles import Article
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.tenancy import system_scope
from app.ordering.models.orders import Order
from app.ordering.service.standing_runs import work_off_all
from tests.factories.accounts import actor_for, customer, operator, person
from tests.factories.ordering import article, buyer, change_article, change_price, fill_cart, order, sign_in
from tests.factories.standing import NOW, standing
from tests.support.queries import counted

SIX = datetime(2027, 1, 4, 5, tzinfo=UTC)
WEEK = timedelta(weeks=1)


def sweep(world, moment: datetime = SIX) -> None:
    with world(), clock.frozen(moment):
        work_off_all(Actor.system())


@pytest.fixture
def at_friday():
    with clock.frozen(NOW):
        yield


@pytest.fixture
def ann(client, world, at_friday):
    with world():
        article("NUT", "2.00", name="Hexagon nut")
        article("PIN", "1.00", name="Dowel pin")
        found = buyer()
    sign_in(client, found)
    return found


def entry(client, address: str = "/standing-orders/new", **changes: str) -> dict:
    form = client.get(address).form()
    return form | {"name": "Workshop", "weekdays": "0", "starts_on": "2027-01-04", "more": "NUT\t4\nPIN\t10"} | changes


def made(client, **changes: str) -> str:
    answer = client.post("/standing-orders/new", entry(client, **changes))
    assert answer.status == 303, answer.text
    return answer.location.rpartition("/")[2]


def test_the_first_page_says_what_will_be_here(client, ann):
    page = client.get("/standing-orders")
    assert "No standing orders yet" in page.text
    assert page.link("Make the first one") == "/standing-orders/new"


def test_made_by_hand_shown_with_its_next_twelve_runs(client, ann):
    number = made(client, po_pattern="W-{year}-{month}-{n}")
    page = client.get(f"/standing-orders/{number}")
    assert page.h1 == number
    assert len(page.rows("Next runs")) == 12
    assert [row[0] for row in page.rows("Lines")] == ["NUT Hexagon nut", "PIN Dowel pin"]
    assert "Every week: Monday" in page.text
    assert number in client.get("/standing-orders").text


def test_from_cart_order_and_list(client, world, ann):
    with world():
        nut = article("BOLT")
        placed = order(ann, [(nut, 3)])
        cart_id = fill_cart(ann, [(nut, 5)])
    for query, quantity in ((f"cart={cart_id}", "5"), (f"order={placed.number}", "3")):
        address = f"/standing-orders/new?{query}"
        page = client.get(address)
        assert page.rows("Lines")[0][0] == "BOLT Article BOLT"
        form = page.form() | {"name": "Again", "weekdays": "0", "starts_on": "2027-01-04"}
        assert form[f"quantity-{nut.id}-H87"] == quantity
        assert client.post("/standing-orders/new", form).status == 303


def test_what_does_not_fit_is_told_and_nothing_is_lost(client, ann):
    answer = client.post("/standing-orders/new", entry(client, starts_on="2026-12-31"))
    assert answer.status == 422
    assert answer.errors == ["Error: The start lies in the past. Take today or a later day."]
    assert answer.form()["more"].strip() == "NUT\t4\nPIN\t10"
    answer = client.post("/standing-orders/new", entry(client, more="NUT 4\nNONE 1"))
    assert "Added line 2: There is no article NONE." in answer.text
    answer = client.post("/standing-orders/new", entry(client, more=""))
    assert "A standing order needs at least one line." in answer.text
    answer = client.post("/standing-orders/new", entry(client, po_pattern="{week}"))
    assert "Only these can stand in braces: year, month, n." in answer.text


def test_sent_twice_it_is_made_once(client, ann):
    form = entry(client)
    first, second = client.post("/standing-orders/new", form), client.post("/standing-orders/new", form)
    assert first.location == second.location
    assert len(client.get("/standing-orders").rows("Standing orders")) == 1


def test_edited_paused_resumed_and_ended(client, ann):
    number = made(client)
    form = client.get(f"/standing-orders/{number}/edit").form()
    keys = [name.removeprefix("quantity-") for name in form if name.startswith("quantity-")]
    form |= {"line": keys, f"quantity-{keys[0]}": "6", f"drop-{keys[1]}": "on", "weekdays": ["1"]}
    assert client.post(f"/standing-orders/{number}/edit", form).status == 303
    page = client.get(f"/standing-orders/{number}")
    assert [row[:2] for row in page.rows("Lines")] == [["NUT Hexagon nut", "6 pcs"]]
    assert "Every week: Tuesday" in page.text
    stale = client.post(f"/standing-orders/{number}/edit", form)
    assert stale.status == 409
    for step, word in (("pause", "Paused"), ("resume", "Active"), ("end", "Ended")):
        client.post(f"/standing-orders/{number}/{step}")
        assert word in client.get(f"/standing-orders/{number}").text
    assert client.post(f"/standing-orders/{number}/resume").status == 409


def test_one_run_changed_and_all_following(client, world, ann):
    number = made(client)
    address = f"/standing-orders/{number}/runs/2027-01-11"
    form = client.get(address).form(address)
    keys = [name.removeprefix("quantity-") for name in form if name.startswith("quantity-")]
    sent = form | {"line": keys, f"quantity-{keys[0]}": "8", "more": "", "scope": "this"}
    assert client.post(address, sent).status == 303
    page = client.get(address)
    assert "otherwise 4" in page.text
    assert "changed" in client.get(f"/standing-orders/{number}").text
    later = f"/standing-orders/{number}/runs/2027-01-18"
    sent |= {"on_day": "2027-01-18", f"quantity-{keys[0]}": "9", "scope": "following"}
    assert client.post(later, sent).status == 303
    for n in range(4):
        sweep(world, SIX + n * WEEK)
    with world(), system_scope("test"):
        assert list(db.session.scalars(select(Order.net_total).order_by(Order.id))) == [18, 26, 28, 28]


def test_skip_with_undo_and_order_now(client, ann):
    number = made(client)
    address = f"/standing-orders/{number}/runs/2027-01-04"
    client.post(f"{address}/skip")
    assert "Skipped" in client.get(f"/standing-orders/{number}").rows("Next runs")[0][1]
    client.post(f"{address}/unskip")
    answer = client.post(f"{address}/now", follow=True)
    assert "is placed." in answer.text
    assert answer.h1.startswith("SO-")
    assert client.post(f"{address}/now").status == 409


def test_a_run_that_asks_is_answered_on_its_page(client, world, ann):
    number = made(client)
    with world():
        change_price(article_of("NUT"), "2.50")
        change_article(article_of("PIN"), status="discontinued")
    sweep(world)
    with clock.frozen(SIX):
        sign_in(client, ann)
        assert "1 run cannot complete and waits for an answer." in client.get("/standing-orders").text
        address = f"/standing-orders/{number}/runs/2027-01-04"
        page = client.get(address)
        assert "Dearer than agreed by 25 %." in page.text.replace("25.0", "25")
        assert "No longer sold, and there is no successor." in page.text
        choices = [tag["name"] for tag in page.soup.select("select[name^=choice-]")]
        refused = client.post(f"{address}/answer", {choices[0]: "accept"})
        assert refused.status == 422
        assert "PIN: say what is to become of it." in refused.text
        answer = client.post(f"{address}/answer", {choices[0]: "accept", choices[1]: "drop_all"}, follow=True)
        assert answer.h1.startswith("SO-")
        assert [row[0] for row in client.get(f"/standing-orders/{number}").rows("Lines")] == ["NUT Hexagon nut"]


def article_of(sku: str) -> Article:
    with system_scope("test"):
        found = db.session.scalars(select(Article).where(Article.sku == sku)).one()
        db.session.expunge(found)
        return found


def test_forecast_counts_every_run_of_the_month(client, world, ann):
    made(client)
    sweep(world)
    with clock.frozen(SIX):
        sign_in(client, ann)
        page = client.get("/standing-orders/forecast?month=2027-01")
        assert page.rows("Standing orders of a month")[0][2:] == ["1", "18.00 EUR", "3", "54.00 EUR", "72.00 EUR"]
        assert "Nothing in this month" in client.get("/standing-orders/forecast?month=2026-11").text


def test_days_off_move_the_next_run(client, ann):
    number = made(client)
    client.post("/standing-orders/days-off", {"day": "2027-01-04", "name": "Stock-taking"})
    assert "Stock-taking" in client.get("/standing-orders/days-off").text
    assert "Jan 5, 2027" in client.get(f"/standing-orders/{number}").rows("Next runs")[0][0]
    client.post("/standing-orders/days-off/remove", {"day": "2027-01-04"})
    assert "instead of" not in client.get(f"/standing-orders/{number}").rows("Next runs")[0][0]


def test_the_operator_reads_all_and_changes_nothing(client, world, ann):
    number = made(client)
    with world():
        house = operator()
        sales = actor_for(person(house, "sales"), house)
        code = customer_code(ann)
    sign_in(client, sales)
    assert number in client.get("/sales/standing-orders").text
    page = client.get(f"/sales/standing-orders/{code}/{number}")
    assert page.h1 == number
    assert client.post(f"/standing-orders/{number}/pause").status == 403
    assert client.get(f"/sales/standing-orders/NONE/{number}").status == 404


def customer_code(actor: Actor) -> str:
    with system_scope("test"):
        return db.session.scalars(select(Company.code).where(Company.id == actor.company_id)).one()


def test_a_colleague_reads_the_administrator_changes_and_takes_over(client, world, at_friday):
    with world():
        company = customer()
        ann, bob, boss = buyer(company), buyer(company), buyer(company, "company_admin")
        number = standing(ann, [(article("NUT"), 4)])
    sign_in(client, bob)
    assert "Pause" not in client.get(f"/standing-orders/{number}").text
    assert client.post(f"/standing-orders/{number}/pause").status == 403
    assert client.post(f"/standing-orders/{number}/take-over").status == 403
    sign_in(client, boss)
    assert client.post(f"/standing-orders/{number}/pause").status == 303
    assert client.post(f"/standing-orders/{number}/take-over").status == 303
    assert client.get(f"/standing-orders/{number}").text.count(boss.name)


@pytest.mark.parametrize("address", ["/standing-orders", "/standing-orders/forecast?month=2027-01"])
def test_lists_cost_the_same_for_two_and_twenty(client, world, app, ann, address):
    with world():
        nut = article("BOLT")
        for _ in range(2):
            standing(ann, [(nut, 4)])
    client.get(address)
    with counted(app) as two:
        client.get(address)
    with world():
        for _ in range(18):
            standing(ann, [(nut, 4)])
    with counted(app) as twenty:
        client.get(address)
    assert len(twenty) == len(two)


@pytest.mark.parametrize("page", ["", "/edit", "/runs/2027-01-04"])
def test_pages_cost_the_same_for_two_and_twenty_lines(client, world, app, ann, page):
    counts = []
    for size in (2, 20):
        with world():
            number = standing(ann, [(article(f"A{size}-{n}"), 4) for n in range(size)])
        client.get(f"/standing-orders/{number}{page}")
        with counted(app) as seen:
            client.get(f"/standing-orders/{number}{page}")
        counts.append(len(seen))
    assert counts[0] == counts[1]
