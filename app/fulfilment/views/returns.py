"""Returns: the list, asking for one, its page, its slip, and the panel on the page of a shipment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from app.accounts.queries.companies import operator_party
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import Message
from app.documents.paper.barcode import code_128
from app.fulfilment.domain.returned import OUTCOMES, REASONS, RETURN, Asked
from app.fulfilment.forms.cases import CaseForm, ReturnForm
from app.fulfilment.policy import Permission
from app.fulfilment.queries.returns import (
    ReturnFilter,
    return_counts,
    return_id_of,
    return_number,
    return_page,
    returnable,
    returns_of_shipment,
    returns_page,
    shipment_id_of,
)
from app.fulfilment.queries.shipments import ShipmentFilters
from app.fulfilment.queries.shipments import shipments as find_shipments
from app.fulfilment.service.cases import sides_of
from app.fulfilment.service.returns import ask_return
from app.fulfilment.views import blueprint
from app.fulfilment.views.case_entries import attach_files, entered, options, radio, told, words_of
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot
from app.web.texts import _, say

nav_entry(
    49, "fulfilment.returns", _("Returns and claims"), Permission.READ, "undo", group="more", scope=Scope.TENANT,
    under=("/claims",),
)  # fmt: skip
nav_entry(
    32, "fulfilment.returns", _("Returns and claims"), Permission.READ, "undo", group="more", scope=Scope.OPERATOR,
    under=("/claims",),
)  # fmt: skip

_SALES_TURN = ("requested", "inspected")
_STORE_TURN = ("authorised", "received")


@blueprint.get("/returns")
@requires(Permission.READ)
def returns() -> Response:
    counts, show = return_counts(actor()), request.args.get("show", "")
    views: dict[str, tuple[str, tuple[str, ...]]] = {"": (_("Open"), RETURN.open_states), "all": (_("All"), ())}
    if actor().is_operator:
        views |= {
            "decide": (_("To decide"), _SALES_TURN),
            "goods": (_("Goods"), _STORE_TURN),
        }
    show = show if show in views else ""
    text, keyset = request.args.get("q", "").strip()[:60], keyset_from_request(parts=(int,))
    rows = returns_page(
        actor(), ReturnFilter(views[show][1], text), after=_key(keyset.after), before=_key(keyset.before),
        limit=keyset.limit,
    )  # fmt: skip
    return render_page(
        "fulfilment/returns_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        views=[
            (label, url_for("fulfilment.returns", show=code or None), code == show,
             sum(counts.get(state, 0) for state in states) if code in ("decide", "goods") else 0)
            for code, (label, states) in views.items()
        ],
        show=show,
        text=text,
        is_operator=actor().is_operator,
        is_filtered=bool(text) or show not in ("", "all"),
        may_ask=actor().can(Permission.RETURN) or actor().can(Permission.DECIDE),
    )  # fmt: skip


def _key(key: tuple[str, ...] | None) -> tuple[int] | None:
    return (int(key[0]),) if key else None


@blueprint.get("/returns/new")
@requires(Permission.RETURN, Permission.DECIDE)
def return_choose() -> Response:
    """Of which shipment something comes back."""
    text = request.args.get("q", "").strip()[:60]
    rows = [row for row in find_shipments(actor(), ShipmentFilters(text=text), limit=50) if row.sent_at is not None]
    return render_page("fulfilment/return_choose.html", rows=rows, text=text, is_operator=actor().is_operator)


@blueprint.route("/returns/new/<number:number>", methods=["GET", "POST"])
@requires(Permission.RETURN, Permission.DECIDE)
def return_new(number: str) -> Response:
    shipment = returnable(actor(), shipment_id_of(actor(), number))
    form = ReturnForm()
    form.outcome.choices = radio(OUTCOMES)
    if form.validate_on_submit():
        with form.catching():
            lines = [
                Asked(line.id, quantity, request.form.get(f"reason-{line.id}", ""), words_of(f"note-{line.id}", 300))
                for line in shipment.lines
                if (quantity := entered(f"quantity-{line.id}", line.position))
            ]
            made = ask_return(
                actor(), shipment.id, lines, client_ref=form.client_ref.data, outcome=form.outcome.data,
                note=form.note.data or "",
            )  # fmt: skip
            attach_files(return_id=made)
            tell(_("The return is asked for. We tell you where to send the goods."))
            return go(return_number(actor(), made))
    return render_page(
        "fulfilment/return_new.html",
        form=form,
        shipment=shipment,
        reasons=options(REASONS),
        entered=request.form,
        is_operator=actor().is_operator,
        status=form.status,
    )


@blueprint.get("/returns/<number:number>")
@requires(Permission.READ)
def return_show(number: str) -> Response:
    return show_return(number)


def show_return(number: str, form: Form | None = None) -> Response:
    """The page of a return for the side of the actor; what was entered and refused is kept by the fields."""
    found = return_page(actor(), number)
    form = form or CaseForm(formdata=None)
    sides = sides_of(actor())
    return render_page(
        "fulfilment/return_show.html",
        back=found,
        form=form,
        possible=RETURN.possible(found.state, sides),
        reasons=REASONS,
        outcomes=options(OUTCOMES),
        events=told(found.history),
        is_operator=actor().is_operator,
        may_attach=bool(sides) and found.state not in RETURN.ends,
        entered=request.form,
        status=form.status,
    )


def attempt(number: str, act: Callable[[int], Any], done: Message | str) -> Response:
    """Do something about a return and come back to its page, which says what came of it."""
    form = CaseForm()
    return_id = return_id_of(actor(), number)
    try:
        act(return_id)
    except Invalid as error:
        form.refuse(error)
        return show_return(number, form)
    except Conflict as error:
        form.is_conflict = True
        form.refused.append(say(error.message))
        return show_return(number, form)
    tell(done)
    return go(number)


def go(number: str) -> Response:
    return make_response(redirect(url_for("fulfilment.return_show", number=number), code=303))


@blueprint.get("/returns/<number:number>/slip")
@requires(Permission.READ)
def return_slip(number: str) -> Response:
    """What goes into the parcel: the number as a bar code, where to, and what is in it."""
    found = return_page(actor(), number)
    if found.state != "authorised":
        raise NotFound
    return render_page(
        "fulfilment/return_slip.html",
        back=found,
        house=operator_party(actor()),
        code=Markup(code_128(found.number)),  # noqa: S704 -- drawn from our own number
        reasons=REASONS,
    )


@slot("fulfilment.shipment.side", order=50)
def shipment_panel(*, shipment: Any, **_context: Any) -> str | None:
    """The returns of a shipment, and the way to ask for another; nothing before the goods have left."""
    if shipment.sent_at is None:
        return None
    return render_template(
        "fulfilment/_shipment_returns.html",
        shipment=shipment,
        returns=[(number, RETURN.word(state)) for number, state in returns_of_shipment(actor(), shipment.id)],
        may_ask=actor().can(Permission.RETURN) or actor().can(Permission.DECIDE),
    )
