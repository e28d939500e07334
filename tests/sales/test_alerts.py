"""Rules that warn: once for each time a figure reaches its number, to the roles chosen, over when it is back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import Forbidden, Invalid, NotFound
from app.notifications.notices import notices
from app.sales.domain.alerts import FIGURES, Reading, begun, ended, fall
from app.sales.events import AlertRaised
from app.sales.queries.alerts import READERS, alert_rules, crossings
from app.sales.service.alerts import change_rule, check_rules, drop_rule, make_rule, switch_rule
from tests.factories.accounts import sign_in
from tests.factories.insights import bare_abandonment
from tests.factories.ordering import article, order, ref


def test_warnings_begin_and_end():
    readings = [Reading(1, "A", Decimal(60)), Reading(2, "B", Decimal(50)), Reading(3, "C", Decimal(49))]
    assert [one.subject_id for one in begun(readings, Decimal(50), [])] == [1, 2]
    assert [one.subject_id for one in begun(readings, Decimal(50), [2, 9])] == [1]
    assert ended(readings, Decimal(50), [2, 3, 9]) == [3, 9]
    for recent, usual, wanted in ((50, 100, "50.0"), (0, 100, "100.0"), (120, 100, "0.0"), (5, 0, "0"), (2, 3, "33.3")):
        assert fall(Decimal(recent), Decimal(usual)) == Decimal(wanted), (recent, usual)
    assert FIGURES.keys() == READERS.keys()


def test_a_rule_tells_once_and_again_after_it_was_back(ctx, cast):
    admin, buyer = cast.actor("operator_admin"), cast.actor("customer.buyer")
    reference = ref()
    rule_id = make_rule(admin, "carts", Decimal(2), ["sales"], client_ref=reference)
    assert make_rule(admin, "carts", Decimal(9), ["sales"], client_ref=reference) == rule_id
    assert check_rules(admin) == 0
    rows = [bare_abandonment(buyer), bare_abandonment(buyer)]
    assert [check_rules(admin), check_rules(admin)] == [1, 0]
    [standing] = crossings(admin)
    assert (standing.figure, standing.value, standing.ended_at) == ("carts", Decimal(2), None)
    kind = notices["alert_raised"]
    event = AlertRaised(rule_id, standing.id, standing.id)
    told = list(kind.tellings(admin, event))
    assert [one.user_id for one in told] == [cast.people["sales"].id]
    letter = kind.letter(admin, told[0].parameters)
    assert (str(letter.subject), letter.link) == ("Carts left behind that wait", "/sales/alerts")
    with transaction():
        db.session.execute(text("UPDATE abandoned_carts SET state = 'dismissed' WHERE id = :id"), {"id": rows[0].id})
    assert check_rules(admin) == 0
    assert crossings(admin)[0].ended_at is not None
    assert not kind.still_wanted(admin, told[0].parameters)
    with pytest.raises(NotFound):
        kind.letter(admin, told[0].parameters)
    with transaction():
        db.session.execute(text("UPDATE abandoned_carts SET state = 'open'"))
    assert check_rules(admin) == 1
    switch_rule(admin, rule_id, is_on=False)
    assert check_rules(admin) == 0
    assert all(one.ended_at for one in crossings(admin))
    change_rule(admin, rule_id, "carts", Decimal(50), ["sales", "accountant"])
    switch_rule(admin, rule_id, is_on=True)
    assert check_rules(admin) == 0
    drop_rule(admin, rule_id)
    assert (alert_rules(admin), crossings(admin)) == ([], [])


def test_an_account_that_orders_less_than_usual_is_named(ctx, cast):
    admin, made = cast.actor("operator_admin"), article("A-1", "10.00")
    now = clock.now()
    for name, recent in (("customer.buyer", 1), ("stranger.buyer", 10)):
        for week in range(6):
            placed = order(cast.actor(name), [(made, 10)], po_number=f"{name}-{week}")
            with transaction():
                values = {"id": placed.id, "at": now - timedelta(days=40 + 28 * week)}
                db.session.execute(text("UPDATE orders SET placed_at = :at WHERE id = :id"), values)
        order(cast.actor(name), [(made, recent)], po_number=f"{name}-now")
    make_rule(admin, "turnover_falls", Decimal(50), ["sales"], client_ref=ref())
    assert check_rules(admin) == 1
    [one] = crossings(admin)
    assert (one.words, one.value) == ("Möller", Decimal("90.0"))
    letter = notices["alert_raised"].letter(admin, {"rule_id": one.rule_id, "first_id": one.id, "last_id": one.id})
    assert "Möller" in str(letter.summary)
    for figure in FIGURES:
        assert isinstance(READERS[figure](admin), list), figure


def test_what_is_no_rule_is_refused(ctx, cast):
    admin = cast.actor("operator_admin")
    for figure, threshold, roles, field in (
        ("weather", 1, ["sales"], "figure"), ("carts", 0, ["sales"], "threshold"), ("carts", 1, [], "roles"),
        ("turnover_falls", 101, ["sales"], "threshold"), ("carts", 1, ["buyer"], "roles"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as caught:
            make_rule(admin, figure, Decimal(threshold), roles, client_ref=ref())
        assert caught.value.field == field
    with pytest.raises(Forbidden):
        make_rule(cast.actor("accountant"), "carts", Decimal(1), ["sales"], client_ref=ref())


def test_a_sales_manager_makes_a_rule_on_the_page(client, world, cast):
    sign_in(client, cast.people["sales"])
    assert "No rules yet" in client.get("/sales/alerts").text
    assert (
        client.post("/sales/alerts/new", data={"figure": "carts", "threshold": "0", "client_ref": ref()}).status == 422
    )
    data = {"figure": "carts", "threshold": "5", "roles": ["sales", "operator_admin"], "client_ref": ref()}
    assert client.post("/sales/alerts/new", data=data).location == "/sales/alerts"
    page = client.get("/sales/alerts")
    assert page.rows("Rules")[0][:3] == ["Carts left behind that wait", "5", "Administrator, Sales"]
    address = page.link("Carts left behind that wait")
    assert client.get(address).status == 200
    assert client.post(address, data=data | {"threshold": "7"}).location == "/sales/alerts"
    client.post(f"{address}/off")
    row = client.get("/sales/alerts").rows("Rules")[0]
    assert (row[1], row[4]) == ("7", "Off")
    client.post(f"{address}/delete")
    assert "No rules yet" in client.get("/sales/alerts").text


PAGES = ("/sales/alerts", "/sales/alerts/new", "/sales/alerts/{rule}")
POSTS = ("/sales/alerts/new", "/sales/alerts/{rule}", "/sales/alerts/{rule}/off", "/sales/alerts/{rule}/delete")


@pytest.mark.parametrize(
    ("name", "status"),
    [("operator_admin", 200), ("sales", 200), ("accountant", 403), ("pricing", 403), ("warehouse", 403),
     ("customer.company_admin", 403), (None, 303)],
)  # fmt: skip
def test_who_opens_the_pages(client, world, cast, name, status):
    with world():
        rule = make_rule(cast.actor("operator_admin"), "carts", Decimal(5), ["sales"], client_ref=ref())
    if name:
        sign_in(client, cast.people[name])
    for address in PAGES:
        assert client.get(address.format(rule=rule)).status == status, address
    if status == 200:
        return
    for address in POSTS:
        assert client.post(address.format(rule=rule)).status == status, address
    with world():
        assert [one.is_on for one in alert_rules(cast.actor("operator_admin"))] == [True]
