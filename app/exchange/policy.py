"""Who may import what, and see what was imported."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    READ = "exchange:import:read"
    CATALOGUE = "exchange:import:catalogue"
    PRICES = "exchange:import:prices"
    STOCK = "exchange:import:stock"
    ACCOUNTS = "exchange:import:accounts"
    HISTORY = "exchange:import:history"


GRANTS: dict[Permission, set[Role]] = {
    Permission.READ: {Role.OPERATOR_ADMIN, Role.PRICING, Role.WAREHOUSE, Role.SALES},
    Permission.CATALOGUE: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.PRICES: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.STOCK: {Role.OPERATOR_ADMIN, Role.PRICING, Role.WAREHOUSE},
    Permission.ACCOUNTS: {Role.OPERATOR_ADMIN, Role.SALES},
    Permission.HISTORY: {Role.OPERATOR_ADMIN},
}
