"""Onto a list: an article, ticked articles, a cart or an order; the list is chosen or made on the way."""

from __future__ import annotations

import uuid
from decimal import Decimal, InvalidOperation

from flask import Response, request

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.ordering.domain.cart import WantedLine
from app.ordering.policy import Permission
from app.ordering.queries.reorder import at_today
from app.ordering.queries.requisition_lists import editable_lists, list_head
from app.ordering.queries.requisition_orders import articles_wanted, cart_lines_wanted, order_lines_wanted
from app.ordering.service.requisition_lines import put_lines
from app.ordering.service.requisition_lists import create_list
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.texts import unit_choices
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language, ngettext, say

MOST_ARTICLES = 200


@blueprint.route("/lists/put", methods=["GET", "POST"])
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_put() -> Response:
    """Choose the list for what is named (`a` articles, `cart`, `order`, rows ticked with `pick`), then put it there."""
    lines = _lines()
    if not lines:
        raise NotFound(say(_("There is nothing to put on a list.")))
    if request.method == "GET" or "pick" in request.form:
        return _shown(lines)
    try:
        if len(lines) == 1:
            lines = [_entered(lines[0])]
        client_ref = request.form.get("client_ref", "")[:60]
        list_id = _target(client_ref)
        put = put_lines(actor(), list_id, lines, client_ref=f"{client_ref}:put")
    except (Invalid, Conflict) as error:
        return _shown(lines, say(error.message), error.status)
    name = list_head(actor(), list_id).name
    count = put.new + put.grown
    tell(ngettext("{n} line is on “{name}” now.", "{n} lines are on “{name}” now.", count, name=name))
    if put.grown:
        tell(
            ngettext("{n} was there already and has grown.", "{n} were there already and have grown.", put.grown),
            "info",
        )
    for _place, problem in put.refused[:3]:
        tell(problem.message, "warn")
    return go("ordering.list_show", list_id=list_id)


def _lines() -> list[WantedLine]:
    if "cart" in request.values:
        return cart_lines_wanted(actor(), _number(request.values["cart"]))
    if "order" in request.values:
        return order_lines_wanted(actor(), request.values["order"][:40])
    if "pick" in request.form:
        return [_ticked(text) for text in dict.fromkeys(request.form.getlist("pick"))]
    if "line" in request.form:
        return [_line(text) for text in request.form.getlist("line")]
    return articles_wanted(actor(), [_number(text) for text in request.values.getlist("a")[:MOST_ARTICLES]])


def _ticked(text: str) -> WantedLine:
    """A ticked row of a list of articles, with the quantity beside it."""
    article_id = _number(text)
    try:
        quantity = parse_decimal(request.form.get(f"quantity-{text}", ""), language())
    except (ArithmeticError, ValueError):
        quantity = Decimal(1)
    return WantedLine(article_id, quantity, request.form.get(f"unit-{text}", "")[:3])


def _line(text: str) -> WantedLine:
    """A row that this page carries."""
    article, quantity, unit = [*text.split(":"), "", ""][:3]
    try:
        value = Decimal(quantity)
    except InvalidOperation:
        raise NotFound from None
    if not value.is_finite():
        raise NotFound
    return WantedLine(_number(article), value, unit[:3])


def _entered(line: WantedLine) -> WantedLine:
    """One line with the quantity, unit and note of the form."""
    text = request.form.get("quantity", "")
    try:
        quantity = parse_decimal(text, language()) if text else line.quantity
    except (ArithmeticError, ValueError):
        raise Invalid("quantity", say(_("“{given}” is not a number.", given=text))) from None
    return WantedLine(
        line.article_id, quantity, request.form.get("unit", line.unit)[:3], request.form.get("note", line.note).strip()
    )


def _target(client_ref: str) -> int:
    """The list chosen, or a new one."""
    chosen = request.form.get("list", "")
    if chosen == "new":
        return create_list(actor(), request.form.get("name", ""), client_ref=client_ref or str(uuid.uuid4()))
    if not chosen:
        raise Invalid("list", say(_("Choose a list.")))
    return _number(chosen)


def _shown(lines: list[WantedLine], refused: str = "", status: int = 200) -> Response:
    one = at_today(actor(), lines)[0] if len(lines) == 1 else None
    return render_page(
        "ordering/list_put.html",
        status=status,
        lines=lines,
        one=one,
        units=unit_choices(one.article) if one else [],
        quantity=request.form.get("quantity") or lines[0].quantity,
        choices=editable_lists(actor()),
        chosen=request.form.get("list", ""),
        name=request.form.get("name", ""),
        source=_source(lines),
        refused=refused,
        client_ref=request.form.get("client_ref") or str(uuid.uuid4()),
    )


def _source(lines: list[WantedLine]) -> list[tuple[str, str]]:
    """What the form carries, to find the same lines again."""
    if "pick" in request.form or "line" in request.form:
        return [("line", f"{line.article_id}:{line.quantity:f}:{line.unit}") for line in lines]
    return [(key, value) for key in ("cart", "order", "a") for value in request.values.getlist(key)]


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound
    return int(text)
