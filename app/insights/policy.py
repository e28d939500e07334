"""Who sees carts left behind, and the health of the catalogue."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    """Rights of this slice."""

    READ_CARTS = "insights:abandoned_cart:read"
    CLOSE_CARTS = "insights:abandoned_cart:close"
    READ_HEALTH = "insights:health:read"
    ACCEPT_FAULTS = "insights:fault:accept"


GRANTS = {
    Permission.READ_CARTS: {Role.OPERATOR_ADMIN, Role.SALES},
    Permission.CLOSE_CARTS: {Role.OPERATOR_ADMIN, Role.SALES},
    Permission.READ_HEALTH: {Role.OPERATOR_ADMIN, Role.PRICING, Role.SALES, Role.WAREHOUSE},
    Permission.ACCEPT_FAULTS: {Role.OPERATOR_ADMIN, Role.PRICING},
}
