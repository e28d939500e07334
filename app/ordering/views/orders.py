"""Orders of an account, and for the operator those of all."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, request, url_for

from app.core.actor import Scope
from app.ordering.domain.lifecycle import OrderState
from app.ordering.policy import Permission
from app.ordering.queries.deliveries import order_deliveries
from app.ordering.queries.order_changes import desk_count
from app.ordering.queries.orders import ASKED, OrderFilters, OrderPage, order_history, order_lines
from app.ordering.queries.orders import order as find_order
from app.ordering.queries.orders import orders as find_orders
from app.ordering.views import blueprint
from app.ordering.views.order_changes import aftermath
from app.ordering.views.texts import happening, line_chip, state_chip
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

LINES_SHOWN = 200


@blueprint.get("/orders")
@requires(Permission.READ, scope=Scope.TENANT)
def orders() -> Response:
    return _list(is_sales=False)


@blueprint.get("/sales/orders")
@requires(Permission.READ_ALL, scope=Scope.OPERATOR)
def sales_orders() -> Response:
    return _list(is_sales=True)


@blueprint.get("/orders/<number:number>")
@requires(Permission.READ, scope=Scope.TENANT)
def order(number: str) -> Response:
    return _show(find_order(actor(), number), url_for("ordering.orders"))


@blueprint.get("/sales/orders/<account>/<number:number>")
@requires(Permission.READ_ALL, scope=Scope.OPERATOR)
def sales_order(account: str, number: str) -> Response:
    return _show(find_order(actor(), number, account=account), url_for("ordering.sales_orders"))


def _list(*, is_sales: bool) -> Response:
    filters = _filters()
    keyset = keyset_from_request(size=50)
    rows = find_orders(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "ordering/orders_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.placed_at, row.id)),
        filters=filters,
        is_filtered=filters != OrderFilters(),
        states=[
            ("", _("All")),
            *((str(state), state_chip(state)[1]) for state in OrderState),
            (ASKED, _("Lines wait for the buyer")),
        ],
        is_sales=is_sales,
        chip_of=state_chip,
        desk_count=desk_count(actor()) if is_sales and actor().can(Permission.CONFIRM) else None,
        may_set_rules=is_sales and actor().can(Permission.CHANGE_RULES),
        here=url_for("ordering.sales_orders" if is_sales else "ordering.orders"),
    )


def _filters() -> OrderFilters:
    state = request.args.get("state", "")
    return OrderFilters(
        text=request.args.get("q", "").strip()[:60],
        state=state if state in {ASKED, *map(str, OrderState)} else "",
        since=_day(request.args.get("since")),
        until=_day(request.args.get("until")),
        account=request.args.get("account", "").strip()[:60],
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _note(changes: dict[str, Any], order: OrderPage) -> str:
    """The document an entry is about; the order itself needs no naming."""
    number = str(changes.get("number", ""))
    return "" if number == order.number else number


def _show(found: OrderPage, back: str) -> Response:
    keyset = keyset_from_request(size=LINES_SHOWN)
    rows = order_lines(actor(), found.id, after=keyset.after, before=keyset.before, limit=keyset.limit)
    events: list[dict[str, Any]] = [
        {
            "at": entry.at,
            "what": happening(entry.action),
            "who": entry.who,
            "note": _note(entry.changes, found),
        }
        for entry in order_history(actor(), found.id)
    ]
    return render_page(
        "ordering/order_show.html",
        order=found,
        lines=page_of(rows, keyset, key=lambda row: (row.position,)),
        events=events[::-1],
        deliveries=order_deliveries(actor(), found.id),
        state=state_chip(found.state),
        back=back,
        may_reorder=actor().can(Permission.FILL_CART) and not actor().is_operator,
        is_sales=actor().is_operator,
        line_state=line_chip,
        **aftermath(found),
    )
