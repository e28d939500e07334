"""Notices on the page are everybody's own; mails are for the operator."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    READ_MAILS = "notifications:mail:read"
    SEND_AGAIN = "notifications:mail:send_again"


GRANTS: dict[Permission, set[Role]] = {
    Permission.READ_MAILS: {Role.OPERATOR_ADMIN},
    Permission.SEND_AGAIN: {Role.OPERATOR_ADMIN},
}
