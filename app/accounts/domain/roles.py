"""Roles of people and the kinds of companies they exist in."""

from __future__ import annotations

from enum import StrEnum

from app.core.texts import N_, Message


class CompanyKind(StrEnum):
    OPERATOR = "operator"
    CUSTOMER = "customer"
    SUPPLIER = "supplier"


class CompanyState(StrEnum):
    """Life of a company: a registration is pending until the operator decides; inactive ones are kept for history."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    INACTIVE = "inactive"


class Role(StrEnum):
    OPERATOR_ADMIN = "operator_admin"
    SALES = "sales"
    PRICING = "pricing"
    ACCOUNTANT = "accountant"
    WAREHOUSE = "warehouse"
    PURCHASER = "purchaser"
    COMPANY_ADMIN = "company_admin"
    BUYER = "buyer"
    BOOKKEEPER = "bookkeeper"
    APPROVER = "approver"
    TENDER_MANAGER = "tender_manager"
    SUPPLIER = "supplier"


OPERATOR_ROLES = (Role.OPERATOR_ADMIN, Role.SALES, Role.PRICING, Role.ACCOUNTANT, Role.WAREHOUSE, Role.PURCHASER)
CUSTOMER_ROLES = (Role.COMPANY_ADMIN, Role.BUYER, Role.BOOKKEEPER, Role.APPROVER, Role.TENDER_MANAGER)
SUPPLIER_ROLES = (Role.SUPPLIER,)

ROLES: dict[CompanyKind, tuple[Role, ...]] = {
    CompanyKind.OPERATOR: OPERATOR_ROLES,
    CompanyKind.CUSTOMER: CUSTOMER_ROLES,
    CompanyKind.SUPPLIER: SUPPLIER_ROLES,
}
# The role that invites others; a company keeps at least one active person in it.
ADMIN_ROLE: dict[CompanyKind, Role] = {
    CompanyKind.OPERATOR: Role.OPERATOR_ADMIN,
    CompanyKind.CUSTOMER: Role.COMPANY_ADMIN,
    CompanyKind.SUPPLIER: Role.SUPPLIER,
}

ROLE_NAMES: dict[Role, Message] = {
    Role.OPERATOR_ADMIN: N_("Administrator"),
    Role.SALES: N_("Sales"),
    Role.PRICING: N_("Prices and catalogue"),
    Role.ACCOUNTANT: N_("Accounting"),
    Role.WAREHOUSE: N_("Warehouse"),
    Role.PURCHASER: N_("Purchasing"),
    Role.COMPANY_ADMIN: N_("Administrator"),
    Role.BUYER: N_("Buyer"),
    Role.BOOKKEEPER: N_("Bookkeeper"),
    Role.APPROVER: N_("Approver"),
    Role.TENDER_MANAGER: N_("Purchasing"),
    Role.SUPPLIER: N_("Supplier"),
}
ROLE_DUTIES: dict[Role, Message] = {
    Role.OPERATOR_ADMIN: N_("everything, and who may do what"),
    Role.SALES: N_("accounts, orders and carts of customers"),
    Role.PRICING: N_("articles, price lists and imports"),
    Role.ACCOUNTANT: N_("invoices, terms and credit holds"),
    Role.WAREHOUSE: N_("stock and shipments"),
    Role.PURCHASER: N_("runs tenders, compares bids and proposes awards"),
    Role.COMPANY_ADMIN: N_("buys, sees invoices, invites colleagues and keeps addresses"),
    Role.BUYER: N_("fills carts and places orders"),
    Role.BOOKKEEPER: N_("sees orders and invoices"),
    Role.APPROVER: N_("sees orders, decides on those that ask for approval, and looks into the shop"),
    Role.TENDER_MANAGER: N_("runs tenders, compares bids and proposes awards"),
    Role.SUPPLIER: N_("answers what the operator asks"),
}


def fits(role: Role, kind: CompanyKind) -> bool:
    """Whether the role exists in companies of this kind."""
    return role in ROLES[kind]
