"""Many accounts at once, as importers bring them: running it twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import insert, select, update

from app.accounts.domain import contact
from app.accounts.domain.own_fields import OwnField, Subject, kept_values
from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import Address, Company
from app.accounts.queries.own_fields import inner_values, own_fields
from app.accounts.service.credit import set_limits
from app.accounts.service.own_fields import set_inner_values
from app.accounts.service.standing import Placing, Wanted, keep_parents, keep_segments, load_placing
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import DomainError, Invalid
from app.core.texts import N_, Message

Outcome = Literal["created", "changed", "same", "refused"]
_LABEL = "Main"  # of the one address that an import knows


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account; None leaves a field as it is (for a new account: the operator's value, or empty)."""

    code: str
    name: str | None = None
    legal_name: str | None = None
    country: str | None = None
    vat_id: str | None = None
    tax_number: str | None = None
    registration_number: str | None = None
    gln: str | None = None
    currency: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    vat_mode: str | None = None
    payment_days: int | None = None
    credit_limit: Decimal | None = None
    email: str | None = None
    invoice_email: str | None = None
    phone: str | None = None
    street: str | None = None
    street2: str | None = None
    postcode: str | None = None
    city: str | None = None
    region: str | None = None
    contact: str | None = None
    registration: Mapping[str, str] | None = None  # facts without a field of their own, added to those known
    group: str | None = None  # by code; empty: none
    segments: tuple[str, ...] | None = None  # by code, all of them
    parent: str | None = None  # by account number; it may come later among the rows
    own: Mapping[str, str] | None = None  # texts for own fields by code; what is not named stays


@dataclass(frozen=True, slots=True)
class AccountResult:
    """What became of a row, in the order of the rows. `problem` where it was refused."""

    code: str
    outcome: Outcome
    company_id: int | None = None
    problem: Message | None = None


_PLACE = ("street", "street2", "postcode", "city", "region", "contact", "phone")
_PLACING = ("group", "segments", "parent")
_CREDIT = ("credit_limit", "own")
_FACTS = tuple(
    f.name for f in fields(AccountRow) if f.name == "phone" or f.name not in ("code", *_PLACE, *_PLACING, *_CREDIT)
)  # fmt: skip


@command
def upsert_accounts(actor: Actor, rows: Sequence[AccountRow]) -> list[AccountResult]:
    """Create customers and change the facts given; a constant number of statements for any number of rows.

    A code that stands twice, or belongs to the operator or a supplier, is refused; a bad VAT id or GLN, an unknown group
    or segment, and a parent that is unknown, refused or below the account, too.
    """
    defaults = _defaults()
    known = _known({row.code for row in rows})
    results: list[AccountResult | None] = [None] * len(rows)
    created: list[tuple[int, AccountRow, dict[str, Any]]] = []
    changed: list[tuple[int, dict[str, Any]]] = []
    placing = load_placing([_wanted(row) for row in rows])
    seen: set[str] = set()
    own, held, inners = _own_facts(actor, rows, known)
    for index in _parents_first(rows):
        row = rows[index]
        company = known.get(row.code)
        try:
            _demand_usable(row, company, seen)
            values = _values(row, company) | _placed(row, placing)
            inner = _own(row, company, own, held) if row.own is not None else None
        except DomainError as error:
            results[index] = AccountResult(row.code, "refused", problem=error.message)
            continue
        if inner is not None:
            inners[row.code] = inner.pop("inner")
            values |= inner
        seen.add(row.code)
        placing.customers.setdefault(row.code, 0)  # until it is there
        if company is None:
            created.append((index, row, {**defaults, **values}))
            continue
        changes = {name: value for name, value in values.items() if getattr(company, name) != value}
        if changes:
            changed.append((company.id, changes))
        results[index] = AccountResult(row.code, "changed" if changes else "same", company.id)
    for company_id, (index, row, _) in zip(_insert(created), created, strict=True):
        results[index] = AccountResult(row.code, "created", company_id)
        placing.customers[row.code] = company_id
    _update(changed)
    countries = {company.id: company.country for company in known.values()}
    stored = [(result, row) for result, row in zip(results, rows, strict=True) if result and result.company_id]
    moved = set_limits(
        actor, {r.company_id or 0: row.credit_limit for r, row in stored if row.credit_limit is not None}
    )
    moved |= _keep_places(stored, countries)
    moved |= keep_segments({r.company_id or 0: row.segments for r, row in stored if row.segments is not None}, placing)
    moved |= keep_parents({r.company_id or 0: row.parent for r, row in stored if row.parent is not None}, placing)
    final = [
        AccountResult(r.code, "changed", r.company_id) if r and r.outcome == "same" and r.company_id in moved else r
        for r in results
    ]
    final = _keep_inner(actor, final, held, inners)
    _record(actor, final)
    return [result for result in final if result is not None]


def _known(codes: set[str]) -> dict[str, Company]:
    """Freshly read: an earlier chunk of the same session may have changed them by bulk statements."""
    statement = select(Company).where(Company.code.in_(codes)).execution_options(populate_existing=True)
    return {company.code: company for company in db.session.scalars(statement)}


def _defaults() -> dict[str, Any]:
    seller = db.session.scalar(select(Company).where(Company.kind == CompanyKind.OPERATOR))
    if seller is None:
        raise Invalid("account", N_("This installation has no operator yet. Run `kontor operator create`."))
    return {
        "kind": str(CompanyKind.CUSTOMER), "currency": seller.currency, "locale": seller.locale,
        "time_zone": seller.time_zone, "country": "", "name": "", "legal_name": "",
    }  # fmt: skip


def _demand_usable(row: AccountRow, company: Company | None, seen: set[str]) -> None:
    if contact.account_code(row.code, "account") != row.code:
        raise Invalid("account", N_("The account number has blanks around it."))
    if row.code in seen:
        raise Invalid("account", N_("The account {code} stands in the file twice.", code=row.code))
    if company is not None and company.kind != CompanyKind.CUSTOMER:
        raise Invalid("account", N_("The number {code} belongs to a company that is no customer.", code=row.code))


def _wanted(row: AccountRow) -> Wanted:
    return Wanted(row.code, row.group, row.segments, row.parent)


def _parents_first(rows: Sequence[AccountRow]) -> list[int]:
    """Places of the rows in an order in which a parent comes before its subsidiaries; circles stay where they are."""
    parents = {row.code: row.parent for row in rows if row.parent}

    def height(code: str) -> int:
        path = [code]
        while (parent := parents.get(path[-1])) and parent not in path:
            path.append(parent)
        return len(path)

    return sorted(range(len(rows)), key=lambda index: height(rows[index].code)) if parents else list(range(len(rows)))


def _placed(row: AccountRow, placing: Placing) -> dict[str, Any]:
    """The group as a column; segments and parent are checked here and stored at the end."""
    values = {} if row.group is None else {"group_id": placing.group_id(row.group)}
    placing.demand_segments(row.segments or ())
    if row.parent is not None:
        placing.place(row.code, row.parent)
    return values


def _values(row: AccountRow, company: Company | None) -> dict[str, Any]:
    """The given facts, checked; without what is None."""
    known_country = company.country if company else ""
    values = {name: getattr(row, name) for name in _FACTS if getattr(row, name) is not None}
    values = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    country = values.get("country", known_country)
    if country and not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        raise Invalid("country", N_("“{given}” is not a country code of two letters.", given=country))
    for name, check in (("email", contact.email_address), ("invoice_email", contact.email_address)):
        if values.get(name):
            values[name] = check(values[name], name)
    if values.get("vat_id"):
        values["vat_id"] = contact.vat_id(values["vat_id"], country)
    if values.get("gln"):
        values["gln"] = contact.gln(values["gln"])
    if row.credit_limit is not None and row.credit_limit < 0:
        raise Invalid("credit_limit", N_("A credit limit cannot be below zero."))
    if values.get("payment_days", 0) < 0:
        raise Invalid("payment_days", N_("Enter days from 0 to 365."))
    if "registration" in values:
        values["registration"] = {**(company.registration if company else {}), **values["registration"]}
    if values.get("vat_mode", "net") not in ("net", "gross"):
        raise Invalid("vat_mode", N_("Choose net or gross."))
    return values


def _insert(created: Sequence[tuple[int, AccountRow, dict[str, Any]]]) -> list[int]:
    """Ids in the order given."""
    if not created:
        return []
    rows = []
    for _, row, values in created:
        legal_name = values["legal_name"] or values["name"] or row.code
        rows.append({**_blank(), **values, "code": row.code, "legal_name": legal_name,
                     "name": values["name"] or legal_name})  # fmt: skip
    statement = insert(Company).returning(Company.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))


def _blank() -> dict[str, Any]:
    """Every column an import may set, so that all rows of one INSERT have the same shape."""
    empty = dict.fromkeys(_FACTS, "")
    return {
        **empty,
        "group_id": None,
        "payment_days": 30,
        "vat_mode": "net",
        "phone": "",
        "registration": {},
    }


def _update(changed: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Rows that change the same columns go in one round trip."""
    groups: dict[frozenset[str], list[dict[str, Any]]] = {}
    for company_id, changes in changed:
        groups.setdefault(frozenset(changes), []).append({"id": company_id, **changes})
    for group in groups.values():
        db.session.execute(update(Company), group)


def _keep_places(pairs: Sequence[tuple[AccountResult, AccountRow]], countries: Mapping[int, str]) -> set[int]:
    """Write the addresses that rows bring as the account's main one; returns the companies where it changed."""
    wanted = {}
    for result, row in pairs:
        place = {name: (getattr(row, name) or "").strip() for name in _PLACE}
        if result.company_id is not None and (place["street"] or place["city"]):
            country = row.country or countries.get(result.company_id, "")
            name = row.legal_name or row.name or ""
            wanted[result.company_id] = {**place, "name": name, "country": country}
    if not wanted:
        return set()
    known = {
        address.company_id: address
        for address in db.session.scalars(
            select(Address)
            .where(Address.company_id.in_(wanted), Address.label == _LABEL, Address.is_active)
            .execution_options(populate_existing=True)
        )
    }
    has_default = set(
        db.session.scalars(select(Address.company_id).where(Address.company_id.in_(wanted), Address.is_default_ship_to))
    )
    fresh, moved = [], set()
    for company_id, place in wanted.items():
        address = known.get(company_id)
        if address is None:
            is_default = company_id not in has_default
            fresh.append({
                "company_id": company_id, "label": _LABEL, "is_ship_to": True, "is_bill_to": True,
                "is_default_ship_to": is_default, "is_default_bill_to": is_default, **place,
            })  # fmt: skip
            moved.add(company_id)
            continue
        changes = {name: value for name, value in place.items() if value and getattr(address, name) != value}
        for name, value in changes.items():
            setattr(address, name, value)
        if changes:
            moved.add(company_id)
    if fresh:
        db.session.execute(insert(Address), fresh)
    return moved


def _record(actor: Actor, results: Sequence[AccountResult | None]) -> None:
    touched = [r for r in results if r and r.company_id is not None and r.outcome in ("created", "changed")]
    audit.record_many(
        actor,
        "company",
        [(r.company_id or 0, f"import_{r.outcome}", r.company_id or 0, {}) for r in touched],
    )


Inner = dict[str, Mapping[str, str]]


def _own_facts(
    actor: Actor, rows: Sequence[AccountRow], known: Mapping[str, Company]
) -> tuple[dict[str, OwnField], dict[int, Mapping[str, Any]], Inner]:
    """The definitions and the inner values held, where the rows name own fields; and a place for the new inner ones."""
    if all(row.own is None for row in rows):
        return {}, {}, {}
    ids = [company.id for company in known.values()]
    return own_fields(actor, Subject.ACCOUNT), inner_values(actor, Subject.ACCOUNT, ids), {}


def _own(
    row: AccountRow, company: Company | None, fields: Mapping[str, OwnField], held: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    """Values of own fields after the row, those customers see and the inner ones. Files may leave out required ones."""
    before = {**company.own, **held.get(company.id, {})} if company is not None else {}
    after = kept_values(fields.values(), {**before, **(row.own or {})}, demands=False)
    inner = {code: value for code, value in after.items() if fields[code].is_inner}
    return {"own": {code: value for code, value in after.items() if code not in inner}, "inner": inner}


def _keep_inner(
    actor: Actor, results: Sequence[AccountResult | None], held: Mapping[int, Mapping[str, Any]], inners: Inner
) -> list[AccountResult | None]:
    """Store the inner values; an account of which only those differ counts as changed."""
    final: list[AccountResult | None] = []
    for result in results:
        company_id = result.company_id if result else None
        if result is None or company_id is None or result.code not in inners:
            final.append(result)
            continue
        moved = dict(inners[result.code]) != dict(held.get(company_id, {}))
        if moved:
            set_inner_values(actor, Subject.ACCOUNT, company_id, company_id, inners[result.code])
        turned = moved and result.outcome == "same"
        final.append(AccountResult(result.code, "changed", company_id) if turned else result)
    return final
