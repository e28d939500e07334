"""The cart: quantities, notes, removing with undo. Each change also works without script, by the form around the lines."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from flask import Response, request, url_for

from app.core.errors import Conflict, Invalid, NotFound
from app.ordering.domain.cart import CartEdit, CartPage, CartRow, LineProblem, WantedLine
from app.ordering.forms import LineForm
from app.ordering.policy import Permission
from app.ordering.queries.cart import line_quantities, obstacle, priced_cart
from app.ordering.service.cart import add_lines, remove_lines, restore, set_note, set_quantities, visit_cart
from app.ordering.views import blueprint
from app.ordering.views.answers import go, go_to, turn
from app.ordering.views.panels import cart_of_request, forget_cart
from app.ordering.views.texts import unit_choices, unit_text
from app.web.access import actor, requires, safe_next
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page, render_part, wants_part
from app.web.pagination import Keyset, Page, keyset_from_request, page_of
from app.web.texts import _, language, ngettext, say

PAGE_SIZE = 1000
PLACE = "/cart"


@dataclass(slots=True)
class Entered:
    """Quantities that were refused: what was typed and why it does not do, by line."""

    texts: dict[int, str] = field(default_factory=dict)
    problems: dict[int, LineProblem] = field(default_factory=dict)


@blueprint.get("/cart")
@requires(Permission.FILL_CART)
def cart() -> Response:
    head = cart_of_request()
    if head is None:
        return render_page("ordering/cart_empty.html")
    page = priced_cart(actor(), head.id)
    visit_cart(actor(), head.id, PLACE, page.totals.net_total)
    forget_cart()
    return _shown(page)


@blueprint.post("/cart/lines")
@requires(Permission.FILL_CART)
def change_lines() -> Response:
    """Quantities of lines: one from the script, all of them from the form, or one suggested by a button."""
    head = demand_cart()
    if "remove" in request.form:
        return _removed(head, [_number(request.form["remove"])])
    entered, quantities = _quantities(head)
    try:
        if entered.problems:
            raise Invalid("quantity", next(iter(entered.problems.values())).message)
        page = set_quantities(actor(), head, quantities, page=PLACE) if quantities else priced_cart(actor(), head)
    except Invalid as error:
        entered.problems.update(error.details or ())
        entered.texts.update({line: request.form.get(f"quantity-{line}", "") for line in entered.problems})
        return _changed(priced_cart(actor(), head), set(quantities) | set(entered.problems), entered)
    return _changed(page, set(quantities), entered)


@blueprint.post("/cart/clear")
@requires(Permission.FILL_CART)
def clear() -> Response:
    return _removed(demand_cart(), None)


@blueprint.post("/cart/<int:cart_id>/undo/<int:change_id>")
@requires(Permission.FILL_CART)
def undo(cart_id: int, change_id: int) -> Response:
    restore(actor(), cart_id, change_id, page=PLACE)
    tell(_("The lines are back."))
    return go("ordering.cart")


@blueprint.route("/cart/lines/<int:line_id>", methods=["GET", "POST"])
@requires(Permission.FILL_CART)
def line(line_id: int) -> Response:
    """One line in full: unit, note, why this price."""
    head = demand_cart()
    row = _row_of(priced_cart(actor(), head), line_id)
    form = LineForm(quantity=row.quantity, unit=row.unit, note=row.note)
    form.unit.choices = unit_choices(row.article)
    if form.validate_on_submit():
        with form.catching():
            set_quantities(actor(), head, {line_id: (form.quantity.data or Decimal(0), form.unit.data)}, page=PLACE)
            set_note(actor(), head, line_id, form.note.data)
            return go("ordering.cart", _anchor=f"l{line_id}")
    return render_page("ordering/cart_line.html", form=form, row=row, status=form.status)


@blueprint.post("/cart/add")
@requires(Permission.FILL_CART)
def add() -> Response:
    """One article from a list or product page; `add` names it, fields carry its id."""
    article_id = _number(request.form.get("add", ""))
    unit = request.form.get(f"unit-{article_id}", "")
    try:
        quantity = _quantity(request.form.get(f"quantity-{article_id}", ""))
        wanted = WantedLine(article_id, quantity, unit)
        reference = f"{request.form.get('client_ref', '')}:{article_id}:{unit}:{quantity.normalize()}"[:80]
        page_name = request.form.get("page", "")
        added = add_lines(actor(), None, [wanted], client_ref=reference, page=page_name)
    except (Invalid, Conflict) as error:
        return _not_added(article_id, error)
    forget_cart()
    row = next(row for row in added.page.rows if (row.article.id, row.unit) == (article_id, unit))
    if wants_part():
        return render_part("ordering/_added.html", row=row, head=cart_of_request(), client_ref=str(uuid.uuid4()))
    tell(
        _(
            "{sku} is in the cart: {quantity} {unit}.",
            sku=row.article.sku,
            quantity=row.quantity,
            unit=unit_text(row.unit),
        )
    )
    return go_to(safe_next(request.form.get("next", "")) or url_for("ordering.cart"))


def _not_added(article_id: int, error: Invalid | Conflict) -> Response:
    details = error.details if isinstance(error, Invalid) else None
    quantities = details[0][1].quantities if details else ()
    if wants_part():
        return render_part(
            "ordering/_not_added.html", article_id=article_id, message=error.message, quantities=quantities,
            status=error.status,
        )  # fmt: skip
    tell(error.message, "bad")
    return go_to(safe_next(request.form.get("next", "")) or url_for("ordering.cart"))


def _shown(page: CartPage, entered: Entered | None = None, status: int = 200) -> Response:
    keyset = keyset_from_request(size=PAGE_SIZE)
    return render_page(
        "ordering/cart_show.html",
        status=status,
        page=page,
        lines=_lines(page, keyset),
        entered=entered or Entered(),
        obstacle=obstacle(actor()),
    )


def _lines(page: CartPage, keyset: Keyset) -> Page[CartRow]:
    """A page of lines; the whole cart is priced anyway, so the cut is made here."""
    after, before = _position(keyset.after), _position(keyset.before)
    if before is not None:
        rows = [row for row in page.rows if row.position < before][-keyset.limit :]
    else:
        rows = [row for row in page.rows if row.position > (after or 0)][: keyset.limit]
    return page_of(rows, keyset, key=lambda row: (row.position,))


def _position(key: tuple[str, ...] | None) -> int | None:
    return _number(key[0]) if key else None


def _changed(page: CartPage | CartEdit, touched: set[int], entered: Entered) -> Response:
    """After a change: to the script the rows that may look different now, else the whole page."""
    forget_cart()
    status = 422 if entered.problems else 200
    if not wants_part():
        if status == 200:
            return go("ordering.cart")
        return _shown(priced_cart(actor(), page.cart_id), entered, status)
    articles = {row.article.id for row in page.rows if row.line_id in touched}
    rows = [row for row in page.rows if row.line_id in touched or row.article.id in articles]
    return render_part(
        "ordering/_cart_changed.html", page=page, rows=rows, entered=entered, head=cart_of_request(), status=200
    )


def _removed(cart_id: int, lines: list[int] | None) -> Response:
    gone = remove_lines(actor(), cart_id, lines, page=PLACE)
    text = ngettext("{n} line is removed.", "{n} lines are removed.", gone.count)
    tell(text, undo=url_for("ordering.undo", cart_id=cart_id, change_id=gone.change_id))
    forget_cart()
    if wants_part() and lines is not None and gone.page.counts.lines:
        return render_part(
            "ordering/_cart_changed.html",
            page=gone.page,
            rows=gone.page.rows,
            gone=lines,
            entered=Entered(),
            head=cart_of_request(),
        )
    return turn("ordering.cart")


def _quantities(cart_id: int) -> tuple[Entered, dict[int, tuple[Decimal, str | None]]]:
    """Quantities that differ from those of the cart, and the ones that are no numbers."""
    entered = Entered()
    if "set" in request.form:
        line_id, _sign, value = request.form["set"].partition(":")
        return entered, {_number(line_id): (_plain_decimal(value), None)}
    fields = [(name, text) for name, text in request.form.items() if name.startswith("quantity-")]
    held = line_quantities(actor(), cart_id) if len(fields) > 1 else {}
    changed: dict[int, tuple[Decimal, str | None]] = {}
    for name, text in fields:
        number = _number(name.removeprefix("quantity-"))
        try:
            quantity = _quantity(text)
        except Invalid as error:
            entered.problems[number] = LineProblem("invalid", error.message)
            continue
        if held.get(number) != quantity:
            changed[number] = (quantity, None)
    return entered, changed


def _quantity(text: str) -> Decimal:
    """A quantity as the reader writes numbers."""
    if not text.strip():
        raise Invalid("quantity", say(_("Enter a quantity.")))
    try:
        return parse_decimal(text, language())
    except (ArithmeticError, ValueError):
        raise Invalid("quantity", say(_("“{given}” is not a number.", given=text))) from None


def _plain_decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except ArithmeticError:
        raise NotFound from None
    if not value.is_finite():
        raise NotFound
    return value


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound
    return int(text)


def demand_cart() -> int:
    head = cart_of_request()
    if head is None:
        raise NotFound(say(_("You have no cart any more; it was ordered.")))
    return head.id


def _row_of(page: CartPage, line_id: int) -> CartRow:
    row = next((row for row in page.rows if row.line_id == line_id), None)
    if row is None:
        raise NotFound(say(_("This line is no longer in the cart.")))
    return row
