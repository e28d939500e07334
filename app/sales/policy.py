"""Who works at the sales desk."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    """Rights of this slice."""

    READ = "sales:account:read"  # the account view and the portfolio
    WORK = "sales:task:work"  # notes, tasks, calls, meetings, saved views
    HAND_OVER = "sales:account:hand_over"
    ACT_ON_CARTS = "sales:cart:act"
    EDIT_SEGMENTS = "sales:segment:edit"
    EDIT_OFFERS = "sales:offer:edit"
    EDIT_RANKING = "sales:ranking:edit"


_DESK = {Role.OPERATOR_ADMIN, Role.SALES}

GRANTS: dict[Permission, set[Role]] = {
    Permission.READ: {*_DESK, Role.ACCOUNTANT, Role.PRICING},
    Permission.WORK: _DESK,
    Permission.HAND_OVER: _DESK,
    Permission.ACT_ON_CARTS: _DESK,
    Permission.EDIT_SEGMENTS: _DESK,
    Permission.EDIT_OFFERS: {*_DESK, Role.PRICING},
    Permission.EDIT_RANKING: {*_DESK, Role.PRICING},
}
