"""Segments and their rules: the list, the editor with its preview, saving and running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, make_response, redirect, request, url_for

from app.core.actor import Scope
from app.sales.domain.segment_rules import FACTS, MOST_BLOCKS, OP_NAMES, Kind, Rule, parse_rule
from app.sales.policy import Permission
from app.sales.queries import segment_rules as queries
from app.sales.service import segments as service
from app.sales.views import blueprint
from app.sales.views.campaign_words import campaign_tabs
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.texts import _, say

SPARE_ROWS = 3
_FIELDS = ("fact", "op", "value", "about", "days", "block")


@blueprint.get("/sales/segments")
@requires(Permission.EDIT_SEGMENTS, scope=Scope.OPERATOR)
def segments() -> Response:
    return render_page(
        "sales/segments.html", rows=queries.rule_lines(actor()), tabs_of=campaign_tabs("sales.segments")
    )  # fmt: skip


@blueprint.route("/sales/segments/<number:code>", methods=["GET", "POST"])
@requires(Permission.EDIT_SEGMENTS, scope=Scope.OPERATOR)
def segment_rule(code: str) -> Response:
    """The rule of a segment. The button "preview" shows who would come and go, "save" does it."""
    state = queries.rule_state(actor(), code)
    form = Form()
    rows = _rows_of(state.rule)
    seen = None
    if form.validate_on_submit():
        rows = _entered()
        with form.catching():
            rule = parse_rule({"blocks": _blocks(rows)})
            if request.form.get("do") == "save":
                came, went = service.save_rule(actor(), code, rule, is_active=request.form.get("is_active") == "1")
                tell(_("Saved. {came} accounts came, {went} went.", came=came, went=went))
                return _go("sales.segment_rule", code=code)
            seen = queries.preview(actor(), rule, state.segment.id)
    return render_page(
        "sales/segment_rule.html",
        form=form,
        state=state,
        rows=rows + [("", "", "", "", "", "1")] * SPARE_ROWS,
        preview=seen,
        is_active=state.is_active or state.rule is None,
        facts=[(name, say(fact.title)) for name, fact in FACTS.items()],
        ops=[(str(op), say(name)) for op, name in OP_NAMES.items()],
        blocks=[str(n) for n in range(1, MOST_BLOCKS + 1)],
        status=form.status,
    )


@blueprint.post("/sales/segments/<number:code>/remove")
@requires(Permission.EDIT_SEGMENTS, scope=Scope.OPERATOR)
def segment_rule_remove(code: str) -> Response:
    gone = service.remove_rule(actor(), code, keeps_members=request.form.get("keeps") == "1")
    tell(_("The rule is gone. {n} accounts left the segment.", n=gone))
    return _go("sales.segment_rule", code=code)


def _rows_of(rule: Rule | None) -> list[tuple[str, ...]]:
    """Conditions as rows of the form."""
    return [
        (one.fact, str(one.op), ", ".join(one.values), one.about, str(one.days or ""), str(n))
        for n, block in enumerate(rule.blocks if rule else (), 1)
        for one in block
    ]


def _entered() -> list[tuple[str, ...]]:
    columns = [[value.strip()[:500] for value in request.form.getlist(name)] for name in _FIELDS]
    return [row for row in zip(*columns, strict=False) if row[0]]


def _blocks(rows: Sequence[tuple[str, ...]]) -> list[list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for fact, op, value, about, days, block in rows:
        kind = FACTS[fact].kind if fact in FACTS else None
        is_list = kind in (Kind.CHOICE, Kind.PREFIX)
        entry = {
            "fact": fact, "op": op, "values": value.split(",") if is_list else [value.replace(",", ".")],
            "about": about, "days": days,
        }  # fmt: skip
        found.setdefault(block, []).append(entry)
    return [found[block] for block in sorted(found)]


def _go(endpoint: str, **values: Any) -> Response:
    return make_response(redirect(url_for(endpoint, **values), code=303))
