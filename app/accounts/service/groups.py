"""Groups and segments: made, changed, and filled with accounts. Every change of an account stands in its history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.domain.groups import SetFacts, SetKind, checked
from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import AccountGroup, Company, CompanySegment, Segment
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, RowProblem
from app.core.locks import lock_rows
from app.core.texts import N_

_MODELS: Mapping[SetKind, type[AccountGroup | Segment]] = {SetKind.GROUP: AccountGroup, SetKind.SEGMENT: Segment}
_NOUN = {SetKind.GROUP: "account_group", SetKind.SEGMENT: "segment"}


@dataclass(frozen=True, slots=True)
class Filled:
    """Accounts that came in, were in already, and entries that name none."""

    added: int
    same: int
    problems: tuple[RowProblem, ...]


def upsert_group(actor: Actor, facts: SetFacts, group_id: int | None = None) -> int:
    """Create a group, or change the one with this id; returns its id. Raises Invalid, NotFound."""
    return upsert_set(actor, SetKind.GROUP, facts, group_id)


def upsert_segment(actor: Actor, facts: SetFacts, segment_id: int | None = None) -> int:
    """Create a segment, or change the one with this id; returns its id. Raises Invalid, NotFound."""
    return upsert_set(actor, SetKind.SEGMENT, facts, segment_id)


@command
def upsert_set(actor: Actor, kind: SetKind, facts: SetFacts, set_id: int | None = None) -> int:
    """Create a group or segment, or change the one with this id; returns its id. Raises Invalid, NotFound."""
    _demand_operator(actor)
    facts = checked(facts)
    model = _MODELS[kind]
    if db.session.scalar(select(model.id).where(model.code == facts.code, model.id != (set_id or 0))) is not None:
        raise Invalid("code", N_("The code {code} is taken.", code=facts.code))
    values = asdict(facts)
    if kind is SetKind.GROUP:
        del values["position"]
    if set_id is None:
        found = model(**values)
        db.session.add(found)
        db.session.flush()
        audit.record(actor, _NOUN[kind], found.id, "created", {"code": facts.code, "name": facts.name})
        return found.id
    row = _existing(kind, set_id)
    changes = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    for name, (_, after) in changes.items():
        setattr(row, name, after)
    if changes:
        audit.record(actor, _NOUN[kind], row.id, "changed", changes)
    return row.id


@command
def delete_set(actor: Actor, kind: SetKind, set_id: int) -> None:
    """Remove an empty group or segment that nothing refers to; else Conflict."""
    _demand_operator(actor)
    row = _existing(kind, set_id)
    members = (
        select(func.count()).where(Company.group_id == set_id)
        if kind is SetKind.GROUP
        else select(func.count()).where(CompanySegment.segment_id == set_id)
    )
    if count := db.session.scalar(members):
        raise Conflict(N_("{name} has {n} accounts. Take them out first.", name=row.name, n=count))
    try:
        with db.session.begin_nested():
            db.session.delete(row)
    except IntegrityError:
        raise Conflict(N_("Prices or assortments refer to {name}. Change those first.", name=row.name)) from None
    audit.record(actor, _NOUN[kind], set_id, "deleted", {"code": row.code, "name": row.name})


def set_group(actor: Actor, company_id: int, group_id: int | None) -> bool:
    """Put an account into a group, or into none; whether that changed anything."""
    return bool(_move(actor, [company_id], group_id))


@command
def set_segments(actor: Actor, company_id: int, ids: Collection[int]) -> bool:
    """Put an account into exactly these segments; whether that changed anything."""
    _demand_operator(actor)
    _locked_customers([company_id])
    known = _codes(SetKind.SEGMENT)
    if not set(ids) <= known.keys():
        raise NotFound(N_("There is no such segment."))
    held = set(
        db.session.scalars(select(CompanySegment.segment_id).where(CompanySegment.company_id == company_id))
    )  # fmt: skip
    wanted = set(ids)
    if held == wanted:
        return False
    db.session.execute(
        delete(CompanySegment).where(
            CompanySegment.company_id == company_id, CompanySegment.segment_id.in_(held - wanted)
        )
    )
    if wanted - held:
        rows = [{"company_id": company_id, "segment_id": segment_id} for segment_id in sorted(wanted - held)]
        db.session.execute(insert(CompanySegment), rows)
    changes = {"segments": [_listed(held, known), _listed(wanted, known)]}
    audit.record(actor, "company", company_id, "segments_changed", changes, company_id=company_id)
    return True


@command
def add_members(actor: Actor, kind: SetKind, set_id: int, codes: Sequence[str]) -> Filled:
    """Put accounts in by their numbers; from another group they move. Entries that name no account are problems."""
    _demand_operator(actor)
    _existing(kind, set_id)
    found = {
        code.lower(): company_id
        for company_id, code in db.session.execute(
            select(Company.id, Company.code).where(
                Company.kind == CompanyKind.CUSTOMER, func.lower(Company.code).in_([code.lower() for code in codes])
            )
        )
    }
    problems = tuple(
        RowProblem(row, "account", "unknown_account", N_("There is no account {code}.", code=code), code)
        for row, code in enumerate(codes, 1)
        if code.lower() not in found
    )
    wanted = set(found.values())
    added = _move(actor, wanted, set_id) if kind is SetKind.GROUP else _join(actor, wanted, set_id)
    return Filled(added, len(wanted) - added, problems)


@command
def remove_members(actor: Actor, kind: SetKind, set_id: int, company_ids: Collection[int]) -> int:
    """Take accounts out; how many were in."""
    _demand_operator(actor)
    _existing(kind, set_id)
    if kind is SetKind.GROUP:
        held = select(Company.id).where(Company.group_id == set_id, Company.id.in_(company_ids))
        return _move(actor, set(db.session.scalars(held)), None)
    gone = db.session.scalars(
        delete(CompanySegment)
        .where(CompanySegment.segment_id == set_id, CompanySegment.company_id.in_(company_ids))
        .returning(CompanySegment.company_id)
    ).all()
    _tell_segments(actor, gone, set_id, is_in=False)
    return len(gone)


@command
def fill_by_rule(actor: Actor, segment_id: int, company_ids: Collection[int]) -> tuple[int, int]:
    """Make exactly these accounts the members by rule; who was put in by a person stays. How many came and went."""
    _demand_operator(actor)
    _existing(SetKind.SEGMENT, segment_id)
    held = dict(
        db.session.execute(
            select(CompanySegment.company_id, CompanySegment.is_by_rule).where(
                CompanySegment.segment_id == segment_id
            )
        ).all()
    )  # fmt: skip
    wanted = set(company_ids)
    came = sorted(wanted - held.keys())
    gone = sorted(company_id for company_id, is_by_rule in held.items() if is_by_rule and company_id not in wanted)
    if gone:
        db.session.execute(
            delete(CompanySegment).where(
                CompanySegment.segment_id == segment_id, CompanySegment.company_id.in_(gone)
            )
        )  # fmt: skip
        _tell_segments(actor, gone, segment_id, is_in=False)
    if came:
        rows = [{"company_id": company_id, "segment_id": segment_id, "is_by_rule": True} for company_id in came]
        db.session.execute(insert(CompanySegment), rows)
        _tell_segments(actor, came, segment_id, is_in=True)
    return len(came), len(gone)


@command
def _move(actor: Actor, company_ids: Collection[int], group_id: int | None) -> int:
    """Give accounts another group; how many had a different one."""
    _demand_operator(actor)
    companies = _locked_customers(company_ids)
    known = _codes(SetKind.GROUP)
    if group_id is not None and group_id not in known:
        raise NotFound(N_("There is no such group."))
    entries = []
    for company in companies:
        if company.group_id == group_id:
            continue
        before, company.group_id = company.group_id, group_id
        pair = [known[before] if before else "", known[group_id] if group_id else ""]
        entries.append((company.id, "group_changed", company.id, {"group": pair}))
    db.session.flush()
    audit.record_many(actor, "company", entries)
    return len(entries)


def _join(actor: Actor, company_ids: Collection[int], segment_id: int) -> int:
    held = set(
        db.session.scalars(
            select(CompanySegment.company_id).where(
                CompanySegment.segment_id == segment_id, CompanySegment.company_id.in_(company_ids)
            )
        )
    )
    fresh = sorted(set(company_ids) - held)
    if held:  # who is put in by a person is no longer taken out by a rule
        db.session.execute(
            update(CompanySegment)
            .where(CompanySegment.segment_id == segment_id, CompanySegment.company_id.in_(held))
            .values(is_by_rule=False)
        )
    if fresh:
        rows = [{"company_id": company_id, "segment_id": segment_id} for company_id in fresh]
        db.session.execute(insert(CompanySegment), rows)
        _tell_segments(actor, fresh, segment_id, is_in=True)
    return len(fresh)


def _tell_segments(actor: Actor, company_ids: Iterable[int], segment_id: int, *, is_in: bool) -> None:
    code = _codes(SetKind.SEGMENT)[segment_id]
    pair = ["", code] if is_in else [code, ""]
    entries = [(company_id, "segments_changed", company_id, {"segments": pair}) for company_id in company_ids]
    audit.record_many(actor, "company", entries)


def _locked_customers(company_ids: Collection[int]) -> list[Company]:
    companies = lock_rows(Company, company_ids) if company_ids else []
    if len(companies) != len(set(company_ids)):
        raise NotFound
    if any(company.kind != CompanyKind.CUSTOMER for company in companies):
        raise Invalid("group", N_("Only customer accounts are in groups and segments."))
    return companies


def _existing(kind: SetKind, set_id: int) -> AccountGroup | Segment:
    row: AccountGroup | Segment | None = db.session.get(_MODELS[kind], set_id, populate_existing=True)  # type: ignore[assignment]  # of this kind
    if row is None:
        raise NotFound
    return row


def _codes(kind: SetKind) -> dict[int, str]:
    model = _MODELS[kind]
    return dict(db.session.execute(select(model.id, model.code)).all())


def _listed(ids: Collection[int], codes: Mapping[int, str]) -> str:
    return ", ".join(sorted(codes[set_id] for set_id in ids))


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise Forbidden(N_("You have no right to do this."))
