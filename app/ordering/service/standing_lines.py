"""Lines of standing orders and of single runs: what may stand there, and at which price a person agreed to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert

from app.catalog.domain.article import Article
from app.catalog.queries.articles import articles_by_id
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.texts import N_
from app.ordering.domain.cart import LineProblem, WantedLine, assortment_problem, quantity_problem, status_problem
from app.ordering.domain.standing import Agreed
from app.ordering.models.standing import StandingOrderLine, StandingRunLine
from app.ordering.queries.cart import price_day, price_item
from app.ordering.queries.standing import Run, StandingHead, StandingLine, lines_of
from app.ordering.service.cart import MAX_LINES, MAX_QUANTITY, NOTE_LENGTH
from app.ordering.service.standing_plan import change_run
from app.pricing.queries.prices import price_lines

_UNKNOWN = LineProblem("unknown", N_("There is no such article."))
_NO_QUANTITY = LineProblem("quantity", N_("The quantity must be more than zero, and not endless."))


def fitting(
    actor: Actor, company_id: int, wanted: Sequence[WantedLine], known: Iterable[StandingLine] = ()
) -> list[StandingLine]:
    """Lines as they are kept: equal article and unit is one line; what is new or has another quantity is agreed to at
    today's price, the others keep the price they have.

    Raises Invalid("lines") with `details` [(index, LineProblem)] when a changed line could never be ordered so.
    """
    held = {line.key: line for line in known}
    merged = _merged(wanted)
    if not merged:
        raise Invalid("lines", N_("A standing order needs at least one line."))
    if len(merged) > MAX_LINES:
        raise Invalid("lines", N_("At most {most} lines.", most=MAX_LINES))
    changed = [line for line in merged if _is_new(line, held)]
    agreed = agreed_today(actor, company_id, changed, merged)
    return [
        StandingLine(0, place, line.article_id, line.quantity, line.unit, line.note[:NOTE_LENGTH],
                     agreed.get((line.article_id, line.unit)) or held[line.article_id, line.unit].agreed)
        for place, line in enumerate(merged, 1)
    ]  # fmt: skip


def _merged(wanted: Sequence[WantedLine]) -> list[WantedLine]:
    lines: dict[tuple[int, str], WantedLine] = {}
    for line in wanted:
        held = lines.get((line.article_id, line.unit))
        if held is not None:
            line = replace(line, quantity=line.quantity + held.quantity, note=line.note or held.note)  # noqa: PLW2901
        lines[line.article_id, line.unit] = line
    return list(lines.values())


def _is_new(line: WantedLine, held: dict[tuple[int, str], StandingLine]) -> bool:
    known = held.get((line.article_id, line.unit))
    return known is None or known.quantity != line.quantity


def agreed_today(
    actor: Actor, company_id: int, changed: Sequence[WantedLine], all_lines: Sequence[WantedLine]
) -> dict[tuple[int, str], Agreed]:
    """Today's prices of lines that may be ordered; raises Invalid with all that may not."""
    articles = articles_by_id(actor, {line.article_id for line in changed}, company_id=company_id)
    places = {(line.article_id, line.unit): place for place, line in enumerate(all_lines)}
    problems: list[tuple[int, LineProblem]] = []
    for line in changed:
        problem = _problem(articles.get(line.article_id), line)
        if problem is not None:
            problems.append((places[line.article_id, line.unit], problem))
    if len(problems) == 1:
        (_place, problem), article = problems[0], articles.get(all_lines[problems[0][0]].article_id)
        text = N_("{sku}: {problem}", sku=article.sku, problem=problem.message) if article else problem.message
        raise Invalid("lines", text, details=problems)
    if problems:
        raise Invalid("lines", N_("Lines that cannot be ordered so: {n}.", n=len(problems)), details=problems)
    items = [price_item(articles[line.article_id], line.quantity, line.unit) for line in changed]
    prices = price_lines(actor, items, company_id=company_id, on=price_day(actor))
    return {
        (line.article_id, line.unit): Agreed(price.unit_price, price.base_quantity, price.price_unit)
        for line, price in zip(changed, prices, strict=True)
    }


def _problem(article: Article | None, line: WantedLine) -> LineProblem | None:
    """Why a line could never be ordered; price and stock are looked at when its time comes."""
    if article is None:
        return _UNKNOWN
    if not 0 < line.quantity < MAX_QUANTITY:
        return _NO_QUANTITY
    return assortment_problem(article) or status_problem(article) or quantity_problem(article, line.quantity, line.unit)


def write_lines(head: StandingHead, lines: Sequence[StandingLine]) -> None:
    """Put these lines in place of those of the standing order."""
    db.session.execute(delete(StandingOrderLine).where(StandingOrderLine.standing_id == head.id))
    rows = [_row(line) | {"standing_id": head.id, "company_id": head.company_id} for line in lines]
    db.session.execute(insert(StandingOrderLine), rows)


def write_run_lines(actor: Actor, head: StandingHead, run: Run, lines: Sequence[StandingLine]) -> bool:
    """Put these lines in place of those of one run; true when they differ from what holds for all runs."""
    db.session.execute(delete(StandingRunLine).where(StandingRunLine.run_id == run.id))
    differs = [_content(line) for line in lines] != [_content(line) for line in lines_of(actor, head.id)]
    if differs and lines:
        rows = [_row(line) | {"run_id": run.id, "company_id": head.company_id} for line in lines]
        db.session.execute(insert(StandingRunLine), rows)
    change_run(run.id, own_lines=differs)
    return differs


def _row(line: StandingLine) -> dict[str, Any]:
    return {
        "position": line.position, "article_id": line.article_id, "quantity": line.quantity, "unit": line.unit,
        "note": line.note, "agreed_price": line.agreed.price, "agreed_base_quantity": line.agreed.base_quantity,
        "agreed_unit": line.agreed.unit,
    }  # fmt: skip


def _content(line: StandingLine) -> tuple[Any, ...]:
    return line.article_id, line.quantity, line.unit, line.note, line.agreed
