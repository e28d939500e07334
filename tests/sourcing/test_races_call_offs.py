"""Two call-offs at the same moment, each on a connection of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import text

from app.core.db import db
from app.core.errors import DomainError
from app.core.tenancy import acting_as, system_scope
from app.sourcing.domain.contract import Wanted
from app.sourcing.queries.contracts import contract
from app.sourcing.service import call_offs
from tests.factories.awards import contracted

pytestmark = pytest.mark.races


def test_call_offs_at_once_never_pass_the_quantity(app, committing, world):
    with world():
        made, number = contracted()
        with acting_as(made.buyer):
            price_id = contract(made.buyer, number).prices[0].id
    start = Barrier(6)

    def attempt(place: int) -> bool:
        with app.app_context(), acting_as(made.buyer):
            start.wait(10)
            try:
                call_offs.send_call_off(made.buyer, number, [Wanted(price_id, Decimal(30))], client_ref=f"race-{place}")
            except DomainError:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(6) as pool:
        won = sum(pool.map(attempt, range(6)))
    with world():
        with acting_as(made.buyer):
            assert (won, contract(made.buyer, number).prices[0].left) == (3, 10)
        with system_scope("test"):
            assert db.session.scalar(text("SELECT sum(quantity - cancelled) FROM call_off_lines")) == 90
