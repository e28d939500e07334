"""Promotions: the list, one in full with its uses, the editor, its coupons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, make_response, redirect, request, url_for

from app.accounts.queries.companies import account_id
from app.core import clock
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tables.writing import csv_chunks
from app.core.texts import N_
from app.pricing.forms.promotions import (
    AUDIENCE_KINDS,
    PROMOTION_EFFECTS,
    PROMOTION_KINDS,
    TARGET_KINDS,
    CouponsForm,
    PromotionForm,
)
from app.pricing.policy import Permission
from app.pricing.queries import promotion_pages as queries
from app.pricing.queries.promotion_pages import PromotionLine, PromotionPage
from app.pricing.service.coupons import make_coupons, switch_coupon
from app.pricing.service.promotions import AudienceRow, TargetRow, switch_promotion, upsert_promotion
from app.pricing.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language, ngettext

SPARE_ROWS = 3
_COPIED = (
    "code", "name", "about", "kind", "effect", "value", "currency", "is_active", "needs_coupon", "on_agreed_prices",
    "priority", "is_exclusive", "exclusion_group", "budget_amount", "budget_uses", "account_uses",
)  # fmt: skip


@blueprint.get("/prices/promotions")
@requires(Permission.READ, scope=Scope.OPERATOR)
def promotions() -> Response:
    keyset, search = keyset_from_request(parts=(int, str)), request.args.get("q", "").strip()[:100]
    rows = queries.promotions(actor(), search, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "pricing/promotions_index.html",
        page=page_of(rows, keyset, key=lambda line: (line.priority, line.code)),
        search=search,
        kinds=PROMOTION_KINDS,
        state_of=state_of,
        may_edit=actor().can(Permission.PROMOTE),
    )


@blueprint.get("/prices/promotions/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def promotion(code: str) -> Response:
    found = queries.promotion(actor(), code)
    keyset = keyset_from_request(parts=(int,))
    rows = queries.uses(actor(), found.line.id, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "pricing/promotion_show.html",
        found=found,
        state=state_of(found.line),
        page=page_of(rows, keyset, key=lambda line: (line.id,)),
        kinds=PROMOTION_KINDS,
        effects=PROMOTION_EFFECTS,
        target_kinds=TARGET_KINDS,
        audience_kinds=AUDIENCE_KINDS,
        is_tried="try" in request.args,
        may_edit=actor().can(Permission.PROMOTE),
    )


@blueprint.route("/prices/promotions/new", methods=["GET", "POST"])
@requires(Permission.PROMOTE, scope=Scope.OPERATOR)
def promotion_new() -> Response:
    return _edited(PromotionForm(), None)


@blueprint.route("/prices/promotions/<number:code>/edit", methods=["GET", "POST"])
@requires(Permission.PROMOTE, scope=Scope.OPERATOR)
def promotion_edit(code: str) -> Response:
    found = queries.promotion(actor(), code)
    row = found.row
    values = {name: getattr(row, name) for name in _COPIED} | {
        "min_quantity": row.min_quantity or None, "min_net": row.min_net or None,
        "starts_at": _local(row.starts_at), "ends_at": _local(row.ends_at),
    }  # fmt: skip
    return _edited(PromotionForm(data=values), found)


@blueprint.post("/prices/promotions/<number:code>/switch")
@requires(Permission.PROMOTE, scope=Scope.OPERATOR)
def promotion_switch(code: str) -> Response:
    found = queries.promotion(actor(), code)
    is_active = request.form.get("to") == "on"
    switch_promotion(actor(), found.line.id, is_active=is_active)
    tell(_("It holds from the next request on.") if is_active else _("It no longer holds."))
    return _go("pricing.promotion", code)


@blueprint.route("/prices/promotions/<number:code>/coupons", methods=["GET", "POST"])
@requires(Permission.PROMOTE, scope=Scope.OPERATOR)
def promotion_coupons(code: str) -> Response:
    found = queries.promotion(actor(), code)
    form = CouponsForm()
    if form.validate_on_submit():
        with form.catching():
            made = make_coupons(
                actor(), found.line.id, form.batch(actor().time_zone, _company(form.account.data or ""))
            )
            tell(ngettext("{n} coupon is made.", "{n} coupons are made.", len(made)))
            return _go("pricing.promotion_coupons", code)
    keyset = keyset_from_request(parts=(str,))
    rows = queries.coupons(actor(), found.line.id, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "pricing/promotion_coupons.html",
        found=found,
        form=form,
        page=page_of(rows, keyset, key=lambda line: (line.code,)),
        status=form.status,
    )


@blueprint.get("/prices/promotions/<number:code>/coupons.csv")
@requires(Permission.PROMOTE, scope=Scope.OPERATOR)
def promotion_coupons_csv(code: str) -> Response:
    found = queries.promotion(actor(), code)
    head = ("code", "batch", "account", "uses", "max_uses", "max_uses_per_account", "ends_at", "in_use")
    lines = (
        (one.code, one.label, one.account, str(one.uses), _text(one.max_uses), _text(one.account_uses),
         one.ends_at.isoformat() if one.ends_at else "", "yes" if one.is_active else "no")
        for one in queries.coupons(actor(), found.line.id)
    )  # fmt: skip
    response = Response(b"".join(csv_chunks([head, *lines])), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"coupons-{found.line.code}.csv")
    return response


@blueprint.post("/prices/promotions/<number:code>/coupons/<int:coupon_id>/switch")
@requires(Permission.PROMOTE, scope=Scope.OPERATOR)
def coupon_switch(code: str, coupon_id: int) -> Response:
    found = queries.promotion(actor(), code)
    is_active = request.form.get("to") == "on"
    switch_coupon(actor(), found.line.id, coupon_id, is_active=is_active)
    tell(_("The coupon is valid again.") if is_active else _("The coupon is no longer valid."))
    return _go("pricing.promotion_coupons", code)


def _edited(form: PromotionForm, found: PromotionPage | None) -> Response:
    targets: list[Any] = [
        (kind, code, part, quantity) for kind, code, part, quantity in (found.targets if found else ())
    ]
    audience: list[Any] = list(found.audience if found else ())
    if request.method == "POST":
        targets, audience = _repeated("target_kind", "target", "part", "quantity"), _repeated("who_kind", "who")
        if form.validate():
            with form.catching():
                row = form.row(
                    actor().time_zone,
                    tuple(_target(*one) for one in targets),
                    tuple(AudienceRow(kind, code) for kind, code in audience),
                )
                _demand_same(row.code, found)
                upsert_promotion(actor(), row)
                tell(_("Saved. It holds from the next request on."))
                return _go("pricing.promotion", row.code)
    return render_page(
        "pricing/promotion_edit.html",
        form=form,
        found=found,
        targets=targets + [("article", "", 0, Decimal(0))] * SPARE_ROWS,
        audience=audience + [("account", "")] * SPARE_ROWS,
        target_kinds=TARGET_KINDS,
        audience_kinds=AUDIENCE_KINDS,
        status=form.status,
    )


def _repeated(*names: str) -> list[tuple[str, ...]]:
    """Rows of repeated fields; those whose second field is empty are left out."""
    columns = [[value.strip()[:100] for value in request.form.getlist(name)] for name in names]
    return [row for row in zip(*columns, strict=False) if row[1]]


def _target(kind: str, code: str, part: str, quantity: str) -> TargetRow:
    try:
        amount = parse_decimal(quantity, language()) if quantity else Decimal(0)
        place = int(part) if part else 0
    except (ArithmeticError, ValueError):
        raise Invalid("targets", N_("“{given}” is not a number.", given=quantity or part)) from None
    return TargetRow(kind, code, place, amount)


def _demand_same(code: str, found: PromotionPage | None) -> None:
    if found is not None:
        if code != found.line.code:
            raise Conflict(N_("A promotion keeps its code."))
        return
    try:
        queries.promotion(actor(), code)
    except NotFound:
        return
    raise Conflict(N_("There is a promotion {code} already.", code=code))


def _company(code: str) -> int | None:
    if not code.strip():
        return None
    try:
        return account_id(actor(), code.strip())
    except NotFound as error:
        raise Invalid("account", error.message) from None


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(ZoneInfo(actor().time_zone)) if moment else None


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _go(endpoint: str, code: str) -> Response:
    return make_response(redirect(url_for(endpoint, code=code), code=303))


def state_of(line: PromotionLine) -> tuple[str, str]:
    """Tone and word: what the promotion is now."""
    now = clock.now()
    if not line.is_active:
        return "plain", _("not in use")
    if line.starts_at and now < line.starts_at:
        return "info", _("planned")
    if line.ends_at and now >= line.ends_at:
        return "warn", _("ended")
    if _is_used_up(line):
        return "warn", _("budget used up")
    return "good", _("holds")


def _is_used_up(line: PromotionLine) -> bool:
    limits: Iterable[tuple[Decimal | int | None, Decimal | int]] = (
        (line.budget_amount, line.given), (line.budget_uses, line.uses),
    )  # fmt: skip
    return any(limit is not None and used >= limit for limit, used in limits)
