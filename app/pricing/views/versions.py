"""Versions of a price list: all of them, one with what may be done with it, and the steps of its life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, request, url_for

from app.catalog.queries.browse import categories
from app.core.actor import Scope
from app.pricing.domain.versions import Phase
from app.pricing.forms.versions import DraftForm, PercentForm, ReasonForm, SpanForm, WordsForm
from app.pricing.policy import Permission
from app.pricing.queries.comparison import odd_breaks, odd_counts, summary
from app.pricing.queries.versions import Series, VersionLine, series
from app.pricing.service import versions as service
from app.pricing.views import blueprint
from app.pricing.views.lists import last_day
from app.pricing.views.versions_words import PHASES, version_title
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.texts import _, ngettext

_TOLD = {
    Phase.WAITING: _("The version waits for a second person's approval."),
    Phase.PLANNED: _("The version is planned and starts on its day by itself."),
    Phase.ACTIVE: _("The version holds from the next request on."),
}


@blueprint.get("/prices/lists/<number:code>/versions")
@requires(Permission.READ, scope=Scope.OPERATOR)
def versions(code: str) -> Response:
    return render_page(
        "pricing/version_index.html",
        known=series(actor(), code),
        phases=PHASES,
        last_day=last_day,
        may_edit=actor().can(Permission.EDIT),
    )


@blueprint.route("/prices/lists/<number:code>/versions/new", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def version_new(code: str) -> Response:
    known = series(actor(), code)
    form = DraftForm()
    form.offer([version.version for version in known.versions], known.holding.version if known.holding else None)
    if form.validate_on_submit():
        with form.catching():
            chosen = form.source.data
            made = service.new_draft(
                actor(), code, copied_from=int(chosen) if chosen.isdecimal() else None, is_empty=chosen == "empty",
                label=form.label.data or "", note=form.note.data or "",
            )  # fmt: skip
            tell(_("The draft is there. Nobody buys by it until it is submitted and its day comes."))
            return _go(made)
    return render_page("pricing/version_new.html", form=form, known=known, status=form.status)


@blueprint.get("/prices/versions/<number:code>")
@requires(Permission.READ, scope=Scope.OPERATOR)
def version(code: str) -> Response:
    known = series(actor(), code)
    found = known.of_code(code)
    base = known.before(found)
    phase = known.phase(found)
    counts = summary(actor(), base.id, found.id) if base else None
    return render_page(
        "pricing/version_show.html",
        known=known,
        found=found,
        phase=phase.value,
        state=PHASES[phase],
        title=version_title(found),
        base=base,
        counts=counts,
        odd=odd_breaks(actor(), found.id, limit=10),
        odd_counts=odd_counts(actor(), found.id),
        last_day=last_day,
        may_edit=actor().can(Permission.EDIT),
        may_approve=actor().can(Permission.APPROVE),
        is_own=found.submitted_by == actor().user_id,
    )


@blueprint.route("/prices/versions/<number:code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def version_edit(code: str) -> Response:
    known, found = _found(code)
    form = WordsForm(data={"label": found.label, "note": found.note})

    def act() -> None:
        service.describe(actor(), code, label=form.label.data or "", note=form.note.data or "")
        tell(_("Saved."))

    return _form_page("pricing/version_edit.html", form, act, known, found)


@blueprint.route("/prices/versions/<number:code>/percent", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def version_percent(code: str) -> Response:
    known, found = _found(code)
    form = PercentForm()
    form.offer([(node.code, "\N{EM SPACE}" * node.depth + node.name) for node in categories(actor())])

    def act() -> None:
        count = service.change_by_percent(actor(), code, form.selection(), form.change())
        done = ngettext("{n} price is another now. The comparison shows it.",
                        "{n} prices are others now. The comparison shows them.", count)  # fmt: skip
        tell(done if count else _("No price has changed."))

    return _form_page("pricing/version_percent.html", form, act, known, found)


@blueprint.route("/prices/versions/<number:code>/submit", methods=["GET", "POST"])
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def version_submit(code: str) -> Response:
    known, found = _found(code)
    form = SpanForm(data={"valid_from": found.valid_from or known.today, "last_day": last_day(found.valid_to)})

    def act() -> None:
        tell(_TOLD[service.submit(actor(), code, **form.span())])

    needs = known.phase(found) is Phase.DRAFT and service.needs_approval(actor(), known, found)
    return _form_page("pricing/version_submit.html", form, act, known, found, needs_approval=needs)


@blueprint.route("/prices/versions/<number:code>/reschedule", methods=["GET", "POST"])
@requires(Permission.APPROVE, scope=Scope.OPERATOR)
def version_reschedule(code: str) -> Response:
    known, found = _found(code)
    form = SpanForm(data={"valid_from": found.valid_from, "last_day": last_day(found.valid_to)})

    def act() -> None:
        service.reschedule(actor(), code, **form.span())
        tell(_("The version holds on other days now."))

    return _form_page("pricing/version_submit.html", form, act, known, found, needs_approval=False)


@blueprint.route("/prices/versions/<number:code>/refuse", methods=["GET", "POST"])
@requires(Permission.APPROVE, scope=Scope.OPERATOR)
def version_refuse(code: str) -> Response:
    known, found = _found(code)
    form = ReasonForm()

    def act() -> None:
        service.refuse(actor(), code, form.reason.data or "")
        tell(_("The version is a draft again."))

    return _form_page("pricing/version_refuse.html", form, act, known, found)


@blueprint.post("/prices/versions/<number:code>/approve")
@requires(Permission.APPROVE, scope=Scope.OPERATOR)
def version_approve(code: str) -> Response:
    tell(_TOLD[service.approve(actor(), code)])
    return _go(code)


@blueprint.post("/prices/versions/<number:code>/start")
@requires(Permission.APPROVE, scope=Scope.OPERATOR)
def version_start(code: str) -> Response:
    """A planned version holds from today on."""
    _known, found = _found(code)
    service.reschedule(actor(), code, valid_to=found.valid_to)
    tell(_TOLD[Phase.ACTIVE])
    return _go(code)


@blueprint.post("/prices/versions/<number:code>/take-back")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def version_take_back(code: str) -> Response:
    service.take_back(actor(), code)
    tell(_("The version is a draft again."))
    return _go(code)


@blueprint.post("/prices/versions/<number:code>/withdraw")
@requires(Permission.APPROVE, scope=Scope.OPERATOR)
def version_withdraw(code: str) -> Response:
    service.withdraw(actor(), code)
    tell(_("Rolled back: the version before it holds from the next request on."))
    return _go(code)


@blueprint.post("/prices/versions/<number:code>/discard")
@requires(Permission.EDIT, scope=Scope.OPERATOR)
def version_discard(code: str) -> Response:
    known, _found_version = _found(code)
    service.discard(actor(), code)
    tell(_("The draft is gone with its prices."))
    return make_response(redirect(url_for("pricing.versions", code=known.code), code=303))


def _found(code: str) -> tuple[Series, VersionLine]:
    known = series(actor(), code)
    return known, known.of_code(code)


def _form_page(
    template: str, form: Form, act: Callable[[], None], known: Series, found: VersionLine, **context: Any
) -> Response:
    """A form of one step: done and back to the version, or the form again with what is wrong."""
    if request.method == "POST" and form.validate():
        with form.catching():
            act()
            return _go(found.code)
    return render_page(
        template, form=form, known=known, found=found, title=version_title(found), status=form.status, **context
    )


def _go(code: str) -> Response:
    return make_response(redirect(url_for("pricing.version", code=code), code=303))
