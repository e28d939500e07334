"""Partners: the list, and one with its names, agreements, channels, codes and newest messages."""

from __future__ import annotations

from flask import Response, request

from app.core.actor import Scope
from app.exchange.policy import Permission
from app.exchange.queries import partner_pages as pages
from app.exchange.queries.message_lists import MessageFilters, messages_page
from app.exchange.queries.partners import partner_by_code
from app.exchange.transports import TRANSPORTS
from app.exchange.views import blueprint, partner_words
from app.exchange.views import message_words as words
from app.exchange.views.message_tabs import tabs_for
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of

_NEWEST = 8


@blueprint.get("/partners")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def partners_index() -> Response:
    text = request.args.get("q", "").strip()[:80]
    keyset = keyset_from_request(parts=(str, int))
    rows = pages.partner_rows(actor(), text, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "exchange/partner_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.name, row.id)),
        text=text,
        tabs=tabs_for("partners"),
    )


@blueprint.get("/partners/<code>")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def partner_show(code: str) -> Response:
    found = partner_by_code(actor(), code)
    company_code, company_name = pages.company_of(actor(), found.company_id)
    channels = pages.channels_for(actor(), found.id)
    return render_page(
        "exchange/partner_show.html",
        found=found,
        company_code=company_code,
        company_name=company_name,
        identifiers=pages.identifier_rows(actor(), found.id),
        agreements=pages.agreement_rows(actor(), found.id),
        channels=channels,
        transports={one.transport: TRANSPORTS[one.transport].name for one in channels if one.transport in TRANSPORTS},
        code_count=pages.code_count(actor(), found.id),
        newest=messages_page(actor(), MessageFilters(partner=code), after=None, before=None, limit=_NEWEST),
        words=words,
        partner_words=partner_words,
    )
