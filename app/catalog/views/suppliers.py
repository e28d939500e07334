"""Which of our articles the suppliers' articles are: lists by supplier, one at a time, many at once."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from app.catalog.domain.matching import SURE
from app.catalog.policy import Permission
from app.catalog.queries.browse import categories
from app.catalog.queries.matching import proposals, supplier, supplier_line, supplier_lines, suppliers, targets
from app.catalog.service.matching import (
    confirm_match,
    confirm_sure,
    ignore_line,
    make_article,
    propose,
    reopen_line,
)
from app.catalog.views import blueprint
from app.core.actor import Scope
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form, choices
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, ngettext

STATES = {"open": _("to decide"), "matched": _("matched"), "ignored": _("none of ours")}


class MatchForm(Form):
    """Which article it is, or the number of a new one."""

    sku = StringField(_("Article number"), [InputRequired(), Length(max=60)])
    category = SelectField(_("Category of a new article"))

    def offer(self) -> None:
        tree = categories(actor())
        self.category.choices = choices([("", _("none")), *((n.code, "\u00a0\u00a0" * n.depth + n.name) for n in tree)])


@blueprint.get("/catalog/suppliers")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def supplier_index() -> Response:
    return render_page("catalog/suppliers_index.html", suppliers=suppliers(actor()))


@blueprint.get("/catalog/suppliers/<code>")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def supplier_show(code: str) -> Response:
    found = supplier(actor(), code)
    state = request.args.get("state", "open")
    state = state if state in STATES else "open"
    keyset = keyset_from_request(parts=(int, int))
    rows = supplier_lines(
        actor(), found.company_id, state, after=keyset.after, before=keyset.before, limit=keyset.limit
    )  # fmt: skip
    return render_page(
        "catalog/supplier_show.html",
        supplier=found,
        state=state,
        page=page_of(rows, keyset, key=lambda row: (row.confidence, row.id)),
        views=[
            (
                label,
                url_for("catalog.supplier_show", code=code, state=name),
                name == state,
                found.counts[name] if name == "open" else None,
            )
            for name, label in STATES.items()
        ],
        sure=SURE,
    )


@blueprint.post("/catalog/suppliers/<code>/confirm")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def supplier_confirm_sure(code: str) -> Response:
    """All proposals that are sure enough."""
    count = confirm_sure(actor(), supplier(actor(), code).company_id, SURE)
    tell(ngettext("{n} match is confirmed.", "{n} matches are confirmed.", count))
    return _to_list(code)


@blueprint.post("/catalog/suppliers/<code>/propose")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def supplier_propose(code: str) -> Response:
    """Look again: the catalogue may have grown."""
    count = propose(actor(), supplier(actor(), code).company_id)
    tell(ngettext("{n} article has a proposal now.", "{n} articles have a proposal now.", count))
    return _to_list(code)


@blueprint.route("/catalog/suppliers/<code>/<int:line_id>", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def supplier_line_show(code: str, line_id: int) -> Response:
    found = supplier(actor(), code)
    line = supplier_line(actor(), found.company_id, line_id)
    form = MatchForm()
    form.offer()
    if form.validate_on_submit():
        with form.catching():
            if request.form.get("do") == "new":
                make_article(actor(), found.company_id, line_id, form.sku.data, form.category.data)
                tell(_("{sku} is in the catalogue. It needs a price next.", sku=form.sku.data))
            else:
                confirm_match(actor(), found.company_id, line_id, form.sku.data)
                tell(_("{number} is {sku}.", number=line.number, sku=form.sku.data))
            return _to_list(code)
    judged = proposals(actor(), [line.offered])[0] if line.state == "open" else []
    names = targets(actor(), [one.article_id for one in judged])
    return render_page(
        "catalog/supplier_line.html", supplier=found, line=line, form=form, judged=judged, names=names,
        state=STATES[line.state], status=form.status,
    )  # fmt: skip


@blueprint.post("/catalog/suppliers/<code>/<int:line_id>/<any(confirm, ignore, reopen):what>")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def supplier_decide(code: str, line_id: int, what: str) -> Response:
    """The proposal is right; it is none of ours; the decision was wrong."""
    company_id = supplier(actor(), code).company_id
    if what == "confirm":
        confirm_match(actor(), company_id, line_id, request.form.get("sku", ""))
    elif what == "ignore":
        ignore_line(actor(), company_id, line_id)
    else:
        reopen_line(actor(), company_id, line_id)
    line = supplier_line(actor(), company_id, line_id)
    back = url_for("catalog.supplier_decide", code=code, line_id=line_id, what="reopen")
    tell(_("{number}: {state}.", number=line.number, state=STATES[line.state]), undo=None if what == "reopen" else back)
    return _to_list(code)


def _to_list(code: str) -> Response:
    return make_response(redirect(url_for("catalog.supplier_show", code=code), code=303))
