"""Who may see and correct stock per warehouse, and who may ask to be told."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    READ = "inventory:stock:read"
    ADJUST = "inventory:stock:adjust"
    RECEIVE = "inventory:goods:receive"  # book in what suppliers bring, transfer between warehouses
    COUNT = "inventory:count:run"  # counts and their adjustments
    RULES = "inventory:rules:edit"  # thresholds, warehouses of accounts, backorders, what accounts are shown
    WATCH = "inventory:watch:own"  # a buyer asks to be told when something is back


GRANTS: dict[Permission, set[Role]] = {
    Permission.READ: {Role.OPERATOR_ADMIN, Role.WAREHOUSE, Role.SALES, Role.PRICING},
    Permission.ADJUST: {Role.OPERATOR_ADMIN, Role.WAREHOUSE},
    Permission.RECEIVE: {Role.OPERATOR_ADMIN, Role.WAREHOUSE},
    Permission.COUNT: {Role.OPERATOR_ADMIN, Role.WAREHOUSE},
    Permission.RULES: {Role.OPERATOR_ADMIN, Role.WAREHOUSE},
    Permission.WATCH: {Role.COMPANY_ADMIN, Role.BUYER},
}
