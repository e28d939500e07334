"""Who may look into the shop, fill carts, place and read orders."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    SHOP = "ordering:shop:read"
    FILL_CART = "ordering:cart:edit"
    PLACE = "ordering:order:place"
    READ = "ordering:order:read"
    READ_ALL = "ordering:order:read_all"  # the operator, orders of every account


_BUYERS = {Role.COMPANY_ADMIN, Role.BUYER}

GRANTS: dict[Permission, set[Role]] = {
    Permission.SHOP: {*_BUYERS, Role.BOOKKEEPER},
    Permission.FILL_CART: _BUYERS,
    Permission.PLACE: _BUYERS,
    Permission.READ: {*_BUYERS, Role.BOOKKEEPER},
    Permission.READ_ALL: {Role.OPERATOR_ADMIN, Role.SALES, Role.ACCOUNTANT, Role.WAREHOUSE},
}
