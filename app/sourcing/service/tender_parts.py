"""Lots, lines and requirements of a tender, put in place of those that are there; kept rows keep their ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import delete, select, update

from app.catalog.queries.articles import articles_by_id
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.texts import N_
from app.core.units import UNIT_NAMES
from app.sourcing.domain.tender import MOST_LINES, MOST_LOTS, LineEntry, LotEntry, RequirementEntry
from app.sourcing.models.tenders import Tender, TenderLine, TenderLot, TenderRequirement, TenderTarget

KINDS = ("eligibility", "document", "technical", "criterion", "feature", "cost")
ANSWERS = ("yes_no", "text", "number", "date", "file", "choice")
R = TypeVar("R", TenderLot, TenderLine, TenderRequirement)


def put_lots(tender: Tender, entries: Sequence[LotEntry]) -> None:
    """Raises Invalid; a lot that is left out goes, with its lines."""
    if not entries:
        raise Invalid("lots", N_("A tender has at least one lot."))
    if len(entries) > MOST_LOTS:
        raise Invalid("lots", N_("At most {count} lots.", count=MOST_LOTS))
    rows = _rows_of(TenderLot, tender)
    _drop(TenderLot, rows, {entry.id for entry in entries})
    for number, row in enumerate((rows[entry.id] for entry in entries if entry.id in rows), start=1):
        row.number = -number  # numbers change places
    db.session.flush()
    for number, entry in enumerate(entries, start=1):
        if not entry.title.strip():
            raise Invalid("lots", N_("Lot {number} needs a title.", number=number))
        if any(amount is not None and amount <= 0 for amount in (entry.value, entry.step)):
            raise Invalid("lots", N_("Lot {number}: amounts are above zero.", number=number))
        lot = _row(TenderLot, tender, rows, entry.id, number=number, title=entry.title.strip()[:200])
        lot.number, lot.title, lot.description = number, entry.title.strip()[:200], entry.description.strip()
        lot.value, lot.step = entry.value, entry.step
        lot.state = lot.state or tender.state
    db.session.flush()


def put_lines(actor: Actor, tender: Tender, entries: Sequence[LineEntry]) -> None:
    """Raises Invalid naming the row. Lines of the catalogue take its text where none is given."""
    if len(entries) > MOST_LINES:
        raise Invalid("lines", N_("At most {count} lines.", count=MOST_LINES))
    lots = {lot.number: lot.id for lot in _rows_of(TenderLot, tender).values()}
    articles = articles_by_id(actor, {entry.article_id for entry in entries if entry.article_id is not None})
    rows = _rows_of(TenderLine, tender)
    _drop(TenderLine, rows, {entry.id for entry in entries})
    db.session.execute(
        update(TenderLine).where(TenderLine.tender_id == tender.id).values(position=-TenderLine.position)
    )
    made: list[tuple[TenderLine, LineEntry]] = []
    for position, entry in enumerate(entries, start=1):
        _check_line(position, entry, lots)
        article = articles.get(entry.article_id) if entry.article_id is not None else None
        values = {
            "lot_id": lots[entry.lot],
            "position": position,
            "article_id": article.id if article else None,
            "code": (article.sku if article else entry.code.strip())[:64],
            "text": (entry.text.strip() or (article.name if article else ""))[:300],
            "specification": entry.specification.strip(),
            "quantity": entry.quantity,
            "unit": entry.unit,
            "need_by": entry.need_by,
        }
        if not values["text"]:
            raise Invalid("lines", N_("Line {row}: say what is wanted.", row=position))
        made.append((_row(TenderLine, tender, rows, entry.id, **values), entry))
    db.session.flush()
    _put_targets(tender, made)


def _check_line(position: int, entry: LineEntry, lots: Mapping[int, int]) -> None:
    if entry.lot not in lots:
        raise Invalid("lines", N_("Line {row}: there is no lot {lot}.", row=position, lot=entry.lot))
    if entry.quantity <= 0:
        raise Invalid("lines", N_("Line {row}: the quantity is above zero.", row=position))
    if entry.unit not in UNIT_NAMES:
        raise Invalid("lines", N_("Line {row}: there is no unit “{unit}”.", row=position, unit=entry.unit))
    if entry.target is not None and entry.target <= 0:
        raise Invalid("lines", N_("Line {row}: the target price is above zero.", row=position))


def _put_targets(tender: Tender, made: Iterable[tuple[TenderLine, LineEntry]]) -> None:
    wanted = [(line.id, entry.target) for line, entry in made if entry.target is not None]
    own = select(TenderLine.id).where(TenderLine.tender_id == tender.id)
    db.session.execute(delete(TenderTarget).where(TenderTarget.line_id.in_(own)))
    db.session.add_all(
        [TenderTarget(line_id=line_id, company_id=tender.company_id, price=price) for line_id, price in wanted]
    )
    db.session.flush()


def put_requirements(tender: Tender, entries: Sequence[RequirementEntry]) -> None:
    """Raises Invalid naming the row."""
    lots = {lot.number: lot.id for lot in _rows_of(TenderLot, tender).values()}
    rows = _rows_of(TenderRequirement, tender)
    _drop(TenderRequirement, rows, {entry.id for entry in entries})
    for position, entry in enumerate(entries, start=1):
        if entry.kind not in KINDS or entry.answer_type not in ANSWERS:
            raise Invalid("requirements", N_("Requirement {row}: choose a kind and an answer.", row=position))
        if not entry.title.strip():
            raise Invalid("requirements", N_("Requirement {row}: say what is required.", row=position))
        if entry.lot is not None and entry.lot not in lots:
            raise Invalid("requirements", N_("Requirement {row}: there is no lot {lot}.", row=position, lot=entry.lot))
        if entry.answer_type == "choice" and not entry.options:
            raise Invalid("requirements", N_("Requirement {row}: name the choices.", row=position))
        if entry.envelope > tender.envelopes:
            raise Invalid("requirements", N_("Requirement {row}: there is one envelope only.", row=position))
        values = {
            "lot_id": lots[entry.lot] if entry.lot is not None else None,
            "position": position,
            "kind": entry.kind,
            "title": entry.title.strip()[:200],
            "description": entry.description.strip(),
            "answer_type": entry.answer_type,
            "is_mandatory": entry.is_mandatory,
            "weight": entry.weight,
            "options": [list(pair) for pair in entry.options],
            "envelope": entry.envelope,
        }
        _row(TenderRequirement, tender, rows, entry.id, **values)
    db.session.flush()


def _rows_of(model: type[R], tender: Tender) -> dict[int | None, R]:
    return {row.id: row for row in db.session.scalars(select(model).where(model.tender_id == tender.id))}


def _drop(model: type[R], rows: Mapping[int | None, R], kept: set[int | None]) -> None:
    gone = [key for key in rows if key not in kept]
    if gone:
        db.session.execute(delete(model).where(model.id.in_(gone)))
        for key in gone:
            db.session.expunge(rows[key])


def _row(model: type[R], tender: Tender, rows: Mapping[int | None, R], row_id: int | None, **values: Any) -> R:
    """The row that is there already, changed, or a new one."""
    found = rows.get(row_id) if row_id is not None else None
    if found is None:
        found = model(company_id=tender.company_id, tender_id=tender.id)
        db.session.add(found)
    for name, value in values.items():
        setattr(found, name, value)
    return found
