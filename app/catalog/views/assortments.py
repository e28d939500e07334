"""Assortments: the list, one with its rules and whom it reaches, editing, and what an account sees."""

from __future__ import annotations

import re

from flask import Response, request

from app.accounts.queries.accounts import account
from app.catalog.domain.assortment import Effect
from app.catalog.forms.assortments import AssortmentForm, ReachForm, RulesForm
from app.catalog.policy import Permission
from app.catalog.queries import assortments as queries
from app.catalog.queries.browse import categories, search, sort_key
from app.catalog.service import assortment_reach
from app.catalog.service import assortments as service
from app.catalog.views import blueprint
from app.catalog.views.answers import see
from app.catalog.views.assortment_words import REACH_NAMES, told
from app.core import audit, clock
from app.core.actor import Scope
from app.core.errors import Invalid, NotFound
from app.core.tables.opening import open_table
from app.core.tables.rows import UPLOAD_LIMITS, cell_text
from app.core.texts import N_
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import Form
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, ngettext, say


@blueprint.get("/catalog/assortments")
@requires(Permission.READ_ASSORTMENTS, scope=Scope.OPERATOR)
def assortments() -> Response:
    keyset = keyset_from_request(parts=(str,))
    rows = queries.assortments(actor(), after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "catalog/assortments_index.html",
        page=page_of(rows, keyset, key=lambda line: (line.code,)),
        today=clock.today(actor().time_zone),
        may_edit=actor().can(Permission.EDIT_ASSORTMENTS),
    )


@blueprint.route("/catalog/assortments/new", methods=["GET", "POST"])
@requires(Permission.EDIT_ASSORTMENTS, scope=Scope.OPERATOR)
def assortment_new() -> Response:
    form = AssortmentForm()
    if form.validate_on_submit():
        with form.catching():
            facts = form.facts()
            service.upsert_assortment(actor(), facts)
            tell(_("{name} is there. Say what it allows or denies, and whom it reaches.", name=facts.name))
            return see("catalog.assortment", code=facts.code.strip())
    return render_page("catalog/assortment_edit.html", form=form, found=None, status=form.status)


@blueprint.get("/catalog/assortments/<number:code>")
@requires(Permission.READ_ASSORTMENTS, scope=Scope.OPERATOR)
def assortment(code: str) -> Response:
    return _page(code, RulesForm(), ReachForm())


def _page(code: str, rules: RulesForm, reach: ReachForm) -> Response:
    found = queries.assortment(actor(), code)
    keyset = keyset_from_request(parts=(int,))
    words, effect = request.args.get("q", "").strip()[:100], request.args.get("effect", "")
    effect = effect if effect in list(Effect) else ""
    may_edit = actor().can(Permission.EDIT_ASSORTMENTS)
    if may_edit:
        rules.offer(categories(actor()))
    lines = queries.rules(
        actor(), found.id, effect=effect, search=words, after=keyset.after, before=keyset.before, limit=keyset.limit
    )
    return render_page(
        "catalog/assortment_show.html",
        found=found,
        today=clock.today(actor().time_zone),
        page=page_of(lines, keyset, key=lambda line: (line.id,)),
        words=words,
        effect=effect,
        reached=queries.reach(actor(), found.id),
        reach_names=REACH_NAMES,
        brands=queries.brand_names(actor()) if may_edit else [],
        rules=rules,
        reach=reach,
        history=told(audit.history(actor(), "assortment", found.id)),
        may_edit=may_edit,
        status=max(rules.status, reach.status),
    )


@blueprint.route("/catalog/assortments/<number:code>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_ASSORTMENTS, scope=Scope.OPERATOR)
def assortment_edit(code: str) -> Response:
    found = queries.assortment(actor(), code)
    form = AssortmentForm(obj=found)
    if form.validate_on_submit():
        with form.catching():
            facts = form.facts()
            service.upsert_assortment(actor(), facts, found.id)
            tell(_("Saved. It holds from the next request on."))
            return see("catalog.assortment", code=facts.code.strip())
    return render_page("catalog/assortment_edit.html", form=form, found=found, status=form.status)


@blueprint.route("/catalog/assortments/<number:code>/delete", methods=["GET", "POST"])
@requires(Permission.EDIT_ASSORTMENTS, scope=Scope.OPERATOR)
def assortment_delete(code: str) -> Response:
    found = queries.assortment(actor(), code)
    form = Form()
    if form.validate_on_submit():
        with form.catching():
            service.delete_assortment(actor(), found.id)
            tell(_("{name} is gone.", name=found.name))
            return see("catalog.assortments")
    return render_page("catalog/assortment_delete.html", form=form, found=found, status=form.status)


@blueprint.post("/catalog/assortments/<number:code>/rules")
@requires(Permission.EDIT_ASSORTMENTS, scope=Scope.OPERATOR)
def assortment_add_rules(code: str) -> Response:
    """Numbers pasted or uploaded, a category, a brand: allowed or denied."""
    found = queries.assortment(actor(), code)
    form = RulesForm()
    form.offer(categories(actor()))
    if form.validate():
        with form.catching():
            filled = service.add_rules(
                actor(), found.id, Effect(form.effect.data),
                skus=_numbers(form), categories=[form.category.data] if form.category.data else [],
                brands=[form.brand.data.strip()] if (form.brand.data or "").strip() else [],
            )  # fmt: skip
            _tell_filled(filled)
            return see("catalog.assortment", code=code)
    return _page(code, form, ReachForm(formdata=None))


def _numbers(form: RulesForm) -> list[str]:
    """What was pasted, and the first column of the file; raises Invalid("skus" or "file")."""
    found = [cell.strip() for line in (form.skus.data or "").splitlines() for cell in re.split(r"[\t;,]", line)[:1]]
    if form.file.data:
        with open_table(form.file.data.stream, limits=UPLOAD_LIMITS) as table:
            found += [cell_text(row.cell(0)).strip() for row in table.rows()]
    numbers = [number for number in dict.fromkeys(found) if number]
    if not numbers and not form.category.data and not (form.brand.data or "").strip():
        raise Invalid("skus", N_("Paste article numbers, or choose a file, a category or a brand."))
    return numbers


def _tell_filled(filled: service.Filled) -> None:
    if filled.problems:
        text = " ".join(say(problem.message) for problem in filled.problems[:10])
        more = len(filled.problems) - 10
        tell(_("{text} And {n} more.", text=text, n=more) if more > 0 else text, "warn")
    if filled.added or filled.changed:
        tell(ngettext("{n} rule is new or changed.", "{n} rules are new or changed.", filled.added + filled.changed))
    elif not filled.problems:
        tell(_("Nothing has changed."))


@blueprint.post("/catalog/assortments/<number:code>/rules/remove")
@requires(Permission.EDIT_ASSORTMENTS, scope=Scope.OPERATOR)
def assortment_remove_rules(code: str) -> Response:
    found = queries.assortment(actor(), code)
    ids = [int(part) for part in request.form.getlist("id") if part.isdecimal()]
    count = service.remove_rules(actor(), found.id, ids)
    tell(ngettext("{n} rule is out.", "{n} rules are out.", count))
    return see("catalog.assortment", code=code)


@blueprint.post("/catalog/assortments/<number:code>/reach")
@requires(Permission.EDIT_ASSORTMENTS, scope=Scope.OPERATOR)
def assortment_assign(code: str) -> Response:
    found = queries.assortment(actor(), code)
    form = ReachForm()
    if form.validate():
        try:
            kind = assortment_reach.ReachKind(form.kind.data)
            is_new = assortment_reach.assign(actor(), found.id, kind, form.code.data or "")
            tell(
                _("{name} reaches them from the next request on.", name=found.name)
                if is_new
                else _("Nothing has changed.")
            )
            return see("catalog.assortment", code=code)
        except Invalid as error:
            form.refuse(Invalid("code", error.message))
    return _page(code, RulesForm(formdata=None), form)


@blueprint.post("/catalog/assortments/<number:code>/reach/<int:assignment_id>/remove")
@requires(Permission.EDIT_ASSORTMENTS, scope=Scope.OPERATOR)
def assortment_unassign(code: str, assignment_id: int) -> Response:
    found = queries.assortment(actor(), code)
    assortment_reach.unassign(actor(), found.id, assignment_id)
    tell(_("{name} no longer reaches them.", name=found.name))
    return see("catalog.assortment", code=code)


@blueprint.get("/catalog/assortments/seen")
@requires(Permission.READ_ASSORTMENTS, scope=Scope.OPERATOR)
def assortment_seen() -> Response:
    """What one account sees, and for an article the reason."""
    code, sku = request.args.get("account", "").strip()[:40], request.args.get("sku", "").strip()[:60]
    words = request.args.get("q", "").strip()[:100]
    keyset = keyset_from_request(parts=(str, int))
    company = sight = verdict = page = None
    trouble = ""
    try:
        if code:
            company = account(actor(), code)
            sight = queries.sight(actor(), company.id)
            rows = search(
                actor(), words, after=keyset.after, before=keyset.before, limit=keyset.limit, company_id=company.id
            )
            page = page_of(rows, keyset, key=lambda article: sort_key(article, "name"))
            verdict = queries.verdict(actor(), company.id, sku) if sku else None
    except NotFound as error:
        trouble = say(error.message)
    return render_page(
        "catalog/assortment_seen.html",
        code=code, sku=sku, words=words, company=company, sight=sight, verdict=verdict, page=page, trouble=trouble,
        status=404 if trouble else 200,
    )  # fmt: skip
