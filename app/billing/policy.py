"""Who may see and do what with invoices."""

from __future__ import annotations

from enum import StrEnum

from app.accounts.domain.roles import Role


class Permission(StrEnum):
    """Rights of this slice."""

    READ = "billing:invoice:read"
    EXPORT = "billing:invoice:export"
    RELEASE = "billing:invoice:release"
    ISSUE = "billing:invoice:issue"  # prepayments, collective invoices, credit notes, corrections
    RULES = "billing:rules:edit"  # when accounts are invoiced, series, legal entities, closed periods
    PAYMENTS = "billing:payment:record"  # bank statements, what they settle, refunds, direct debits
    PAY = "billing:payment:pay"  # a customer pays online
    RECEIVABLES = "billing:receivable:read"  # open items and statements; a customer: his own
    DUNNING = "billing:dunning:run"  # reminders, interest, promises to pay
    WRITE_OFF = "billing:receivable:write_off"
    LAYOUT = "billing:layout:edit"  # how printed documents look
    DISPUTE = "billing:invoice:dispute"  # a customer contests a line
    ARCHIVE = "billing:archive:manage"  # retention and legal hold
    SUBSCRIBE = "billing:document:subscribe"  # documents by mail or channel, as they are made


_ACCOUNTING = {Role.OPERATOR_ADMIN, Role.ACCOUNTANT}

GRANTS = {
    Permission.READ: {
        Role.OPERATOR_ADMIN, Role.ACCOUNTANT, Role.SALES, Role.COMPANY_ADMIN, Role.BUYER, Role.BOOKKEEPER,
    },
    Permission.EXPORT: {Role.OPERATOR_ADMIN, Role.ACCOUNTANT, Role.COMPANY_ADMIN, Role.BOOKKEEPER},
    Permission.RELEASE: {Role.OPERATOR_ADMIN, Role.ACCOUNTANT},
    Permission.ISSUE: _ACCOUNTING,
    Permission.RULES: _ACCOUNTING,
    Permission.PAYMENTS: _ACCOUNTING,
    Permission.PAY: {Role.COMPANY_ADMIN, Role.BOOKKEEPER},
    Permission.RECEIVABLES: {*_ACCOUNTING, Role.SALES, Role.COMPANY_ADMIN, Role.BOOKKEEPER},
    Permission.DUNNING: _ACCOUNTING,
    Permission.WRITE_OFF: _ACCOUNTING,
    Permission.LAYOUT: {Role.OPERATOR_ADMIN},
    Permission.DISPUTE: {Role.COMPANY_ADMIN, Role.BOOKKEEPER, Role.BUYER},
    Permission.ARCHIVE: _ACCOUNTING,
    Permission.SUBSCRIBE: {*_ACCOUNTING, Role.COMPANY_ADMIN, Role.BOOKKEEPER},
}  # fmt: skip
