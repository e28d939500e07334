"""The tabs of document exchange: messages, what waits for a person, compared invoices, partners, punch-out."""

from __future__ import annotations

from flask import url_for

from app.exchange.policy import Permission
from app.exchange.queries.message_lists import Counts, counts
from app.web.access import actor
from app.web.texts import _

Tab = tuple[str, str, bool, int]


def tabs_for(current: str, known: Counts | None = None) -> list[Tab]:
    """Those the reader may open; empty where there is only one."""
    me = actor()
    tabs: list[Tab] = []
    if me.can(Permission.MESSAGES):
        tabs.append((_("Messages"), url_for("exchange.messages_index"), current == "messages", 0))
    if me.can(Permission.REPAIR) and me.is_operator:
        todo = (known or counts(me)).todo
        tabs.append((_("To do"), url_for("exchange.message_todo"), current == "todo", todo))
    if me.can(Permission.MESSAGES) or me.can(Permission.DECIDE):
        tabs.append((_("Invoices compared"), url_for("exchange.matches_index"), current == "matches", 0))
    if me.can(Permission.PARTNERS):
        tabs.append((_("Partners"), url_for("exchange.partners_index"), current == "partners", 0))
        tabs.append((_("1C"), url_for("exchange.one_c_index"), current == "one_c", 0))
        tabs.append((_("Punch-out"), url_for("exchange.punch_out_accesses"), current == "punch-out", 0))
    return tabs if len(tabs) > 1 else []
