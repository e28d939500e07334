"""Reports: who opens what, what a page costs, and files, saved and scheduled ones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from app.core import clock
from app.core.actor import Actor
from app.core.db import db, statements, transaction
from app.core.errors import Invalid
from app.core.storage import load
from app.insights.domain.report_times import Rhythm
from app.insights.models.reports import ReportRun, ReportSchedule
from app.insights.queries.saved_reports import run
from app.insights.service.report_runs import make, sweep_runs
from app.insights.service.report_schedules import ScheduleRow, create_schedule, leave_schedule, run_due
from app.insights.service.saved_reports import save_report
from app.web.figures import Figures
from tests.factories.accounts import sign_in
from tests.factories.reports import bare_order
from tests.support.cast import STAFF
from tests.support.mail import tray
from tests.support.work import drain

STAFF_NAMES = [str(role) for role in STAFF]
CUSTOMERS = ["customer.company_admin", "stranger.buyer"]
# method, address, staff, customers
TABLE = [
    ("GET", "/reports", 200, 200),
    ("GET", "/reports/turnover", 200, 404),
    ("GET", "/reports/turnover/file.csv", 200, 404),
    ("GET", "/reports/turnover/file.xlsx", 200, 404),
    ("POST", "/reports/turnover/runs", 303, 404),
    ("GET", "/reports/turnover/save", 200, 403),
    ("GET", "/reports/turnover/schedule", 200, 403),
    ("GET", "/reports/schedules", 200, 403),
    ("GET", "/reports/saved/999", 404, 403),
    ("POST", "/reports/saved/999/remove", 404, 403),
    ("POST", "/reports/schedules/999/leave", 404, 403),
    ("GET", "/reports/runs/999", 404, 404),
    ("GET", "/reports/runs/999/file", 404, 404),
    ("GET", "/reports/nothing", 404, 404),
]


@pytest.fixture
def act(world, cast):
    """A person of the cast as actor."""

    def found(name: str) -> Actor:
        with world():
            return cast.actor(name)

    return found


def test_who_opens_what(client, world, cast):
    for name in (STAFF_NAMES[1], "customer.company_admin", "stranger.buyer"):
        sign_in(client, cast.people[name])
        for method, address, staff, customers in TABLE:
            answer = client.open(
                address, method=method, data={"form": "pdf", "client_ref": "a"} if method == "POST" else None
            )
            wanted = customers if name in CUSTOMERS else staff
            assert answer.status_code == wanted, (name, method, address)


def test_a_page_costs_the_same_with_twenty_times_the_rows(client, world, cast, isolated):
    sign_in(client, cast.people["sales"])
    counts = []
    for orders in (1, 20):
        with world():
            for number in range(orders):
                bare_order(cast.customer.id, [(_article(), 2, "3.50")], datetime.now(UTC) - timedelta(days=number))
        for address in ("/reports/turnover?by=article", "/reports/turnover?by=day&compare=year", "/reports/schedules"):
            with isolated.app_context():
                client.get(address)
                with statements() as seen:
                    assert client.get(address).status_code == 200
            counts.append(len(seen))
    assert counts[:3] == counts[3:]


def _article() -> int:
    found = db.session.scalar(text("SELECT id FROM articles LIMIT 1"))
    if found is None:
        found = db.session.scalar(
            text("INSERT INTO articles (sku, sku_key, name) VALUES ('R-1', 'R-1', '=cmd') RETURNING id")
        )
        db.session.commit()
    return found


def test_parameters_say_what_is_wrong_and_links_keep_them(client, world, cast):
    sign_in(client, cast.people["sales"])
    with world():
        bare_order(cast.customer.id, [(_article(), 2, "3.50")], datetime.now(UTC) - timedelta(hours=1))
    assert client.get("/reports/turnover?by=nothing").status_code == 422
    assert client.get("/reports/turnover?period=custom&since=2025-02-01&until=2025-01-01").status_code == 422
    page = client.get("/reports/turnover?by=article&period=last_30_days")
    assert "7.00" in page.text and "file.csv?period=last_30_days&amp;by=article" in str(page.soup)
    csv = client.get("/reports/turnover/file.csv?by=article&period=last_30_days").data.decode("utf-8-sig")
    assert csv.splitlines()[1].startswith("R-1,'=cmd,1,2,7")


def schedule(actor: Actor, recipients: list[int], ref: str = "s1", rhythm: str = "daily", **values: str) -> int:
    row = ScheduleRow("Morning", "csv", rhythm, 1, 7, "Europe/Berlin", tuple(recipients))
    return create_schedule(actor, "turnover", values, row, client_ref=ref)


def test_a_schedule_runs_once_is_made_up_for_once_and_goes_to_who_may_see_it(isolated, world, cast, act, sent):
    seller, pricing, clerk = (cast.people[name] for name in ("sales", "pricing", "accountant"))
    at = datetime(2040, 3, 10, 12, tzinfo=UTC)  # later than the clock of the database
    with clock.frozen(at), world(act("sales")):
        made = schedule(act("sales"), [seller.id, pricing.id, clerk.id])
        assert schedule(act("sales"), [seller.id]) == made
        with pytest.raises(Invalid):
            schedule(act("sales"), [cast.people["customer.buyer"].id], "s2")
    with world(act("accountant")), clock.frozen(at):
        leave_schedule(act("accountant"), made)
    with world(), transaction() as session:
        session.execute(text("UPDATE users SET locale = 'ru' WHERE id = :id"), {"id": pricing.id})
    with tray() as mails, clock.frozen(at + timedelta(days=4)):  # four times were missed
        for _ in range(2):
            with world():
                run_due(Actor.system())
            drain(isolated)
    assert len(mails) == 2 and {mail["Content-Language"] for mail in mails} == {"en", "ru"}
    attachment = next(next(mail.iter_attachments()) for mail in mails if mail["Content-Language"] == "ru")
    assert attachment.get_filename() == "turnover-2040-03-14.csv"
    with world():
        assert db.session.scalar(select(ReportSchedule.next_at)) == datetime(2040, 3, 15, 6, tzinfo=UTC)
        with transaction() as session:
            session.execute(text("UPDATE memberships SET is_active = false WHERE user_id = :id"), {"id": pricing.id})
    with tray() as mails, clock.frozen(at + timedelta(days=5)):
        with world():
            run_due(Actor.system())
        drain(isolated)
    assert [mail["Content-Language"] for mail in mails] == ["en"]


def test_a_file_of_a_dead_worker_is_made_once(client, isolated, world, cast, act, sent):
    sign_in(client, cast.people["sales"])
    answer = client.post("/reports/turnover/runs?by=account", data={"form": "pdf", "client_ref": "one"})
    again = client.post("/reports/turnover/runs?by=account", data={"form": "pdf", "client_ref": "one"})
    assert answer.location == again.location
    run_id = int(re.search(r"\d+$", answer.location)[0])
    later = datetime.now(UTC) + timedelta(minutes=20)
    with world(), transaction() as session:  # claimed, and the worker died
        session.execute(update(ReportRun).values(state="running", attempts=1, due_at=datetime.now(UTC)))
    with clock.frozen(later):
        with world():
            assert sweep_runs(Actor.system()) == 1
        drain(isolated)
        with world():
            make(Actor.system(), run_id, Figures)
    with world(act("sales")):
        found = run(act("sales"), run_id)
        assert found.state == "done" and load(found.file).startswith(b"%PDF-")
    assert client.get(f"/reports/runs/{run_id}/file").data.startswith(b"%PDF-")
    assert client.get(f"/reports/runs/{run_id}").status_code == 200


def test_a_shared_report_opens_for_colleagues(client, world, cast, act):
    with world(act("sales")):
        saved = save_report(act("sales"), "turnover", {"by": "category"}, "Categories", is_shared=True, client_ref="x")
    sign_in(client, cast.people["accountant"])
    assert client.get(f"/reports/saved/{saved}").location.endswith(
        "/reports/turnover?by=category&period=last_12_months"
    )
    assert "Categories" in client.get("/reports/schedules").text
    assert client.post(f"/reports/saved/{saved}/remove").status_code == 404


def test_times_of_a_rhythm():
    at = datetime(2026, 3, 27, 12, tzinfo=UTC)  # a Friday, before summer time
    for code, on_day, hour, wanted in (
        ("daily", 1, 7, datetime(2026, 3, 28, 6, tzinfo=UTC)),
        ("daily", 1, 23, datetime(2026, 3, 27, 22, tzinfo=UTC)),
        ("workdays", 1, 7, datetime(2026, 3, 30, 5, tzinfo=UTC)),
        ("weekly", 7, 2, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("monthly", 31, 7, datetime(2026, 3, 31, 5, tzinfo=UTC)),
        ("monthly", 1, 0, datetime(2026, 3, 31, 22, tzinfo=UTC)),
    ):
        assert Rhythm(code, on_day, hour, "Europe/Berlin").after(at) == wanted, code
    february = Rhythm("monthly", 30, 6, "UTC")
    assert february.after(datetime(2026, 2, 1, tzinfo=UTC)) == datetime(2026, 2, 28, 6, tzinfo=UTC)
    daily = Rhythm("daily", 1, 6, "UTC")
    assert daily.latest(datetime(2026, 2, 1, 6, tzinfo=UTC), datetime(2026, 2, 9, 5, tzinfo=UTC)).day == 8
