"""Who may read and keep price lists, chains and VAT rates. An account's own prices need none of these."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    READ = "pricing:list:read"
    EDIT = "pricing:list:edit"
    APPROVE = "pricing:version:approve"
    ASSIGN = "pricing:chain:assign"
    PROMOTE = "pricing:promotion:edit"
    READ_VAT = "pricing:vat:read"
    EDIT_VAT = "pricing:vat:edit"
    OWN_LIST = "pricing:own_list:read"
    READ_COSTS = "pricing:cost:read"
    EDIT_COSTS = "pricing:cost:edit"
    APPROVE_FLOOR = "pricing:floor:approve"


GRANTS: dict[Permission, set[Role]] = {
    Permission.READ: {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES, Role.ACCOUNTANT},
    Permission.EDIT: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.APPROVE: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.ASSIGN: {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES},
    Permission.PROMOTE: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.READ_VAT: {Role.OPERATOR_ADMIN, Role.PRICING, Role.ACCOUNTANT},
    Permission.EDIT_VAT: {Role.OPERATOR_ADMIN, Role.ACCOUNTANT},
    Permission.OWN_LIST: {
        Role.COMPANY_ADMIN,
        Role.BUYER,
        Role.APPROVER,
        Role.BOOKKEEPER,
        Role.TENDER_MANAGER,
    },
    Permission.READ_COSTS: {Role.OPERATOR_ADMIN, Role.PRICING, Role.ACCOUNTANT},
    Permission.EDIT_COSTS: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.APPROVE_FLOOR: {Role.OPERATOR_ADMIN},
}
