"""What an open cart page asks every few seconds: has anything changed, who else is here, which rows look different."""

from __future__ import annotations

from flask import Response, jsonify, request

from app.ordering.domain.sharing import Right
from app.ordering.policy import Permission
from app.ordering.queries.cart import cart_head
from app.ordering.queries.cart_sums import lines_now
from app.ordering.queries.carts import changes_since
from app.ordering.service.cart_visits import pulse
from app.ordering.views import blueprint
from app.ordering.views.cart import changed_part, number
from app.web.access import actor, requires

MOST = 200  # so many changed rows at most are swapped; beyond, the page is opened anew


@blueprint.get("/carts/<int:cart_id>/pulse")
@requires(Permission.FILL_CART)
def cart_pulse(cart_id: int) -> Response:
    found = pulse(actor(), cart_head(actor(), cart_id))
    answer = jsonify(version=found.version, state=found.state, others=found.others)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/carts/<int:cart_id>/changes")
@requires(Permission.FILL_CART)
def cart_changes(cart_id: int) -> Response:
    """Rows that changed since the version a page shows, and the sums; 205 where opening it anew is less work.

    `appends`: the page ends with the cart's last line, so that new ones belong below it.
    """
    head = cart_head(actor(), cart_id)
    found = changes_since(actor(), head, number(request.args.get("since", "")))
    if not head.is_open or len(found.touched) + len(found.added) + len(found.gone) > MOST:
        return Response(status=205)
    edit = lines_now(actor(), head, (*found.touched, *found.added))
    added = found.added if request.args.get("appends") else ()
    hidden = set(found.added) - set(added)
    rows = [row for row in edit.rows if row.line_id not in hidden]
    answer = changed_part(edit, rows, gone=found.gone, added=added, may_edit=head.right.covers(Right.EDIT))
    answer.headers["X-Cart-Version"] = str(head.version)
    answer.headers["Cache-Control"] = "no-store"
    return answer
