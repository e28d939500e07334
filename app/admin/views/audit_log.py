"""Who did what: every change, searchable."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.accounts.queries.companies import company_names
from app.accounts.queries.sign_ins import id_of
from app.accounts.views.labels import action_name
from app.admin.policy import Permission
from app.admin.views import blueprint
from app.core import audit
from app.core.actor import Scope
from app.web.access import actor, requires
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _

_KINDS = (
    ("", _("All")),
    ("company", _("Accounts")),
    ("user", _("People")),
    ("article", _("Articles")),
    ("price_list", _("Price lists")),
    ("cart", _("Carts")),
    ("order", _("Orders")),
    ("invoice", _("Invoices")),
    ("import", _("Imports")),
)


@blueprint.get("/audit")
@requires(Permission.READ_AUDIT, scope=Scope.OPERATOR)
def audit_log() -> Response:
    keyset = keyset_from_request()
    search, kind = request.args.get("q", "").strip(), request.args.get("kind", "").strip()
    rows = audit.entries(
        actor(),
        search=search,
        object_type=kind,
        before_id=id_of(keyset.after),
        after_id=id_of(keyset.before),
        limit=keyset.limit,
    )
    return render_page(
        "admin/audit_log.html",
        part="admin/_audit_log.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        companies=company_names(actor(), {row.company_id for row in rows}),
        changes_of=changes_of,
        action_name=action_name,
        search=search,
        kind=kind,
        kinds=[(code, str(text)) for code, text in _KINDS],
    )


def changes_of(changes: dict[str, Any]) -> list[tuple[str, str]]:
    """Field and what became of it, as stored: the log shows facts, not words."""
    shown = []
    for name, value in changes.items():
        if isinstance(value, list) and len(value) == 2:
            text = f"{_short(value[0])} → {_short(value[1])}"
        else:
            text = _short(value)
        shown.append((name, text))
    return shown


def _short(value: Any) -> str:
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= 200 else text[:199] + "…"
