"""Who looks behind the scenes."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    READ_AUDIT = "admin:audit:read"
    READ_OUTBOX = "admin:outbox:read"
    REPLAY = "admin:outbox:replay"
    EDIT_SETTINGS = "admin:settings:edit"
    PRIVACY = "admin:privacy:work"


GRANTS: dict[Permission, set[Role]] = {
    Permission.READ_AUDIT: {Role.OPERATOR_ADMIN},
    Permission.READ_OUTBOX: {Role.OPERATOR_ADMIN},
    Permission.REPLAY: {Role.OPERATOR_ADMIN},
    Permission.EDIT_SETTINGS: {Role.OPERATOR_ADMIN, Role.SALES},
    Permission.PRIVACY: {Role.OPERATOR_ADMIN},
}
