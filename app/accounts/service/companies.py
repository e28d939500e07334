"""Companies as the operator keeps them: facts, terms, flags, parents; and what a company may change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select

from app.accounts.domain import contact
from app.accounts.domain.roles import CompanyKind, CompanyState, Role, fits
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership
from app.accounts.service import credit
from app.accounts.service.groups import set_group, set_segments
from app.accounts.service.profile import LOCALES
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_

MAX_DEPTH = 5  # generations of parents and subsidiaries
STOCK_DISPLAYS = ("number", "band", "light")


@dataclass(frozen=True, slots=True)
class Facts:
    """Legal facts, kept by the operator because invoices and taxes depend on them."""

    code: str
    name: str
    legal_name: str
    country: str
    vat_id: str = ""
    tax_number: str = ""
    registration_number: str = ""
    gln: str = ""
    endpoint_scheme: str = ""
    endpoint_id: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of an account. `credit_limit` in the account's currency, None: no limit. `manager_id`: a person of sales.

    `stock_display` is what its buyers see of our stock: the number, a band or a light. `sets` are its group and segments;
    None leaves them.
    """

    currency: str
    payment_days: int
    credit_limit: Decimal | None
    vat_mode: str
    locale: str
    time_zone: str
    manager_id: int | None
    parent_code: str
    stock_display: str = "number"
    sets: Sets | None = None


@dataclass(frozen=True, slots=True)
class Sets:
    """The group of an account, or none, and all its segments."""

    group_id: int | None
    segment_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Contact:
    """What a company keeps itself."""

    email: str
    invoice_email: str
    phone: str
    locale: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Bank:
    """Where customers pay to; of the operator only."""

    bank_name: str
    iban: str
    bic: str


@dataclass(frozen=True, slots=True)
class _Flag:
    column: str
    reason_column: str
    set_action: str
    lift_action: str


_BLOCK = _Flag("is_blocked", "block_reason", "blocked", "unblocked")
_HOLD = _Flag("is_on_credit_hold", "hold_reason", "held", "released")


@command
def create_account(actor: Actor, facts: Facts, *, kind: CompanyKind, currency: str, email: str = "") -> int:
    """A customer or supplier that the operator enters himself, approved at once. Returns its id."""
    if kind == CompanyKind.OPERATOR:
        raise Invalid("kind", N_("There is one operator only."))
    company = Company(kind=kind, currency=_currency(currency), email=contact.email_address(email) if email else "")
    seller = db.session.scalar(select(Company).where(Company.kind == CompanyKind.OPERATOR))
    if seller is not None:
        company.locale, company.time_zone = seller.locale, seller.time_zone
    _assign(company, _checked_facts(facts))
    db.session.add(company)
    db.session.flush()
    audit.record(actor, "company", company.id, "created", {"kind": str(kind)}, company_id=company.id)
    return company.id


@command
def edit_facts(actor: Actor, company_id: int, facts: Facts) -> None:
    company = _locked(company_id)
    _change(actor, company, _checked_facts(facts, company_id), "facts_changed")


@command
def edit_terms(actor: Actor, company_id: int, terms: Terms) -> None:
    if not 0 <= terms.payment_days <= 365:
        raise Invalid("payment_days", N_("Enter days from 0 to 365."))
    if terms.credit_limit is not None and terms.credit_limit < 0:
        raise Invalid("credit_limit", N_("A credit limit cannot be below zero."))
    if terms.vat_mode not in ("net", "gross"):
        raise Invalid("vat_mode", N_("Choose net or gross."))
    if terms.stock_display not in STOCK_DISPLAYS:
        raise Invalid("stock_display", N_("Choose what buyers see of the stock."))
    if db.session.scalar(select(Company.kind).where(Company.id == company_id)) == CompanyKind.CUSTOMER:
        credit.follow_currency(actor, company_id, _currency(terms.currency))
        credit.set_limits(actor, {company_id: terms.credit_limit})
    company = _locked(company_id)
    values = {
        "currency": _currency(terms.currency),
        "payment_days": terms.payment_days,
        "vat_mode": terms.vat_mode,
        "stock_display": terms.stock_display,
        "locale": _locale(terms.locale),
        "time_zone": _time_zone(terms.time_zone),
        "manager_id": _manager(terms.manager_id),
        "parent_id": _parent(company, terms.parent_code),
    }
    _change(actor, company, values, "terms_changed")
    if terms.sets is not None:
        set_group(actor, company_id, terms.sets.group_id)
        set_segments(actor, company_id, terms.sets.segment_ids)


@command
def edit_contact(actor: Actor, details: Contact) -> None:
    """A company about itself; the only facts its own people may change."""
    company = _locked(actor.company_id)
    values = {
        "email": contact.email_address(details.email) if details.email else "",
        "invoice_email": contact.email_address(details.invoice_email, "invoice_email") if details.invoice_email else "",
        "phone": details.phone.strip()[:40],
        "locale": _locale(details.locale),
        "time_zone": _time_zone(details.time_zone),
    }
    _change(actor, company, values, "contact_changed")


@command
def edit_bank(actor: Actor, bank: Bank) -> None:
    """The operator's own account; it is printed on every invoice from now on."""
    company = _locked(actor.company_id)
    if company.kind != CompanyKind.OPERATOR:
        raise NotFound
    bic = bank.bic.strip().upper()
    if bic and not (len(bic) in (8, 11) and bic.isalnum() and bic.isascii()):
        raise Invalid("bic", N_("A BIC has 8 or 11 letters and digits."))
    values = {"bank_name": bank.bank_name.strip(), "iban": contact.iban(bank.iban), "bic": bic}
    _change(actor, company, values, "bank_changed")


@command
def set_block(actor: Actor, company_id: int, *, is_blocked: bool, reason: str = "") -> None:
    """Stop every buying path of an account, or let it buy again. A block needs a reason; buyers see it."""
    _set_flag(actor, company_id, _BLOCK, is_set=is_blocked, reason=reason)


@command
def set_credit_hold(actor: Actor, company_id: int, *, is_on_hold: bool, reason: str = "") -> None:
    """Stop buying on account only. A hold needs a reason; buyers see it."""
    _set_flag(actor, company_id, _HOLD, is_set=is_on_hold, reason=reason)


@command
def set_managers(actor: Actor, managers: Mapping[int, int | None]) -> set[int]:
    """Give accounts (by id) to sales managers, None: to nobody; returns those where that changed anything."""
    for user_id in {one for one in managers.values() if one is not None}:
        _manager(user_id)
    entries = []
    for company in lock_rows(Company, managers):
        wanted = managers[company.id]
        if company.kind == CompanyKind.CUSTOMER and company.manager_id != wanted:
            entries.append((company.id, "terms_changed", company.id, {"manager_id": [company.manager_id, wanted]}))
            company.manager_id = wanted
    audit.record_many(actor, "company", entries)
    return {company_id for company_id, *_ in entries}


def _set_flag(actor: Actor, company_id: int, flag: _Flag, *, is_set: bool, reason: str) -> None:
    company = _locked(company_id)
    if company.kind == CompanyKind.OPERATOR:
        raise Invalid("", N_("The operator's own company cannot be stopped."))
    reason = reason.strip()
    if is_set and not reason:
        raise Invalid("reason", N_("Say why: the account's buyers read it."))
    if getattr(company, flag.column) == is_set and (not is_set or getattr(company, flag.reason_column) == reason):
        return
    setattr(company, flag.column, is_set)
    setattr(company, flag.reason_column, reason[:300] if is_set else "")
    action = flag.set_action if is_set else flag.lift_action
    audit.record(actor, "company", company.id, action, {"reason": reason}, company_id=company.id)


@command
def set_active(actor: Actor, company_id: int, *, is_active: bool) -> None:
    """Close an account for good, with its history kept, or open it again. Nobody can sign in for a closed one."""
    company = _locked(company_id)
    wanted = CompanyState.APPROVED if is_active else CompanyState.INACTIVE
    if company.kind == CompanyKind.OPERATOR:
        raise Invalid("", N_("The operator's own company cannot be closed."))
    if company.state not in (CompanyState.APPROVED, CompanyState.INACTIVE):
        raise Conflict(N_("Decide on the registration first."))
    if company.state != wanted:
        company.state = wanted
        audit.record(actor, "company", company.id, "opened" if is_active else "closed", company_id=company.id)


def _locked(company_id: int) -> Company:
    found = lock_rows(Company, [company_id])
    if not found:
        raise NotFound
    return found[0]


def _assign(company: Company, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(company, name, value)


def _change(actor: Actor, company: Company, values: Mapping[str, Any], action: str) -> None:
    """Assign what differs and record it as pairs of before and after."""
    changes = {
        name: [getattr(company, name), value] for name, value in values.items() if getattr(company, name) != value
    }
    if not changes:
        return
    _assign(company, {name: after for name, (_, after) in changes.items()})
    audit.record(actor, "company", company.id, action, changes, company_id=company.id)


def _checked_facts(facts: Facts, company_id: int | None = None) -> dict[str, Any]:
    values = {name: value.strip() for name, value in asdict(facts).items()}
    values["code"] = contact.account_code(values["code"])
    if not values["legal_name"]:
        raise Invalid("legal_name", N_("Enter the legal name."))
    values["name"] = values["name"] or values["legal_name"]
    values["vat_id"] = contact.vat_id(values["vat_id"], values["country"])
    values["gln"] = contact.gln(values["gln"])
    demand_free_code(values["code"], company_id)
    return values


def demand_free_code(code: str, company_id: int | None = None) -> None:
    taken = db.session.scalar(select(Company.id).where(Company.code == code, Company.id != (company_id or 0)))
    if taken is not None:
        raise Invalid("code", N_("The number {code} is taken.", code=code))


def _currency(code: str) -> str:
    if len(code) != 3 or not (code.isascii() and code.isupper() and code.isalpha()):
        raise Invalid("currency", N_("Enter a currency code such as EUR."))
    return code


def _locale(locale: str) -> str:
    if locale not in LOCALES:
        raise Invalid("locale", N_("Choose one of the languages."))
    return locale


def _time_zone(name: str) -> str:
    if name not in available_timezones():
        raise Invalid("time_zone", N_("Choose one of the time zones."))
    return name


def _manager(user_id: int | None) -> int | None:
    if user_id is None:
        return None
    role = db.session.scalar(
        select(Membership.role)
        .join(Company, Company.id == Membership.company_id)
        .where(Company.kind == CompanyKind.OPERATOR, Membership.user_id == user_id, Membership.is_active)
    )
    if role is None or not fits(Role(role), CompanyKind.OPERATOR):
        raise Invalid("manager_id", N_("This person does not work here."))
    return user_id


def _parent(company: Company, code: str) -> int | None:
    """The id of the parent account; refuses circles and families of more than five generations."""
    if not code.strip():
        return None
    parent = db.session.scalar(
        select(Company).where(Company.code == code.strip(), Company.kind == CompanyKind.CUSTOMER)
    )
    if parent is None:
        raise Invalid("parent_code", N_("There is no account {code}.", code=code))
    above = 1
    ancestor: Company | None = parent
    while ancestor is not None:
        if ancestor.id == company.id:
            raise Invalid("parent_code", N_("An account cannot stand above itself."))
        above += 1
        ancestor = db.session.get(Company, ancestor.parent_id) if ancestor.parent_id else None
    if above + _generations_below(company.id) > MAX_DEPTH:
        raise Invalid("parent_code", N_("At most {depth} generations of accounts are possible.", depth=MAX_DEPTH))
    return parent.id


def _generations_below(company_id: int) -> int:
    depth, children = 0, [company_id]
    while depth <= MAX_DEPTH:
        children = list(db.session.scalars(select(Company.id).where(Company.parent_id.in_(children))))
        if not children:
            break
        depth += 1
    return depth
