"""Paying online: through a provider whose word is asked for, posted once, whoever calls how often."""

from __future__ import annotations

import json
import uuid
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.billing.models.invoices import Invoice
from app.billing.models.open_items import OpenItem
from app.billing.models.payments import OnlinePayment
from app.billing.service import online
from app.billing.service.open_items import post_invoice
from app.billing.service.providers import Asked
from app.billing.service.providers.mollie import Mollie
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.core.settings import use_settings
from app.core.tenancy import acting_as
from tests.accounts.test_races import at_once
from tests.factories import accounts as make
from tests.factories.accounts import sign_in
from tests.factories.billing import invoiced
from tests.factories.open_items import claim, item, payment
from tests.support.counterparts import machine, web_server

SYSTEM = Actor.system()


@pytest.fixture
def provider(config):
    use_settings(config.changed(PAYMENT_PROVIDER="test"))
    yield
    use_settings(config)


def row(key: int) -> OnlinePayment:
    return db.session.get(OnlinePayment, key, populate_existing=True)


def test_a_paid_one_is_posted_once(ctx, provider):
    company, other = make.customer(), make.customer()
    mine = make.actor_for(make.person(company, "bookkeeper"), company)
    theirs = make.actor_for(make.person(other, "bookkeeper"), other)
    first, second = claim(company, "100.00"), claim(company, "20.00")
    with acting_as(mine):
        address = online.begin(mine, [first.id, second.id], client_ref="c1")
        assert online.begin(mine, [first.id, second.id], client_ref="c1") == address
        key = int(address.rpartition("/")[2])
        with pytest.raises(Forbidden):
            online.choose(mine, key, "open")
        online.choose(mine, key, "paid")
    with acting_as(theirs), pytest.raises(NotFound):
        online.choose(theirs, key, "paid")
    # Meanwhile the second was paid by other means: that part stays in the account's favour.
    online.settle_parts(SYSTEM, payment(company, "20.00").id, [online.Part(second.id, Decimal(20))], clock.today(), "x")
    assert [online.heed(SYSTEM, key) for _ in range(3)] == ["paid"] * 3
    assert (item(first.id).open_amount, item(row(key).item_id).open_amount) == (0, -20)
    assert db.session.scalar(select(func.count(OpenItem.id)).where(OpenItem.source == f"online:{key}")) == 1


def test_what_cannot_be_paid(ctx, provider):
    company, other = make.customer(), make.customer()
    mine = make.actor_for(make.person(company, "bookkeeper"), company)
    euro, dollar, foreign = claim(company).id, claim(company, currency="USD").id, claim(other).id
    with acting_as(mine):
        for ids in ([], [foreign], [euro, dollar], [euro, 10**9]):
            with pytest.raises(Invalid):
                online.begin(mine, ids, client_ref="c2")
    buyer = make.actor_for(make.person(company, "buyer"), company)
    with acting_as(buyer), pytest.raises(Forbidden):
        online.begin(buyer, [euro], client_ref="c3")


def test_without_a_provider_nobody_pays(ctx):
    company = make.customer()
    mine = make.actor_for(make.person(company, "bookkeeper"), company)
    debit = claim(company)
    with acting_as(mine), pytest.raises(Unavailable):
        online.begin(mine, [debit.id], client_ref="c4")


def test_another_amount_than_asked_is_not_posted(ctx, provider):
    company = make.customer()
    mine = make.actor_for(make.person(company, "bookkeeper"), company)
    debit = claim(company, "50.00")
    with acting_as(mine):
        key = int(online.begin(mine, [debit.id], client_ref="c5").rpartition("/")[2])
    with pytest.raises(Conflict):
        online._apply(SYSTEM, key, online.Standing("paid", Decimal(5), "EUR"))
    assert (row(key).state, item(debit.id).open_amount) == ("open", 50)
    assert online._apply(SYSTEM, key, online.Standing("failed", Decimal(50), "EUR")) == "failed"
    with transaction():
        row(key).state = "open"
    assert online.sweep(SYSTEM) == 0  # it is asked about again in some minutes


def test_the_pages_and_the_hook(client, world, cast, provider):
    with world():
        debit = claim(cast.customer, "33.00", number="INV-2026-000033").id
    for name, status in (("customer.buyer", 403), ("accountant", 404), ("customer.bookkeeper", 200)):
        sign_in(client, cast.people[name])
        assert client.get("/pay").status in ({status, 403} if status != 200 else {200}), name
    answer = client.post("/pay", {"item": str(debit), "client_ref": str(uuid.uuid4())})
    assert answer.status == 303
    with world():
        key = db.session.scalar(select(OnlinePayment.id))
        token = online._token(key)
    assert client.get(f"/pay/test/{key}").status == 200
    assert client.get(f"/pay/{key}").status == 200
    assert client.post(f"/pay/test/{key}", {"state": "paid"}).status == 303
    sign_in(client, cast.people["stranger.bookkeeper"])
    assert client.get(f"/pay/{key}").status == 404
    assert client.get(f"/pay/test/{key}").status == 404
    assert client.post(f"/pay/hook/{key}/wrong").status == 404
    assert [client.flask.post(f"/pay/hook/{key}/{token}").status_code for _ in range(2)] == [200, 200]
    with world():
        assert item(debit).open_amount == 0


def test_mollie(tmp_path, config):
    paid = {"id": "tr_1", "status": "paid", "amount": {"value": "10.00", "currency": "EUR"},
            "_links": {"checkout": {"href": "https://pay.example/tr_1"}}}  # fmt: skip
    with machine(tmp_path), web_server(body=json.dumps(paid).encode()) as script:
        taker = Mollie(script.address, "secret")
        begun = taker.begin(
            Asked(7, Decimal("10.000000"), "EUR", "INV-1", "https://we.example/pay/7", "https://we.example/h")
        )
        assert (begun.reference, begun.address) == ("tr_1", "https://pay.example/tr_1")
        sent = json.loads(script.calls[0].body)
        assert (sent["amount"], sent["metadata"]) == ({"currency": "EUR", "value": "10.00"}, {"payment": "7"})
        assert script.calls[0].headers["authorization"] == "Bearer secret"
        standing = taker.standing("tr_1")
        assert (standing.state, standing.amount, standing.currency) == ("paid", 10, "EUR")
        for answer in (b"<html>", b"[]", b'{"status": "odd"}'):
            script.body = answer
            with pytest.raises(Unavailable):
                taker.standing("tr_1")
        script.status = 500
        with pytest.raises(Unavailable):
            taker.standing("tr_1")


@pytest.mark.races
def test_webhooks_at_once_post_once(committing, world, provider):
    with world():
        company = make.customer()
        mine = make.actor_for(make.person(company, "bookkeeper"), company)
        debit = claim(company, "50.00").id
    with world(mine):
        key = int(online.begin(mine, [debit], client_ref="c6").rpartition("/")[2])
        online.choose(mine, key, "paid")

    def hook(_index: int) -> str:
        with world():
            return online.heed(SYSTEM, key)

    assert at_once(4, hook) == ["paid"] * 4
    with world():
        assert item(debit).open_amount == 0
        assert db.session.scalar(select(func.count(OpenItem.id)).where(OpenItem.kind == "payment")) == 1


def test_the_way_to_pay_stands_where_something_is_owed(client, world, cast, config):
    with world():
        _order, number = invoiced(cast.actor("customer.buyer"))
        post_invoice(SYSTEM, db.session.scalar(select(Invoice.id).where(Invoice.number == number)))
    asked = (("bookkeeper", "/open-items"), ("bookkeeper", f"/invoices/{number}"), ("buyer", f"/invoices/{number}"))
    found = {}
    for chosen in ("off", "test"):
        use_settings(config.changed(PAYMENT_PROVIDER=chosen))
        try:
            for name, address in asked:
                sign_in(client, cast.people[f"customer.{name}"])
                found[chosen, name, address] = client.get(address).html.count('href="/pay"')  # the menu has one, too
        finally:
            use_settings(config)
    assert [found["test", *one] - found["off", *one] for one in asked] == [1, 1, 0]
