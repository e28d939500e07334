"""Two standing orders of Hansewerft: one that ran this morning's order before, one whose run asks its owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from app.accounts.queries.addresses import addresses
from app.catalog.queries.articles import articles_by_code
from app.core import clock
from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.ordering.domain.cart import WantedLine
from app.ordering.domain.schedule import Every, Schedule, Shift
from app.ordering.domain.standing import Settings, Terms
from app.ordering.queries.reorder import at_today
from app.ordering.service.standing import create_standing
from app.ordering.service.standing_runs import work_off_all
from app.trial.demo.families import DemoArticle

_WEEKS_AGO = 4
_TOO_LOW = Decimal("0.8")  # of what the lines come to: so that the run asks


def add_standing(house: Actor, buyer: Actor, items: Sequence[DemoArticle]) -> None:
    """Made four weeks ago; the weekly one has ordered since, the monthly one asks since its last date."""
    now = clock.now()
    made = (now - timedelta(weeks=_WEEKS_AGO)).replace(hour=7, minute=0, second=0, microsecond=0)
    first = (made + timedelta(days=1)).date()
    weekly = Schedule(Every.WEEKS, first, weekdays=(made.weekday(),))
    yesterday = (now - timedelta(days=1)).date()
    monthly = Schedule(Every.MONTH_DAY, yesterday, day=yesterday.day, shift=Shift.KEEP)
    with clock.frozen(made), acting_as(buyer):
        lines = _lines(buyer, items)
        ceiling = (_net(buyer, lines[6:10]) * _TOO_LOW).quantize(Decimal(1))
        place = addresses(buyer)[0].id
        wishes = {"ship_to_id": place}
        create_standing(
            buyer,
            Terms("Workshop consumables", weekly, time(6), wishes, "WERK-{year}-{month}-{n}",
                  Settings(tolerance=Decimal(5))),
            lines[:6], client_ref="demo-standing-weekly",
        )  # fmt: skip
        create_standing(
            buyer,
            Terms("Stock for the slipway", monthly, time(6), wishes, "HELGEN-{year}-{month}",
                  Settings(tolerance=Decimal(2), ceiling=ceiling, answer_hours=24 * 14)),
            lines[6:10], client_ref="demo-standing-monthly",
        )  # fmt: skip
    for moment in _moments(made, now):
        with clock.frozen(moment), acting_as(house):
            work_off_all(house)


def _lines(buyer: Actor, items: Sequence[DemoArticle]) -> list[WantedLine]:
    """Ten lines that can be ordered as they are."""
    chosen = [item for item in items if item.index % 7 == 3][:60]
    articles = articles_by_code(buyer, [item.sku for item in chosen])
    wanted = [
        WantedLine(articles[item.sku][0].id, Decimal(item.step * 10), item.unit)
        for item in chosen
        if articles.get(item.sku)
    ]
    return [line for line, today in zip(wanted, at_today(buyer, wanted), strict=True) if today and today.is_fine][:10]


def _net(buyer: Actor, lines: Sequence[WantedLine]) -> Decimal:
    return sum((today.price.net or Decimal(0) for today in at_today(buyer, lines) if today), Decimal(0))


def _moments(made: datetime, now: datetime) -> list[datetime]:
    """Mornings since then, as the job would have looked, and this minute."""
    days = (now - made).days
    return [moment for n in range(1, days + 1) if (moment := made + timedelta(days=n)) < now] + [now]
