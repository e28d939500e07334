"""Who acts: the first argument of every command and query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.core.errors import Forbidden
from app.core.texts import N_


class Scope(StrEnum):
    """Which rows the database lets the actor touch (see `core.tenancy`)."""

    TENANT = "tenant"
    OPERATOR = "operator"
    SYSTEM = "system"


class Via(StrEnum):
    """The kind of entry through which the work came in."""

    WEB = "web"
    API = "api"
    CLI = "cli"
    JOB = "job"
    EDI = "edi"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the system, acting for one company with a set of permissions.

    `company_id` is the company acted for; in operator scope it is the operator's own company.
    `user_id` is None for the system. `locale` is one of en, ru, uk; `time_zone` an IANA name.
    `staff_id` and `staff_name`: the operator's person at the desk when somebody acts for `user_id`, else None and "".
    `seat` tells several visitors apart who are at work under one name at once; 0 is the person himself.
    """

    user_id: int | None
    company_id: int
    scope: Scope
    permissions: frozenset[str] = field(default_factory=frozenset)
    locale: str = "en"
    time_zone: str = "UTC"
    via: Via = Via.WEB
    name: str = ""
    staff_id: int | None = None
    staff_name: str = ""
    seat: int = 0

    @property
    def desk(self) -> int:
        """Whose clicks these are: the operator's person by id, a visitor by a negative number, 0 the person's own."""
        return self.staff_id or -self.seat

    def can(self, permission: str) -> bool:
        return permission in self.permissions or "*" in self.permissions

    def demand(self, permission: str) -> None:
        """Raise Forbidden unless the actor holds the permission."""
        if not self.can(permission):
            raise Forbidden(N_("You have no right to do this."))

    @property
    def is_operator(self) -> bool:
        return self.scope in (Scope.OPERATOR, Scope.SYSTEM)

    def with_permissions(self, permissions: Iterable[str]) -> Actor:
        return replace(self, permissions=frozenset(permissions))

    @classmethod
    def system(cls, company_id: int = 0, *, via: Via = Via.JOB, locale: str = "en") -> Actor:
        """The program itself (command line, jobs), with every permission, in operator scope."""
        return cls(
            user_id=None,
            company_id=company_id,
            scope=Scope.OPERATOR,
            permissions=frozenset({"*"}),
            locale=locale,
            via=via,
            name="system",
        )
