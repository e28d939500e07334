"""Carts left behind: the work list, and one cart with why it was left and what can be done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Response, request

from app.core import clock
from app.core.actor import Scope
from app.insights.domain.abandonment import WAITING
from app.insights.domain.abandonment_reasons import REASON_NAMES, Reason
from app.insights.policy import Permission as Insights
from app.insights.queries import carts as queries
from app.insights.service.cart_looks import look_again
from app.insights.views.labels import STATES, page_words
from app.sales.domain.cart_help import SPLIT_WORDS, SUBSTITUTE_WORDS, answers_to, words_for
from app.sales.forms.carts import (
    CartCallForm,
    CartCloseForm,
    CartHoursForm,
    CartLimitForm,
    CartMessageForm,
    CartQuoteForm,
)
from app.sales.policy import Permission
from app.sales.queries.cart_actions import actions_of, substitutes
from app.sales.service.cart_offers import parts_by_day
from app.sales.views import blueprint
from app.sales.views.cart_labels import close_name, help_name, reason_name, told
from app.sourcing.queries.quote_rules import quote_right
from app.web.access import actor, requires
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.letters import say_to
from app.web.pagination import here_with, keyset_from_request, page_of, sort_from_request
from app.web.texts import _, say

LINES_SHOWN = 100
FORMS: dict[str, type[Form]] = {
    "message": CartMessageForm, "call": CartCallForm, "substitute": CartMessageForm, "quote": CartQuoteForm,
    "split": CartMessageForm, "limit": CartLimitForm, "close": CartCloseForm, "hours": CartHoursForm,
}  # fmt: skip


@blueprint.get("/abandoned-carts")
@requires(Insights.READ_CARTS, scope=Scope.OPERATOR)
def carts() -> Response:
    view, reason = request.args.get("view", ""), request.args.get("reason", "")
    filters = queries.AbandonedFilters(
        view=view if view in queries.VIEWS else "waiting",
        reason=reason if reason in tuple(Reason) else "",
        text=request.args.get("q", "").strip()[:80],
        manager_id=actor().user_id if request.args.get("whose") == "mine" else None,
    )
    usual = "-value" if filters.view in ("waiting", "held_out") else "-idle"
    sort, keyset = sort_from_request(queries.SORTS, usual), keyset_from_request(size=50)
    rows = queries.abandoned_carts(
        actor(), filters, sort=sort.column, is_descending=sort.is_descending, after=keyset.after,
        before=keyset.before, limit=keyset.limit,
    )  # fmt: skip
    return render_page(
        "sales/cart_index.html",
        page=page_of(rows, keyset, key=lambda row: queries.sort_key(row, sort.column)),
        sums=queries.abandoned_sums(actor(), filters),
        filters=filters,
        sort=sort,
        is_sorted=str(sort) != usual,
        views=_views(filters.view),
        whose=[("", _("All accounts")), ("mine", _("My accounts"))],
        reasons=[("", _("All reasons")), *((code.value, say(name)) for code, name in REASON_NAMES.items())],
        states=STATES,
        page_words=page_words,
        reason_name=reason_name,
        close_name=close_name,
    )


def _views(shown: str) -> list[tuple[str, str, bool, None]]:
    names = {
        "waiting": _("Waiting"), "held_out": _("Hold-out"), "closed": _("Closed"), "left_out": _("Does not count"),
    }  # fmt: skip
    return [
        (str(name), here_with(view=None if code == "waiting" else code, sort=None, after=None, before=None),
         code == shown, None)
        for code, name in names.items()
    ]  # fmt: skip


@blueprint.get("/abandoned-carts/<int:abandonment_id>")
@requires(Insights.READ_CARTS, scope=Scope.OPERATOR)
def cart(abandonment_id: int) -> Response:
    look_again(actor(), abandonment_id)
    return cart_page(abandonment_id)


def cart_page(abandonment_id: int, failed: str = "", form: Form | None = None) -> Response:
    """The page of a cart; `form` is one that was sent and refused."""
    page = queries.abandoned_cart(actor(), abandonment_id)
    row, is_waiting = page.row, page.row.state in WAITING
    may_act = is_waiting and not row.is_held_out and actor().can(Permission.ACT_ON_CARTS)
    may_close = is_waiting and actor().can(Insights.CLOSE_CARTS)
    usual = _filled(row, page)
    forms = {name: form if name == failed else usual[name] for name in FORMS}
    lines = page.cart.rows if page.cart else []
    return render_page(
        "sales/cart_show.html",
        status=form.status if form else 200,
        page=page,
        row=row,
        lines=lines if "lines" in request.args else lines[:LINES_SHOWN],
        forms=forms,
        may_act=may_act and page.cart is not None,
        may_close=may_close or failed == "close",
        helps=_helps(page) if may_act and page.cart else {},
        answers=[one.value for one in answers_to(row.reason)],
        right=quote_right(actor()),
        actions=actions_of(actor(), abandonment_id),
        help_name=help_name,
        reason_name=reason_name,
        close_name=close_name,
        state=STATES[row.state],
        sees_margin=actor().can(Insights.READ_MARGIN),
        page_words=page_words,
        events=told(page.history),
    )


def _helps(page: queries.AbandonedPage) -> dict[str, Any]:
    """What the facts of the cart allow beside a message, a call and a quote."""
    rows = page.cart.rows if page.cart else []
    return {"substitute": substitutes(actor(), page.row, page.cart), "split": parts_by_day(rows)}


def _filled(row: queries.AbandonedRow, page: queries.AbandonedPage) -> dict[str, Form]:
    """Empty forms with what one would most likely enter; words in the buyer's language."""
    gross = page.cart.totals.gross_total if page.cart else row.value
    subject = _("Cart of {name}", name=row.company_name)
    about = f"{subject}: {reason_name(row.reason)}" if row.reason else str(subject)
    values: dict[str, dict[str, Any]] = {
        "message": {"text": in_words(row, words_for(row.reason))},
        "call": {"text": about, "due_on": clock.today(actor().time_zone)},
        "substitute": {"text": in_words(row, SUBSTITUTE_WORDS)},
        "quote": {"percent": Decimal(0)},
        "split": {"text": in_words(row, SPLIT_WORDS)},
        "limit": {"limit": None, "note": f"{about} ({gross.normalize():f} {row.currency})"},
        "close": {},
        "hours": {"hours": page.own_limit},
    }  # fmt: skip
    return {name: FORMS[name](formdata=None, prefix=f"{name}-", **values[name]) for name in FORMS}


def in_words(row: queries.AbandonedRow, message: Any) -> str:
    """A text in the language of the buyer."""
    return say_to(message, row.buyer_locale, actor().time_zone)
