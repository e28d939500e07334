"""What a buyer does about a quote: send, take back, answer, accept, make a counter-offer, decline, withdraw."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from flask import Response, request

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.sourcing.domain.quote import CounterLine
from app.sourcing.policy import Permission
from app.sourcing.queries.quotes import QuotePage, quote, quote_id_of
from app.sourcing.service.quote_decisions import accept, counter
from app.sourcing.service.quote_talk import answer_info
from app.sourcing.service.quotes import decline_buyer, recall, submit, withdraw
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.quote_pages import attempt
from app.sourcing.views.quote_words import shown_version, words
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language, say

_COUNTER_PARTS = ("price", "quantity", "text")


@blueprint.post("/quotes/<number:number>/send")
@requires(Permission.ASK, scope=Scope.TENANT)
def quote_send(number: str) -> Response:
    return attempt(
        number,
        lambda: submit(actor(), quote_id_of(actor(), number), row_version=shown_version()),
        _("The request is sent. You are told when it is answered."),
    )


@blueprint.post("/quotes/<number:number>/recall")
@requires(Permission.ASK, scope=Scope.TENANT)
def quote_recall(number: str) -> Response:
    return attempt(
        number,
        lambda: recall(actor(), quote_id_of(actor(), number), row_version=shown_version()),
        _("The request is a draft again."),
    )


@blueprint.post("/quotes/<number:number>/answer")
@requires(Permission.ASK, scope=Scope.TENANT)
def quote_answer(number: str) -> Response:
    return attempt(
        number,
        lambda: answer_info(actor(), quote_id_of(actor(), number), words(), row_version=shown_version()),
        _("Your answer is sent."),
    )


@blueprint.post("/quotes/<number:number>/withdraw")
@requires(Permission.ASK, scope=Scope.TENANT)
def quote_withdraw(number: str) -> Response:
    reason = request.form.get("reason_code", "")
    return attempt(
        number,
        lambda: withdraw(
            actor(), quote_id_of(actor(), number), reason_code=reason, reason=words("reason"),
            row_version=shown_version(),
        ),
        _("The request is withdrawn."),
    )  # fmt: skip


@blueprint.post("/quotes/<number:number>/decline")
@requires(Permission.ASK, scope=Scope.TENANT)
def quote_decline(number: str) -> Response:
    reason = request.form.get("reason_code", "")
    return attempt(
        number,
        lambda: decline_buyer(
            actor(), quote_id_of(actor(), number), reason_code=reason, reason=words("reason"),
            row_version=shown_version(),
        ),
        _("The offer is declined."),
    )  # fmt: skip


@blueprint.post("/quotes/<number:number>/accept")
@requires(Permission.ACCEPT, scope=Scope.TENANT)
def quote_accept(number: str) -> Response:
    """All main offers as they stand, or the offers chosen with their quantities."""
    found = quote(actor(), number)
    return attempt(
        number,
        lambda: accept(
            actor(), found.id, {} if "all" in request.form else chosen_offers(found), row_version=shown_version(),
            client_ref=request.form.get("client_ref", "")[:36],
        ),
        _("The offer is accepted. Its prices are fixed now."),
    )  # fmt: skip


@blueprint.route("/quotes/<number:number>/counter", methods=["GET", "POST"])
@requires(Permission.ASK, scope=Scope.TENANT)
def quote_counter(number: str) -> Response:
    """Another price, quantity or words for each line."""
    found = quote(actor(), number)
    if "counter" not in found.possible and request.method == "GET":
        tell(_("A counter-offer cannot be made now."), "warn")
        return go("sourcing.quote_show", number=number)
    refused, status = "", 200
    if request.method == "POST":
        try:
            lines = [_counter_line(line.id, line.position) for line in found.lines]
            lines = [line for line in lines if not line.is_empty]
            counter(actor(), found.id, lines, words("message"), row_version=shown_version())
            tell(_("The counter-offer is sent."))
            return go("sourcing.quote_show", number=number)
        except (Invalid, Conflict) as error:
            refused, status = say(error.message), error.status
    return render_page(
        "sourcing/quote_counter.html",
        quote=found,
        version=found.shown,
        refused=refused,
        entered=request.form,
        row_version=shown_version() if refused else found.row_version,
        status=status,
    )


def chosen_offers(found: QuotePage) -> Mapping[int, tuple[int, Decimal]]:
    """Offer and quantity of each line that is not left out."""
    chosen: dict[int, tuple[int, Decimal]] = {}
    for line in found.lines:
        offer = request.form.get(f"offer-{line.id}", "")
        if offer.isdecimal():
            chosen[line.id] = (int(offer), _quantity(line.id, int(offer), line.position))
    if not chosen:
        raise Invalid("offer", say(_("Choose at least one line.")))
    return chosen


def _quantity(line_id: int, offer_id: int, position: int) -> Decimal:
    text = request.form.get(f"quantity-{line_id}-{offer_id}", "")
    try:
        return parse_decimal(text, language())
    except ValueError:
        raise Invalid("quantity", _wrong(position, text)) from None


def _counter_line(line_id: int, position: int) -> CounterLine:
    price, quantity, text = (request.form.get(f"{part}-{line_id}", "").strip() for part in _COUNTER_PARTS)
    return CounterLine(line_id, _optional(price, position), _optional(quantity, position), text[:500])


def _optional(text: str, position: int) -> Decimal | None:
    if not text:
        return None
    try:
        return parse_decimal(text, language())
    except ValueError:
        raise Invalid("lines", _wrong(position, text)) from None


def _wrong(position: int, text: str) -> str:
    return say(_("Line {line}: “{given}” is not a number.", line=position, given=text))
