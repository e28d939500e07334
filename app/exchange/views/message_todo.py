"""The work list: messages and files that wait for a person."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from app.core.actor import Scope
from app.exchange.policy import Permission
from app.exchange.queries import message_lists as lists
from app.exchange.queries.match import open_matches
from app.exchange.queries.messages import file as file_of
from app.exchange.views import blueprint, message_content
from app.exchange.views import message_words as words
from app.exchange.views.message_tabs import tabs_for
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot


@blueprint.get("/messages/to-do")
@requires(Permission.REPAIR, scope=Scope.OPERATOR)
def message_todo() -> Response:
    """What waits, with the reason of each."""
    keyset = keyset_from_request(parts=(int,))
    filters = lists.MessageFilters(state="todo", partner=request.args.get("partner", "")[:40])
    rows = lists.messages_page(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    counts = lists.counts(actor())
    return render_page(
        "exchange/message_todo.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        files=lists.parked_files(actor()) if counts.files else [],
        counts=counts,
        tabs=tabs_for("todo", counts),
        words=words,
    )


@blueprint.get("/messages/files/<int:file_id>/original")
@requires(Permission.REPAIR, scope=Scope.OPERATOR)
def message_file(file_id: int) -> Response:
    """A whole file as it came."""
    return message_content.file_answer(file_of(actor(), file_id))


@slot("insights.start.figures", order=60)
def message_figures(**_context: Any) -> str | None:
    """What of the exchange waits for the person on the first page; nothing where nothing waits."""
    me = actor()
    todo = lists.counts(me).todo if me.is_operator and me.can(Permission.REPAIR) else 0
    matches = open_matches(me) if me.can(Permission.DECIDE) else 0
    if not (todo or matches):
        return None
    return render_template("exchange/_message_figures.html", todo=todo, matches=matches)
