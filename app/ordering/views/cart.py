"""The cart: quantities, notes, removing with undo. Each change also works without script, by the form around the lines."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flask import Response, request, url_for

from app.core.errors import Conflict, Invalid, NotFound
from app.ordering.domain.cart import CartEdit, CartPage, CartRow, LineProblem, WantedLine
from app.ordering.domain.sharing import Clash, Right
from app.ordering.forms.carts import LineForm
from app.ordering.policy import Permission
from app.ordering.queries.cart import CartHead, cart_head, obstacle, price_day, price_rows, priced_cart
from app.ordering.queries.carts import guests, line_history, owner_name
from app.ordering.queries.plans import CartHints, cart_hints
from app.ordering.queries.saved_lines import saved_lines
from app.ordering.service.cart import add_lines, remove_lines, restore, set_line, set_quantities, visit_cart
from app.ordering.service.cart_state import keep_opened
from app.ordering.service.saved_lines import save_for_later
from app.ordering.views import blueprint
from app.ordering.views.answers import go_to
from app.ordering.views.cart_view import shown_lines
from app.ordering.views.panels import ID_DIGITS, asked_cart, cart_of_request, forget_cart, home_of, saw_cart
from app.ordering.views.texts import unit_choices, unit_text
from app.web.access import actor, requires, safe_next
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page, render_part, wants_part
from app.web.texts import _, language, ngettext, say

PLACE = "/cart"


@dataclass(slots=True)
class Entered:
    """Quantities that were refused: what was typed and why it does not do, or what a colleague entered, by line."""

    texts: dict[int, str] = field(default_factory=dict)
    problems: dict[int, LineProblem] = field(default_factory=dict)
    clashes: dict[int, Clash] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        return bool(self.problems or self.clashes)


@blueprint.get("/cart")
@requires(Permission.FILL_CART)
def cart() -> Response:
    head = cart_of_request()
    if head is None:
        return render_page("ordering/cart_empty.html", saved=saved_lines(actor(), None))
    return _opened(head)


@blueprint.get("/carts/<int:cart_id>")
@requires(Permission.FILL_CART)
def cart_page(cart_id: int) -> Response:
    """Any cart one may see; looking at it does not make it the active one."""
    return _opened(cart_head(actor(), cart_id))


@blueprint.post("/cart/lines")
@requires(Permission.FILL_CART)
def change_lines() -> Response:
    """Quantities of lines: one from the script, all of them from the form, or one suggested by a button."""
    head = asked_cart()
    if "remove" in request.form:
        return _removed(head, [number(request.form["remove"])])
    if request.form.keys() & {"remove_picked", "save_picked"}:
        return _moved_out(head, [number(text) for text in request.form.getlist("pick")])
    if "back" in request.form:
        return _put_back(head)
    entered, quantities, seen = _quantities()
    try:
        if entered.problems:
            raise Invalid("quantity", next(iter(entered.problems.values())).message)
        edit = set_quantities(actor(), head.id, quantities, seen=seen, page=PLACE) if quantities else None
    except Invalid as error:
        entered.problems.update(error.details or ())
        return _refused(head, entered, set(quantities))
    except Conflict as error:
        if error.details is None:
            raise
        entered.clashes = {clash.line_id: clash for clash in error.details}
        return _refused(head, entered, set(quantities))
    forget_cart()
    if edit is None or not wants_part():
        return go_to(home_of(head.id))
    return changed_part(edit, edit.rows)


@blueprint.post("/cart/clear")
@requires(Permission.FILL_CART)
def clear() -> Response:
    return _removed(asked_cart(), None)


@blueprint.post("/cart/<int:cart_id>/undo/<int:change_id>")
@requires(Permission.FILL_CART)
def undo(cart_id: int, change_id: int) -> Response:
    restore(actor(), cart_id, change_id, page=PLACE)
    tell(_("The lines are back."))
    return go_to(home_of(cart_id))


@blueprint.route("/cart/lines/<int:line_id>", methods=["GET", "POST"])
@requires(Permission.FILL_CART)
def line(line_id: int) -> Response:
    """One line in full: unit, note, why this price, who changed it."""
    head = asked_cart(Right.SEE)
    row = _row_of(priced_cart(actor(), head.id), line_id)
    form = LineForm(quantity=row.quantity, unit=row.unit, note=row.note, was=row.was)
    form.unit.choices = unit_choices(row.article)
    if form.validate_on_submit():
        with form.catching():
            try:
                set_line(
                    actor(), head.id, line_id, quantity=form.quantity.data or Decimal(0), unit=form.unit.data,
                    note=form.note.data or "", seen=_read_was(form.was.data or ""), page=PLACE,
                )  # fmt: skip
            except Conflict as error:
                form.was.raw_data, form.was.data = None, row.was
                raise Invalid("quantity", _clash_words(error)) from None
            if "later" in request.form:
                save_for_later(actor(), head.id, [line_id], page=PLACE)
            return go_to(home_of(head.id) + f"#l{line_id}")
    return render_page(
        "ordering/cart_line.html", form=form, row=row, head=head, home=home_of(head.id), status=form.status,
        history=line_history(actor(), head.id, line_id), may_edit=_may(head, Right.EDIT),
    )  # fmt: skip


@blueprint.post("/cart/add")
@requires(Permission.FILL_CART)
def add() -> Response:
    """One article from a list or product page; `add` names it, fields carry its id."""
    article_id = number(request.form.get("add", ""))
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


def _opened(head: CartHead) -> Response:
    """A cart as it is today: opening it prices everything."""
    page = price_rows(actor(), head, price_day(actor()))
    keep_opened(actor(), page)
    if _may(head, Right.EDIT):
        visit_cart(actor(), head, PLACE, page.totals.net_total)
    saw_cart(head, page)
    return _shown(head, page)


def _shown(head: CartHead, page: CartPage, entered: Entered | None = None, status: int = 200) -> Response:
    return render_page(
        "ordering/cart_show.html",
        status=status,
        page=page,
        head=head,
        shown=shown_lines(page),
        entered=entered or Entered(),
        obstacle=obstacle(actor()),
        saved=saved_lines(actor(), head),
        guests=guests(actor(), head),
        owner="" if head.user_id == actor().user_id else owner_name(actor(), head),
        is_active=(active := cart_of_request()) is not None and active.id == head.id,
        may_edit=_may(head, Right.EDIT),
        may_order=_may(head, Right.ORDER) and actor().can(Permission.PLACE),
        me=actor().user_id,
        hints=_hints(page),
    )


def _hints(page: CartPage | CartEdit) -> CartHints:
    """What delivery would cost, and what a little more would change."""
    return cart_hints(actor(), page.company_id, page.currency, page.totals.line_total, locale=language())


def _may(head: CartHead, right: Right) -> bool:
    return head.is_open and head.right.covers(right)


def changed_part(edit: CartEdit | CartPage, rows: list[CartRow], **more: Any) -> Response:
    """To the script: the rows that look different now, and the sums."""
    values: dict[str, Any] = {"gone": (), "added": (), "entered": Entered(), "may_edit": True} | more
    return render_part(
        "ordering/_cart_changed.html",
        page=edit,
        rows=rows,
        head=cart_of_request(),
        me=actor().user_id,
        hints=_hints(edit),
        **values,
    )


def _refused(head: CartHead, entered: Entered, asked: set[int]) -> Response:
    """Nothing was changed: what was typed stays in the fields, with what is wrong beside it."""
    lost = asked | set(entered.problems) | set(entered.clashes)
    entered.texts = {line_id: request.form.get(f"quantity-{line_id}", "") for line_id in lost}
    page = priced_cart(actor(), head.id)
    if not wants_part():
        return _shown(head, page, entered, 409 if entered.clashes and not entered.problems else 422)
    articles = {row.article.id for row in page.rows if row.line_id in lost}
    return changed_part(page, [row for row in page.rows if row.article.id in articles], entered=entered)


def _removed(head: CartHead, lines: list[int] | None) -> Response:
    gone = remove_lines(actor(), head.id, lines, page=PLACE)
    text = ngettext("{n} line is removed.", "{n} lines are removed.", gone.count)
    tell(text, undo=url_for("ordering.undo", cart_id=head.id, change_id=gone.change_id))
    forget_cart()
    if wants_part() and lines is not None and gone.page.counts.lines:
        return changed_part(gone.page, gone.page.rows, gone=lines)
    return _turn(home_of(head.id))


def _moved_out(head: CartHead, lines: list[int]) -> Response:
    """Ticked lines out of the cart, for good or for later."""
    if not lines:
        tell(_("Tick lines first."), "warn")
        return _turn(home_of(head.id))
    if "remove_picked" in request.form:
        return _removed(head, lines)
    save_for_later(actor(), head.id, lines, page=PLACE)
    tell(ngettext("{n} line is kept for later.", "{n} lines are kept for later.", len(lines)))
    forget_cart()
    return _turn(home_of(head.id))


def _put_back(head: CartHead) -> Response:
    """A line that a colleague took out while it was being changed."""
    article_id, unit, quantity = [*request.form["back"].split(":"), "", ""][:3]
    wanted = WantedLine(number(article_id), _plain_decimal(quantity), unit)
    try:
        add_lines(actor(), head.id, [wanted], client_ref=str(uuid.uuid4()), page=PLACE)
    except Invalid as error:
        tell(error.message, "bad")
    forget_cart()
    return _turn(home_of(head.id))


def _turn(address: str) -> Response:
    """The page anew; a script opens it instead of swapping it into a part."""
    if not wants_part():
        return go_to(address)
    response = Response(status=204)
    response.headers["HX-Redirect"] = address
    return response


def _quantities() -> tuple[Entered, dict[int, tuple[Decimal, str | None]], dict[int, tuple[Decimal, str]]]:
    """Quantities that were changed, what was before the person who did, and the ones that are no numbers.

    A field `was-…` beside a quantity says what the page showed: what is still the same was not changed.
    """
    entered = Entered()
    if "set" in request.form:
        chosen, _sign, value = request.form["set"].partition(":")
        return entered, {number(chosen): (_plain_decimal(value), None)}, {}
    changed: dict[int, tuple[Decimal, str | None]] = {}
    seen: dict[int, tuple[Decimal, str]] = {}
    for name, text in request.form.items():
        if not name.startswith("quantity-"):
            continue
        line_id = number(name.removeprefix("quantity-"))
        try:
            quantity = _quantity(text)
        except Invalid as error:
            entered.problems[line_id] = LineProblem("invalid", error.message)
            continue
        was = _read_was(request.form.get(f"was-{line_id}", ""))
        if was is None or was[0] != quantity:
            changed[line_id] = (quantity, None)
            if was is not None:
                seen[line_id] = was
    return entered, changed, seen


def _read_was(text: str) -> tuple[Decimal, str] | None:
    quantity, _space, unit = text.partition(" ")
    return (_plain_decimal(quantity), unit) if unit else None


def _clash_words(error: Conflict) -> Any:
    if not error.details:
        return error.message
    clash: Clash = error.details[0]
    if clash.theirs is None:
        return say(_("{who} has taken this line out meanwhile.", who=clash.who))
    return say(
        _(
            "{who} has changed it to {theirs} {unit} meanwhile. Save again if yours holds.",
            who=clash.who,
            theirs=clash.theirs,
            unit=unit_text(clash.unit),
        )
    )


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


def number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > ID_DIGITS:
        raise NotFound
    return int(text)


def _row_of(page: CartPage, line_id: int) -> CartRow:
    row = next((row for row in page.rows if row.line_id == line_id), None)
    if row is None:
        raise NotFound(say(_("This line is no longer in the cart.")))
    return row
