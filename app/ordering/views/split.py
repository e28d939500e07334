"""Deliveries of a cart: its lines over addresses, days and cost centres, one by one, chosen ones together, or by table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from flask import Response, request

from app.accounts.queries.addresses import addresses
from app.accounts.queries.budgets import CostCentreChoice, choices
from app.core import clock
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.ordering.domain.cart import LineProblem
from app.ordering.domain.split_table import Known, read_parts
from app.ordering.domain.splits import sum_problem
from app.ordering.domain.wishes import PartWish
from app.ordering.policy import Permission
from app.ordering.queries.cart import CartHead, cart_head
from app.ordering.queries.splits import SplitLine, lines_by_sku, split_lines
from app.ordering.service.splitting import Target, assign, set_parts, split_equally
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.panels import checkout_of, home_of
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, language, ngettext, say

PAGE_SIZE = 50
_SPARE = 2  # empty rows under the parts of a line


@dataclass(slots=True)
class Shown:
    """What the page says beside the lines: what was refused, by line, and in general."""

    problems: dict[int, list[LineProblem]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    table: str = ""

    @property
    def status(self) -> int:
        return 422 if self.problems or self.refused else 200


@blueprint.get("/cart/<int:cart_id>/split")
@requires(Permission.PLACE)
def split(cart_id: int) -> Response:
    return _page(cart_head(actor(), cart_id), Shown())


@blueprint.post("/cart/<int:cart_id>/split")
@requires(Permission.PLACE)
def split_save(cart_id: int) -> Response:
    head = cart_head(actor(), cart_id)
    shown = Shown()
    try:
        _done(head, shown)
    except (Invalid, Conflict, NotFound) as error:
        for line_id, problem in error.details or ():
            shown.problems.setdefault(line_id, []).append(problem)
        shown.refused.append(say(error.message))
    if shown.status != 200:
        return _page(head, shown)
    return go("ordering.split", cart_id=cart_id, **_place())


def _done(head: CartHead, shown: Shown) -> None:
    """What the pressed button asks for."""
    action = request.form.get("do", "save")
    chosen = {int(text) for text in request.form.getlist("line") if text.isdigit()}
    if action == "table":
        _by_table(head, shown)
    elif action == "equal":
        fewer = split_equally(actor(), head.id, chosen, _targets())
        if fewer:
            tell(_("Too few packs for every address: {articles}", articles=", ".join(fewer[:8])), "info")
    elif action == "assign":
        n = assign(actor(), head.id, chosen, _target(""))
        tell(ngettext("{n} line goes there now.", "{n} lines go there now.", n))
    elif action == "join":
        set_parts(actor(), head.id, dict.fromkeys(chosen, ()))
    else:
        set_parts(actor(), head.id, _entered())
        tell(_("The deliveries are saved."))


def _entered() -> dict[int, list[PartWish]]:
    """The grid of each line: rows without a quantity are left out; all parts unreadable ones are named."""
    parts: dict[int, list[PartWish]] = {}
    wrong: list[tuple[int, LineProblem]] = []
    for name, text in request.form.items(multi=True):
        kind, _sep, rest = name.partition("-")
        line_text, _sep, row = rest.partition("-")
        if kind != "q" or not line_text.isdigit():
            continue
        line_id = int(line_text)
        mine = parts.setdefault(line_id, [])
        if not text.strip():
            continue
        try:
            quantity = parse_decimal(text, language())
        except ValueError:
            quantity = Decimal(0)
        if quantity <= 0:
            wrong.append((line_id, LineProblem("quantity", N_("“{given}” is no quantity above zero.", given=text))))
            continue
        target = _target(f"-{line_id}-{row}")
        mine.append(PartWish(line_id, quantity, target.ship_to_id, target.requested_on, target.cost_centre_id))
    if wrong:
        raise Invalid("parts", N_("Parts that do not fit: {n}.", n=len(wrong)), details=wrong)
    return parts


def _target(suffix: str) -> Target:
    return Target(
        _number(f"a{suffix}"), _day(request.form.get(f"d{suffix}", "")), _number(f"c{suffix}")
    )  # fmt: skip


def _targets() -> list[Target]:
    """The addresses ticked for equal parts, each on the day and the cost centre chosen beside them."""
    common = _target("")
    chosen = [int(text) for text in request.form.getlist("to") if text.isdigit()]
    return [Target(ship_to_id, common.requested_on, common.cost_centre_id) for ship_to_id in chosen]


def _by_table(head: CartHead, shown: Shown) -> None:
    shown.table = request.form.get("table", "")
    book = {one.label.casefold(): one.id for one in addresses(actor(), company_id=head.company_id) if one.id}
    centres = {one.code.casefold(): one.id for one in _centres(head)}
    found, wrong = read_parts(shown.table, Known(lines_by_sku(head), book, centres))
    shown.refused.extend(say(problem.message) for problem in wrong)
    if wrong:
        return
    set_parts(actor(), head.id, found)
    tell(ngettext("{n} line is divided.", "{n} lines are divided.", len(found)))


def _page(head: CartHead, shown: Shown) -> Response:
    keyset = keyset_from_request(PAGE_SIZE, parts=(int,))
    lines = split_lines(head, after=keyset.after, before=keyset.before, limit=keyset.limit)
    for line in lines:
        problem = sum_problem(line.quantity, line.unit, line.parts) if line.parts else None
        if problem is not None and line.id not in shown.problems:
            shown.problems[line.id] = [problem]
    return render_page(
        "ordering/split.html",
        here=checkout_of(head.id),
        home=home_of(head.id),
        head=head,
        page=page_of(lines, keyset, key=lambda line: (line.position,)),
        grids={line.id: _grid(line) for line in lines},
        shown=shown,
        books=addresses(actor(), company_id=head.company_id),
        centres=_centres(head),
        status=shown.status,
    )


def _grid(line: SplitLine) -> list[dict[str, str]]:
    """Rows of the small table of a line: what was just typed, else its parts; and empty ones."""
    typed = [name.rpartition("-")[2] for name in request.form if name.startswith(f"q-{line.id}-")]
    if typed:
        return [
            {kind: request.form.get(f"{kind}-{line.id}-{row}", "") for kind in ("q", "a", "d", "c")} for row in typed
        ]
    rows = [
        {
            "q": format(part.quantity.normalize(), "f"),
            "a": str(part.ship_to_id or ""),
            "d": part.requested_on.isoformat() if part.requested_on else "",
            "c": str(part.cost_centre_id or ""),
        }
        for part in line.parts
    ]
    return rows + [dict.fromkeys(("q", "a", "d", "c"), "")] * _SPARE


def _centres(head: CartHead) -> list[CostCentreChoice]:
    return choices(actor(), head.currency, clock.today(actor().time_zone))


def _place() -> dict[str, str]:
    """The page of lines one was on."""
    return {name: value for name in ("after", "before") if (value := request.args.get(name))}


def _number(name: str) -> int | None:
    text = request.form.get(name, "")
    return int(text) if text.isdigit() else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
