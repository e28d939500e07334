"""Who may ask for quotes, answer them, run tenders and bid."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import CUSTOMER_ROLES, OPERATOR_ROLES, Role
from app.core.actor import Actor


class Permission(StrEnum):
    ASK = "sourcing:quote:ask"  # and answer questions, make counter-offers, decline, withdraw
    ACCEPT = "sourcing:quote:accept"
    READ_QUOTES = "sourcing:quote:read"  # the own company's
    ANSWER = "sourcing:quote:answer"  # the operator, of every account
    RELEASE = "sourcing:quote:release"  # prices below the floor, discounts above a person's right
    QUOTE_RULES = "sourcing:quote:rules"

    RUN = "sourcing:tender:run"
    APPROVE = "sourcing:tender:approve"  # publication and award; never what one has proposed oneself
    READ_TENDERS = "sourcing:tender:read"
    EVALUATE = "sourcing:tender:evaluate"  # those who are named in a tender's committee
    SUPPLIERS = "sourcing:supplier:manage"  # standing, scorecards, blocking of invitations

    BID = "sourcing:bid:submit"  # ask questions, bid, withdraw, object, sign
    READ_BIDS = "sourcing:bid:read"  # the own company's, and the tenders it may see


_SALES_DESK = {Role.OPERATOR_ADMIN, Role.SALES}
_TENDER_DESK = {Role.OPERATOR_ADMIN, Role.PURCHASER, Role.COMPANY_ADMIN, Role.TENDER_MANAGER}

GRANTS: dict[Permission, set[Role]] = {
    Permission.ASK: {Role.COMPANY_ADMIN, Role.BUYER},
    Permission.ACCEPT: {Role.COMPANY_ADMIN, Role.BUYER},
    Permission.READ_QUOTES: {Role.COMPANY_ADMIN, Role.BUYER, Role.APPROVER, Role.BOOKKEEPER},
    Permission.ANSWER: _SALES_DESK,
    Permission.RELEASE: {Role.OPERATOR_ADMIN, Role.PRICING},
    Permission.QUOTE_RULES: {Role.OPERATOR_ADMIN},
    Permission.RUN: _TENDER_DESK,
    Permission.APPROVE: {Role.OPERATOR_ADMIN, Role.COMPANY_ADMIN},
    Permission.READ_TENDERS: {*CUSTOMER_ROLES, *OPERATOR_ROLES},
    Permission.EVALUATE: {*CUSTOMER_ROLES, *OPERATOR_ROLES},
    Permission.SUPPLIERS: _TENDER_DESK,
    Permission.BID: {Role.SUPPLIER},
    Permission.READ_BIDS: {Role.SUPPLIER},
}

# Not lent to somebody who acts for the person.
PERSONAL = {Permission.APPROVE, Permission.EVALUATE, Permission.BID, Permission.READ_BIDS}


def runs_all(actor: Actor) -> bool:
    """The program itself. The operator's people run and read their own company's tenders, not those of customers."""
    return actor.is_operator and actor.user_id is None
