"""Order, delivery and invoice side by side: the list, one match with its decision, the tolerances."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request, url_for

from app.core.errors import NotFound
from app.exchange.domain.match_facts import CALL_OFF, ORDER, MatchFacts, Paper
from app.exchange.forms.match import DecisionForm, ToleranceForm
from app.exchange.policy import Permission
from app.exchange.queries.match import (
    STATES,
    MatchFilters,
    computed,
    facts_of,
    matches_page,
    stored_match,
    tolerance_rows,
)
from app.exchange.service import match as service
from app.exchange.views import blueprint
from app.exchange.views import match_words as words
from app.exchange.views.message_tabs import tabs_for
from app.ordering.policy import Permission as Ordering
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.slots import slot
from app.web.texts import _

_SLUGS = {"orders": ORDER, "call-offs": CALL_OFF}
_KIND_SLUGS = {kind: slug for slug, kind in _SLUGS.items()}


@blueprint.get("/matches")
@requires(Permission.MESSAGES, Permission.DECIDE)
def matches_index() -> Response:
    state = request.args.get("state", "")
    filters = MatchFilters(request.args.get("q", "").strip()[:60], state if state in STATES else "")
    keyset = keyset_from_request(parts=(int,))
    rows = matches_page(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "exchange/match_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        filters=filters,
        is_filtered=filters != MatchFilters(),
        options=words.FILTERS,
        states=words.STATES,
        decisions=words.DECISIONS,
        slugs=_KIND_SLUGS,
        tabs=tabs_for("matches"),
        may_decide=actor().can(Permission.DECIDE),
    )


def _found(slug: str, number: str) -> MatchFacts:
    facts = facts_of(actor(), _SLUGS[slug], number, actor().company_id)
    if not (facts.invoiced or facts.delivered or facts.ordered):
        raise NotFound
    return facts


@blueprint.get("/matches/<any('orders', 'call-offs'):slug>/<number:number>")
@requires(Permission.MESSAGES, Permission.DECIDE)
def match_show(slug: str, number: str) -> Response:
    return _show(slug, number)


def _show(slug: str, number: str, form: DecisionForm | None = None) -> Response:
    facts = _found(slug, number)
    found = computed(facts)
    kept = stored_match(actor(), facts.kind, facts.subject_id)
    return render_page(
        "exchange/match_show.html",
        facts_of_match=facts,
        found=found,
        kept=kept,
        is_decision_old=bool(kept and kept.decision and kept.decided_on != found.fingerprint),
        form=form or DecisionForm(formdata=None, fingerprint=found.fingerprint),
        may_decide=actor().can(Permission.DECIDE) and found.state == "differs",
        slug=slug,
        address=_address(facts),
        papers=[(words.PAPERS[paper.kind], paper, _paper_address(paper)) for paper in facts.papers],
        results=words.RESULTS,
        states=words.STATES,
        decisions=words.DECISIONS,
        status=form.status if form else 200,
    )


def _address(facts: MatchFacts) -> str:
    if facts.kind == CALL_OFF:
        return url_for("sourcing.call_off_show", number=facts.number)
    return url_for("ordering.order", number=facts.number)


def _paper_address(paper: Paper) -> str:
    if paper.message_id:
        return url_for("exchange.message_show", message_id=paper.message_id)
    return url_for("billing.show", number=paper.number)


@blueprint.post("/matches/<any('orders', 'call-offs'):slug>/<number:number>")
@requires(Permission.DECIDE)
def match_decide(slug: str, number: str) -> Response:
    form = DecisionForm()
    _found(slug, number)
    if form.validate():
        with form.catching():
            service.decide(
                actor(), _SLUGS[slug], number, decision=form.decision.data, reason=form.reason.data or "",
                fingerprint=form.fingerprint.data or "",
            )  # fmt: skip
            tell(_("The decision on {number} is kept.", number=number))
            return _redirected("exchange.match_show", slug=slug, number=number)
    return _show(slug, number, form)


@blueprint.route("/matches/limits", methods=["GET", "POST"])
@requires(Permission.DECIDE)
def match_limits() -> Response:
    form = ToleranceForm()
    if form.validate_on_submit():
        with form.catching():
            service.save_tolerance(actor(), (form.code.data or "").strip(), form.limits)
            tell(_("The limits are kept. They hold from the next match on."))
            return _redirected("exchange.match_limits")
    return render_page("exchange/match_limits.html", form=form, rows=tolerance_rows(actor()), status=form.status)


@blueprint.post("/matches/limits/<int:tolerance_id>/remove")
@requires(Permission.DECIDE)
def match_limits_remove(tolerance_id: int) -> Response:
    service.remove_tolerance(actor(), tolerance_id)
    tell(_("The limits are removed."))
    return _redirected("exchange.match_limits")


def _redirected(endpoint: str, **values: Any) -> Response:
    return Response(status=303, headers={"Location": url_for(endpoint, **values)})


@slot("ordering.order.side", order=60)
def match_of_order(*, order: Any, **_context: Any) -> str | None:
    """The way from an order to its match, for those who check the invoices of the company that ordered."""
    if actor().is_operator or not actor().can(Permission.DECIDE) or not actor().can(Ordering.READ):
        return None
    kept = stored_match(actor(), ORDER, order.id)
    return render_template("exchange/_match_of_order.html", order=order, kept=kept, states=words.STATES)
