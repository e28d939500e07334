"""Who may look into the shop, fill carts, place and read orders."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    SHOP = "ordering:shop:read"
    FILL_CART = "ordering:cart:edit"
    PLACE = "ordering:order:place"
    READ = "ordering:order:read"
    EDIT_LISTS = "ordering:list:edit"
    APPROVE_LISTS = "ordering:list:approve"  # and say whether the company orders from approved lists only
    DELIVERY_RULES = "ordering:delivery:rules"  # ways of delivery and payment, thresholds, what accounts must fill in
    CANCEL = "ordering:order:cancel"  # or ask for it; the operator for every account
    AMEND = "ordering:order:amend"  # in its time for changes; and answer the confirmation
    CONFIRM = "ordering:order:confirm"
    CHANGE_RULES = "ordering:order:change_rules"  # how long and by whom orders may be changed
    READ_ALL = "ordering:order:read_all"  # the operator, orders of every account
    APPROVE = "ordering:approval:decide"  # what waits for the person; whose turn it is says the request
    APPROVAL_RULES = "ordering:approval:rules"
    READ_APPROVALS = "ordering:approval:read_all"  # requests of colleagues that do not wait for the person

    STANDING = "ordering:standing:edit"  # own standing orders
    STANDING_ALL = "ordering:standing:edit_all"  # those of colleagues too, and taking them over


_BUYERS = {Role.COMPANY_ADMIN, Role.BUYER}

GRANTS: dict[Permission, set[Role]] = {
    Permission.SHOP: {*_BUYERS, Role.BOOKKEEPER, Role.APPROVER},
    Permission.FILL_CART: _BUYERS,
    Permission.PLACE: _BUYERS,
    Permission.READ: {*_BUYERS, Role.BOOKKEEPER, Role.APPROVER},
    Permission.APPROVE: {*_BUYERS, Role.BOOKKEEPER, Role.APPROVER},
    Permission.READ_APPROVALS: {Role.COMPANY_ADMIN, Role.BOOKKEEPER, Role.APPROVER},
    Permission.APPROVAL_RULES: {Role.COMPANY_ADMIN, Role.OPERATOR_ADMIN, Role.SALES},
    Permission.EDIT_LISTS: _BUYERS,
    Permission.APPROVE_LISTS: {Role.COMPANY_ADMIN},
    Permission.STANDING: _BUYERS,
    Permission.STANDING_ALL: {Role.COMPANY_ADMIN},
    Permission.DELIVERY_RULES: {Role.OPERATOR_ADMIN, Role.SALES},
    Permission.CANCEL: {*_BUYERS, Role.OPERATOR_ADMIN, Role.SALES},
    Permission.AMEND: _BUYERS,
    Permission.CONFIRM: {Role.OPERATOR_ADMIN, Role.SALES},
    Permission.CHANGE_RULES: {Role.OPERATOR_ADMIN},
    Permission.READ_ALL: {Role.OPERATOR_ADMIN, Role.SALES, Role.ACCOUNTANT, Role.WAREHOUSE},
}

PERSONAL = {Permission.APPROVAL_RULES, Permission.APPROVE_LISTS}  # who acts for somebody makes no rules for himself
