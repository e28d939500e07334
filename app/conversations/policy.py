"""Who talks with whom."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import CUSTOMER_ROLES, Role


class Permission(StrEnum):
    """Rights of this slice."""

    READ = "conversations:thread:read"
    WRITE = "conversations:thread:write"
    ANSWER = "conversations:thread:answer"  # the operator's list of what is unanswered, and mail that fits no thread
    EDIT_FAQ = "conversations:faq:edit"


_CUSTOMERS = set(CUSTOMER_ROLES)
_STAFF = {Role.OPERATOR_ADMIN, Role.SALES, Role.ACCOUNTANT, Role.WAREHOUSE}

GRANTS: dict[Permission, set[Role]] = {
    Permission.READ: {*_CUSTOMERS, *_STAFF},
    Permission.WRITE: {*_CUSTOMERS, *_STAFF},
    Permission.ANSWER: _STAFF,
    Permission.EDIT_FAQ: {Role.OPERATOR_ADMIN, Role.SALES},
}
