"""Chains of price lists and the accounts that buy by them."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for

from app.accounts.queries.accounts import account
from app.core.actor import Scope
from app.core.errors import Conflict, NotFound
from app.core.texts import N_
from app.pricing.forms.chains import SPARE_LINKS, STRATEGIES, AssignForm, ChainForm, links_of
from app.pricing.policy import Permission
from app.pricing.queries import chains as queries
from app.pricing.queries.lists import list_names
from app.pricing.service.chains import ChainRow, assign_chain, set_chain
from app.pricing.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _


@blueprint.get("/prices/chains")
@requires(Permission.READ, scope=Scope.OPERATOR)
def chains_index() -> Response:
    keyset = keyset_from_request(parts=(str,))
    rows = queries.chains(actor(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "pricing/chains_index.html",
        page=page_of(rows, keyset, key=lambda line: (line.code,)),
        strategies=STRATEGIES,
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.get("/prices/chains/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def chain_show(code: str) -> Response:
    chain = queries.chain(actor(), code)
    return render_page(
        "pricing/chain_show.html",
        chain=chain,
        accounts=queries.accounts_of_chain(actor(), chain.id),
        strategies=STRATEGIES,
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.route("/prices/chains/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def chain_new() -> Response:
    return _edited(ChainForm(), None, [])


@blueprint.route("/prices/chains/<number:code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def chain_edit(code: str) -> Response:
    chain = queries.chain(actor(), code)
    return _edited(ChainForm(obj=chain), chain, [(link.code, link.may_merge) for link in chain.links])


def _edited(form: ChainForm, chain: queries.ChainLine | None, held: list[tuple[str, bool]]) -> Response:
    if request.method == "POST":
        links = links_of(request.form.getlist("list"), request.form.getlist("shuts"))
        held = [(link.list_code, link.may_merge) for link in links]
        if form.validate():
            with form.catching():
                row = form.row(links)
                _demand_same(row, chain)
                set_chain(actor(), row)
                tell(_("Saved. It holds from the next request on."))
                return make_response(redirect(url_for("pricing.chain_show", code=row.code), code=303))
    return render_page(
        "pricing/chain_edit.html",
        form=form,
        chain=chain,
        links=held + [("", True)] * SPARE_LINKS,
        lists=list_names(actor()),
        status=form.status,
    )


def _demand_same(row: ChainRow, chain: queries.ChainLine | None) -> None:
    if chain is not None:
        if row.code != chain.code:
            raise Conflict(N_("A chain keeps its code."))
        return
    try:
        queries.chain(actor(), row.code)
    except NotFound:
        return
    raise Conflict(N_("There is a chain {code} already.", code=row.code))


@blueprint.post("/prices/accounts/<number:code>/chain")
@requires(Permission.ASSIGN, scope=Scope.OPERATOR)
def assign(code: str) -> Response:
    company = account(actor(), code)
    form = AssignForm()
    form.offer(queries.chain_names(actor()))
    if not form.validate():
        raise NotFound(N_("There is no such chain."))
    is_changed = assign_chain(actor(), company.id, int(form.chain.data) if form.chain.data else None)
    tell(_("{name} buys by other prices now.", name=company.name) if is_changed else _("Nothing has changed."))
    return make_response(redirect(url_for("accounts.show", code=company.code), code=303))
