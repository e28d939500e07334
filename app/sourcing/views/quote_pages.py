"""The page of one quote, for the buyer and for sales, its versions, its talk and its files."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Response, request, send_file, url_for

from app.core import storage
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.texts import Message
from app.sourcing.domain.quote_machine import DECLINE_REASONS, ENDS, LOST_REASONS, WITHDRAW_REASONS
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_numbers import number_of
from app.sourcing.queries.quote_rules import quote_rules, sellers
from app.sourcing.queries.quote_versions import version_diff
from app.sourcing.queries.quotes import quote, quote_file, quote_id_of
from app.sourcing.service.quote_talk import detach, post_message
from app.sourcing.service.quotes import copy
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.quote_requests import attach_files
from app.sourcing.views.quote_words import local, options, tone_of, words
from app.web import filters
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, ngettext, say

_READ = (Permission.READ_QUOTES, Permission.ASK, Permission.ANSWER, Permission.RELEASE)
_WRITE = (Permission.ASK, Permission.ANSWER)


@blueprint.get("/quotes/<number:number>")
@requires(Permission.READ_QUOTES, scope=Scope.TENANT)
def quote_show(number: str) -> Response:
    return page(number)


@blueprint.get("/sales/quotes/<number:number>")
@requires(Permission.ANSWER, Permission.RELEASE, scope=Scope.OPERATOR)
def sales_quote(number: str) -> Response:
    return page(number)


def page(number: str, *, status: int = 200) -> Response:
    """The page for the side of the actor; what was entered and refused is kept by the fields."""
    found, is_sales = quote(actor(), number), actor().is_operator
    return render_page(
        "sourcing/quote_show.html",
        status=status,
        quote=found,
        version=(found.working or found.shown) if is_sales else found.shown,
        is_sales=is_sales,
        here="sourcing.sales_quote" if is_sales else "sourcing.quote_show",
        index="sourcing.sales_quotes" if is_sales else "sourcing.quotes",
        chip=(tone_of(found.state, is_sales=is_sales), say(found.label)),
        has_ended=found.state in ENDS,
        lost_reasons=options(LOST_REASONS),
        withdraw_reasons=options(WITHDRAW_REASONS),
        decline_reasons=options(DECLINE_REASONS),
        rules=quote_rules(actor()),
        sellers=sellers(actor()) if is_sales and "assign" in found.possible else (),
        may_write=any(actor().can(permission) for permission in _WRITE),
        client_ref=str(uuid.uuid4()),
        valid_until=local(found.valid_until),
        entered=request.form,
    )


def attempt(number: str, act: Callable[[], Any], told: Message | str = "", *, part: str = "") -> Response:
    """Do something about a quote and return to its page, which says what came of it."""
    try:
        act()
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
        return page(number, status=error.status)
    if told:
        tell(told)
    return go("sourcing.sales_quote" if actor().is_operator else "sourcing.quote_show", number=number, part=part)


@blueprint.get("/quotes/<number:number>/versions")
@requires(*_READ)
def quote_versions(number: str) -> Response:
    """Two sent versions side by side, the last two unless others are asked for."""
    found, is_sales = quote(actor(), number), actor().is_operator
    numbers = [version.number for version in found.versions]
    chosen = [request.args.get(name, 0, int) for name in ("a", "b")]
    if not all(one in numbers for one in chosen):
        chosen = numbers[-2:] if len(numbers) > 1 else []
    return render_page(
        "sourcing/quote_versions.html",
        quote=found,
        versions=found.versions,
        chosen=chosen,
        rows=version_diff(actor(), number, *chosen) if chosen else (),
        shown_value=_shown_value,
        back=url_for("sourcing.sales_quote" if is_sales else "sourcing.quote_show", number=number),
        index=url_for("sourcing.sales_quotes" if is_sales else "sourcing.quotes"),
    )


@blueprint.post("/quotes/<number:number>/copy")
@requires(*_WRITE)
def quote_copy(number: str) -> Response:
    """The same lines as a new request."""
    client_ref = request.form.get("client_ref", "")[:36] or str(uuid.uuid4())
    made = copy(actor(), quote_id_of(actor(), number), client_ref=client_ref)
    tell(_("The lines are copied. Look them over."))
    endpoint = "sourcing.sales_quote" if actor().is_operator else "sourcing.quote_show"
    return go(endpoint, number=number_of(actor(), made))


@blueprint.post("/quotes/<number:number>/messages")
@requires(*_WRITE)
def quote_message(number: str) -> Response:
    line = request.form.get("line", "")
    return attempt(
        number,
        lambda: post_message(
            actor(),
            quote_id_of(actor(), number),
            words(),
            line_id=int(line) if line.isdecimal() else None,
            is_internal=actor().is_operator and "internal" in request.form,
        ),
        part="talk",
    )


@blueprint.post("/quotes/<number:number>/files")
@requires(*_WRITE)
def quote_files(number: str) -> Response:
    found = quote(actor(), number)
    taken = attach_files(found.id, is_internal=actor().is_operator and "internal" in request.form)
    if taken:
        tell(ngettext("{n} file is added.", "{n} files are added.", taken))
    return go("sourcing.sales_quote" if actor().is_operator else "sourcing.quote_show", number=number, part="files")


@blueprint.get("/quotes/<number:number>/files/<int:file_id>")
@requires(*_READ)
def quote_file_get(number: str, file_id: int) -> Response:
    file = quote_file(actor(), number, file_id)
    response = send_file(
        storage.open_file(file), mimetype="application/octet-stream", as_attachment=True, download_name=file.name
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@blueprint.post("/quotes/<number:number>/files/<int:file_id>/remove")
@requires(*_WRITE)
def quote_file_remove(number: str, file_id: int) -> Response:
    return attempt(
        number, lambda: detach(actor(), quote_id_of(actor(), number), file_id), _("The file is removed."), part="files"
    )


def _shown_value(value: Any, kind: str, currency: str) -> Any:
    """One side of a difference, as its kind is shown."""
    if kind and isinstance(value, Decimal):
        return filters.money(value, currency) if kind == "amount" else filters.price(value)
    if isinstance(value, Message):
        return say(value)
    if isinstance(value, datetime):
        return filters.moment(value)
    return filters.quantity(value) if isinstance(value, Decimal) else value or filters.DASH
