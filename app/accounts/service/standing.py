"""Group, segments and parent of many accounts at once, as importers bring them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import aliased

from app.accounts.domain.roles import CompanyKind
from app.accounts.models.companies import AccountGroup, Company, CompanySegment, Segment
from app.core.db import db
from app.core.errors import Invalid
from app.core.texts import N_

MAX_DEPTH = 5  # generations of parents and subsidiaries


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a row says about one account; None leaves it, empty takes it out."""

    code: str
    group: str | None
    segments: tuple[str, ...] | None
    parent: str | None


@dataclass(slots=True)
class Placing:
    """Groups and segments by code, and who stands above whom, as it becomes row by row."""

    groups: Mapping[str, int] = field(default_factory=dict)
    segments: Mapping[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)
    below: dict[str, set[str]] = field(default_factory=dict)

    def group_id(self, code: str) -> int | None:
        """Raises Invalid for a code without a group."""
        if not code:
            return None
        if code not in self.groups:
            raise Invalid("group", N_("There is no group {code}.", code=code))
        return self.groups[code]

    def demand_segments(self, codes: Iterable[str]) -> None:
        for code in codes:
            if code not in self.segments:
                raise Invalid("segments", N_("There is no segment {code}.", code=code))

    def place(self, code: str, parent: str) -> None:
        """Put an account below another; raises Invalid for an unknown one, a circle or too many generations."""
        if parent and parent not in self.customers:
            raise Invalid("parent", N_("There is no account {code}.", code=parent))
        path = self._path(parent) if parent else []
        if code in path:
            raise Invalid("parent", N_("An account cannot stand above itself."))
        if path and len(path) + self._generations(code) > MAX_DEPTH:
            raise Invalid("parent", N_("At most {depth} generations of accounts are possible.", depth=MAX_DEPTH))
        if before := self.above.pop(code, ""):
            self.below[before].discard(code)
        if parent:
            self.put(code, parent)

    def put(self, code: str, parent: str) -> None:
        self.above[code] = parent
        self.below.setdefault(parent, set()).add(code)

    def _path(self, code: str) -> list[str]:
        path = [code]
        while (parent := self.above.get(path[-1])) and parent not in path:
            path.append(parent)
        return path

    def _generations(self, code: str) -> int:
        """From an account down, itself included."""
        depth, row = 0, {code}
        while row and depth <= MAX_DEPTH:
            depth += 1
            row = {child for one in row for child in self.below.get(one, ())}
        return depth


def load_placing(wanted: Sequence[Wanted]) -> Placing:
    """What is needed to judge these rows; at most three statements, none where no row speaks of it."""
    placing = Placing()
    if any(one.group for one in wanted):
        placing.groups = dict(db.session.execute(select(AccountGroup.code, AccountGroup.id)).all())
    if any(one.segments for one in wanted):
        placing.segments = dict(db.session.execute(select(Segment.code, Segment.id)).all())
    if any(one.parent is not None for one in wanted):
        parent = aliased(Company)
        rows = db.session.execute(
            select(Company.code, Company.id, parent.code)
            .outerjoin(parent, parent.id == Company.parent_id)
            .where(Company.kind == CompanyKind.CUSTOMER)
        ).all()
        placing.customers = {code: company_id for code, company_id, _ in rows}
        for code, _, above in rows:
            if above:
                placing.put(code, above)
    return placing


def keep_segments(segments: Mapping[int, tuple[str, ...]], placing: Placing) -> set[int]:
    """Put accounts (by id) into exactly these segments; returns those where that changed anything."""
    if not segments:
        return set()
    held: dict[int, set[int]] = {company_id: set() for company_id in segments}
    found = select(CompanySegment.company_id, CompanySegment.segment_id).where(CompanySegment.company_id.in_(segments))
    for company_id, segment_id in db.session.execute(found):
        held[company_id].add(segment_id)
    wanted = {company_id: {placing.segments[code] for code in codes} for company_id, codes in segments.items()}
    changed = {company_id for company_id in segments if held[company_id] != wanted[company_id]}
    left = [company_id for company_id in changed if held[company_id] - wanted[company_id]]
    if left:
        db.session.execute(delete(CompanySegment).where(CompanySegment.company_id.in_(left)))
    rows = [
        {"company_id": company_id, "segment_id": segment_id}
        for company_id in sorted(changed)
        for segment_id in sorted(wanted[company_id] - (set() if company_id in left else held[company_id]))
    ]
    if rows:
        db.session.execute(insert(CompanySegment), rows)
    return changed


def keep_parents(parents: Mapping[int, str], placing: Placing) -> set[int]:
    """Put accounts (by id) below others (by code, empty: below none); returns those where that changed anything."""
    if not parents:
        return set()
    held = dict(db.session.execute(select(Company.id, Company.parent_id).where(Company.id.in_(parents))).all())
    wanted = {company_id: placing.customers[code] if code else None for company_id, code in parents.items()}
    changed = [company_id for company_id in sorted(parents) if held[company_id] != wanted[company_id]]
    if changed:
        rows = [{"id": company_id, "parent_id": wanted[company_id]} for company_id in changed]
        db.session.execute(update(Company), rows)
    return set(changed)
