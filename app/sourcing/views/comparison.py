"""The comparison sheet: lines down, suppliers across, scenarios, and the same as a workbook with formulas."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from io import BytesIO

from flask import Response, make_response, request, send_file

from app.core.texts import Message
from app.sourcing.domain.comparison import Cell, Sheet, joined
from app.sourcing.domain.scenarios import Scenario, at_most, cheapest, keep, per_lot
from app.sourcing.policy import Permission
from app.sourcing.queries.evaluation import TenderEvaluation, amount, evaluated_tender, shown_evaluations
from app.sourcing.views import blueprint
from app.sourcing.views.comparison_file import comparison_workbook
from app.sourcing.views.evaluation import TEAM, lot_named
from app.web.access import actor, requires
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language, say

SCENARIOS = (
    ("", _("None")),
    ("cheapest", _("Each line from the cheapest")),
    ("lot", _("Each lot from the cheapest")),
    ("few", _("From few suppliers")),
    ("keep", _("Keep those who deliver today")),
)
_MOST = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a scenario is asked with; `problem` when it cannot be calculated."""

    code: str = ""
    count: int = 2
    kept: tuple[int, ...] = ()
    tolerance: Decimal = Decimal(0)
    problem: Message | str = ""


@blueprint.get("/tenders/<number:number>/comparison")
@requires(Permission.RUN, Permission.APPROVE, Permission.EVALUATE)
def comparison_show(number: str) -> Response:
    found = shown_evaluations(actor(), evaluated_tender(actor(), number))
    lot = lot_named(found, request.args.get("lot", type=int))
    wanted = _wanted()
    whole = joined(one.sheet for one in found.lots)
    scenario = _scenario(whole, wanted) if wanted.code and not wanted.problem else None
    names = {bid.id: bid.supplier_name for bid in found.facts.bids.values()}
    return render_page(
        "sourcing/comparison_show.html",
        tender=found.facts.tender,
        lots=found.lots,
        lot=lot,
        rows=[row for row in lot.rows if row.bid_id in lot.sheet.columns],
        lines={line.id: line for line in lot.lines},
        totals=_totals(found),
        scenarios=SCENARIOS,
        wanted=wanted,
        problem=say(wanted.problem),
        scenario=scenario,
        taken=_taken(scenario),
        sums=[(names[bid], amount(value)) for bid, value in scenario.by_bid.items()] if scenario else [],
        scenario_total=amount(scenario.total) if scenario else None,
        bidders=sorted(((bid, names[bid]) for bid in whole.columns), key=lambda one: one[1]),
        amount=amount,
        own_price=_own_price,
    )


@blueprint.get("/tenders/<number:number>/comparison.xlsx")
@requires(*TEAM)
def comparison_xlsx(number: str) -> Response:
    found = shown_evaluations(actor(), evaluated_tender(actor(), number))
    target = BytesIO(comparison_workbook(found))
    return make_response(
        send_file(
            target,
            mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            as_attachment=True,
            download_name=f"{number}-comparison.xlsx",
        )
    )


def _wanted() -> Wanted:
    code = request.args.get("scenario", "")
    if code not in dict(SCENARIOS):
        return Wanted()
    given = request.args.get("tolerance", "").strip()
    problem: Message | str = ""
    try:
        tolerance = parse_decimal(given, language()) if given else Decimal(0)
    except ValueError:
        tolerance, problem = Decimal(0), _("“{given}” is not a number.", given=given)
    if tolerance < 0:
        tolerance, problem = Decimal(0), _("The tolerance cannot be negative.")
    count = request.args.get("count", default=2, type=int)
    kept = tuple(request.args.getlist("keep", type=int))
    return Wanted(code, min(max(count, 1), _MOST), kept, tolerance, problem)


def _scenario(sheet: Sheet, wanted: Wanted) -> Scenario:
    if wanted.code == "cheapest":
        return cheapest(sheet)
    if wanted.code == "lot":
        return per_lot(sheet)
    if wanted.code == "few":
        return at_most(sheet, wanted.count)
    return keep(sheet, [bid for bid in wanted.kept if bid in sheet.columns], Fraction(wanted.tolerance))


def _own_price(cell: Cell) -> Decimal | None:
    """What a unit costs in the bid's own currency, without other costs."""
    return amount(Fraction(cell.offer.net) / cell.offer.units)


def _taken(scenario: Scenario | None) -> dict[tuple[int, int], Decimal | None]:
    """Quantities by line and bid."""
    if scenario is None:
        return {}
    return {(take.line_id, take.bid_id): amount(take.quantity) for take in scenario.takes}


def _totals(found: TenderEvaluation) -> list[tuple[str, dict[int, Decimal | None]]]:
    """Sums of each lot by bid, for tenders with several."""
    if len(found.lots) < 2:
        return []
    return [
        (
            str(_("Lot {number}: {title}", number=lot.lot_number, title=lot.title)),
            {row.bid_id: row.price for row in lot.rows if row.is_in},
        )
        for lot in found.lots
    ]
