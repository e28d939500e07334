"""Who may open what of receivables. A denial changes nothing; what belongs to another company is not there."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.billing.service import dunning
from app.core import clock
from app.core.db import db
from tests.factories.accounts import sign_in
from tests.factories.receivables import SYSTEM, owed, reminder_rule

CUSTOMERS = ("customer.company_admin", "customer.bookkeeper")
STRANGERS = ("stranger.bookkeeper",)
DUNNERS = ("operator_admin", "accountant")
READERS = (*DUNNERS, "sales")
OTHERS = ("pricing", "warehouse", "customer.buyer")
NOBODY = "nobody"

AGE = ("/receivables", "/receivables.csv")
ACCOUNT = ("/receivables/{code}", "/receivables/{code}/statement", "/receivables/{code}/statement.csv",
           "/receivables/{code}/statement.xml")  # fmt: skip
OWN = ("/open-items", "/open-items/statement", "/open-items/statement.xlsx", "/desk", "/desk.csv", "/desk.zip")
DESK = ("/reminders", "/reminders/{run}", "/reminders/rules", "/reminders/rules/new", "/reminders/rules/{rule}")
WRITE_OFF = "/receivables/{code}/items/{item}/write-off"
CHANGES = (
    ("/reminders", {"as_of": "2026-06-30"}, 409),  # another run is open
    ("/receivables/{code}/stop", {"stop-reason": "talks"}, 303),
    ("/receivables/items/{item}/stop", {"code": "x"}, 303),
    ("/receivables/{code}/promises", {"promise-amount": "10", "promise-currency": "EUR", "promise-item_id": "0",
                                      "promise-promised_on": "2099-01-01"}, 303),
    ("/receivables/{code}/insurance", {"insurance-limit": "10", "insurance-currency": "EUR", "insurance-insurer": "A"}, 303),
    ("/receivables/{code}/rule", {"rule-rule_id": "{rule}"}, 303),
    ("/receivables/{code}/go-on", {}, 303),
    ("/reminders/rules/rates", {"valid_from": "2026-01-01", "percent": "2"}, 303),
    ("/reminders/rules/rates/remove", {"day": "2025-01-01"}, 303),
    ("/reminders/rules/new", {"name": "X", "currency": "USD", "minimum": "0", "gap_days": "7", "points": "0", "basis": "365",
                              "after_days_1": "5"}, 303),
    ("/reminders/rules/{rule}", {"name": "Y", "currency": "EUR", "minimum": "0", "gap_days": "7", "points": "0",
                                 "basis": "365", "after_days_1": "5"}, 303),
    ("/reminders/{run}/review", {"letter": "{letter}", "reason": "x"}, 303),
    ("/reminders/{run}/approve", {}, 303),
    (WRITE_OFF, {"amount": "1", "reason": "x"}, 303),
)  # fmt: skip
TABLES = ("audit_entries", "open_items", "payment_promises", "dunning_runs WHERE state = 'proposed'", "base_rates")


@pytest.fixture
def scene(cast, world):
    """A late item and a run that proposes to remind of it."""
    with world():
        rule = reminder_rule()
        item = owed(cast.customer, "100.00", clock.today() - timedelta(days=40))
        day = clock.today()
        while day.weekday() > 4:
            day -= timedelta(days=1)
        run = dunning.start_run(SYSTEM, day, client_ref=str(uuid.uuid4()))
        dunning.propose(SYSTEM, run)
        letter = db.session.scalar(text("SELECT id FROM reminders"))
    return {"code": cast.customer.code, "item": item, "run": run, "rule": rule, "letter": letter}


def counts(world) -> dict[str, int]:
    with world():
        return {table: db.session.scalar(text(f"SELECT count(*) FROM {table}")) for table in TABLES}


def status_of(name: str, address: str) -> int:
    """What a person gets who opens a page."""
    if name == NOBODY:
        return 303
    if address in OWN:
        return 200 if name in (*CUSTOMERS, *STRANGERS) else 403
    allowed = DUNNERS if address in (*DESK, WRITE_OFF) else READERS
    return 200 if name in allowed else 403


def test_pages(client, cast, scene):
    for name in (NOBODY, *READERS, *OTHERS, *CUSTOMERS, "stranger.bookkeeper"):
        if name != NOBODY:
            sign_in(client, cast.people[name])
        for address in (*AGE, *ACCOUNT, *OWN, *DESK, WRITE_OFF):
            assert client.get(address.format(**scene)).status == status_of(name, address), (name, address)


def test_changes(client, world, cast, scene):
    for name in (NOBODY, "sales", "customer.bookkeeper", "accountant"):
        if name != NOBODY:
            sign_in(client, cast.people[name])
        for address, values, status in CHANGES:
            before = counts(world)
            data = {key: value.format(**scene) for key, value in values.items()}
            data |= {key: str(uuid.uuid4()) for key in ("client_ref", "promise-client_ref")}
            page = client.post(address.format(**scene), data)
            expected = status if name == "accountant" else 303 if name == NOBODY else 403
            assert page.status == expected, (name, address, page.text)
            assert (counts(world) != before) is (name == "accountant" and status == 303), (name, address)


def test_what_is_not_yours_is_not_there(client, cast, scene, world):
    sign_in(client, cast.people["stranger.bookkeeper"])
    assert "100.00" not in client.get("/open-items").text
    assert "100.00" not in client.get(f"/desk?company={cast.customer.id}").text
    assert client.get("/open-items/reminders/REM-2026-000001").status == 404
    sign_in(client, cast.people["accountant"])
    for address in ("/receivables/NOBODY", "/reminders/999999", "/reminders/rules/999999",
                    f"/receivables/{cast.stranger.code}/items/{scene['item']}/write-off"):  # fmt: skip
        assert client.get(address).status == 404, address
