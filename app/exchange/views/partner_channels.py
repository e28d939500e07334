"""Channels: their settings, made from the transport, and a test of them step by step."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from app.core.actor import Scope
from app.core.errors import NotFound
from app.exchange.forms.partners import ChannelForm, TransportForm, channel_form
from app.exchange.policy import Permission
from app.exchange.queries.channels import channel_state
from app.exchange.queries.partners import channel as channel_of
from app.exchange.queries.partners import partner as partner_of
from app.exchange.queries.partners import partner_by_code
from app.exchange.service.channel_keys import channel_facts
from app.exchange.service.channel_settings import keep_channel, known_secrets, try_channel
from app.exchange.transports import TRANSPORTS, Transport
from app.exchange.views import blueprint
from app.exchange.views import message_words as words
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _, say


def _go(endpoint: str, **values: Any) -> Response:
    return Response(status=303, headers={"Location": url_for(endpoint, **values)})


@blueprint.route("/partners/<code>/channels/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def channel_new(code: str) -> Response:
    """First which transport, then its settings."""
    found = partner_by_code(actor(), code)
    chosen = request.args.get("transport", "")
    if chosen not in TRANSPORTS:
        form = TransportForm(formdata=None)
        form.transport.choices = choices((one, say(TRANSPORTS[one].name)) for one in TRANSPORTS)
        return render_page("exchange/channel_new.html", form=form, found=found)
    transport = TRANSPORTS[chosen]
    name = f"{found.name} {say(transport.name)}"[:120]
    form = channel_form(transport, {}, set(), channel_name=name, channel_test=found.is_test, channel_active=True)
    if form.validate_on_submit():
        with form.catching():
            channel_id = keep_channel(
                actor(), None, chosen, _head(form, None if form.channel_shared.data else found.id), form.settings()
            )
            tell(_("The channel is kept. Try it now."))
            return _go("exchange.channel_show", channel_id=channel_id)
    return render_page("exchange/channel_edit.html", form=form, found=found, transport=transport, status=form.status)


def _head(form: ChannelForm, partner_id: int | None) -> dict[str, Any]:
    return {
        "name": form.channel_name.data, "partner_id": partner_id, "is_active": form.channel_active.data,
        "is_test": form.channel_test.data, "poll_seconds": form.channel_poll.data if form.channel_poll else None,
    }  # fmt: skip


@blueprint.route("/channels/<int:channel_id>", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def channel_show(channel_id: int) -> Response:
    return _show(channel_id)


def _show(channel_id: int, steps: Any = None) -> Response:
    row = channel_of(actor(), channel_id)
    transport = _transport(row.transport)
    form = channel_form(
        transport, row.settings, known_secrets(actor(), channel_id), channel_name=row.name,
        channel_test=row.is_test, channel_active=row.is_active, channel_poll=row.poll_seconds,
    )  # fmt: skip
    if steps is None and form.validate_on_submit():
        with form.catching():
            keep_channel(actor(), channel_id, row.transport, _head(form, row.partner_id), form.settings())
            tell(_("The channel is kept. Try it now."))
            return _go("exchange.channel_show", channel_id=channel_id)
    return render_page(
        "exchange/channel_edit.html",
        form=form,
        row=row,
        found=partner_of(actor(), row.partner_id) if row.partner_id else None,
        transport=transport,
        address=_address(row.transport, row.key) if transport.accept else "",
        steps=steps,
        last_error=words.said(row.last_error),
        state=channel_state(actor(), channel_id),
        key_facts=channel_facts(actor(), channel_id),
        status=form.status if steps is None else 200,
    )


def _transport(code: str) -> Transport:
    if code not in TRANSPORTS:
        raise NotFound
    return TRANSPORTS[code]


def _address(transport: str, key: str) -> str:
    """Where partners call."""
    if transport == "as2":
        return url_for("exchange.as2", _external=True)
    return url_for("exchange.edi", key=key, _external=True)


@blueprint.post("/channels/<int:channel_id>/test")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def channel_test(channel_id: int) -> Response:
    """Nothing is sent and nothing is taken; every step is told."""
    return _show(channel_id, try_channel(actor(), channel_id))
