"""Who sees carts left behind, the health of the catalogue, reports, and stock that does not move."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import OPERATOR_ROLES, Role


class Permission(StrEnum):
    """Rights of this slice."""

    READ_CARTS = "insights:abandoned_cart:read"
    CLOSE_CARTS = "insights:abandoned_cart:close"
    READ_HEALTH = "insights:health:read"
    ACCEPT_FAULTS = "insights:fault:accept"
    READ_REPORTS = "insights:report:read"  # the operator's reports; each report may ask for one more right
    READ_MARGIN = "insights:margin:read"
    SCHEDULE_REPORTS = "insights:report:schedule"  # also saves and shares
    READ_OWN_REPORTS = "insights:own_report:read"  # a customer: those of his own company
    READ_STOCK = "insights:stock_movement:read"
    PROPOSE_CLEARANCE = "insights:clearance:propose"


_DESK = {Role.OPERATOR_ADMIN, Role.SALES}

GRANTS: dict[Permission, set[Role]] = {
    Permission.READ_CARTS: _DESK,
    Permission.CLOSE_CARTS: _DESK,
    Permission.READ_HEALTH: {*_DESK, Role.PRICING, Role.WAREHOUSE},
    Permission.ACCEPT_FAULTS: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.READ_REPORTS: set(OPERATOR_ROLES),
    Permission.READ_MARGIN: {*_DESK, Role.PRICING, Role.ACCOUNTANT},
    Permission.SCHEDULE_REPORTS: set(OPERATOR_ROLES),
    Permission.READ_OWN_REPORTS: {Role.COMPANY_ADMIN, Role.BUYER, Role.BOOKKEEPER, Role.APPROVER, Role.TENDER_MANAGER},
    Permission.READ_STOCK: {*_DESK, Role.PRICING, Role.WAREHOUSE, Role.PURCHASER},
    Permission.PROPOSE_CLEARANCE: {*_DESK, Role.PRICING},
}
