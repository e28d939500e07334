"""Who works in the warehouse, and who asks for returns."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    """Rights of this slice."""

    READ = "fulfilment:shipment:read"  # a customer: those of his own company
    PICK = "fulfilment:pick:work"
    SEND = "fulfilment:shipment:send"
    RULES = "fulfilment:rules:edit"  # carriers, labels, ways of picking
    RETURN = "fulfilment:return:ask"  # a customer sends goods back or complains
    DECIDE = "fulfilment:return:decide"  # authorises returns, grants claims
    INSPECT = "fulfilment:return:inspect"


_BUYERS = {Role.COMPANY_ADMIN, Role.BUYER}
_STAFF = {Role.OPERATOR_ADMIN, Role.WAREHOUSE}

GRANTS: dict[Permission, set[Role]] = {
    Permission.READ: {*_BUYERS, Role.BOOKKEEPER, Role.APPROVER, *_STAFF, Role.SALES, Role.ACCOUNTANT},
    Permission.PICK: _STAFF,
    Permission.SEND: _STAFF,
    Permission.RULES: _STAFF,
    Permission.RETURN: {*_BUYERS, Role.BOOKKEEPER},
    Permission.DECIDE: {Role.OPERATOR_ADMIN, Role.SALES},
    Permission.INSPECT: _STAFF,
}
