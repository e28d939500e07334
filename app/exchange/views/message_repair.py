"""What a person does with a message that waits: assign, map a code, mend a copy, replay, end it."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from app.core.actor import Scope
from app.core.errors import DomainError, NotFound
from app.exchange.domain.message_machine import CAN_REPLAY, MessageState
from app.exchange.domain.source_text import is_binary, text_of
from app.exchange.forms.messages import CodeForm, EditForm, ReasonForm
from app.exchange.policy import Permission
from app.exchange.queries.messages import message
from app.exchange.queries.partners import partner_by_code
from app.exchange.service import outbox, repair
from app.exchange.views import blueprint, message_content
from app.exchange.views import message_words as words
from app.exchange.views.message_forms import assign_form
from app.exchange.views.messages import show_message
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, ngettext, say

_MAX_AT_ONCE = 200
_MAX_EDITED = 1_000_000


def _go(endpoint: str, **values: Any) -> Response:
    return Response(status=303, headers={"Location": url_for(endpoint, **values)})


@blueprint.post("/messages/replay")
@requires(Permission.REPAIR, scope=Scope.OPERATOR)
def messages_replay() -> Response:
    """All that were picked; those that cannot be replayed (any more) are counted, not stopped at."""
    ids = [int(value) for value in request.form.getlist("id") if value.isdecimal()][:_MAX_AT_ONCE]
    done, problems = 0, []
    for message_id in ids:
        try:
            repair.replay(actor(), message_id)
            done += 1
        except DomainError as error:
            problems.append(str(say(error.message)))
    if done:
        tell(ngettext("{n} message is replayed.", "{n} messages are replayed.", done))
    if problems:
        tell(_("Not replayed: {n}. {reason}", n=len(problems), reason=problems[0]), "warn")
    if not ids:
        tell(_("Select messages first."), "warn")
    return _go("exchange.message_todo")


@blueprint.post("/messages/<int:message_id>/replay")
@requires(Permission.REPAIR, scope=Scope.OPERATOR)
def message_replay(message_id: int) -> Response:
    repair.replay(actor(), message_id, in_spite="in_spite" in request.form)
    tell(_("The message is replayed. This page shows what became of it."))
    return _go("exchange.message_show", message_id=message_id)


@blueprint.post("/messages/<int:message_id>/resend")
@requires(Permission.REPAIR, scope=Scope.OPERATOR)
def message_resend(message_id: int) -> Response:
    outbox.resend(actor(), message_id)
    tell(_("The message is sent again."))
    return _go("exchange.message_show", message_id=message_id)


@blueprint.post("/messages/<int:message_id>/partner")
@requires(Permission.REPAIR, scope=Scope.OPERATOR)
def message_partner(message_id: int) -> Response:
    form = assign_form()
    if form.validate():
        with form.catching():
            chosen = partner_by_code(actor(), form.partner.data)
            repair.set_partner(actor(), message_id, chosen.id)
            tell(_("The message belongs to {partner} and is replayed.", partner=chosen.name))
            return _go("exchange.message_show", message_id=message_id)
    return show_message(message_id, status=form.status, assign_form=form)


@blueprint.post("/messages/<int:message_id>/code")
@requires(Permission.REPAIR, scope=Scope.OPERATOR)
def message_code(message_id: int) -> Response:
    form = CodeForm()
    if form.validate():
        with form.catching():
            repair.add_code(
                actor(), message_id, form.kind.data, (form.theirs.data or "").strip(), (form.ours.data or "").strip()
            )
            tell(_("The code is kept and the message is replayed."))
            return _go("exchange.message_show", message_id=message_id)
    return show_message(message_id, status=form.status, code_form=form)


@blueprint.post("/messages/<int:message_id>/<any(refuse, ignore, cancel):what>")
@requires(Permission.REPAIR, scope=Scope.OPERATOR)
def message_end(message_id: int, what: str) -> Response:
    form = ReasonForm()
    if form.validate():
        with form.catching():
            end = {"refuse": repair.refuse, "ignore": repair.ignore, "cancel": outbox.cancel}[what]
            end(actor(), message_id, (form.reason.data or "").strip())
            tell(_("That is noted with the message."))
            return _go("exchange.message_show", message_id=message_id)
    return show_message(message_id, status=form.status, reason_form=form)


@blueprint.route("/messages/<int:message_id>/edit", methods=["GET", "POST"])
@requires(Permission.REPAIR, scope=Scope.OPERATOR)
def message_edit(message_id: int) -> Response:
    """A copy of the text for mending; the original stays as it came."""
    found = message(actor(), message_id)
    data = message_content.bytes_of(found)
    can = found.direction == "in" and MessageState(found.state) in CAN_REPLAY
    if not can or data is None or is_binary(data) or len(data) > _MAX_EDITED:
        raise NotFound
    form = EditForm()
    if form.validate_on_submit():
        with form.catching():
            new_id = repair.edit(actor(), message_id, (form.text.data or "").replace("\r\n", "\n"))
            tell(_("The mended copy is a message of its own and is worked on."))
            return _go("exchange.message_show", message_id=new_id)
    elif request.method == "GET":
        form.text.data = text_of(data)
    return render_page(
        "exchange/message_edit.html",
        found=found,
        form=form,
        name=words.document_name(found.document, found.type_code),
        reason=words.said(found.reason),
        status=form.status,
    )
