"""Who may do what with companies and people."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role


class Permission(StrEnum):
    # a company about itself
    READ_COMPANY = "accounts:company:read"
    EDIT_COMPANY = "accounts:company:edit"
    READ_ADDRESSES = "accounts:address:read"
    EDIT_ADDRESSES = "accounts:address:edit"
    MANAGE_PEOPLE = "accounts:people:manage"
    # the operator about its accounts
    READ_ACCOUNTS = "accounts:account:read"
    CREATE_ACCOUNTS = "accounts:account:create"
    EDIT_TERMS = "accounts:terms:edit"
    BLOCK = "accounts:account:block"
    HOLD = "accounts:account:hold"
    DECIDE_REGISTRATIONS = "accounts:registration:decide"
    MANAGE_ACCOUNT_PEOPLE = "accounts:account:people"
    READ_SIGN_INS = "accounts:sign_in:read"
    ACT_FOR = "accounts:account:act_for"
    ACT_FOR_ALL = "accounts:account:act_for_all"  # also at accounts a colleague looks after

    # cost centres and budgets of a company, and the credit of accounts
    READ_BUDGETS = "accounts:budget:read"
    BUDGETS = "accounts:budget:manage"
    COST_CENTRES = "accounts:cost_centre:manage"
    READ_CREDIT = "accounts:credit:read"
    CREDIT = "accounts:credit:manage"


_ADMINS = {Role.OPERATOR_ADMIN, Role.COMPANY_ADMIN}
_SALES_DESK = {Role.OPERATOR_ADMIN, Role.SALES}

GRANTS: dict[Permission, set[Role]] = {
    Permission.READ_COMPANY: {*CUSTOMER_ROLES, *OPERATOR_ROLES, Role.SUPPLIER},
    Permission.EDIT_COMPANY: {*_ADMINS, Role.SUPPLIER},
    Permission.READ_ADDRESSES: {*CUSTOMER_ROLES, *OPERATOR_ROLES, Role.SUPPLIER},
    Permission.EDIT_ADDRESSES: {*_ADMINS, Role.SUPPLIER},
    Permission.MANAGE_PEOPLE: {*_ADMINS, Role.SUPPLIER},
    Permission.READ_ACCOUNTS: {*OPERATOR_ROLES},
    Permission.CREATE_ACCOUNTS: _SALES_DESK,
    Permission.EDIT_TERMS: {*_SALES_DESK, Role.ACCOUNTANT},
    Permission.BLOCK: _SALES_DESK,
    Permission.HOLD: {Role.OPERATOR_ADMIN, Role.ACCOUNTANT},
    Permission.DECIDE_REGISTRATIONS: _SALES_DESK,
    Permission.MANAGE_ACCOUNT_PEOPLE: _SALES_DESK,
    Permission.READ_SIGN_INS: {Role.OPERATOR_ADMIN},
    Permission.ACT_FOR: _SALES_DESK,
    Permission.ACT_FOR_ALL: {Role.OPERATOR_ADMIN},
    Permission.READ_BUDGETS: {*CUSTOMER_ROLES},
    Permission.BUDGETS: {Role.COMPANY_ADMIN},
    Permission.COST_CENTRES: {Role.COMPANY_ADMIN},
    Permission.READ_CREDIT: {*_SALES_DESK, Role.ACCOUNTANT, Role.COMPANY_ADMIN, Role.BOOKKEEPER},
    Permission.CREDIT: {Role.OPERATOR_ADMIN, Role.ACCOUNTANT},
}

# Not lent to somebody who acts for the person.
PERSONAL = {Permission.EDIT_COMPANY, Permission.MANAGE_PEOPLE, Permission.BUDGETS, Permission.COST_CENTRES}
