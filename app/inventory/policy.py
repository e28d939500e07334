"""Who may see and correct stock per warehouse."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    READ = "inventory:stock:read"
    ADJUST = "inventory:stock:adjust"


GRANTS: dict[Permission, set[Role]] = {
    Permission.READ: {Role.OPERATOR_ADMIN, Role.WAREHOUSE, Role.SALES, Role.PRICING},
    Permission.ADJUST: {Role.OPERATOR_ADMIN, Role.WAREHOUSE},
}
