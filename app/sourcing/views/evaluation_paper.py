"""The evaluation on paper: how bids were decided, marked and ranked, with the hash of the inputs."""

from __future__ import annotations

from collections.abc import Iterator

from app.documents.model.record import RecordColumn, RecordDocument, RecordSection
from app.documents.rendering import print_record
from app.sourcing.domain.evaluation import Ranking
from app.sourcing.queries.evaluation import BidRow, LotEvaluation, TenderEvaluation, clarifications_for
from app.sourcing.views.evaluation_words import RANKINGS, bid_chips, decision_chip, two_digits
from app.web import filters
from app.web.texts import _, show

_DASH = "–"


def evaluation_record(found: TenderEvaluation, language: str) -> bytes:
    """PDF of all lots. Marks are left out while they are hidden from one another."""
    tender = found.facts.tender
    sections = [part for lot in found.lots for part in _lot(found, lot)]
    members = ", ".join(dict.fromkeys(member.name for member in found.members)) or _DASH
    record = RecordDocument(
        title=str(_("Evaluation of tender")),
        number=tender.number,
        issuer=tender.buyer_name,
        facts=(
            (str(_("Title")), tender.title),
            (str(_("Opened")), str(show(tender.opened_at))),
            (str(_("Ranked by")), str(RANKINGS[Ranking(tender.ranking)])),
            (str(_("Currency")), tender.currency),
            (str(_("Evaluators")), members),
        ),
        sections=tuple(sections),
        foot=tuple(
            str(_("Lot {number}: SHA-256 of the inputs {hash}", number=lot.lot_number, hash=lot.inputs_hash))
            for lot in found.lots
            if lot.inputs_hash
        ),
    )
    return print_record(record, language=language)


def _lot(found: TenderEvaluation, lot: LotEvaluation) -> Iterator[RecordSection]:
    is_by_points = lot.ranking is Ranking.POINTS
    is_hidden = found.are_scores_hidden
    columns = [
        RecordColumn(str(_("Rank"))),
        RecordColumn(str(_("Supplier")), 3),
        RecordColumn(str(_("Price, {currency}", currency=lot.currency)), is_number=True),
    ]
    if lot.ranking is not Ranking.PRICE:
        columns.append(RecordColumn(str(_("Points") if is_by_points else _("Corrected price")), is_number=True))
    columns.append(RecordColumn(str(_("Decision")), 3))
    yield RecordSection(
        str(_("Lot {number}: {title}", number=lot.lot_number, title=lot.title)),
        columns=tuple(columns),
        rows=tuple(_place(lot, row) for row in lot.rows),
    )
    if lot.criteria and not is_hidden:
        names = {row.bid_id: row.supplier_name for row in lot.rows}
        titles = {one.id: one.title for one in lot.criteria}
        yield RecordSection(
            str(_("Marks in lot {number}", number=lot.lot_number)),
            columns=(
                RecordColumn(str(_("Supplier")), 2),
                RecordColumn(str(_("Criterion")), 2),
                RecordColumn(str(_("Evaluator")), 2),
                RecordColumn(str(_("Mark")), is_number=True),
                RecordColumn(str(_("Comment")), 3),
            ),
            rows=tuple(
                (
                    names.get(score.bid_id, _DASH), titles.get(score.requirement_id, _DASH), score.user_name,
                    filters.quantity(score.mark), score.comment,
                )
                for score in lot.scores
            ),
        )  # fmt: skip
    asked = clarifications_for(found.facts, lot.lot_id)
    if asked:
        names = {row.bid_id: row.supplier_name for row in lot.rows}
        yield RecordSection(
            str(_("Questions to bidders of lot {number}", number=lot.lot_number)),
            columns=(
                RecordColumn(str(_("Supplier")), 2), RecordColumn(str(_("Question")), 4), RecordColumn(str(_("Answer")), 4),
            ),
            rows=tuple((names.get(one.bid_id, _DASH), one.question, one.answer or _DASH) for one in asked),
        )  # fmt: skip


def _place(lot: LotEvaluation, row: BidRow) -> tuple[str, ...]:
    cells = [
        str(row.rank) if row.rank else _DASH,
        f"{row.supplier_name} ({row.code})",
        filters.amount(row.price, lot.currency),
    ]
    if lot.ranking is Ranking.POINTS:
        cells.append(filters.quantity(two_digits(row.points)))
    elif lot.ranking is not Ranking.PRICE:
        cells.append(filters.amount(row.ranked, lot.currency))
    words = [str(decision_chip(row.decision)[1]), *(str(word) for _tone, word in bid_chips(row)), row.reason]
    cells.append(", ".join(word for word in words if word))
    return tuple(cells)
