"""The week of the sales desk: tasks due, a meeting, notes of what was said, a hand-over planned, a view kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.accounts.domain.roles import Role
from app.accounts.queries.companies import account_ids
from app.accounts.queries.people import sales_people
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.sales.service.handovers import Wanted, hand_over
from app.sales.service.saved_views import save_view
from app.sales.service.tasks import add_note, create_task

_ZONE = "Europe/Berlin"
# account, kind, text, days from today
_TASKS = (
    ("10001", "call", "Ask whether the paint for dock 3 arrived in time", 0),
    ("10001", "todo", "Send the new list of welding consumables", 0),
    ("10002", "mail", "Confirm the dates of the autumn deliveries", 1),
    ("10003", "call", "Talk about the order that did not come", -2),
)
# account, kind, text, with whom, days ago
_NOTES = (
    ("10001", "call", "Budget for the second half is released; they want one delivery a week.", "Jonas Brandt", 6),
    ("10001", "note", "Dock 3 closes for repairs in January.", "", 20),
    ("10004", "meeting", "Walked through the warehouse; they plan to order by file.", "Oksana", 12),
)


def add_sales_desk(house: Actor, staff: Mapping[Role, int]) -> None:
    """What Sven of sales has before him this morning."""
    sven = replace(house, user_id=staff[Role.SALES], name="Sven Larsen", time_zone=_ZONE)
    today = clock.today(_ZONE)
    with acting_as(sven):
        ids = account_ids(sven, {row[0] for row in (*_TASKS, *_NOTES)})
        for number, (code, kind, text, days) in enumerate(_TASKS):
            with clock.frozen(clock.now() + timedelta(days=min(days, 0))):  # a late one was made in time
                create_task(
                    sven, ids[code], kind=kind, text=text, due_on=today + timedelta(days=days),
                    client_ref=f"demo-task-{number}",
                )  # fmt: skip
        day = today + timedelta(days=2)
        create_task(
            sven, ids["10001"], kind="meeting", text="Yearly talk: volumes, prices, delivery days", due_on=day,
            starts_at=datetime.combine(day, time(10, 30), ZoneInfo(_ZONE)), client_ref="demo-task-meeting",
        )  # fmt: skip
        for number, (code, kind, text, whom, ago) in enumerate(_NOTES):
            add_note(
                sven, ids[code], text, kind=kind, with_whom=whom, happened_at=clock.now() - timedelta(days=ago),
                client_ref=f"demo-note-{number}",
            )  # fmt: skip
        colleague = next(one for one, _name in sales_people(sven) if one != sven.user_id)
        away = Wanted(
            staff[Role.SALES], colleague, today + timedelta(days=30), today + timedelta(days=44),
            note="Holiday", is_told=True,
        )  # fmt: skip
        hand_over(sven, away, client_ref="demo-handover")
        save_view(sven, "portfolio", "Turnover falls, all accounts", "only=falling&sort=trend", is_shared=True)
