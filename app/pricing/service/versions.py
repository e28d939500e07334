"""The life of a version of a price list: draft, approval by a second person, planned, held, rolled back.

A version is a row with dates, so it starts, ends and gives way without any job: the request after the commit prices by it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, text, update

from app.catalog.domain.article import key_of
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.operator_settings import setting_value
from app.core.texts import N_
from app.pricing.domain.settings import APPROVAL_PERCENT
from app.pricing.domain.versions import (
    PercentChange,
    Phase,
    Selection,
    checked_span,
    has_held,
    holding,
)
from app.pricing.models.lists import PriceEntry, PriceList
from app.pricing.policy import Permission
from app.pricing.queries.comparison import summary
from app.pricing.queries.versions import Series, VersionLine, like_start, series

_FACTS = ", ".join(
    column.name for column in PriceEntry.__table__.columns if column.name not in ("id", "price_list_id", "held_since")
)
_COPY = text(f"""
WITH copied AS (
    INSERT INTO price_entries (price_list_id, {_FACTS})
    SELECT :new, {_FACTS} FROM price_entries
    WHERE price_list_id = :old AND (valid_to IS NULL OR valid_to > :today)
    ORDER BY article_id, unit, min_quantity
    RETURNING 1
)
UPDATE price_lists SET entry_count = (SELECT count(*) FROM copied) WHERE id = :new
RETURNING entry_count""")  # noqa: S608 -- names of columns
# What is the version's own; everything else a new one has from the version it is made from.
_OWN = frozenset({
    "id", "code", "series_id", "version", "state", "label", "note", "refusal", "valid_from", "valid_to", "entry_count",
    "submitted_by", "submitted_at", "approved_by", "approved_at", "withdrawn_at", "announced_for", "end_told_for", "updated_at",
})  # fmt: skip
_CODE_LENGTH = 40


@command
def new_draft(
    actor: Actor, code: str, *, copied_from: int | None = None, is_empty: bool = False, label: str = "", note: str = ""
) -> str:
    """A new version with the prices of the one that holds (or of the version numbered so), or empty; returns its code.

    Prices whose last day has passed are left behind.
    """
    actor.demand(Permission.EDIT)
    known = _locked(actor, code)
    source = known.number(copied_from) if copied_from else known.holding or known.versions[0]
    number = known.versions[0].version + 1
    held = db.session.get_one(PriceList, source.id)
    facts = {
        column.name: getattr(held, column.name) for column in PriceList.__table__.columns if column.name not in _OWN
    }
    suffix = f".v{number}"
    made = PriceList(
        **facts, code=known.code[: _CODE_LENGTH - len(suffix)] + suffix, series_id=known.head_id, version=number,
        state="draft", **_words(label, note),
    )  # fmt: skip
    if db.session.scalar(select(PriceList.id).where(PriceList.code == made.code)) is not None:
        raise Conflict(N_("The code {code} is taken by another list. Rename that one first.", code=made.code))
    db.session.add(made)
    db.session.flush()
    count = 0
    if not is_empty:
        count = db.session.execute(_COPY, {"new": made.id, "old": source.id, "today": known.today}).scalar_one()
    copied = None if is_empty else source.version
    audit.record(actor, "price_list", made.id, "draft", {"version": number, "copied_from": copied, "entries": count})
    return made.code


@command
def describe(actor: Actor, code: str, *, label: str, note: str) -> None:
    """What people call a version, and why it was made."""
    actor.demand(Permission.EDIT)
    version = _locked(actor, code).of_code(code)
    words = _words(label, note)
    changes = {
        name: [getattr(version, name), value] for name, value in words.items() if getattr(version, name) != value
    }
    if changes:
        db.session.execute(update(PriceList).where(PriceList.id == version.id).values(**words))
        audit.record(actor, "price_list", version.id, "describe", changes)


def _words(label: str, note: str) -> dict[str, str]:
    if len(label.strip()) > 80:
        raise Invalid("label", N_("The name has more than {length} characters.", length=80))
    if len(note.strip()) > 500:
        raise Invalid("note", N_("The note has more than {length} characters.", length=500))
    return {"label": label.strip(), "note": note.strip()}


_RAISE = text("""
WITH RECURSIVE tree AS (
    SELECT id FROM categories WHERE code = :category
    UNION ALL SELECT c.id FROM categories c JOIN tree t ON c.parent_id = t.id
), chosen AS (
    SELECT e.id, e.price * :factor / :step AS steps
    FROM price_entries e JOIN articles a ON a.id = e.article_id
    WHERE e.price_list_id = :list AND (:brand = '' OR lower(a.brand) = lower(:brand))
      AND (:start = '' OR a.sku_key LIKE :pattern) AND (:category = '' OR a.category_id IN (SELECT id FROM tree))
), changed AS (
    SELECT id, round(:step * CASE :rounding WHEN 'up' THEN ceil(steps) WHEN 'down' THEN floor(steps)
                             ELSE round(steps) END, 6) AS price
    FROM chosen
)
UPDATE price_entries e SET price = c.price, held_since = now()
FROM changed c WHERE e.id = c.id AND e.price <> c.price""")
_TOUCH = text("UPDATE price_lists SET updated_at = now() WHERE id = :list")


@command
def change_by_percent(actor: Actor, code: str, selection: Selection, change: PercentChange) -> int:
    """Change prices of a draft; returns how many are others now. The draft's other prices stay."""
    actor.demand(Permission.EDIT)
    change.check()
    known = _locked(actor, code)
    version = known.of_code(code)
    _demand(known, version, Phase.DRAFT)
    start = key_of(selection.sku_start)
    count: int = db.session.execute(_RAISE, {
        "list": version.id, "category": selection.category, "brand": selection.brand.strip(), "start": start,
        "pattern": like_start(start), "factor": 1 + change.percent / 100, "step": change.step, "rounding": change.rounding,
    }).rowcount  # type: ignore[attr-defined]  # of an UPDATE it is there  # fmt: skip
    if count:
        db.session.execute(_TOUCH, {"list": version.id})
        facts = {"percent": change.percent, "step": change.step, "rounding": change.rounding, "prices": count,
                 "category": selection.category, "brand": selection.brand, "sku_start": selection.sku_start}  # fmt: skip
        audit.record(actor, "price_list", version.id, "percent", facts)
    return count


@command
def submit(actor: Actor, code: str, *, valid_from: date | None = None, valid_to: date | None = None) -> Phase:
    """Propose a draft for a span (from today where none is given); returns what it is then.

    Where no price changes by more than the set percent, it is approved at once: planned, or from today on active.
    """
    actor.demand(Permission.EDIT)
    known = _locked(actor, code)
    version = known.of_code(code)
    _demand(known, version, Phase.DRAFT)
    if not version.entry_count:
        raise Conflict(N_("This version has no prices yet. Add prices or import a file first."))
    start, end = checked_span(valid_from or known.today, valid_to, known.today)
    values: dict[str, Any] = {
        "valid_from": start, "valid_to": end, "refusal": "", "submitted_by": actor.user_id or 0,
        "submitted_at": clock.now(),
    }  # fmt: skip
    needs_second = needs_approval(actor, known, version)
    if not needs_second:
        values |= {"state": "approved", "approved_by": actor.user_id, "approved_at": clock.now()}
    db.session.execute(update(PriceList).where(PriceList.id == version.id).values(**values))
    action = "submit" if needs_second else "release"
    audit.record(actor, "price_list", version.id, action, {"valid_from": start, "valid_to": end})
    return Phase.WAITING if needs_second else Phase.ACTIVE if start <= known.today else Phase.PLANNED


def needs_approval(actor: Actor, known: Series, version: VersionLine) -> bool:
    """Whether a second person must look: some price changes by more percent than APPROVAL_PERCENT allows."""
    before = known.before(version)
    limit = Decimal(setting_value(APPROVAL_PERCENT))
    return before is None or summary(actor, before.id, version.id).largest > limit


@command
def approve(actor: Actor, code: str) -> Phase:
    """Release a version that waits; never by the person who proposed it. A start that has passed becomes today."""
    actor.demand(Permission.APPROVE)
    known = _locked(actor, code)
    version = known.of_code(code)
    _demand(known, version, Phase.WAITING)
    if actor.user_id is not None and version.submitted_by == actor.user_id:
        raise Forbidden(N_("A second person approves what you have proposed."))
    start = max(version.valid_from or known.today, known.today)
    if version.valid_to is not None and version.valid_to <= start:
        raise Conflict(N_("Its last day has passed. Refuse it, so that it can be planned anew."))
    values = {"state": "approved", "approved_by": actor.user_id, "approved_at": clock.now(), "valid_from": start}
    db.session.execute(update(PriceList).where(PriceList.id == version.id).values(**values))
    audit.record(actor, "price_list", version.id, "approve", {"valid_from": [version.valid_from, start]})
    return Phase.ACTIVE if start <= known.today else Phase.PLANNED


@command
def refuse(actor: Actor, code: str, reason: str) -> None:
    """Give a version back to its editor, with the reason."""
    actor.demand(Permission.APPROVE)
    if not 0 < len(reason.strip()) <= 500:
        raise Invalid("reason", N_("Say why, in 1 to {length} characters.", length=500))
    _back_to_draft(actor, code, "refuse", reason.strip())


@command
def take_back(actor: Actor, code: str) -> None:
    """Go on editing a version that waits."""
    actor.demand(Permission.EDIT)
    _back_to_draft(actor, code, "take_back", "")


def _back_to_draft(actor: Actor, code: str, action: str, refusal: str) -> None:
    known = _locked(actor, code)
    version = known.of_code(code)
    _demand(known, version, Phase.WAITING)
    values = {"submitted_by": None, "submitted_at": None, "refusal": refusal}
    db.session.execute(update(PriceList).where(PriceList.id == version.id).values(**values))
    audit.record(actor, "price_list", version.id, action, {"reason": refusal} if refusal else {})


@command
def reschedule(actor: Actor, code: str, *, valid_from: date | None = None, valid_to: date | None = None) -> None:
    """Another span for a planned version; without a first day it holds from today on."""
    actor.demand(Permission.APPROVE)
    known = _locked(actor, code)
    version = known.of_code(code)
    _demand(known, version, Phase.PLANNED)
    if version.valid_from is None or version.valid_from <= known.today:
        raise Conflict(N_("It has begun already and holds again when the version over it ends."))
    start, end = checked_span(valid_from or known.today, valid_to, known.today)
    db.session.execute(update(PriceList).where(PriceList.id == version.id).values(valid_from=start, valid_to=end))
    changes = {"valid_from": [version.valid_from, start], "valid_to": [version.valid_to, end]}
    audit.record(actor, "price_list", version.id, "reschedule", changes)


@command
def withdraw(actor: Actor, code: str) -> None:
    """Take a planned or active version out: the next request prices by the version before it.

    Days on which it has held stay as they were: then its span ends with yesterday instead.
    """
    actor.demand(Permission.APPROVE)
    known = _locked(actor, code)
    version = known.of_code(code)
    _demand(known, version, Phase.PLANNED, Phase.ACTIVE)
    others = [other for other in known.versions if other.id != version.id]
    if known.phase(version) is Phase.ACTIVE and holding(others, known.today) is None:
        raise Conflict(N_("No other version would hold then, and nobody would see a price. Make one first."))
    if has_held(version, known.versions, known.today):
        values: dict[str, Any] = {"valid_to": known.today}
        changes: dict[str, Any] = {"valid_to": [version.valid_to, known.today]}
    else:
        values = {"state": "withdrawn", "withdrawn_at": clock.now()}
        changes = {"state": ["approved", "withdrawn"]}
    db.session.execute(update(PriceList).where(PriceList.id == version.id).values(**values))
    audit.record(actor, "price_list", version.id, "withdraw", changes)


@command
def discard(actor: Actor, code: str) -> None:
    """Remove a draft with its prices."""
    actor.demand(Permission.EDIT)
    known = _locked(actor, code)
    version = known.of_code(code)
    _demand(known, version, Phase.DRAFT)
    db.session.execute(delete(PriceEntry).where(PriceEntry.price_list_id == version.id))
    db.session.execute(delete(PriceList).where(PriceList.id == version.id))
    facts = {"list": known.code, "version": version.version, "entries": version.entry_count}
    audit.record(actor, "price_list", known.head_id, "discard", facts)


def draft_for_import(actor: Actor, code: str, *, is_first_part: bool) -> str:
    """The draft a file goes into: the newest one of the list, else a new copy of what holds. Inside a command."""
    known = _locked(actor, code)
    drafts = [version for version in known.versions if known.phase(version) is Phase.DRAFT]
    if drafts:
        return drafts[0].code
    if not is_first_part:
        raise Conflict(N_("The draft has been submitted or discarded while the file was read into it."))
    return new_draft(actor, code)


def _locked(actor: Actor, code: str) -> Series:
    """The series, with its head locked: changes of its versions follow each other."""
    head_id = db.session.scalar(
        select(text("coalesce(series_id, id)")).select_from(PriceList).where(PriceList.code == code)
    )
    if head_id is None:
        raise NotFound(N_("There is no price list {code}.", code=code))
    lock_rows(PriceList, [head_id])
    return series(actor, code)


_PHASE_PROBLEMS = {
    Phase.DRAFT: N_("Only a draft can be changed. Make a new draft from this version."),
    Phase.WAITING: N_("This version does not wait for approval any more."),
    Phase.PLANNED: N_("Only a version that is planned or holds can be changed so."),
}


def _demand(known: Series, version: VersionLine, *phases: Phase) -> None:
    if known.phase(version) not in phases:
        raise Conflict(_PHASE_PROBLEMS[phases[0]])
