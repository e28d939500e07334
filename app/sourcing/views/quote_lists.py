"""Lists of quotes: the account's own, and the desk of sales."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, render_template, request, url_for

from app.accounts.queries.companies import account_id
from app.core.actor import Scope
from app.core.errors import NotFound
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_lists import QuoteFilter, QuoteRow, quote_counts, quotes_page
from app.sourcing.views import blueprint
from app.sourcing.views.quote_words import chosen_states, state_choices, tone_of
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot
from app.web.texts import _, say

DUE_DAYS = 7
_OPEN = ("draft", "requested", "info_needed", "in_preparation", "price_approval", "offered", "countered", "accepted")
_FOR_BUYER = ("info_needed", "offered", "accepted")
_NEW = ("requested", "countered")
_STANDING = ("offered", "countered")

nav_entry(
    46, "sourcing.quotes", _("Quotes"), Permission.READ_QUOTES, "message", group="more", scope=Scope.TENANT
)  # fmt: skip
nav_entry(
    22, "sourcing.sales_quotes", _("Quotes"), Permission.ANSWER, "message", scope=Scope.OPERATOR,
    under=("/settings/quotes",),
)  # fmt: skip


@blueprint.get("/quotes")
@requires(Permission.READ_QUOTES, scope=Scope.TENANT)
def quotes() -> Response:
    show, counts = request.args.get("show", ""), quote_counts(actor())
    views = {
        "": (_("Open"), QuoteFilter(states=_OPEN), 0),
        "waiting": (_("For you to do"), QuoteFilter(states=_FOR_BUYER), _sum(counts, _FOR_BUYER)),
        "mine": (_("Mine"), QuoteFilter(user_id=actor().user_id), 0),
        "all": (_("All"), QuoteFilter(), 0),
    }
    return _list(views, show, is_sales=False)


@blueprint.get("/sales/quotes")
@requires(Permission.ANSWER, Permission.RELEASE, scope=Scope.OPERATOR)
def sales_quotes() -> Response:
    show, counts = request.args.get("show", ""), quote_counts(actor())
    views = {
        "": (_("New"), QuoteFilter(states=_NEW), _sum(counts, _NEW)),
        "mine": (_("Mine"), QuoteFilter(states=_OPEN, owner_id=actor().user_id), 0),
        "buyer": (_("Waiting for the buyer"), QuoteFilter(states=("info_needed", "offered")), 0),
        "due": (_("Ending soon"), QuoteFilter(states=_STANDING, due_within_days=DUE_DAYS), 0),
        "release": (_("To release"), QuoteFilter(states=("price_approval",)), counts.get("price_approval", 0)),
        "all": (_("All"), QuoteFilter(), 0),
    }
    return _list(views, show, is_sales=True)


@slot("insights.start.figures", order=40)
def quote_figures(**_context: Any) -> str | None:
    """What waits on the first page; one statement for those whom it concerns."""
    is_sales = actor().is_operator
    may_release = is_sales and actor().can(Permission.RELEASE)
    is_concerned = actor().can(Permission.ANSWER if is_sales else Permission.ASK)
    if not (is_concerned or may_release):
        return None
    counts = quote_counts(actor())
    return render_template(
        "sourcing/_quote_figures.html",
        is_sales=is_sales,
        open=_sum(counts, _NEW if is_sales else _FOR_BUYER) if is_concerned else 0,
        to_release=counts.get("price_approval", 0) if may_release else 0,
    )


def _list(views: Mapping[str, tuple[Any, QuoteFilter, int]], show: str, *, is_sales: bool) -> Response:
    show = show if show in views else ""
    here = "sourcing.sales_quotes" if is_sales else "sourcing.quotes"
    entered = {name: request.args.get(name, "").strip()[:60] for name in ("q", "account", "state")}
    filters = _narrowed(views[show][1], entered, is_sales=is_sales)
    keyset = keyset_from_request(parts=(str, int))
    rows = (
        quotes_page(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit) if filters else []
    )
    return render_page(
        "sourcing/quotes_index.html",
        page=page_of(rows, keyset, key=lambda row: row.key),
        show=show,
        views=[
            (label, url_for(here, show=code or None), code == show, count) for code, (label, _f, count) in views.items()
        ],
        here=url_for(here),
        entered=entered,
        states=state_choices(is_sales=is_sales),
        is_sales=is_sales,
        is_filtered=any(entered.values()) or show not in ("", "all"),
        may_ask=not is_sales and actor().can(Permission.ASK),
        may_start=is_sales and actor().can(Permission.ANSWER),
        actions=_menu() if is_sales else (),
        address_of=_address(is_sales=is_sales),
        chip_of=lambda row: (tone_of(row.state, is_sales=is_sales), say(row.label)),
    )


def _menu() -> list[tuple[str, str]]:
    found = [(str(_("Lost quotes")), url_for("sourcing.lost_quotes"))] if actor().can(Permission.ANSWER) else []
    if actor().can(Permission.QUOTE_RULES):
        found.append((str(_("Rules for quotes")), url_for("sourcing.quote_settings")))
    return found


def _address(*, is_sales: bool) -> Callable[[QuoteRow], str]:
    endpoint = "sourcing.sales_quote" if is_sales else "sourcing.quote_show"
    return lambda row: url_for(endpoint, number=row.number)


def _narrowed(base: QuoteFilter, entered: Mapping[str, str], *, is_sales: bool) -> QuoteFilter | None:
    """None: there is no such account, so nothing can be found."""
    company = None
    if is_sales and entered["account"]:
        try:
            company = account_id(actor(), entered["account"])
        except NotFound:
            return None
    return QuoteFilter(
        states=chosen_states(entered["state"]) or base.states,
        text=entered["q"],
        owner_id=base.owner_id,
        company_id=company,
        due_within_days=base.due_within_days,
        user_id=base.user_id,
    )


def _sum(counts: Mapping[str, int], states: tuple[str, ...]) -> int:
    return sum(counts.get(state, 0) for state in states)
