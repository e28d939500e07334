"""An order of a partner in our terms: which article each line means, how much of it, where to, by when.

Pure: articles and addresses are found by the caller. Nothing is changed silently: a quantity that was fitted and a line
that cannot be taken are noted, and the answer to the partner tells of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.accounts.domain.company import PostalAddress
from app.catalog.domain.article import Article, key_of
from app.catalog.domain.order_quantity import fit
from app.core.texts import N_, Message
from app.documents.model.order import Order, OrderLine
from app.documents.model.party import Party
from app.exchange.domain.partners import CodeKind, Codes
from app.ordering.domain.wishes import NOTE_LENGTH, PO_LENGTH

UNKNOWN_CODE = frozenset({
    "There is no article {sku}.",
    "{sku} stands for more than one article. Give our article number.",
    "{sku} is not sold in the unit {unit}.",
})  # fmt: skip
_SAME = (
    frozenset({"H87", "C62", "EA", "PCE", "NAR", "PC"}), frozenset({"XCT", "CT", "CA", "CTN", "KAR"}),
    frozenset({"XBX", "BX", "BOX"}), frozenset({"XPK", "PK", "PA"}), frozenset({"XPX", "PX", "PF", "PAL"}),
    frozenset({"XRO", "RO", "RL", "NRL"}), frozenset({"XBG", "BG"}), frozenset({"KGM", "KG"}), frozenset({"MTR", "MR"}),
    frozenset({"XBO", "BO"}), frozenset({"SET", "ST"}), frozenset({"LTR", "LT"}), frozenset({"RM", "XRM"}),
    frozenset({"DZN", "DZ"}), frozenset({"PR", "NPR"}), frozenset({"TU", "XTU"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line as it will be ordered; with a `problem` it will not. `fitted` says why the quantity is not the asked one."""

    position: str
    article_id: int | None
    quantity: Decimal
    unit: str
    problem: Message | None = None
    fitted: Message | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "position": self.position, "article_id": self.article_id, "quantity": str(self.quantity), "unit": self.unit,
            "problem": self.problem.as_json() if self.problem else None,
            "fitted": self.fitted.as_json() if self.fitted else None,
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PlannedLine:
        return cls(
            value["position"], value["article_id"], Decimal(value["quantity"]), value["unit"], _message(value["problem"]),
            _message(value["fitted"]),
        )  # fmt: skip


def _message(value: Mapping[str, Any] | None) -> Message | None:
    return None if value is None else Message.from_json(value)


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """`notes` tell the partner what was not taken over of the head."""

    lines: tuple[PlannedLine, ...]
    ship_to_id: int | None
    po_number: str
    requested_on: date | None = None
    latest_on: date | None = None
    note: str = ""
    notes: tuple[Message, ...] = ()

    @property
    def good(self) -> tuple[PlannedLine, ...]:
        return tuple(line for line in self.lines if line.problem is None)

    @property
    def unknown(self) -> Message | None:
        """The first problem that a mapping of codes would mend."""
        return next((one.problem for one in self.lines if one.problem and one.problem.text in UNKNOWN_CODE), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "lines": [line.as_json() for line in self.lines], "ship_to_id": self.ship_to_id, "po_number": self.po_number,
            "requested_on": self.requested_on.isoformat() if self.requested_on else None,
            "latest_on": self.latest_on.isoformat() if self.latest_on else None, "note": self.note,
            "notes": [one.as_json() for one in self.notes],
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> OrderPlan:
        return cls(
            tuple(PlannedLine.from_json(one) for one in value["lines"]), value["ship_to_id"], value["po_number"],
            _day(value["requested_on"]), _day(value["latest_on"]), value["note"],
            tuple(Message.from_json(one) for one in value["notes"]),
        )  # fmt: skip


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def codes_of(lines: Iterable[OrderLine], codes: Codes) -> list[str]:
    """All codes by which the articles may be found."""
    return [code for line in lines for code in _codes(line, codes)]


def _codes(line: OrderLine, codes: Codes) -> list[str]:
    """The surest first: as mapped, our own number, GTIN, the buyer's number."""
    given = (line.buyer_sku, line.sku, line.gtin, line.manufacturer_sku)
    mapped = [ours for code in given if code and (ours := codes.our(CodeKind.ARTICLE, code))]
    return [*mapped, *(code for code in (line.sku, line.gtin, line.buyer_sku) if code)]


def plan_order(
    order: Order,
    articles: Mapping[str, Sequence[Article]],
    codes: Codes,
    *,
    ship_to_id: int | None,
    today: date,
    fits: bool = True,
) -> OrderPlan:
    """`articles` by `key_of(code)`. `fits`: a quantity that cannot be had is raised to the next one that can."""
    lines = tuple(_line(line, articles, codes, fits=fits) for line in order.lines)
    notes: list[Message] = []
    wanted = order.delivery.requested or order.delivery.earliest
    if wanted is None:
        days = [day for line in order.lines if (day := line.delivery.requested or line.delivery.earliest)]
        wanted = min(days) if days and len(set(days)) == 1 else None
    if wanted is not None and wanted < today:
        notes.append(N_("{day} is in the past: it comes as soon as it can.", day=wanted))
        wanted = None
    latest = order.delivery.latest
    if latest is not None and latest < (wanted or today):
        notes.append(N_("{day} is in the past: it comes as soon as it can.", day=latest))
        latest = None
    text = "\n".join(note.text for note in order.notes)[:NOTE_LENGTH]
    return OrderPlan(lines, ship_to_id, order.number[:PO_LENGTH], wanted, latest, text, tuple(notes))


def _line(line: OrderLine, articles: Mapping[str, Sequence[Article]], codes: Codes, *, fits: bool) -> PlannedLine:
    asked = line.quantity if line.quantity is not None else Decimal(0)
    given = _codes(line, codes)
    found: Sequence[Article] = ()
    for code in given:
        found = articles.get(key_of(code), ())
        if found:
            break
    if len(found) != 1:
        words = (
            N_("{sku} stands for more than one article. Give our article number.", sku=code)
            if found
            else N_("There is no article {sku}.", sku=given[0] if given else line.name[:60] or "?")
        )
        return PlannedLine(line.position, None, asked, line.unit, words)
    article = found[0]
    unit = unit_of(article, line.unit)
    if unit is None:
        words = N_("{sku} is not sold in the unit {unit}.", sku=article.sku, unit=line.unit)
        return PlannedLine(line.position, article.id, asked, line.unit, words)
    if line.quantity is None or asked <= 0:
        return PlannedLine(line.position, article.id, asked, unit, N_("The quantity must be above zero."))
    if not article.is_active or not article.is_visible:
        return PlannedLine(line.position, article.id, asked, unit, N_("{sku} is not sold any more.", sku=article.sku))
    return _fitted(line.position, article, asked, unit, fits=fits)


def _fitted(position: str, article: Article, asked: Decimal, unit: str, *, fits: bool) -> PlannedLine:
    found = fit(article, asked, unit)
    if found.is_valid:
        return PlannedLine(position, article.id, asked, unit)
    nearest = found.above if found.above is not None else found.below
    if nearest is None or not fits:
        words = N_("{sku} cannot be ordered in this quantity.", sku=article.sku)
        return PlannedLine(position, article.id, asked, unit, words)
    words = N_("{asked} cannot be had: {given} come.", asked=_number(asked), given=_number(nearest))
    return PlannedLine(position, article.id, nearest, unit, None, words)


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f")


def unit_of(article: Article, unit: str) -> str | None:
    """The article's own name of a unit; without one the pack whose GTIN was given, or the base unit."""
    if not unit:
        return article.found_unit or article.base_unit
    if article.factor(unit) is not None:
        return unit
    for same in _SAME:
        if unit in same:
            return next((own for own in article.all_units if own in same), None)
    return None


def find_place(party: Party | None, places: Sequence[PostalAddress], codes: Codes) -> int | None:
    """The address of the account that a ship-to means: by a mapped code, GLN, or the same postcode and street."""
    if party is None:
        return None
    given = [party.gln, *(one.value for one in party.identifiers), party.name]
    by_label = {_plain(place.label): place.id for place in places}
    glns = {place.gln: place.id for place in places if place.gln}
    for code in given:
        if code and (ours := codes.our(CodeKind.SHIP_TO, code)) and _plain(ours) in by_label:
            return by_label[_plain(ours)]
    for code in given:
        if code and (code in glns or _plain(code) in by_label):
            return glns.get(code) or by_label[_plain(code)]
    there = party.address
    if there is None or not there.postal_code:
        return None
    for place in places:
        same_place = _plain(place.postcode) == _plain(there.postal_code)
        if same_place and _plain(place.street) == _plain(there.street):
            return place.id
    return None


def _plain(text: str) -> str:
    return (
        "".join(char for char in text.casefold() if char.isalnum()).replace("strasse", "str").replace("straße", "str")
    )
