"""One account as the sales desk sees it: what it buys, what is open, what was said; notes and tasks in one step."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, redirect, url_for

from app.accounts.domain.roles import ROLE_NAMES
from app.accounts.policy import Permission as AccountPermission
from app.accounts.queries.companies import account_id
from app.accounts.queries.people import last_seen, people, sales_people
from app.billing.policy import Permission as BillingPermission
from app.billing.queries.receivables import account_ageing
from app.conversations.policy import Permission as TalkPermission
from app.core import clock
from app.core.actor import Scope
from app.core.errors import NotFound
from app.insights.queries.reorder import due_of
from app.ordering.policy import Permission as OrderingPermission
from app.ordering.queries.cart import priced_cart
from app.sales.domain.tasks import TaskKind
from app.sales.forms.desk import NoteForm, TaskForm
from app.sales.policy import Permission
from app.sales.queries import account_view as queries
from app.sales.queries.portfolio import PortfolioRow, portfolio_row
from app.sales.queries.tasks import TaskFilters, open_tasks
from app.sales.service import tasks as service
from app.sales.views import blueprint
from app.sales.views.words import EVENTS, desk_tabs, document_chip, ending_name, kind_name, month_name
from app.sourcing.policy import Permission as SourcingPermission
from app.web import formats
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.charts import BarChart, bar_chart
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _, language

CART_LINES = 200
_NOON = time(12)


@blueprint.get("/sales/accounts/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def account(code: str) -> Response:
    return _page(_row(code), NoteForm(formdata=None, prefix="note-"), task_form())


@blueprint.post("/sales/accounts/<number:code>/notes")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def account_note(code: str) -> Any:
    """A note, or a call or meeting that took place."""
    row, form = _row(code), NoteForm(prefix="note-")
    if form.validate_on_submit():
        day = form.on_day.data
        with form.catching():
            service.add_note(
                actor(), row.id, form.text.data, kind=form.kind.data, with_whom=form.with_whom.data or "",
                happened_at=datetime.combine(day, _NOON, ZoneInfo(actor().time_zone)) if day else None,
                client_ref=form.client_ref.data,
            )  # fmt: skip
            tell(_("Written down."))
            return redirect(url_for("sales.account", code=code, _anchor="history"), code=303)
    return _page(row, form, task_form())


@blueprint.post("/sales/accounts/<number:code>/tasks")
@requires(Permission.WORK, scope=Scope.OPERATOR)
def account_task(code: str) -> Any:
    """Something to do for the account."""
    row, form = _row(code), task_form(is_sent=True)
    if form.validate_on_submit():
        with form.catching():
            is_meeting = form.kind.data == TaskKind.MEETING and form.hour.data is not None
            service.create_task(
                actor(), row.id, kind=form.kind.data, text=form.text.data, due_on=form.due_on.data,
                assignee_id=form.assignee_id.data or None, client_ref=form.client_ref.data,
                starts_at=datetime.combine(form.due_on.data, form.hour.data, ZoneInfo(actor().time_zone))
                if is_meeting
                else None,
            )  # fmt: skip
            tell(_("Put on the list of tasks."))
            return redirect(url_for("sales.account", code=code, _anchor="tasks"), code=303)
    return _page(row, NoteForm(formdata=None, prefix="note-"), form)


@blueprint.get("/sales/accounts/<number:code>/carts/<int:cart_id>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def account_cart(code: str, cart_id: int) -> Response:
    """A cart as it stands now, only to read: the buyer goes on undisturbed."""
    row = _row(code)
    found = next((one for one in queries.business(actor(), row.id)["cart"] if one.id == cart_id), None)
    if found is None:
        raise NotFound
    cart = priced_cart(actor(), cart_id)
    return render_page(
        "sales/account_cart.html", row=row, found=found, state=document_chip(found), cart=cart,
        lines=cart.rows[:CART_LINES],
    )  # fmt: skip


def task_form(*, is_sent: bool = False) -> TaskForm:
    """Ready for somebody's task, by default the account manager's."""
    form = TaskForm(prefix="task-") if is_sent else TaskForm(formdata=None, prefix="task-")
    form.assignee_id.choices = choices([(0, _("The account's manager")), *sales_people(actor())])
    if not is_sent:
        form.due_on.data = clock.today(actor().time_zone)
    return form


def _row(code: str) -> PortfolioRow:
    return portfolio_row(actor(), account_id(actor(), code))


def _page(row: PortfolioRow, note_form: NoteForm, new_task: TaskForm) -> Response:
    may = actor().can
    company_id = row.id
    return render_page(
        "sales/account.html",
        row=row,
        months=(months := queries.months(actor(), company_id, row.currency)),
        chart=_chart(months, row.currency),
        month_name=month_name,
        documents=queries.business(actor(), company_id),
        document_chip=document_chip,
        due=due_of(actor(), company_id),
        next_articles=queries.next_articles(actor(), company_id),
        ending=queries.ending(actor(), company_id),
        ending_name=ending_name,
        ages=account_ageing(actor(), clock.today(actor().time_zone), company_id),
        people=people(actor(), company_id),
        role_names=ROLE_NAMES,
        last_seen=last_seen(actor(), company_id),
        tasks=open_tasks(actor(), TaskFilters(company_id=company_id), limit=20),
        events=queries.happened(actor(), company_id),
        event_words=EVENTS,
        kind_name=kind_name,
        today=clock.today(actor().time_zone),
        note_form=note_form,
        task_form=new_task,
        tabs_of=desk_tabs("account"),
        may={
            "work": may(Permission.WORK),
            "hand_over": may(Permission.HAND_OVER),
            "account": may(AccountPermission.READ_ACCOUNTS),
            "act": may(AccountPermission.ACT_FOR),
            "money": may(BillingPermission.RECEIVABLES),
            "orders": may(OrderingPermission.READ_ALL),
            "write": may(TalkPermission.WRITE),
            "read_threads": may(TalkPermission.READ),
            "tender": may(SourcingPermission.READ_BIDS),
        },
        status=max(note_form.status, new_task.status),
    )


def _chart(months: list[queries.Month], currency: str) -> BarChart:
    rows = [(month_name(one.month), one.net, formats.amount(one.net, currency, language())) for one in reversed(months)]
    return bar_chart(str(_("Turnover of twelve months, net")), rows, currency)
