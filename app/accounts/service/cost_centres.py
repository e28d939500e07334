"""Cost centres of a company: made, changed, closed and opened again; from a file, too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.accounts.models.budgets import CostCentre, CostCentrePerson
from app.accounts.models.companies import Company
from app.accounts.models.people import Membership, User
from app.accounts.queries.companies import own_or_asked
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound, RowProblem
from app.core.locks import lock_rows
from app.core.texts import N_

CODE_LENGTH, NAME_LENGTH = 40, 200


@dataclass(frozen=True, slots=True)
class CostCentreFacts:
    """A cost centre as its company keeps it. `people`: who may order on it, None: all."""

    code: str
    name: str
    is_active: bool = True
    manager_id: int | None = None
    people: frozenset[int] | None = None


@command
def set_cost_centre(
    actor: Actor, facts: CostCentreFacts, cost_centre_id: int | None = None, *, company_id: int | None = None
) -> int:
    """Make a cost centre, or change the one with this id; returns its id. Raises Invalid, NotFound."""
    owner = own_or_asked(actor, company_id)
    code, name = _checked(facts.code, facts.name)
    wanted_people = {*(facts.people or ()), *([facts.manager_id] if facts.manager_id else [])}
    if not wanted_people <= _members(owner, wanted_people):
        raise Invalid("manager_id", N_("This person does not work in the company."))
    if facts.people is not None and not facts.people and facts.manager_id is None:
        raise Invalid("people", N_("Choose who may order on it, or let all order."))
    taken = select(CostCentre.id).where(
        CostCentre.company_id == owner, CostCentre.code == code, CostCentre.id != (cost_centre_id or 0)
    )
    if db.session.scalar(taken) is not None:
        raise Invalid("code", N_("The code {code} is taken.", code=code))
    values = {"code": code, "name": name, "is_active": facts.is_active, "manager_id": facts.manager_id,
              "is_for_all": facts.people is None}  # fmt: skip
    if cost_centre_id is None:
        row = CostCentre(company_id=owner, **values)
        db.session.add(row)
        db.session.flush()
        audit.record(actor, "cost_centre", row.id, "created", values, company_id=owner)
        _set_people(row, facts.people or frozenset())
        return row.id
    row = _locked(owner, cost_centre_id)
    changes: dict[str, Any] = {
        key: [getattr(row, key), value] for key, value in values.items() if getattr(row, key) != value
    }
    for key, (_, value) in changes.items():
        setattr(row, key, value)
    db.session.flush()
    before = _set_people(row, facts.people or frozenset())
    if before != (facts.people or frozenset()):
        changes["people"] = [sorted(before), sorted(facts.people or ())]
    if changes:
        audit.record(actor, "cost_centre", row.id, "changed", changes, company_id=owner)
    return row.id


@dataclass(frozen=True, slots=True)
class CostCentreRow:
    """A row of a file; `number` is what a spreadsheet shows. None leaves a field as it is."""

    number: int
    code: str
    name: str | None = None
    is_active: bool | None = None
    manager_email: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedCentres:
    created: int
    changed: int
    same: int


@command
def import_cost_centres(actor: Actor, rows: Sequence[CostCentreRow], company_id: int | None = None) -> ImportedCentres:
    """All rows or none: problems are the `details` of an Invalid. A second run changes nothing.

    Cost centres that the file does not name stay as they are. A constant number of statements.
    """
    owner = own_or_asked(actor, company_id)
    managers = _by_email(owner, {row.manager_email for row in rows if row.manager_email})
    known = {one.code: one for one in _all(owner)}
    problems = list(_problems(rows, known.keys(), managers))
    if problems:
        raise Invalid(
            "file", N_("Rows that cannot be taken: {n}. Nothing was stored.", n=len(problems)), details=problems
        )
    fresh: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for row in rows:
        values = _values(row, managers)
        held = known.get(row.code.strip())
        if held is None:
            blank = {"company_id": owner, "code": row.code.strip(), "is_active": True, "manager_id": None}
            fresh.append(blank | values)
        elif any(getattr(held, key) != value for key, value in values.items()):
            changed.append(
                {"id": held.id, **{key: getattr(held, key) for key in ("name", "is_active", "manager_id")}, **values}
            )
    if fresh:
        db.session.execute(insert(CostCentre), fresh)
    if changed:
        db.session.execute(update(CostCentre), changed)
    if fresh or changed:
        told = {"created": [one["code"] for one in fresh], "changed": len(changed)}
        audit.record(actor, "company", owner, "cost_centres_imported", told, company_id=owner)
    return ImportedCentres(len(fresh), len(changed), len(rows) - len(fresh) - len(changed))


@command
def set_fiscal_month(actor: Actor, month: int, company_id: int | None = None) -> None:
    """The month in which the company's fiscal year begins; budgets that are there keep their periods."""
    owner = own_or_asked(actor, company_id)
    if not 1 <= month <= 12:
        raise Invalid("month", N_("Choose a month."))
    company = lock_rows(Company, [owner])[0]
    if company.fiscal_month != month:
        audit.record(actor, "company", owner, "fiscal_month", {"fiscal_month": [company.fiscal_month, month]},
                     company_id=owner)  # fmt: skip
        company.fiscal_month = month


def _checked(code: str, name: str) -> tuple[str, str]:
    code, name = code.strip(), name.strip()
    if not code:
        raise Invalid("code", N_("Enter the code."))
    if not name:
        raise Invalid("name", N_("Enter the name."))
    if len(code) > CODE_LENGTH:
        raise Invalid("code", N_("At most {most} characters.", most=CODE_LENGTH))
    if len(name) > NAME_LENGTH:
        raise Invalid("name", N_("At most {most} characters.", most=NAME_LENGTH))
    return code, name


def _problems(
    rows: Sequence[CostCentreRow], known: Collection[str], managers: dict[str, int]
) -> Iterable[RowProblem]:  # fmt: skip
    seen: set[str] = set()
    for row in rows:
        code = row.code.strip()
        try:
            _checked(code, row.name if row.name is not None else ("" if code not in known else "-"))
        except Invalid as error:
            yield RowProblem(row.number, error.field, "unfit", error.message, code)
            continue
        if code in seen:
            yield RowProblem(
                row.number, "code", "twice", N_("The code {code} stands in the file twice.", code=code), code
            )
        if row.manager_email and row.manager_email.strip().lower() not in managers:
            message = N_("Nobody in the company has the address {email}.", email=row.manager_email)
            yield RowProblem(row.number, "manager", "unknown_person", message, row.manager_email)
        seen.add(code)


def _values(row: CostCentreRow, managers: dict[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if row.name is not None:
        values["name"] = row.name.strip()
    if row.is_active is not None:
        values["is_active"] = row.is_active
    if row.manager_email is not None:
        values["manager_id"] = managers.get(row.manager_email.strip().lower())
    return values


def _all(owner: int) -> list[CostCentre]:
    statement = select(CostCentre).where(CostCentre.company_id == owner).execution_options(populate_existing=True)
    return list(db.session.scalars(statement))


def _by_email(owner: int, emails: Collection[str]) -> dict[str, int]:
    wanted = {email.strip().lower() for email in emails}
    if not wanted:
        return {}
    statement = (
        select(User.email, User.id)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == owner, Membership.is_active, User.email.in_(wanted))
    )
    return dict(iter(db.session.execute(statement)))


def _members(owner: int, user_ids: Collection[int]) -> set[int]:
    if not user_ids:
        return set()
    statement = select(Membership.user_id).where(
        Membership.company_id == owner, Membership.is_active, Membership.user_id.in_(user_ids)
    )
    return set(db.session.scalars(statement))


def _set_people(row: CostCentre, wanted: frozenset[int]) -> frozenset[int]:
    """Make these the people; returns who they were."""
    held = frozenset(
        db.session.scalars(select(CostCentrePerson.user_id).where(CostCentrePerson.cost_centre_id == row.id))
    )  # fmt: skip
    if held - wanted:
        db.session.execute(
            delete(CostCentrePerson).where(
                CostCentrePerson.cost_centre_id == row.id, CostCentrePerson.user_id.in_(held - wanted)
            )
        )
    if wanted - held:
        rows = [
            {"cost_centre_id": row.id, "company_id": row.company_id, "user_id": one} for one in sorted(wanted - held)
        ]
        db.session.execute(insert(CostCentrePerson), rows)
    return held


def _locked(owner: int, cost_centre_id: int) -> CostCentre:
    statement = (
        select(CostCentre)
        .where(CostCentre.id == cost_centre_id, CostCentre.company_id == owner)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = db.session.scalar(statement)
    if row is None:
        raise NotFound
    return row
