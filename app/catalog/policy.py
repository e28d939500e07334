"""Who may read and keep the catalogue."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role


class Permission(StrEnum):
    READ = "catalog:article:read"
    EDIT = "catalog:article:edit"
    READ_ASSORTMENTS = "catalog:assortment:read"
    EDIT_ASSORTMENTS = "catalog:assortment:edit"


GRANTS: dict[Permission, set[Role]] = {
    Permission.READ: {*CUSTOMER_ROLES, *OPERATOR_ROLES},
    Permission.EDIT: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.READ_ASSORTMENTS: {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES},
    Permission.EDIT_ASSORTMENTS: {Role.OPERATOR_ADMIN, Role.PRICING},
}
