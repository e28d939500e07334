"""What of the sales desk and of conversations waits, on the first page of the operator's people."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.conversations.policy import Permission as Conversations
from app.conversations.queries.threads import unanswered_count
from app.core import clock
from app.core.once import once
from app.sales.domain.tasks import TaskState
from app.sales.policy import Permission
from app.sales.queries.tasks import TaskFilters, count_tasks
from app.web.access import actor
from app.web.slots import slot


@slot("insights.start.figures", order=20)
def sales_figures(**_context: Any) -> str | None:
    """Conversations nobody has answered, own tasks that are due."""
    me = actor()
    if not me.is_operator:
        return None
    unanswered, tasks = None, None
    if me.can(Conversations.ANSWER):
        unanswered = once(("conversations.waiting", me.user_id), lambda: unanswered_count(me))
    if me.can(Permission.WORK):
        today = clock.today(me.time_zone)
        tasks = count_tasks(me, TaskFilters(assignee_id=me.user_id, until=today, state=TaskState.OPEN))
    if unanswered is None and tasks is None:
        return None
    return render_template("sales/_start_figures.html", unanswered=unanswered, tasks=tasks)
