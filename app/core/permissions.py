"""Known permissions (`slice:resource:action`) and which roles hold them; each slice's policy.py declares its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

_grants: dict[str, frozenset[str]] = {}
_personal: set[str] = set()


def declare(grants: Mapping[StrEnum, Iterable[str]], personal: Iterable[StrEnum] = ()) -> None:
    """Make permissions known, each with the role codes that hold it; declaring the same again changes nothing.

    `personal` ones are not lent to the operator's people who act for somebody.
    """
    _personal.update(str(permission) for permission in personal)
    for permission, roles in grants.items():
        wanted = frozenset(str(role) for role in roles)
        if _grants.get(str(permission), wanted) != wanted:
            raise RuntimeError(f"the permission {permission} is declared twice")
        _grants[str(permission)] = wanted


def known() -> frozenset[str]:
    return frozenset(_grants)


def lent(permissions: Iterable[str]) -> frozenset[str]:
    """What of these permissions somebody has who acts for the person."""
    return frozenset(permissions) - _personal


def of_role(role: str) -> frozenset[str]:
    """The permissions a role holds."""
    return frozenset(permission for permission, roles in _grants.items() if role in roles)
