"""Runs of standing orders when things break: a worker dies between two steps, two workers take the same run."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.tenancy import system_scope
from app.inventory.models.stock import Stock
from app.ordering.models.carts import Cart
from app.ordering.models.orders import Order
from app.ordering.service import checkout, standing_carry, standing_runs
from app.ordering.service.standing_runs import LEASE, MOST_ATTEMPTS, due_runs, work_off, work_off_all
from tests.factories.ordering import article, buyer
from tests.factories.standing import NOW, standing, states
from tests.ordering.test_standing_runs import MONDAY, SIX, WEEK

SYSTEM = Actor.system()


class Killed(BaseException):
    """The worker is gone: nothing of Python's own clean-up may settle the run."""


def counts() -> tuple[int, int, int]:
    with system_scope("test"):
        found = [db.session.scalar(select(func.count()).select_from(model)) for model in (Order, Cart)]
        return (*found, int(db.session.scalar(select(func.sum(Stock.reserved))) or 0))


# Each is called once on the way from a due run to an order; the worker dies right before or right after it.
STEPS = [
    (standing_runs, "advance"), (standing_runs, "carry_out"), (standing_carry, "judged"), (standing_carry, "new_cart"),
    (standing_carry, "add_lines"), (standing_carry, "submit"), (checkout, "place"), (standing_carry, "note_placed"),
    (standing_carry, "plan"),
]  # fmt: skip


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
def test_a_worker_killed_between_two_steps_leaves_one_order(committing, world, monkeypatch, module, name, when):
    with world(), clock.frozen(NOW):
        standing(buyer(), [(article("NUT", stock=100), 4)])
    real = getattr(module, name)

    def dying(*arguments: Any, **more: Any) -> Any:
        if when == "after":
            real(*arguments, **more)
        raise Killed

    with monkeypatch.context() as patch, world(), clock.frozen(SIX):
        patch.setattr(module, name, dying)
        with pytest.raises(Killed):
            work_off_all(SYSTEM)
    with world(), clock.frozen(SIX + LEASE):
        work_off_all(SYSTEM)
        work_off_all(SYSTEM)
    with world():
        assert counts() == (1, 1, 4)
        assert states() == [(MONDAY, "placed"), (MONDAY + WEEK, "planned")]


def test_a_fault_of_the_program_is_tried_again_but_not_for_ever(committing, world, monkeypatch):
    with world(), clock.frozen(NOW):
        standing(buyer(), [(article("NUT"), 4)])

    def broken(*_arguments: Any, **_more: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(standing_carry, "submit", broken)
    for attempt in range(MOST_ATTEMPTS + 1):
        with world(), clock.frozen(SIX + attempt * LEASE):
            work_off_all(SYSTEM)
    with world():
        assert states()[0] == (MONDAY, "failed")
        assert counts() == (0, 0, 0)


def test_two_workers_on_one_run_make_one_order(committing, world):
    with world(), clock.frozen(NOW):
        nut = article("NUT", stock=100)
        for _ in range(3):
            standing(buyer(), [(nut, 4)])
    start, failed = threading.Barrier(4), []

    def work() -> None:
        with committing.app_context(), system_scope("test"), clock.frozen(SIX):
            found = due_runs(SYSTEM)
            start.wait(20)
            try:
                for due in found:
                    work_off(SYSTEM, due)
            except Exception as error:
                failed.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    with world():
        assert counts() == (3, 3, 12)
        assert sorted(state for _, state in states()) == ["placed"] * 3 + ["planned"] * 3


def test_the_reference_is_the_last_wall(committing, world):
    """Should a settled run ever be taken for an open one, it finds its order again."""
    with world(), clock.frozen(NOW):
        standing(buyer(), [(article("NUT", stock=100), 4)])
    with world(), clock.frozen(SIX):
        work_off_all(SYSTEM)
    with world(), transaction() as session:
        session.execute(
            text(
                "UPDATE standing_runs SET state = 'running', order_id = NULL, due_at = run_at WHERE planned_on = :day"
            ),
            {"day": MONDAY},
        )
    with world(), clock.frozen(SIX):
        work_off_all(SYSTEM)
    with world():
        assert counts() == (1, 1, 4)
        assert states()[0] == (MONDAY, "placed")
