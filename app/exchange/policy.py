"""Who may import what, who sees the messages exchanged with partners, and who repairs them."""

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
    MESSAGES = "exchange:message:read"
    REPAIR = "exchange:message:repair"
    PARTNERS = "exchange:partner:manage"
    PUNCH_OUT = "exchange:punch-out:use"
    DECIDE = "exchange:match:decide"  # what differs between order, delivery and invoice; the tolerances


GRANTS: dict[Permission, set[Role]] = {
    Permission.READ: {Role.OPERATOR_ADMIN, Role.PRICING, Role.WAREHOUSE, Role.SALES},
    Permission.CATALOGUE: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.PRICES: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.STOCK: {Role.OPERATOR_ADMIN, Role.PRICING, Role.WAREHOUSE},
    Permission.ACCOUNTS: {Role.OPERATOR_ADMIN, Role.SALES},
    Permission.HISTORY: {Role.OPERATOR_ADMIN},
    Permission.MESSAGES: {
        Role.OPERATOR_ADMIN, Role.SALES, Role.ACCOUNTANT, Role.WAREHOUSE, Role.PURCHASER, Role.COMPANY_ADMIN, Role.BOOKKEEPER,
    },
    Permission.REPAIR: {Role.OPERATOR_ADMIN, Role.SALES, Role.ACCOUNTANT},
    Permission.PARTNERS: {Role.OPERATOR_ADMIN},
    Permission.PUNCH_OUT: {Role.COMPANY_ADMIN, Role.BUYER},
    Permission.DECIDE: {
        Role.OPERATOR_ADMIN, Role.ACCOUNTANT, Role.PURCHASER, Role.COMPANY_ADMIN, Role.BOOKKEEPER,
    },
}  # fmt: skip
