"""Rules of approval, limits and times: of the own company for its administrator, of any account for staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, url_for

from app.accounts.domain.roles import CUSTOMER_ROLES, ROLE_NAMES, Role
from app.accounts.queries.companies import account_id, company_names
from app.accounts.queries.cost_centres import cost_centres
from app.catalog.queries.browse import categories
from app.core.actor import Scope
from app.core.errors import NotFound
from app.ordering.domain.approval import ALL, Approver, RuleStep
from app.ordering.domain.approval_conditions import COMPARATORS, KIND_NAMES, Kind
from app.ordering.forms.approvals import ApprovalLimitForm, ApprovalRuleForm, ApprovalTimesForm
from app.ordering.policy import Permission
from app.ordering.queries import approval_people as queries
from app.ordering.queries.approval_facts import rules_of
from app.ordering.queries.approval_people import PersonLimit
from app.ordering.service import approval_rules as service
from app.ordering.service.approval_rules import RuleEntry, Times
from app.ordering.views import blueprint
from app.ordering.views.answers import go_to
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import choices
from app.web.fragments import render_page
from app.web.texts import _, say

STEPS = (1, 2, 3)
_MOST = 9
_COMPARED = {">": _("more than"), ">=": _("at least"), "<": _("less than"), "<=": _("at most")}


@dataclass(frozen=True, slots=True)
class Place:
    """Whose rules a page is about, and its addresses."""

    company_id: int
    account: str = ""
    name: str = ""

    def to(self, page: str, **values: Any) -> str:
        """The address of a page of the own company, or of the account for staff."""
        if not self.account:
            return url_for(f"ordering.{page}", **values)
        return url_for(f"ordering.account_{page}", account=self.account, **values)


def _own() -> Place:
    return Place(actor().company_id)


def _of(account: str) -> Place:
    company_id = account_id(actor(), account)
    return Place(company_id, account, company_names(actor(), {company_id})[company_id][1])


@blueprint.get("/company/approval-rules")
@requires(Permission.APPROVAL_RULES, scope=Scope.TENANT)
def approval_rules() -> Response:
    return _index(_own())


@blueprint.get("/accounts/<number:account>/approval-rules")
@requires(Permission.APPROVAL_RULES, scope=Scope.OPERATOR)
def account_approval_rules(account: str) -> Response:
    return _index(_of(account))


@blueprint.route("/company/approval-rules/new", methods=["GET", "POST"])
@requires(Permission.APPROVAL_RULES, scope=Scope.TENANT)
def approval_rule_new() -> Response:
    return _edit(_own(), None)


@blueprint.route("/accounts/<number:account>/approval-rules/new", methods=["GET", "POST"])
@requires(Permission.APPROVAL_RULES, scope=Scope.OPERATOR)
def account_approval_rule_new(account: str) -> Response:
    return _edit(_of(account), None)


@blueprint.route("/company/approval-rules/<int:rule_id>", methods=["GET", "POST"])
@requires(Permission.APPROVAL_RULES, scope=Scope.TENANT)
def approval_rule_edit(rule_id: int) -> Response:
    return _edit(_own(), rule_id)


@blueprint.route("/accounts/<number:account>/approval-rules/<int:rule_id>", methods=["GET", "POST"])
@requires(Permission.APPROVAL_RULES, scope=Scope.OPERATOR)
def account_approval_rule_edit(account: str, rule_id: int) -> Response:
    return _edit(_of(account), rule_id)


@blueprint.post("/company/approval-rules/<int:rule_id>/delete")
@requires(Permission.APPROVAL_RULES, scope=Scope.TENANT)
def approval_rule_delete(rule_id: int) -> Response:
    return _delete(_own(), rule_id)


@blueprint.post("/accounts/<number:account>/approval-rules/<int:rule_id>/delete")
@requires(Permission.APPROVAL_RULES, scope=Scope.OPERATOR)
def account_approval_rule_delete(account: str, rule_id: int) -> Response:
    return _delete(_of(account), rule_id)


@blueprint.route("/company/approval-rules/limits/<int:user_id>", methods=["GET", "POST"])
@requires(Permission.APPROVAL_RULES, scope=Scope.TENANT)
def approval_limit(user_id: int) -> Response:
    return _limit(_own(), user_id)


@blueprint.route("/accounts/<number:account>/approval-rules/limits/<int:user_id>", methods=["GET", "POST"])
@requires(Permission.APPROVAL_RULES, scope=Scope.OPERATOR)
def account_approval_limit(account: str, user_id: int) -> Response:
    return _limit(_of(account), user_id)


@blueprint.route("/company/approval-rules/times", methods=["GET", "POST"])
@requires(Permission.APPROVAL_RULES, scope=Scope.TENANT)
def approval_times() -> Response:
    return _times(_own())


@blueprint.route("/accounts/<number:account>/approval-rules/times", methods=["GET", "POST"])
@requires(Permission.APPROVAL_RULES, scope=Scope.OPERATOR)
def account_approval_times(account: str) -> Response:
    return _times(_of(account))


def _index(place: Place) -> Response:
    limits = queries.limits(actor(), place.company_id)
    names = {one.user_id: one.name for one in limits}
    currency = queries.company_currency(actor(), place.company_id)
    return render_page(
        "ordering/approval_rules.html",
        place=place,
        rules=[(rule, say(KIND_NAMES[Kind(rule.kind)]), _asked(rule.steps, names)) for rule in
               rules_of(actor(), place.company_id)],
        limits=[(one, say(ROLE_NAMES[Role(one.role)])) for one in limits],
        times=_times_of(place),
        currency=currency,
        compared=_COMPARED,
    )  # fmt: skip


def _asked(steps: list[dict[str, object]], names: dict[int, str]) -> list[str]:
    """Who is asked in each step, in words."""
    found = []
    for step in steps:
        approvers = step["approvers"]
        words = ", ".join(_approver(str(one), names) for one in approvers) if isinstance(approvers, list) else ""
        need = step["need"]
        found.append(_("all of: {names}", names=words) if need == ALL else _("{n} of: {names}", n=need, names=words))
    return found


def _approver(text: str, names: dict[int, str]) -> str:
    found = Approver.parse(text)
    if found.kind == "person":
        return names.get(int(found.value), _("somebody who has left"))
    if found.kind == "role":
        return str(_("role {role}", role=say(ROLE_NAMES[Role(found.value)])))
    return str(_("manager of the cost centre") if found.kind == "manager" else _("administrators"))


def _times_of(place: Place) -> Times:
    row = queries.settings_of(actor(), place.company_id)
    return Times() if row is None else Times(**{name: getattr(row, name) for name in Times.__dataclass_fields__})


def _edit(place: Place, rule_id: int | None) -> Response:
    rule = None
    if rule_id is not None:
        rule = next((one for one in rules_of(actor(), place.company_id) if one.id == rule_id), None)
        if rule is None:
            raise NotFound
    form = ApprovalRuleForm(
        data=_stored(rule) if rule is not None else {"approvers_1": ["administrators"], "need_1": 1}
    )
    _offer(form, place)
    if form.validate_on_submit():
        with form.catching():
            service.save_rule(actor(), _entry(form), rule_id, company_id=place.company_id)
            tell(_("The rule is saved. It holds for orders from now on."))
            return go_to(place.to("approval_rules"))
    return render_page(
        "ordering/approval_rule_edit.html", place=place, form=form, rule=rule, status=form.status
    )  # fmt: skip


def _stored(rule: Any) -> dict[str, object]:
    kept: dict[str, object] = {name: getattr(rule, name) for name in
              ("name", "about", "is_enabled", "kind", "comparator", "value", "is_gross", "roles", "people", "allows_self")}  # fmt: skip
    mark = "c" if rule.kind == Kind.CATEGORY else "k"
    kept["targets"] = [f"{mark}{one}" for one in rule.targets]
    for place, step in zip(STEPS, rule.steps, strict=False):
        kept[f"approvers_{place}"], kept[f"need_{place}"] = step["approvers"], step["need"]
    return kept


def _offer(form: ApprovalRuleForm, place: Place) -> None:
    me = actor()
    people = queries.limits(me, place.company_id)
    roles = [(str(role), say(ROLE_NAMES[role])) for role in CUSTOMER_ROLES]
    form.kind.choices = choices((str(kind), say(name)) for kind, name in KIND_NAMES.items())
    form.comparator.choices = choices((sign, _COMPARED[sign]) for sign in COMPARATORS)
    form.roles.choices = choices(roles)
    form.people.choices = choices((one.user_id, one.name) for one in people)
    form.targets.choices = choices([
        *((f"c{node.id}", "\N{EN DASH} " * node.depth + node.name)
          for node in categories(me, company_id=place.company_id)),
        *((f"k{one.id}", f"{one.code} {one.name}") for one in cost_centres(me, place.company_id)),
    ])  # fmt: skip
    approvers = [
        ("administrators", _("Administrators")),
        ("manager", _("Manager of the cost centre")),
        *((f"role:{role}", _("Role {role}", role=name)) for role, name in roles),
        *((f"person:{one.user_id}", one.name) for one in people),
    ]
    for step in STEPS:
        form[f"approvers_{step}"].choices = choices(approvers)
        form[f"need_{step}"].choices = choices([*((n, str(n)) for n in range(1, _MOST + 1)), (ALL, _("all"))])


def _entry(form: ApprovalRuleForm) -> RuleEntry:
    kind = Kind(form.kind.data)
    mark = "c" if kind is Kind.CATEGORY else "k"
    steps = [
        RuleStep(tuple(Approver.parse(one) for one in form[f"approvers_{step}"].data), form[f"need_{step}"].data)
        for step in STEPS
        if form[f"approvers_{step}"].data
    ]
    return RuleEntry(
        form.name.data, kind, tuple(steps), form.comparator.data, form.value.data, form.is_gross.data,
        form.about.data or "", form.is_enabled.data,
        tuple(int(one[1:]) for one in form.targets.data or () if one.startswith(mark)),
        tuple(form.roles.data or ()), tuple(form.people.data or ()), form.allows_self.data,
    )  # fmt: skip


def _delete(place: Place, rule_id: int) -> Response:
    service.delete_rule(actor(), rule_id, company_id=place.company_id)
    tell(_("The rule is deleted. Requests it has asked for go on."))
    return go_to(place.to("approval_rules"))


def _limit(place: Place, user_id: int) -> Response:
    found = _person(place, user_id)
    form = ApprovalLimitForm(buy_up_to=found.buy_up_to, approve_up_to=found.approve_up_to)
    if form.validate_on_submit():
        with form.catching():
            service.set_limit(
                actor(), user_id, buy_up_to=form.buy_up_to.data, approve_up_to=form.approve_up_to.data,
                company_id=place.company_id,
            )  # fmt: skip
            tell(_("The limits of {name} are saved.", name=found.name))
            return go_to(place.to("approval_rules"))
    currency = queries.company_currency(actor(), place.company_id)
    return render_page(
        "ordering/approval_limit.html", place=place, person=found, form=form, currency=currency, status=form.status
    )


def _person(place: Place, user_id: int) -> PersonLimit:
    found = next((one for one in queries.limits(actor(), place.company_id) if one.user_id == user_id), None)
    if found is None:
        raise NotFound
    return found


def _times(place: Place) -> Response:
    known = _times_of(place)
    form = ApprovalTimesForm(data={name: getattr(known, name) for name in Times.__dataclass_fields__})
    if form.validate_on_submit():
        with form.catching():
            service.set_times(actor(), Times(**form.values()), company_id=place.company_id)
            tell(_("The times are saved."))
            return go_to(place.to("approval_rules"))
    return render_page("ordering/approval_times.html", place=place, form=form, status=form.status)
