"""What happened to companies and people; ids only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompanyRegistered:
    company_id: int


@dataclass(frozen=True, slots=True)
class RegistrationDecided:
    company_id: int


@dataclass(frozen=True, slots=True)
class PersonInvited:
    invitation_id: int


@dataclass(frozen=True, slots=True)
class PasswordResetAsked:
    reset_id: int


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    user_id: int


@dataclass(frozen=True, slots=True)
class VisitAsked:
    """Somebody of the operator wants to act for a buyer whose company wants to be asked."""

    visit_id: int


@dataclass(frozen=True, slots=True)
class VisitBegun:
    visit_id: int
