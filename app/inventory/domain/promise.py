"""What can be promised of an article: how much, when, from where. Reserving takes in the same order by the same code.

Warehouses of the account's list give first, in their order; then goods on their way and suppliers that ship directly,
by the day they are there; what is still missing waits for goods nobody has ordered yet, as far as the rule allows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from app.inventory.domain.calendar import add_working_days
from app.inventory.domain.display import Light, StockView

ZERO = Decimal(0)
_NUMBERS = StockView()


class Source(StrEnum):
    WAREHOUSE = "warehouse"
    INCOMING = "incoming"
    DROP_SHIP = "drop_ship"
    BACKORDER = "backorder"


class Policy(StrEnum):
    """How far an article may be sold. OFF: what lies in a warehouse or at a supplier who ships directly.

    ALLOWED and LIMIT also sell goods on their way and, without end or up to a limit, goods not ordered yet.
    RUN_OUT sells what lies in the warehouses and nothing else, whatever the rules say.
    """

    OFF = "off"
    ALLOWED = "allowed"
    LIMIT = "limit"
    RUN_OUT = "run_out"


_OF_ARTICLE = {"stock": Policy.OFF, "backorder": Policy.ALLOWED, "run_out": Policy.RUN_OUT}
_SOLD = {
    Policy.OFF: (Source.WAREHOUSE, Source.DROP_SHIP),
    Policy.RUN_OUT: (Source.WAREHOUSE,),
    Policy.ALLOWED: (Source.WAREHOUSE, Source.DROP_SHIP, Source.INCOMING),
    Policy.LIMIT: (Source.WAREHOUSE, Source.DROP_SHIP, Source.INCOMING),
}


@dataclass(frozen=True, slots=True)
class Need:
    """How much of an article somebody wants, in base units. `lead_time_days` are working days when not in stock.

    `stock_policy` is the article's own: stock, backorder, run_out. A kit without stock of its own is there as often as
    its parts allow.
    """

    article_id: int
    quantity: Decimal
    stock_policy: str = "stock"
    lead_time_days: int | None = None
    is_kit: bool = False


@dataclass(frozen=True, slots=True)
class Want:
    """Stock to reserve for an order line, in base units."""

    order_line_id: int
    article_id: int
    quantity: Decimal
    stock_policy: str = "stock"
    lead_time_days: int | None = None
    is_kit: bool = False


@dataclass(slots=True)
class Place:
    """One source with what it has left. `day` is the first on which it can give, None: at once."""

    source: Source
    row_id: int
    warehouse_id: int | None
    name: str
    free: Decimal
    day: date | None = None


@dataclass(slots=True)
class Supply:
    """All sources of one article in the order they give, and the rule for what is missing.

    `policy` None: no rule, the article's own policy holds; `room` is what a limit still allows. `supplier_days` are the
    working days of the quickest supplier, whether he has any or not.
    """

    places: list[Place] = field(default_factory=list)
    low_mark: Decimal | None = None
    policy: Policy | None = None
    rule_id: int | None = None
    room: Decimal | None = None
    supplier_days: int | None = None

    def policy_for(self, stock_policy: str) -> Policy:
        own = _OF_ARTICLE[stock_policy]
        return own if self.policy is None or own is Policy.RUN_OUT else self.policy


class Portion(NamedTuple):
    """A part of a promise. `day` None: no day can be named; `place` is a warehouse's name."""

    quantity: Decimal
    day: date | None
    source: Source
    place: str = ""


@dataclass(slots=True)
class Promise:
    """What holds for an article's needs taken together, in base units.

    `available` lies free in the warehouses that serve the account. `is_enough`: the order can be taken. `ships_on`: the
    day all of it can leave, None when it cannot be promised. `backordered`: what is not there on the day asked for.
    `parts` say how much comes when from where; when it is not enough, what could be had. `obtainable` is the most that
    can be promised, None without end. `next_on`: the next day goods arrive, whether they are needed or not.
    """

    article_id: int
    available: Decimal
    is_enough: bool
    ships_on: date | None
    backordered: Decimal
    parts: tuple[Portion, ...] = ()
    obtainable: Decimal | None = ZERO
    next_on: date | None = None
    is_low: bool = False
    view: StockView = _NUMBERS

    @property
    def is_there(self) -> bool:
        """Whether all of it leaves on the day asked for."""
        return self.is_enough and not self.backordered

    @property
    def light(self) -> Light:
        if not self.is_enough:
            return Light.RED
        return Light.YELLOW if self.backordered or self.is_low else Light.GREEN


@dataclass(frozen=True, slots=True)
class Shortage:
    """Asked for more than can be given, in base units. `available` is None for accounts that are shown no numbers."""

    article_id: int
    asked: Decimal
    available: Decimal | None


class Part(NamedTuple):
    """What one source gives to an order line. `row_id` is the row of stock, incoming goods, supplier's stock or rule."""

    order_line_id: int
    article_id: int
    source: Source
    row_id: int | None
    warehouse_id: int | None
    quantity: Decimal
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all articles of one question: the day asked for, today, the days nobody works, what is shown."""

    on: date
    today: date
    holidays: Collection[date] = ()
    view: StockView = _NUMBERS

    def after(self, days: int) -> date:
        return add_working_days(self.today, days, self.holidays)


class _Drawn(NamedTuple):
    source: Source
    row_id: int | None
    warehouse_id: int | None
    name: str
    quantity: Decimal
    day: date | None


def _draw(
    supply: Supply, quantity: Decimal, stock_policy: str, lead_time_days: int | None, terms: Terms
) -> Iterator[_Drawn]:
    """Take a quantity from the sources in their order; what is drawn is gone from them. May yield less in total."""
    policy = supply.policy_for(stock_policy)
    sold = _SOLD[policy]
    missing = quantity
    for place in supply.places:
        if missing <= 0:
            return
        if place.free <= 0 or place.source not in sold:
            continue
        taken = min(missing, place.free)
        place.free -= taken
        missing -= taken
        yield _Drawn(place.source, place.row_id, place.warehouse_id, place.name, taken, place.day)
    if missing <= 0 or policy not in (Policy.ALLOWED, Policy.LIMIT):
        return
    if policy is Policy.LIMIT:
        room = max(supply.room or ZERO, ZERO)
        missing = min(missing, room)
        supply.room = room - missing
    if missing > 0:
        days = supply.supplier_days if lead_time_days is None else lead_time_days
        day = None if days is None else terms.after(days)
        yield _Drawn(Source.BACKORDER, supply.rule_id, None, "", missing, day)


def promise(need: Need, supply: Supply | None, terms: Terms) -> Promise:
    """What can be said to somebody who wants so much of an article on a day. The supply is used up by it."""
    if supply is None:
        supply = Supply()
    elif len(supply.places) == 1 and supply.policy is None and supply.places[0].source is Source.WAREHOUSE:
        shelf = supply.places[0]
        if shelf.free >= need.quantity:
            return _from_one_shelf(need, shelf, supply.low_mark, terms)
    available = sum(
        (place.free for place in supply.places if place.source is Source.WAREHOUSE and place.free > 0), ZERO
    )
    arrivals = [place.day for place in supply.places if place.source is Source.INCOMING and place.free > 0]
    obtainable = _obtainable(supply, need.stock_policy)
    drawn = list(_draw(supply, need.quantity, need.stock_policy, need.lead_time_days, terms))
    given = sum((part.quantity for part in drawn), ZERO)
    is_enough = given >= need.quantity
    on = terms.on
    parts = tuple(
        Portion(part.quantity, _not_before(on, part.day, part.source), part.source, part.name) for part in drawn
    )
    late = sum((part.quantity for part in parts if part.day != on), ZERO)
    days = [part.day for part in parts]
    ships_on = None if not is_enough or None in days else max((day for day in days if day is not None), default=on)
    return Promise(
        need.article_id, available, is_enough, ships_on, late if is_enough else ZERO, parts, obtainable,
        min((day for day in arrivals if day is not None), default=None),
        supply.low_mark is not None and available <= supply.low_mark, terms.view,
    )  # fmt: skip


def _from_one_shelf(need: Need, shelf: Place, low_mark: Decimal | None, terms: Terms) -> Promise:
    """The same for what most articles are: one shelf with enough on it; lists of a thousand take half the time."""
    free = shelf.free
    return Promise(
        need.article_id, free, True, terms.on, ZERO, (Portion(need.quantity, terms.on, Source.WAREHOUSE, shelf.name),),
        None if need.stock_policy == "backorder" else free, None, low_mark is not None and free <= low_mark, terms.view,
    )  # fmt: skip


def _not_before(on: date, day: date | None, source: Source) -> date | None:
    if day is None:
        return None if source is Source.BACKORDER else on
    return max(on, day)


def _obtainable(supply: Supply, stock_policy: str) -> Decimal | None:
    """The most that can be promised; None without end."""
    policy = supply.policy_for(stock_policy)
    if policy is Policy.ALLOWED:
        return None
    there = sum((place.free for place in supply.places if place.source in _SOLD[policy] and place.free > 0), ZERO)
    return there + max(supply.room or ZERO, ZERO) if policy is Policy.LIMIT else there


def allot(wants: Sequence[Want], supplies: Mapping[int, Supply], terms: Terms) -> tuple[list[Part], list[Shortage]]:
    """Share the supply out in the order of the wants; an article that does not suffice for all is a shortage."""
    parts: list[Part] = []
    asked: dict[int, Decimal] = {}
    given: dict[int, Decimal] = {}
    for want in wants:
        article_id = want.article_id
        asked[article_id] = asked.get(article_id, ZERO) + want.quantity
        supply = supplies.get(article_id) or Supply()
        for drawn in _draw(supply, want.quantity, want.stock_policy, want.lead_time_days, terms):
            given[article_id] = given.get(article_id, ZERO) + drawn.quantity
            parts.append(
                Part(
                    want.order_line_id, article_id, drawn.source, drawn.row_id, drawn.warehouse_id, drawn.quantity,
                    drawn.day,
                )
            )  # fmt: skip
    shows_numbers = terms.view.shows_numbers
    return parts, [
        Shortage(key, quantity, given.get(key, ZERO) if shows_numbers else None)
        for key, quantity in asked.items()
        if given.get(key, ZERO) < quantity
    ]
