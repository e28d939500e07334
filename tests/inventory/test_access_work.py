"""Who may receive, transfer, count, move between bins and trace: method, address, role, status."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.accounts.domain.roles import OPERATOR_ROLES, Role
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.inventory.models.bins import Bin
from app.inventory.models.stock import Warehouse
from app.inventory.service.bins import BinRow, save_bins
from app.inventory.service.counts import NewCount, plan_count
from app.inventory.service.receipts import NewReceipt, add_receipt_line, open_receipt
from app.inventory.service.transfers import TransferRow, plan_transfer
from tests.factories.accounts import customer, operator, person, sign_in
from tests.factories.catalog import article
from tests.factories.inventory import stock

READERS = {Role.OPERATOR_ADMIN, Role.WAREHOUSE, Role.SALES, Role.PRICING}
KEEPERS = {Role.OPERATOR_ADMIN, Role.WAREHOUSE}
# method, address, who may, what an empty form comes to
MATRIX = [
    ("GET", "/stock-receipts", READERS, 200),
    ("GET", "/stock-receipts/new", KEEPERS, 200),
    ("POST", "/stock-receipts/new", KEEPERS, 422),
    ("GET", "/stock-receipts/{receipt}", READERS, 200),
    ("POST", "/stock-receipts/{receipt}", KEEPERS, 303),
    ("POST", "/stock-receipts/{receipt}/lines", KEEPERS, 422),
    ("POST", "/stock-receipts/{receipt}/lines/0/split", KEEPERS, 404),
    ("POST", "/stock-receipts/{receipt}/lines/0/remove", KEEPERS, 404),
    ("POST", "/stock-receipts/0/cancel", KEEPERS, 404),
    ("GET", "/stock-transfers", READERS, 200),
    ("GET", "/stock-transfers/new", KEEPERS, 200),
    ("POST", "/stock-transfers/new", KEEPERS, 422),
    ("GET", "/stock-transfers/{transfer}", READERS, 200),
    ("POST", "/stock-transfers/{transfer}/send", KEEPERS, 409),
    ("POST", "/stock-transfers/{transfer}/receive", KEEPERS, 409),
    ("POST", "/stock-transfers/0/cancel", KEEPERS, 404),
    ("GET", "/stock-counts", READERS, 200),
    ("GET", "/stock-counts/new", KEEPERS, 200),
    ("POST", "/stock-counts/new", KEEPERS, 422),
    ("GET", "/stock-counts/{count}", KEEPERS, 200),
    ("POST", "/stock-counts/{count}", KEEPERS, 303),
    ("POST", "/stock-counts/{count}/found", KEEPERS, 422),
    ("POST", "/stock-counts/{count}/finish", KEEPERS, 409),
    ("POST", "/stock-counts/{count}/recount", KEEPERS, 409),
    ("POST", "/stock-counts/{count}/approve", KEEPERS, 409),
    ("POST", "/stock-counts/0/cancel", KEEPERS, 404),
    ("GET", "/stock-journal", READERS, 200),
    ("GET", "/stock-quarantine", READERS, 200),
    ("POST", "/stock-quarantine", KEEPERS, 422),
    ("GET", "/stock-bins", READERS, 200),
    ("GET", "/stock-bins/MAIN", READERS, 200),
    ("POST", "/stock-bins/MAIN", KEEPERS, 422),
    ("POST", "/stock-bins/MAIN/move", KEEPERS, 422),
    ("POST", "/stock-bins/MAIN/close/0", KEEPERS, 404),
    ("GET", "/stock-trace", READERS, 200),
    ("GET", "/stock-trace?q=A-1", READERS, 200),
    ("GET", "/stock-trace/export.csv?q=A-1", READERS, 200),
    ("POST", "/stock/tracking/A-1", KEEPERS, 303),
]


@pytest.fixture
def work(client, world):
    system = Actor.system()
    with world():
        operator()
        article("A-1")
        stock("A-1", 3)
        stock("A-1", 1, "SECOND")
        place = db.session.scalar(select(Warehouse.id).where(Warehouse.code == "MAIN"))
        save_bins(system, place, [BinRow("M-1")])
        receipt = open_receipt(system, NewReceipt("MAIN", clock.today()), client_ref="r")
        add_receipt_line(system, receipt, "A-1")
        rows = [TransferRow("A-1", 9)]  # more than there is: it cannot be sent
        transfer = plan_transfer(system, "MAIN", "SECOND", rows, client_ref="t")
        count = plan_count(system, NewCount("MAIN", clock.today()), client_ref="c")
        return {"receipt": receipt, "transfer": transfer, "count": count, "bin": db.session.scalar(select(Bin.id))}


@pytest.mark.parametrize("role", [Role.WAREHOUSE, Role.SALES, Role.ACCOUNTANT, Role.COMPANY_ADMIN])
def test_matrix(client, world, work, role):
    with world():
        user = person(operator() if role in OPERATOR_ROLES else customer(), role)
    sign_in(client, user)
    for method, address, allowed, status in MATRIX:
        found = (client.get if method == "GET" else client.post)(address.format(**work)).status
        assert found == (status if role in allowed else 403), (method, address, role)
    with world():
        states = "SELECT (SELECT state FROM goods_receipts), (SELECT state FROM stock_transfers), (SELECT state FROM stock_counts)"
        assert db.session.execute(text(states)).one() == ("open", "planned", "counting")


def test_strangers_are_asked_to_sign_in(client, work):
    for method, address, _allowed, _status in MATRIX:
        page = (client.get if method == "GET" else client.post)(address.format(**work))
        assert page.status == 303 and "/sign-in" in page.location, address
