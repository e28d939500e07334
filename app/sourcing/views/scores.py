"""Marks of one evaluator for the bids of a lot: on the page, or in a workbook that is sent back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

from flask import Response, make_response, request, send_file

from app.core.errors import Forbidden, Invalid, RowProblem
from app.core.tables.opening import open_table
from app.core.tables.writing import write_xlsx
from app.core.texts import N_
from app.sourcing.policy import Permission
from app.sourcing.queries.evaluation import LotEvaluation, evaluated_tender, evaluation_of, scores_by_person
from app.sourcing.service.evaluation import GivenMark, may_score, score
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language, ngettext, say

_MOST_ROWS = 5000
_MOST_BYTES = 5 * 1024 * 1024


@dataclass(slots=True)
class Entry:
    """One mark as it stands in the form."""

    bid_id: int
    requirement_id: int
    name: str
    mark: str = ""
    comment: str = ""
    problem: str = ""

    @property
    def key(self) -> str:
        return f"{self.bid_id}-{self.requirement_id}"


def _lot(number: str, lot_id: int) -> LotEvaluation:
    tender_id = evaluated_tender(actor(), number)
    if not may_score(actor(), tender_id):
        raise Forbidden(N_("Only the evaluators of this tender give marks."))
    return evaluation_of(actor(), tender_id, lot_id)


@blueprint.get("/tenders/<number:number>/scores/<int:lot_id>")
@requires(Permission.EVALUATE)
def scores_edit(number: str, lot_id: int) -> Response:
    lot = _lot(number, lot_id)
    return _page(lot, _entries(lot))


def _page(
    lot: LotEvaluation, entries: list[Entry], *, problems: list[RowProblem] | None = None, status: int = 200
) -> Response:
    titles = {one.id: one for one in lot.criteria}
    bids = [row for row in sorted(lot.rows, key=lambda row: row.supplier_name) if row.is_in]
    return render_page(
        "sourcing/scores_edit.html",
        lot=lot,
        criteria=titles,
        bids=[(row, [entry for entry in entries if entry.bid_id == row.bid_id]) for row in bids],
        wrong=[entry for entry in entries if entry.problem],
        problems=problems or [],
        status=status,
    )


def _entries(lot: LotEvaluation) -> list[Entry]:
    """One for each bid and criterion, with the actor's own marks."""
    kept = scores_by_person(lot)
    found = []
    for row in lot.rows:
        for one in lot.criteria if row.is_in else ():
            held = kept.get((actor().user_id or 0, row.bid_id, one.id))
            mark = f"{held.mark.normalize():f}" if held else ""
            found.append(Entry(row.bid_id, one.id, row.supplier_name, mark, held.comment if held else ""))
    return found


@blueprint.post("/tenders/<number:number>/scores/<int:lot_id>")
@requires(Permission.EVALUATE)
def scores_save(number: str, lot_id: int) -> Response:
    lot = _lot(number, lot_id)
    entries = _entries(lot)
    given = []
    for entry in entries:
        entry.mark = request.form.get(f"mark-{entry.key}", "").strip()[:20]
        entry.comment = request.form.get(f"comment-{entry.key}", "").strip()
        if not entry.mark:
            continue
        try:
            mark = parse_decimal(entry.mark, language())
        except ValueError:
            entry.problem = str(_("“{given}” is not a number.", given=entry.mark))
            continue
        given.append(GivenMark(entry.bid_id, entry.requirement_id, mark, entry.comment, entry.key))
    if not any(entry.problem for entry in entries):
        try:
            score(actor(), lot.tender_id, lot_id, given)
        except Invalid as refusal:
            _blame(entries, refusal)
        else:
            tell(ngettext("{n} mark is kept.", "{n} marks are kept.", len(given)))
            return go("sourcing.evaluation_show", part=f"lot-{lot_id}", number=number)
    return _page(lot, entries, status=422)


def _blame(entries: list[Entry], refusal: Invalid) -> None:
    wrong = next((entry for entry in entries if entry.key == refusal.field), entries[0] if entries else None)
    if wrong is not None:
        wrong.problem = say(refusal.message)


@blueprint.get("/tenders/<number:number>/scores/<int:lot_id>/marks.xlsx")
@requires(Permission.EVALUATE)
def scores_xlsx(number: str, lot_id: int) -> Response:
    lot = _lot(number, lot_id)
    target = BytesIO()
    write_xlsx(_rows(lot), target, sheet="Marks")
    target.seek(0)
    return make_response(
        send_file(
            target,
            mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            as_attachment=True,
            download_name=f"{number}-{lot.lot_number}-marks.xlsx",
        )
    )


def _rows(lot: LotEvaluation) -> Iterator[list[str | Decimal | None]]:
    yield [
        str(word)
        for word in (_("Key"), _("Supplier"), _("Criterion"), _("Weight"), _("Mark, 0 to 100"), _("Comment"))
    ]  # fmt: skip
    titles = {one.id: one for one in lot.criteria}
    for entry in _entries(lot):
        asked = titles[entry.requirement_id]
        mark = Decimal(entry.mark) if entry.mark else None
        yield [entry.key, entry.name, asked.title, asked.weight, mark, entry.comment]


@blueprint.post("/tenders/<number:number>/scores/<int:lot_id>/marks")
@requires(Permission.EVALUATE)
def scores_upload(number: str, lot_id: int) -> Response:
    """Marks from a workbook: all of them, or none and what is wrong with which row."""
    lot = _lot(number, lot_id)
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise Invalid("file", N_("Choose a file."))
        given, problems = _read(lot, upload.stream.read(_MOST_BYTES + 1))
        if not problems:
            score(actor(), lot.tender_id, lot_id, given)
            tell(ngettext("{n} mark is kept.", "{n} marks are kept.", len(given)))
            return go("sourcing.evaluation_show", part=f"lot-{lot_id}", number=number)
    except Invalid as refusal:
        problems = [RowProblem(int(refusal.field) if refusal.field.isdigit() else 0, "", "refused", refusal.message)]
    return _page(lot, _entries(lot), problems=problems, status=422)


def _read(lot: LotEvaluation, data: bytes) -> tuple[list[GivenMark], list[RowProblem]]:
    if len(data) > _MOST_BYTES:
        raise Invalid("file", N_("The file is larger than 5 MB."))
    known = {entry.key: entry for entry in _entries(lot)}
    given: list[GivenMark] = []
    problems: list[RowProblem] = []
    with open_table(BytesIO(data)) as table:
        for row in table.rows():
            cells = [str(cell).strip() if cell is not None else "" for cell in row.cells] + [""] * 6
            if row.number == 1 or row.number > _MOST_ROWS or not cells[4]:
                continue
            entry = known.get(cells[0])
            if entry is None:
                problems.append(
                    RowProblem(row.number, "A", "key", N_("There is no bid and criterion with this key."), cells[0])
                )
                continue
            try:
                mark = parse_decimal(cells[4], language() if isinstance(row.cells[4], str) else "en")
            except ValueError:
                problems.append(
                    RowProblem(row.number, "E", "mark", N_("A mark is a number from 0 to 100."), cells[4])
                )  # fmt: skip
                continue
            given.append(GivenMark(entry.bid_id, entry.requirement_id, mark, cells[5], str(row.number)))
    return given, problems
