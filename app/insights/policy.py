"""Who sees carts left behind."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    """Rights of this slice."""

    READ_CARTS = "insights:abandoned_cart:read"
    CLOSE_CARTS = "insights:abandoned_cart:close"


GRANTS = {
    Permission.READ_CARTS: {Role.OPERATOR_ADMIN, Role.SALES},
    Permission.CLOSE_CARTS: {Role.OPERATOR_ADMIN, Role.SALES},
}
