"""Words for what stands in evaluations and comparisons."""

from __future__ import annotations

from decimal import Decimal

from app.sourcing.domain.comparison import Mark
from app.sourcing.domain.evaluation import Flag, Ranking
from app.sourcing.queries.evaluation import BidRow
from app.sourcing.views import blueprint
from app.web.texts import _

RANKINGS = {
    Ranking.PRICE: _("Lowest price"),
    Ranking.POINTS: _("Points for price and quality"),
    Ranking.FEATURES: _("Price corrected by features"),
    Ranking.COST: _("Price and costs over the life"),
}
_FLAGS = {
    Flag.BEST: ("good", _("best")),
    Flag.ABNORMAL: ("warn", _("abnormally low")),
    Flag.INCOMPLETE: ("plain", _("not for every line")),
    Flag.OVER_CEILING: ("bad", _("over the ceiling")),
    Flag.UNSCORED: ("seal", _("marks are missing")),
}
_DECISIONS = {
    "": ("plain", _("undecided")),
    "qualified": ("good", _("qualified")),
    "disqualified": ("bad", _("disqualified")),
    "invalid": ("bad", _("could not be opened")),
}
MARKS = {
    Mark.BEST_PRICE: _("best price"),
    Mark.BEST_LANDED: _("best with costs"),
    Mark.BEST_DATE: _("earliest"),
    Mark.OVER_CEILING: _("above the target price"),
    Mark.BELOW_MINIMUM: _("below its minimum quantity"),
    Mark.PART: _("part of the quantity"),
    Mark.VARIANT: _("variant"),
}


@blueprint.app_template_filter("decision_chip")
def decision_chip(decision: str) -> tuple[str, str]:
    return _DECISIONS.get(decision, ("plain", decision))


@blueprint.app_template_filter("bid_chips")
def bid_chips(row: BidRow) -> list[tuple[str, str]]:
    """Chips beside a place; an explained low price says so."""
    found = [_FLAGS[flag] for flag in _FLAGS if flag in row.flags]
    if Flag.ABNORMAL in row.flags and row.is_explained:
        found = [one for one in found if one != _FLAGS[Flag.ABNORMAL]] + [("good", _("low price explained"))]
    return found


@blueprint.app_template_filter("mark_words")
def mark_words(marks: frozenset[Mark]) -> list[str]:
    """What is best in both ways is said once."""
    both = {Mark.BEST_PRICE, Mark.BEST_LANDED} <= marks
    return [MARKS[mark] for mark in MARKS if mark in marks and not (both and mark is Mark.BEST_LANDED)]


@blueprint.app_template_filter("two_digits")
def two_digits(value: Decimal | None) -> Decimal | None:
    """Points as they are shown; ranks never come from it."""
    return None if value is None else value.quantize(Decimal("0.01"))
