"""Ordering again: a whole order or some of its lines, and everything bought before."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from decimal import Decimal

from flask import Response, request, url_for

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.ordering.domain.cart import WantedLine
from app.ordering.policy import Permission
from app.ordering.queries.orders import OrderPage
from app.ordering.queries.orders import order as find_order
from app.ordering.queries.reorder import SORTS, BoughtFilters, bought, compared, lines_again, old_lines
from app.ordering.service.cart import MAX_LINES, Added, add_lines, remove_lines
from app.ordering.service.filling import add_to_new_cart, fill_cart
from app.ordering.views import blueprint
from app.ordering.views.answers import go, go_to
from app.ordering.views.panels import cart_of_request, forget_cart
from app.web.access import actor, requires, safe_next
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of, sort_from_request
from app.web.texts import _, language, ngettext, say

LINES_SHOWN = 1000
WINDOWS = (90, 365, 0)
_PARTS = 5_000  # fields of a page of a thousand lines; Flask's own limit is 1,000
_NUMBER = re.compile(r"\d{1,18}")


@blueprint.url_value_preprocessor
def _allow_many_fields(endpoint: str | None, _values: object) -> None:
    if endpoint in {"ordering.reorder_add", "ordering.reorder_lines"}:
        request.max_form_parts = _PARTS


@blueprint.get("/bought")
@requires(Permission.READ, scope=Scope.TENANT)
def bought_before() -> Response:
    sort = sort_from_request(SORTS, "-last")
    days = request.args.get("days", 0, int)
    filters = BoughtFilters(
        request.args.get("q", "").strip()[:60], days if days in WINDOWS else 0, sort.column, sort.is_descending,
        (actor().user_id or 0) if request.args.get("by") == "me" else 0,
    )  # fmt: skip
    keyset = keyset_from_request(parts=(str, int))
    rows = bought(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "ordering/bought.html",
        page=page_of(rows, keyset, key=lambda row: (row.key, row.article_id)),
        filters=filters,
        sort=sort,
        windows=[(str(n) if n else "", _("{n} days", n=n) if n else _("ever")) for n in WINDOWS],
        may_fill=actor().can(Permission.FILL_CART),
        client_ref=str(uuid.uuid4()),
    )


@blueprint.post("/reorder/add")
@requires(Permission.FILL_CART)
def reorder_add() -> Response:
    """Ticked articles of a list (`pick`), each with its quantity and unit, into the cart."""
    back = safe_next(request.form.get("next", "")) or url_for("ordering.bought_before")
    try:
        wanted = [_wanted(text) for text in dict.fromkeys(request.form.getlist("pick"))]
        return _into_cart(wanted, str(_("Ordered again")), back)
    except (Invalid, Conflict) as error:
        _tell_refused(error)
        return go_to(back)


@blueprint.get("/orders/<number:number>/reorder")
@requires(Permission.FILL_CART, scope=Scope.TENANT)
def reorder(number: str) -> Response:
    """The lines of an order as they were, and as they would be today."""
    return _shown(find_order(actor(), number), {})


@blueprint.post("/orders/<number:number>/reorder")
@requires(Permission.FILL_CART, scope=Scope.TENANT)
def reorder_lines(number: str) -> Response:
    """All lines that can be ordered (`all`), or the ticked ones (`pick`) with the quantities entered."""
    order = find_order(actor(), number)
    entered: dict[int, Decimal] = {}
    try:
        back = url_for("ordering.reorder", number=number)
        if "all" in request.form:
            return _into_cart(lines_again(actor(), order.id), number, back, is_partly=True)
        picked = [_demand_number(text) for text in request.form.getlist("pick")]
        entered = {place: _quantity(f"quantity-{place}") for place in picked}
        lines = old_lines(
            actor(), order.id, limit=MAX_LINES, currency=order.currency, entered=entered, positions=picked
        )
        wanted = [
            WantedLine(line.today.article.id, line.today.quantity, line.unit)
            for line in lines
            if line.today is not None
        ]
        return _into_cart(wanted, number, back)
    except (Invalid, Conflict) as error:
        _tell_refused(error)
        return _shown(order, entered, status=error.status)


def _shown(order: OrderPage, entered: dict[int, Decimal], status: int = 200) -> Response:
    after = request.args.get("after_line", 0, int)
    rows = old_lines(
        actor(), order.id, after=after, limit=LINES_SHOWN + 1, currency=order.currency, entered=entered
    )  # fmt: skip
    shown = rows[:LINES_SHOWN]
    return render_page(
        "ordering/reorder.html",
        status=status,
        order=order,
        rows=shown,
        following=shown[-1].position if len(rows) > LINES_SHOWN else None,
        troubled=sum(1 for line in shown if line.today is None or not line.today.is_fine),
        dearer=sum(1 for line in shown if (line.change or 0) > 0),
        cheaper=sum(1 for line in shown if (line.change or 0) < 0),
        compared=compared(shown, order.currency),
        entered=entered,
        client_ref=str(uuid.uuid4()),
        cart=cart_of_request(),
    )


def _into_cart(wanted: Sequence[WantedLine], name: str, back: str, *, is_partly: bool = False) -> Response:
    """Into the active cart, or into a `new` one of this name; `fresh` empties the active one first (one undo brings the
    old lines back). `is_partly`: what cannot be ordered is left out and told, instead of refusing all.
    """
    if not wanted:
        raise Invalid("lines", say(_("Tick what you want to order.")))
    client_ref, into, page = request.form.get("client_ref", "")[:70], request.form.get("into"), back.partition("?")[0]
    new = name if into == "new" else ""
    head = cart_of_request() if into == "fresh" else None
    gone = remove_lines(actor(), head.id, None, page=page) if head is not None and head.line_count else None
    try:
        if is_partly:
            filled = fill_cart(actor(), wanted, client_ref=client_ref, new_cart_name=new, page=page)
            answer = _told(filled.added, filled.count, back)
            if filled.left_out:
                tell(ngettext("{n} line was left out.", "{n} lines were left out.", filled.left_out), "warn")
        elif new:
            answer = _told(add_to_new_cart(actor(), new, wanted, client_ref=client_ref, page=page), len(wanted), back)
        else:
            answer = _told(add_lines(actor(), None, wanted, client_ref=client_ref, page=page), len(wanted), back)
    except (Invalid, Conflict):
        if gone is not None and head is not None:
            tell(_("Nothing was added."), undo=url_for("ordering.undo", cart_id=head.id, change_id=gone.change_id))
        raise
    if gone is not None and head is not None:
        emptied = ngettext("{n} line was taken out.", "{n} lines were taken out.", gone.count)
        tell(emptied, "info", undo=url_for("ordering.undo", cart_id=head.id, change_id=gone.change_id))
    return answer


def _told(added: Added, count: int, back: str) -> Response:
    forget_cart()
    text = ngettext("{n} line is in the cart.", "{n} lines are in the cart.", count)
    if added.grown:
        more = ngettext("{n} was there already and has grown.", "{n} were there already and have grown.", added.grown)
        text = _("{first} {second}", first=text, second=more)
    tell(text)
    return go_to(back) if request.form.get("stay") else go("ordering.cart")


def _tell_refused(error: Invalid | Conflict) -> None:
    tell(error.message, "bad")
    details = error.details if isinstance(error, Invalid) else None
    for _index, problem in (details or ())[:3]:
        if problem.message != error.message:
            tell(problem.message, "bad")


def _wanted(text: str) -> WantedLine:
    article_id = _demand_number(text)
    return WantedLine(article_id, _quantity(f"quantity-{text}"), request.form.get(f"unit-{text}", "")[:3])


def _demand_number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or not text.isascii():
        raise NotFound
    return int(text)


def _quantity(name: str) -> Decimal:
    text = request.form.get(name, "")
    try:
        return parse_decimal(text, language())
    except (ArithmeticError, ValueError):
        raise Invalid("quantity", say(_("“{given}” is not a number.", given=text))) from None
