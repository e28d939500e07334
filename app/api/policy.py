"""Who makes and revokes keys; what a key may do is what its person may, of the rights named here."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role
from app.accounts.policy import Permission as AccountPermission
from app.catalog.policy import Permission as CatalogPermission
from app.ordering.policy import Permission as OrderPermission


class Permission(StrEnum):
    KEYS = "api:key:manage"  # of the own company
    ACCOUNT_KEYS = "api:account_key:manage"  # the operator, of accounts


GRANTS: dict[Permission, set[Role]] = {
    Permission.KEYS: {Role.COMPANY_ADMIN},
    Permission.ACCOUNT_KEYS: {Role.OPERATOR_ADMIN, Role.SALES},
}

PERSONAL = {Permission.KEYS}

# What every key may, where its person may it.
READING = (CatalogPermission.READ, OrderPermission.SHOP, OrderPermission.READ, AccountPermission.READ_COMPANY)
