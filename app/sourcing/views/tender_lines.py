"""Lots, lines and requirements of a tender: shown, filled in while it is a draft, amended later; as files out."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from flask import Response, request, send_file

from app.catalog.queries.articles import articles_by_id
from app.core.errors import Conflict, Invalid, NotFound
from app.core.tables.writing import write_xlsx
from app.core.units import UNIT_NAMES
from app.sourcing.domain.quote import LineAsk
from app.sourcing.domain.tender import LineEntry, LotEntry, RequirementEntry
from app.sourcing.policy import Permission
from app.sourcing.queries.tenders import LineShown, lines_of, lots_of, own_tender, requirements_of
from app.sourcing.service import tender_changes, tenders
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.asked import AskedRow, added_rows, entered_rows, understood
from app.sourcing.views.quote_words import shown_version, words
from app.sourcing.views.tender_words import ANSWER_WORDS, KIND_WORDS, options
from app.sourcing.views.tenders import page_values
from app.web import formats
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language, say

if TYPE_CHECKING:
    from app.sourcing.models.tenders import Tender, TenderLot

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLANK_LOTS, BLANK_ROWS, BLANK_REQUIREMENTS = 2, 5, 3


@blueprint.get("/tenders/<number:number>/lines")
@requires(Permission.READ_TENDERS)
def tender_lines(number: str) -> Response:
    tender = own_tender(actor(), number)
    lines = lines_of(tender.id)
    return render_page(
        "sourcing/tender_lines.html",
        tender=tender,
        lots=[(lot, [one for one in lines if one.line.lot_id == lot.id]) for lot in lots_of(tender.id)],
        **page_values(tender, "lines"),
    )


@blueprint.get("/tenders/<number:number>/lines.xlsx")
@requires(Permission.READ_TENDERS)
def tender_lines_file(number: str) -> Response:
    """All lines as a workbook, one row each; target prices only for those who run tenders."""
    tender = own_tender(actor(), number)
    lots = {lot.id: lot.number for lot in lots_of(tender.id)}
    head = [_("Lot"), _("No."), _("Number"), _("What"), _("Quantity"), _("Unit"), _("Needed by"), _("Target price")]
    is_told = actor().can(Permission.RUN)
    rows = [
        [Decimal(lots[line.lot_id]), Decimal(line.position), line.code, line.text, line.quantity, line.unit, line.need_by,
         target if is_told else None]
        for line, target in lines_of(tender.id)
    ]  # fmt: skip
    target_file = BytesIO()
    write_xlsx([[str(name) for name in head], *rows], target_file, sheet=tender.number)
    target_file.seek(0)
    return send_file(target_file, mimetype=XLSX, as_attachment=True, download_name=f"{tender.number}.xlsx")


@blueprint.route("/tenders/<number:number>/lots", methods=["GET", "POST"])
@requires(Permission.RUN)
def tender_lots(number: str) -> Response:
    """Titles, ceilings and steps of all lots; an empty title takes a lot out."""
    tender = _changeable(number)
    lots, refused = lots_of(tender.id), ""
    if request.method == "POST":
        try:
            entries = _lots_entered({str(lot.id) for lot in lots})
            if tender.state == "draft":
                tenders.save_lots(actor(), tender.id, entries, row_version=shown_version())
                tell(_("The lots are saved."))
            else:
                _amended(tender, tender_changes.Amendment(words("reason"), lots=entries))
            return go("sourcing.tender_lines", number=number)
        except (Invalid, Conflict) as error:
            refused = say(error.message)
    return render_page(
        "sourcing/tender_lots.html",
        status=422 if refused else 200,
        tender=tender,
        rows=_filled(_lot_rows(lots) if request.method == "GET" else _rows_sent(_LOT_PARTS), _LOT_PARTS, BLANK_LOTS),
        refused=refused,
        **page_values(tender, "lines"),
    )


_LOT_PARTS = ("id", "title", "value", "step", "description")


def _lot_rows(lots: list[TenderLot]) -> list[dict[str, Any]]:
    return [
        {"id": lot.id, "title": lot.title, "value": _written(lot.value), "step": _written(lot.step),
         "description": lot.description}
        for lot in lots
    ]  # fmt: skip


def _rows_sent(parts: tuple[str, ...]) -> list[dict[str, str]]:
    columns = [request.form.getlist(part) for part in parts]
    rows = [dict(zip(parts, ((cell or "").strip() for cell in row), strict=True)) for row in zip_longest(*columns)]
    return [row for row in rows if row.get("title")]


def _filled(rows: list[Any], parts: tuple[str, ...], blank: int) -> list[Any]:
    """The rows and some empty ones."""
    return [*rows, *(dict.fromkeys(parts, "") for _row in range(blank))]


def _lots_entered(known: set[str]) -> list[LotEntry]:
    return [
        LotEntry(
            row["title"][:200], row["description"][:5000], _amount(row["value"]), _amount(row["step"]),
            int(row["id"]) if row["id"] in known else None,
        )
        for row in _rows_sent(_LOT_PARTS)
    ]  # fmt: skip


def _written(value: Decimal | None) -> str:
    return formats.quantity(value, language()) if value is not None else ""


def _amount(entered: str) -> Decimal | None:
    if not entered:
        return None
    try:
        return parse_decimal(entered, language())
    except ValueError:
        raise Invalid("value", say(_("“{given}” is not a number.", given=entered))) from None


def _changeable(number: str) -> Tender:
    """A tender whose content may be changed now, as a draft or by amendment."""
    tender = own_tender(actor(), number)
    if tender.state not in ("draft", "published", "bidding"):
        raise NotFound
    return tender


def _amended(tender: Tender, amendment: tender_changes.Amendment) -> None:
    version = tender_changes.amend(actor(), tender.id, amendment, row_version=shown_version())
    tell(_("Version {version} is published; everybody who takes part is told.", version=version))


@blueprint.route("/tenders/<number:number>/lots/<int:lot>/lines", methods=["GET", "POST"])
@requires(Permission.RUN)
def tender_lot_lines(number: str, lot: int) -> Response:
    """The lines of one lot: typed, pasted or from a file; articles of the catalogue or plain words."""
    tender = _changeable(number)
    found = next((one for one in lots_of(tender.id) if one.number == lot), None)
    if found is None:
        raise NotFound
    lines = lines_of(tender.id)
    rows, refused = _asked_rows([one for one in lines if one.line.lot_id == found.id]), ""
    if request.method == "POST":
        try:
            rows = [*entered_rows(), *added_rows()]
            asked, shown = understood(rows)
            if request.form.get("do") == "save" and all(not one.problem for one in shown):
                entries = _all_lines(tender, found, lines, asked)
                if tender.state == "draft":
                    tenders.save_lines(actor(), tender.id, entries, row_version=shown_version())
                    tell(_("The lines of lot {number} are saved.", number=lot))
                else:
                    _amended(tender, tender_changes.Amendment(words("reason"), lines=entries))
                return go("sourcing.tender_lines", number=number)
            if request.form.get("do") == "save":
                refused = say(_("Please look at the marked rows."))
        except (Invalid, Conflict) as error:
            refused = say(error.message)
    return render_page(
        "sourcing/tender_lot_lines.html",
        status=422 if refused else 200,
        tender=tender,
        lot=found,
        shown=understood(rows)[1],
        blank=BLANK_ROWS,
        units=UNIT_NAMES,
        refused=refused,
        **page_values(tender, "lines"),
    )


def _asked_rows(lines: list[LineShown]) -> list[AskedRow]:
    return [
        AskedRow(
            line.code if line.article_id else line.text, formats.quantity(line.quantity, language()), line.unit,
            _written(target), line.need_by.isoformat() if line.need_by else "", line.specification,
        )
        for line, target in lines
    ]  # fmt: skip


def _all_lines(tender: Tender, lot: TenderLot, lines: list[LineShown], asked: list[LineAsk]) -> list[LineEntry]:
    """The lines of every lot, this one's as entered. A line that asks for the same as before keeps its id."""
    numbers = {one.id: one.number for one in lots_of(tender.id)}
    mine = [one.line for one in lines if one.line.lot_id == lot.id]
    entries: list[LineEntry] = []
    articles = articles_by_id(actor(), {one.article_id for one in asked if one.article_id})
    for one in asked:
        key = (one.article_id, one.text)
        same = next((line for line in mine if (line.article_id, "" if line.article_id else line.text) == key), None)
        if same is not None:
            mine.remove(same)
        text = articles[one.article_id].name if one.article_id else one.text
        entries.append(
            LineEntry(
                lot.number, text, one.quantity, one.unit, article_id=one.article_id, specification=one.note,
                need_by=one.need_by, target=one.target_price or None, id=same.id if same else None,
            )
        )  # fmt: skip
    others = [
        LineEntry(
            numbers[line.lot_id], line.text, line.quantity, line.unit, article_id=line.article_id, code=line.code,
            specification=line.specification, need_by=line.need_by, target=target, id=line.id,
        )
        for line, target in lines
        if line.lot_id != lot.id
    ]  # fmt: skip
    before = [one for one in others if one.lot < lot.number]
    return [*before, *entries, *(one for one in others if one.lot > lot.number)]


_REQUIREMENT_PARTS = (
    "id", "lot", "kind", "title", "description", "answer_type", "mandatory", "weight", "options", "envelope",
)  # fmt: skip


@blueprint.route("/tenders/<number:number>/requirements", methods=["GET", "POST"])
@requires(Permission.READ_TENDERS)
def tender_requirements(number: str) -> Response:
    """What bidders must show and what is scored."""
    tender, refused = own_tender(actor(), number), ""
    if request.method == "POST":
        actor().demand(Permission.RUN)
        _changeable(number)
        try:
            entries = _requirements_entered({str(one.id) for one in requirements_of(tender.id)})
            if tender.state == "draft":
                tenders.save_requirements(actor(), tender.id, entries, row_version=shown_version())
                tell(_("The requirements are saved."))
            else:
                _amended(tender, tender_changes.Amendment(words("reason"), requirements=entries))
            return go("sourcing.tender_requirements", number=number)
        except (Invalid, Conflict) as error:
            refused = say(error.message)
    lots = {lot.id: lot.number for lot in lots_of(tender.id)}
    values = page_values(tender, "requirements")
    is_edited = values["may_run"] and (values["is_draft"] or "edit" in request.args or bool(refused))
    return render_page(
        "sourcing/tender_requirements.html",
        status=422 if refused else 200,
        tender=tender,
        requirements=requirements_of(tender.id),
        rows=_filled(
            _rows_sent(_REQUIREMENT_PARTS) if refused else _requirement_rows(tender, lots),
            _REQUIREMENT_PARTS,
            BLANK_REQUIREMENTS,
        ),
        lots=lots,
        lot_choices=[("", _("The whole tender")), *((n, _("Lot {number}", number=n)) for n in lots.values())],
        kinds=options(KIND_WORDS),
        answers=options(ANSWER_WORDS),
        is_edited=is_edited,
        refused=refused,
        **values,
    )


def _requirement_rows(tender: Tender, lots: dict[int, int]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.id, "lot": lots.get(one.lot_id or 0, ""), "kind": one.kind, "title": one.title,
            "description": one.description, "answer_type": one.answer_type,
            "mandatory": "yes" if one.is_mandatory else "no", "weight": _written(one.weight),
            "options": "\n".join(f"{label} = {value}" for label, value in one.options), "envelope": one.envelope,
        }
        for one in requirements_of(tender.id)
    ]  # fmt: skip


def _requirements_entered(known: set[str]) -> list[RequirementEntry]:
    return [
        RequirementEntry(
            kind=row["kind"], title=row["title"][:200], lot=int(row["lot"]) if row["lot"].isdecimal() else None,
            description=row["description"][:5000], answer_type=row["answer_type"],
            is_mandatory=row["mandatory"] != "no", weight=_amount(row["weight"]), options=_options(row["options"]),
            envelope=2 if row["envelope"] == "2" else 1, id=int(row["id"]) if row["id"] in known else None,
        )
        for row in _rows_sent(_REQUIREMENT_PARTS)
    ]  # fmt: skip


def _options(entered: str) -> tuple[tuple[str, str], ...]:
    """One choice a row, `label = value`; a value is a number, 0 where none is given."""
    found = []
    for row in filter(None, (part.strip() for part in entered.splitlines())):
        label, sign, value = row.rpartition("=")
        if not sign:
            label, value = row, "0"
        found.append((label.strip()[:200], f"{_amount(value.strip()) or 0:f}"))
    return tuple(found)
