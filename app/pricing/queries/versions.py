"""Versions of a price list and what differs between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from app.accounts.queries.companies import operator_party
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.texts import N_
from app.pricing.domain.versions import Phase, holding, phase

# The id of the version of list `h` that holds on :on, as a part of other statements.
HOLDING = """(SELECT v.id FROM price_lists v
    WHERE (v.id = h.id OR v.series_id = h.id) AND v.state = 'approved'
      AND (v.valid_from IS NULL OR v.valid_from <= :on) AND (v.valid_to IS NULL OR :on < v.valid_to)
    ORDER BY v.valid_from DESC NULLS LAST, v.version DESC LIMIT 1)"""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version; the head of the series is version 1. `submitted_by` is the id of the person."""

    id: int
    code: str
    name: str
    currency: str
    is_gross: bool
    version: int
    state: str
    label: str
    note: str
    refusal: str
    valid_from: date | None
    valid_to: date | None
    entry_count: int
    updated_at: datetime
    submitted_by: int | None
    submitter: str
    submitted_at: datetime | None
    approver: str
    approved_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None


@dataclass(frozen=True, slots=True)
class Series:
    """A price list with all its versions, the newest first, on a day."""

    head_id: int
    code: str
    name: str
    currency: str
    versions: tuple[VersionLine, ...]
    today: date

    @property
    def holding(self) -> VersionLine | None:
        return holding(self.versions, self.today)

    def phase(self, version: VersionLine) -> Phase:
        return phase(version, self.versions, self.today)

    def of_code(self, code: str) -> VersionLine:
        return next(version for version in self.versions if version.code == code)

    def number(self, number: int) -> VersionLine:
        for version in self.versions:
            if version.version == number:
                return version
        raise NotFound(N_("There is no version {number} of {code}.", number=number, code=self.code))

    def before(self, version: VersionLine) -> VersionLine | None:
        """What a version is compared with: the one that holds, or holds when it starts; else the one before it."""
        day = max(version.valid_from or self.today, self.today) if version.state == "draft" else version.valid_from
        others = [other for other in self.versions if other.id != version.id]
        found = holding(others, day) if day else None
        return found or next((other for other in others if other.version < version.version), None)


_SERIES = text("""
SELECT v.id, v.code, v.name, v.currency, v.is_gross, v.version, v.state, v.label, v.note, v.refusal, v.valid_from,
       v.valid_to, v.entry_count, v.updated_at, v.submitted_by, coalesce(s.name, ''), v.submitted_at,
       coalesce(a.name, ''), v.approved_at, v.withdrawn_at
FROM price_lists o
JOIN price_lists v ON v.id = coalesce(o.series_id, o.id) OR v.series_id = coalesce(o.series_id, o.id)
LEFT JOIN users s ON s.id = v.submitted_by
LEFT JOIN users a ON a.id = v.approved_by
WHERE o.code = :code ORDER BY v.version DESC""")


def series(actor: Actor, code: str) -> Series:
    """The series that a list or one of its versions belongs to."""
    versions = tuple(VersionLine(*row) for row in db.session.execute(_SERIES, {"code": code}))
    if not versions:
        raise NotFound(N_("There is no price list {code}.", code=code))
    head = versions[-1]
    return Series(head.id, head.code, head.name, head.currency, versions, today(actor))


def today(actor: Actor) -> date:
    """Validity is meant in the operator's time zone."""
    return clock.today(operator_party(actor).time_zone)


def like_start(start: str) -> str:
    """The pattern of texts that begin so."""
    for sign in "\\%_":
        start = start.replace(sign, f"\\{sign}")
    return f"{start}%"


_TARGET = text(f"SELECT coalesce({HOLDING}, h.id) FROM price_lists h WHERE h.code = :code")  # noqa: S608 -- our own part


def holding_id(actor: Actor, code: str) -> int:
    """The version that a list's changes go into: of a head the one that holds today, of a version that version."""
    found = db.session.execute(_TARGET, {"code": code, "on": today(actor)}).scalar_one_or_none()
    if found is None:
        raise NotFound(N_("There is no price list {code}.", code=code))
    list_id: int = found
    return list_id
