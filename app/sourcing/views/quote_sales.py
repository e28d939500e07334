"""What sales does about a quote beside its prices: take, ask, release, decline, extend, reopen, replace, give on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Response, request

from app.core import clock
from app.core.actor import Scope
from app.core.errors import Invalid
from app.sourcing.domain.quote import LineAsk
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_lists import lost_reasons
from app.sourcing.queries.quotes import quote, quote_id_of
from app.sourcing.service.quote_decisions import set_multi_use
from app.sourcing.service.quote_offers import (
    add_line,
    assign,
    extend,
    release,
    reopen,
    request_release,
    return_offer,
    send_offer,
    supersede,
    take,
)
from app.sourcing.service.quote_talk import ask_info
from app.sourcing.service.quotes import decline_seller
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.asked import entered_rows, understood
from app.sourcing.views.quote_pages import attempt
from app.sourcing.views.quote_words import entered_moment, shown_version, words
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.texts import _, say

_YEAR = 365


@blueprint.post("/sales/quotes/<number:number>/take")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_take(number: str) -> Response:
    """On to the prices; the buyer can no longer change the request."""
    answer = attempt(number, lambda: take(actor(), quote_id_of(actor(), number), row_version=shown_version()))
    return go("sourcing.sales_quote_offer", number=number) if answer.status_code == 303 else answer


@blueprint.post("/sales/quotes/<number:number>/ask")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_ask(number: str) -> Response:
    return attempt(
        number,
        lambda: ask_info(actor(), quote_id_of(actor(), number), words(), row_version=shown_version()),
        _("The question is sent to the buyer."),
    )


@blueprint.post("/sales/quotes/<number:number>/send")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_send(number: str) -> Response:
    return attempt(
        number,
        lambda: send_offer(actor(), quote_id_of(actor(), number), row_version=shown_version()),
        _("The offer is sent."),
    )


@blueprint.post("/sales/quotes/<number:number>/release/ask")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_release_ask(number: str) -> Response:
    return attempt(
        number,
        lambda: request_release(
            actor(), quote_id_of(actor(), number), words("comment"), row_version=shown_version()
        ),
        _("The release is asked for."),
    )  # fmt: skip


@blueprint.post("/sales/quotes/<number:number>/release")
@requires(Permission.RELEASE, scope=Scope.OPERATOR)
def sales_quote_release(number: str) -> Response:
    """Release the prices, or give them back with a comment."""
    is_released = request.form.get("decision") == "release"
    decide = release if is_released else return_offer
    return attempt(
        number,
        lambda: decide(actor(), quote_id_of(actor(), number), words("comment"), row_version=shown_version()),
        _("The prices are released.") if is_released else _("The offer is given back."),
    )


@blueprint.post("/sales/quotes/<number:number>/decline")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_decline(number: str) -> Response:
    reason = request.form.get("reason_code", "")
    return attempt(
        number,
        lambda: decline_seller(
            actor(), quote_id_of(actor(), number), reason_code=reason, reason=words("reason"),
            row_version=shown_version(),
        ),
        _("The request is declined."),
    )  # fmt: skip


@blueprint.post("/sales/quotes/<number:number>/extend")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_extend(number: str) -> Response:
    def act() -> None:
        until = entered_moment("valid_until")
        if until is None:
            raise Invalid("valid_until", say(_("Give a day and a time.")))
        extend(actor(), quote_id_of(actor(), number), until, row_version=shown_version())

    return attempt(number, act, _("The offer holds longer now."))


@blueprint.post("/sales/quotes/<number:number>/reopen")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_reopen(number: str) -> Response:
    return attempt(
        number,
        lambda: reopen(actor(), quote_id_of(actor(), number), row_version=shown_version()),
        _("The quote is open again. Send a new version."),
    )


@blueprint.post("/sales/quotes/<number:number>/replace")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_replace(number: str) -> Response:
    successor = request.form.get("successor", "").strip()[:20]
    return attempt(
        number,
        lambda: supersede(actor(), quote_id_of(actor(), number), successor, row_version=shown_version()),
        _("The quote is replaced."),
    )


@blueprint.post("/sales/quotes/<number:number>/assign")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_assign(number: str) -> Response:
    person = request.form.get("person", "")
    return attempt(
        number,
        lambda: assign(
            actor(), quote_id_of(actor(), number), int(person) if person.isdecimal() else 0,
            row_version=shown_version(),
        ),
        _("The quote has another salesperson."),
    )  # fmt: skip


@blueprint.post("/sales/quotes/<number:number>/orders")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_multi(number: str) -> Response:
    """Whether it may be ordered from more than once."""
    is_multi = request.form.get("multi") == "1"
    return attempt(
        number,
        lambda: set_multi_use(actor(), quote_id_of(actor(), number), is_multi, row_version=shown_version()),
        _("It may be ordered more than once.") if is_multi else _("It may be ordered once."),
    )


@blueprint.post("/sales/quotes/<number:number>/lines")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def sales_quote_line(number: str) -> Response:
    """A line that the buyer has not asked for."""
    found = quote(actor(), number)
    row = next(iter(entered_rows()), None)
    lines, shown = understood([row], found.company_id) if row else ([], [])

    def act() -> None:
        if not lines:
            raise Invalid("code", shown[0].problem if shown else say(_("Say what you need.")))
        asked: LineAsk = lines[0]
        add_line(actor(), found.id, asked, row_version=shown_version())

    answer = attempt(number, act, _("The line is added."))
    return go("sourcing.sales_quote_offer", number=number) if answer.status_code == 303 else answer


@blueprint.get("/sales/quotes/lost")
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def lost_quotes() -> Response:
    """Why quotes were lost, and for how much, in a period of whole days."""
    today = clock.now().astimezone(ZoneInfo(actor().time_zone)).date()
    first = _day("since") or today - timedelta(days=_YEAR)
    last = _day("until") or today
    zone = ZoneInfo(actor().time_zone)
    rows = lost_reasons(
        actor(), datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)
    )
    return render_page("sourcing/quotes_lost.html", rows=rows, since=first, until=last)


def _day(field: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(field, ""))
    except ValueError:
        return None
