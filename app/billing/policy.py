"""Who may see and do what with invoices."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    """Rights of this slice."""

    READ = "billing:invoice:read"
    EXPORT = "billing:invoice:export"
    RELEASE = "billing:invoice:release"


GRANTS = {
    Permission.READ: {
        Role.OPERATOR_ADMIN, Role.ACCOUNTANT, Role.SALES, Role.COMPANY_ADMIN, Role.BUYER, Role.BOOKKEEPER,
    },
    Permission.EXPORT: {Role.OPERATOR_ADMIN, Role.ACCOUNTANT, Role.COMPANY_ADMIN, Role.BOOKKEEPER},
    Permission.RELEASE: {Role.OPERATOR_ADMIN, Role.ACCOUNTANT},
}  # fmt: skip
