"""Pages about companies and people: signing in, the own company, the operator's accounts."""

from __future__ import annotations

from flask import Blueprint

from app.accounts.policy import Permission
from app.core.actor import Scope
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("accounts", __name__)

nav_entry(
    30,
    "accounts.index",
    _("Accounts"),
    Permission.READ_ACCOUNTS,
    "company",
    scope=Scope.OPERATOR,
    under=("/account-sets",),
)
nav_entry(70, "accounts.company", _("Our company"), Permission.READ_COMPANY, "company", scope=Scope.TENANT)
nav_entry(
    90, "accounts.company", _("Our company"), Permission.READ_COMPANY, "company", group="more", scope=Scope.OPERATOR
)
nav_entry(92, "accounts.people", _("People"), Permission.MANAGE_PEOPLE, "people", group="more")
nav_entry(
    93,
    "accounts.visits_asked",
    _("Acting for buyers"),
    Permission.ACT_FOR,
    "people",
    group="more",
    scope=Scope.OPERATOR,
)
nav_entry(72, "accounts.budgets", _("Budgets"), Permission.READ_BUDGETS, "chart", group="more", scope=Scope.TENANT,
          under=("/company/cost-centres",))  # fmt: skip
nav_entry(74, "accounts.credit", _("Credit"), Permission.READ_CREDIT, "ledger", group="more", scope=Scope.TENANT)
nav_entry(74, "accounts.credit_accounts", _("Credit"), Permission.READ_CREDIT, "ledger", group="more",
          scope=Scope.OPERATOR)  # fmt: skip
nav_entry(94, "accounts.sign_ins", _("Sign-ins"), Permission.READ_SIGN_INS, "lock", group="more", scope=Scope.OPERATOR)

from app.accounts.views import (  # noqa: E402, F401 -- the topics add their routes to the blueprint
    account_changes,
    account_people,
    accounts,
    addresses,
    budgets,
    company,
    consents,
    cost_centres,
    credit,
    groups,
    invitations,
    own_fields,
    panels,
    passwords,
    people,
    privacy,
    profile,
    registration,
    sign_in,
    visits,
)
