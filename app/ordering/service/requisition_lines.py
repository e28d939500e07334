"""Lines of requisition lists. Each change is made line by line, so that two people on one list lose nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, any_, cast, delete, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from app.catalog.queries.articles import articles_by_code, articles_by_id
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.ordering.domain.cart import LineProblem, WantedLine
from app.ordering.domain.requisition_list import Access, Clash, LineEdit, merged, refusal
from app.ordering.models.requisition_lists import RequisitionChange, RequisitionLine, RequisitionList
from app.ordering.queries.requisition_lists import OBJECT
from app.ordering.service.requisition_lists import demand_open, lines_changed, locked_list

MAX_LINES = 10_000

_PUT = text("""
INSERT INTO requisition_lines (company_id, list_id, position, article_id, quantity, unit, note, changed_by)
SELECT :company_id, :list_id,
    (SELECT coalesce(max(position), 0) FROM requisition_lines WHERE list_id = :list_id) + new.place,
    new.article_id, new.quantity, new.unit, new.note, :who
FROM unnest(CAST(:article_id AS bigint[]), CAST(:quantity AS numeric[]), CAST(:unit AS text[]), CAST(:note AS text[]))
    WITH ORDINALITY AS new (article_id, quantity, unit, note, place)
ON CONFLICT (list_id, article_id, unit) DO UPDATE SET
    quantity = requisition_lines.quantity + excluded.quantity,
    note = CASE WHEN excluded.note = '' THEN requisition_lines.note ELSE excluded.note END,
    version = requisition_lines.version + 1, changed_at = now(), changed_by = excluded.changed_by
RETURNING version""")
_SET = text("""
UPDATE requisition_lines l SET quantity = coalesce(new.quantity, l.quantity), unit = coalesce(new.unit, l.unit),
    note = coalesce(new.note, l.note), version = l.version + 1, changed_at = now(), changed_by = :who
FROM unnest(CAST(:id AS bigint[]), CAST(:quantity AS numeric[]), CAST(:unit AS text[]), CAST(:note AS text[]))
    AS new (id, quantity, unit, note)
WHERE l.id = new.id AND l.list_id = :list_id""")
_BACK = text("""
INSERT INTO requisition_lines (company_id, list_id, position, article_id, quantity, unit, note, changed_by)
SELECT :company_id, :list_id, old.position, old.article_id, old.quantity, old.unit, old.note, old.changed_by
FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS old
    (position int, article_id bigint, quantity numeric, unit text, note text, changed_by text)
ON CONFLICT DO NOTHING RETURNING id""")
_PLACES = text("""
UPDATE requisition_lines l SET position = new.place
FROM (
    SELECT id, row_number() OVER (ORDER BY CASE WHEN id = :line THEN :place ELSE position * 2 + 1 END, id) AS place
    FROM (
        SELECT id, row_number() OVER (ORDER BY position, id) AS position
        FROM requisition_lines WHERE list_id = :list_id AND id <> :line
        UNION ALL SELECT id, 0 FROM requisition_lines WHERE list_id = :list_id AND id = :line
    ) old
) new
WHERE l.id = new.id AND l.position <> new.place""")


@dataclass(frozen=True, slots=True)
class Put:
    """What came of putting lines on a list: new ones, those that grew, and those refused by their place in the call."""

    change_id: int
    new: int
    grown: int
    refused: tuple[tuple[int, LineProblem], ...] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    """How many lines were changed, and those that somebody else had changed before."""

    count: int
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenOff:
    """What left a list; reversible by `restore_lines(change_id)`."""

    change_id: int
    count: int


@command
def put_lines(actor: Actor, list_id: int, lines: Sequence[WantedLine], *, client_ref: str) -> Put:
    """Put lines on a list; equal article and unit is added to the line that is there. A repeat adds nothing.

    What is no longer sold or does not fit the packs may stand on a list. Refused is what the account cannot see, a unit the
    article does not have, and what is no quantity; Invalid("lines") with `details` when nothing is left.
    """
    found, head = locked_list(actor, list_id, Access.EDIT)
    known = _repeated(found, client_ref, lines)
    if known is not None:
        return Put(known, 0, 0)
    demand_open(found, head)
    articles = articles_by_id(actor, {line.article_id for line in lines}, company_id=found.company_id)
    refused = [(place, problem) for place, line in enumerate(lines)
               if (problem := refusal(articles.get(line.article_id), line))]  # fmt: skip
    out = {place for place, _problem in refused}
    wanted = merged(line for place, line in enumerate(lines) if place not in out)
    if not wanted:
        raise Invalid("lines", refused[0][1].message if refused else N_("There is nothing to add."), details=refused)
    versions = _write(actor, found, wanted)
    change_id = db.session.scalars(
        insert(RequisitionChange).returning(RequisitionChange.id),
        [{"company_id": found.company_id, "list_id": list_id, "kind": "added", "client_ref": client_ref,
          "request_hash": _hash(lines), "line_count": len(lines)}],
    ).one()  # fmt: skip
    if lines_changed(actor, found) > MAX_LINES:
        raise Invalid("lines", N_("A list holds at most {most} lines. Make another one.", most=MAX_LINES))
    grown = sum(1 for version in versions if version)
    facts = {articles[line.article_id].sku: [None, _said(line.quantity, line.unit)] for line in wanted[:50]}
    audit.record(
        actor, OBJECT, list_id, "list_lines_put", {"lines": len(wanted), "grown": grown, **facts},
        company_id=found.company_id,
    )  # fmt: skip
    return Put(change_id, len(versions) - grown, grown, tuple(refused))


@command
def change_lines(actor: Actor, list_id: int, edits: Mapping[int, LineEdit]) -> Edited:
    """Change quantity, unit or note of lines by id; those that somebody changed after they were shown are left and told.

    Raises Invalid("quantity") or Invalid("unit") with `details` [(line id, LineProblem)]: then nothing is changed.
    """
    found, head = locked_list(actor, list_id, Access.EDIT)
    demand_open(found, head)
    held = _held(found, edits)
    articles = articles_by_id(actor, {line.article_id for line in held.values()}, company_id=found.company_id)
    problems, rows, clashes, said = [], [], [], {}
    for line_id, edit in edits.items():
        line = held.get(line_id)
        if line is None:
            clashes.append(Clash(line_id, "", edit.quantity, None, "", found.changed_by, found.changed_at))
            continue
        article = articles[line.article_id]
        new = _new_values(line, edit)
        if not new:
            continue
        problem = refusal(
            article, WantedLine(article.id, new.get("quantity", line.quantity), new.get("unit", line.unit))
        )
        if problem is not None:
            problems.append((line_id, problem))
        elif line.version != edit.version:
            clashes.append(
                Clash(line_id, article.sku, edit.quantity, line.quantity, line.unit, line.changed_by, line.changed_at)
            )
        else:
            rows.append({"id": line_id, "quantity": None, "unit": None, "note": None, **new})
            said[article.sku] = [_said(line.quantity, line.unit, line.note), _after(line, new)]
    if problems:
        raise Invalid("quantity", problems[0][1].message, details=problems)
    if rows:
        _demand_units_free(found, rows)
        db.session.execute(
            _SET, {"list_id": list_id, "who": actor.name, **_columns(rows, ("id", "quantity", "unit", "note"))}
        )
        lines_changed(actor, found)
        audit.record(actor, OBJECT, list_id, "list_lines_changed", said, company_id=found.company_id)
    return Edited(len(rows), tuple(clashes))


@command
def move_line(actor: Actor, list_id: int, line_id: int, place: int) -> None:
    """Put a line at a place (from 1); the others move on."""
    found, head = locked_list(actor, list_id, Access.EDIT)
    demand_open(found, head)
    if not _held(found, [line_id]):
        raise NotFound(N_("This line is no longer on the list."))
    values = {"list_id": list_id, "line": line_id, "place": max(place, 1) * 2}
    db.session.execute(_PLACES, values)
    lines_changed(actor, found)
    audit.record(actor, OBJECT, list_id, "list_line_moved", {"place": place}, company_id=found.company_id)


@command
def take_lines_off(actor: Actor, list_id: int, line_ids: Sequence[int] | None) -> TakenOff:
    """Take lines off (None: all of them); what was taken off is kept for `restore_lines`."""
    found, head = locked_list(actor, list_id, Access.EDIT)
    demand_open(found, head)
    gone = _taken(found, line_ids)
    if not gone:
        raise NotFound(N_("This line is no longer on the list."))
    change_id = _keep_removed(found, gone)
    lines_changed(actor, found)
    audit.record(actor, OBJECT, list_id, "list_lines_removed", {"lines": len(gone)}, company_id=found.company_id)
    return TakenOff(change_id, len(gone))


@command
def restore_lines(actor: Actor, list_id: int, change_id: int) -> int:
    """Put removed lines back at their old places; articles put on the list again meanwhile stay as they are.

    Returns how many came back.
    """
    found, head = locked_list(actor, list_id, Access.EDIT)
    demand_open(found, head)
    change = db.session.scalars(
        update(RequisitionChange)
        .where(
            RequisitionChange.id == change_id, RequisitionChange.list_id == list_id,
            RequisitionChange.kind == "removed", RequisitionChange.undone_at.is_(None),
        )
        .values(undone_at=clock.now())
        .returning(RequisitionChange)
    ).one_or_none()  # fmt: skip
    if change is None:
        raise Conflict(N_("These lines are back already."))
    values = {"company_id": found.company_id, "list_id": list_id, "lines": json.dumps(change.lines)}
    back = len(db.session.scalars(_BACK, values).all())
    lines_changed(actor, found)
    audit.record(actor, OBJECT, list_id, "list_lines_restored", {"lines": back}, company_id=found.company_id)
    return back


@command
def transfer_lines(
    actor: Actor, source_id: int, target_id: int, line_ids: Sequence[int] | None, *, is_move: bool, client_ref: str
) -> Put:
    """Copy lines (None: all) to another list, or move them there; moving can be taken back by `restore_lines`.

    For a move `change_id` is the one of the source.
    """
    if source_id == target_id:
        raise Invalid("target", N_("Choose another list."))
    first, second = sorted((source_id, target_id))
    for list_id in (first, second):
        locked_list(actor, list_id, Access.EDIT if is_move or list_id == target_id else Access.SEE)
    statement = select(
        RequisitionLine.article_id, RequisitionLine.quantity, RequisitionLine.unit, RequisitionLine.note
    ).where(RequisitionLine.list_id == source_id)
    if line_ids is not None:
        statement = statement.where(_one_of(line_ids))
    rows = db.session.execute(statement.order_by(RequisitionLine.position, RequisitionLine.id)).all()
    put = put_lines(actor, target_id, [WantedLine(*row) for row in rows], client_ref=client_ref)
    if not is_move or not (put.new or put.grown):
        return put
    if put.refused:
        raise Invalid("lines", put.refused[0][1].message, details=put.refused)
    gone = take_lines_off(actor, source_id, line_ids)
    return Put(gone.change_id, put.new, put.grown)


@command
def take_instead(actor: Actor, list_id: int, line_id: int, sku: str) -> None:
    """Put another article in a line's place, with its quantity, because the person said yes to it."""
    found, head = locked_list(actor, list_id, Access.EDIT)
    demand_open(found, head)
    line = _held(found, [line_id]).get(line_id)
    if line is None:
        raise NotFound(N_("This line is no longer on the list."))
    matches = articles_by_code(actor, [sku], company_id=found.company_id)
    article = next((one for many in matches.values() for one in many if one.sku == sku), None)
    unit = (
        line.unit
        if article is not None and article.factor(line.unit) is not None
        else getattr(article, "base_unit", "")
    )
    problem = refusal(article, WantedLine(line.article_id, line.quantity, unit))
    if article is None or problem is not None:
        raise Invalid("lines", problem.message if problem else N_("There is no such article."))
    (kept,) = _taken(found, [line_id])
    change_id = _keep_removed(found, [kept])
    _write(actor, found, [WantedLine(article.id, line.quantity, unit, line.note)])
    db.session.execute(
        update(RequisitionLine)
        .where(
            RequisitionLine.list_id == list_id, RequisitionLine.article_id == article.id, RequisitionLine.unit == unit
        )
        .where(RequisitionLine.version == 0)
        .values(position=kept["position"])
    )
    lines_changed(actor, found)
    audit.record(
        actor, OBJECT, list_id, "list_article_replaced", {"to": sku, "change": change_id}, company_id=found.company_id
    )


def _held(found: RequisitionList, line_ids: Iterable[int]) -> dict[int, Any]:
    statement = select(
        RequisitionLine.id, RequisitionLine.article_id, RequisitionLine.quantity, RequisitionLine.unit,
        RequisitionLine.note, RequisitionLine.version, RequisitionLine.changed_by, RequisitionLine.changed_at,
    ).where(RequisitionLine.list_id == found.id, _one_of(line_ids))  # fmt: skip
    return {row.id: row for row in db.session.execute(statement)}


def _one_of(line_ids: Iterable[int]) -> Any:
    """One parameter however many ids."""
    return RequisitionLine.id == any_(cast(list(line_ids), ARRAY(BigInteger)))


def _new_values(line: Any, edit: LineEdit) -> dict[str, Any]:
    """The parts that differ from what is there now."""
    asked = {"quantity": edit.quantity, "unit": edit.unit, "note": None if edit.note is None else edit.note.strip()}
    return {name: value for name, value in asked.items() if value is not None and value != getattr(line, name)}


def _write(actor: Actor, found: RequisitionList, wanted: Sequence[WantedLine]) -> list[int]:
    """One statement for all lines; returns their versions, zero for new ones."""
    columns = {name: [getattr(line, name) for line in wanted] for name in ("article_id", "quantity", "unit", "note")}
    values = {"company_id": found.company_id, "list_id": found.id, "who": actor.name, **columns}
    return list(db.session.scalars(_PUT, values))


def _taken(found: RequisitionList, line_ids: Sequence[int] | None) -> list[dict[str, Any]]:
    statement = delete(RequisitionLine).where(
        RequisitionLine.list_id == found.id, RequisitionLine.company_id == found.company_id
    )
    if line_ids is not None:
        statement = statement.where(_one_of(line_ids))
    rows = db.session.execute(
        statement.returning(
            RequisitionLine.position, RequisitionLine.article_id, RequisitionLine.quantity, RequisitionLine.unit,
            RequisitionLine.note, RequisitionLine.changed_by,
        )
    )  # fmt: skip
    return [{name: str(value) if isinstance(value, Decimal) else value for name, value in row._mapping.items()}  # noqa: SLF001
            for row in rows]  # fmt: skip


def _keep_removed(found: RequisitionList, gone: Sequence[dict[str, Any]]) -> int:
    return int(
        db.session.scalars(
            insert(RequisitionChange).returning(RequisitionChange.id),
            [{"company_id": found.company_id, "list_id": found.id, "kind": "removed", "line_count": len(gone),
              "lines": list(gone)}],
        ).one()
    )  # fmt: skip


def _repeated(found: RequisitionList, client_ref: str, lines: Sequence[WantedLine]) -> int | None:
    """The change the same request has made before; other content under the same reference is a Conflict."""
    row = db.session.execute(
        select(RequisitionChange.id, RequisitionChange.request_hash, RequisitionChange.list_id).where(
            RequisitionChange.company_id == found.company_id, RequisitionChange.client_ref == client_ref
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != _hash(lines) or row.list_id != found.id:
        raise Conflict(N_("This was sent before with other content. Open the page again."))
    return int(row.id)


def _demand_units_free(found: RequisitionList, rows: Sequence[Mapping[str, Any]]) -> None:
    """A line cannot move to a unit in which the same article is on the list already."""
    clash = db.session.scalar(
        text("""
            SELECT count(*) FROM requisition_lines mine JOIN requisition_lines other
                ON other.list_id = mine.list_id AND other.article_id = mine.article_id AND other.id <> mine.id
            JOIN unnest(CAST(:id AS bigint[]), CAST(:unit AS text[])) AS new (id, unit)
                ON new.id = mine.id AND new.unit = other.unit
            WHERE mine.list_id = :list_id"""),
        {"list_id": found.id, **_columns(rows, ("id", "unit"))},
    )
    if clash:
        raise Invalid("unit", N_("The article is on the list in this unit already. Change that line."))


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def _said(quantity: Decimal, unit: str, note: str = "") -> str:
    return f"{quantity.normalize():f} {unit} {note}".strip()


def _after(line: Any, new: Mapping[str, Any]) -> str:
    return _said(new.get("quantity", line.quantity), new.get("unit", line.unit), new.get("note", line.note))


def _hash(lines: Sequence[WantedLine]) -> str:
    content = [[line.article_id, str(line.quantity.normalize()), line.unit, line.note] for line in lines]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
