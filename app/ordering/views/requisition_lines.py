"""Lines of a requisition list: quantities line by line, taking off, moving, another article instead, into the cart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from flask import Response, request, url_for

from app.catalog.queries.articles import articles_by_code
from app.core.actor import Scope
from app.core.errors import Conflict, Invalid, NotFound
from app.core.texts import N_
from app.ordering.domain.cart import LineProblem, WantedLine
from app.ordering.domain.requisition_list import Access, LineEdit, ListHead
from app.ordering.forms.lists import RequisitionLineForm
from app.ordering.policy import Permission
from app.ordering.queries.requisition_lists import ListLine, list_head, list_lines
from app.ordering.queries.requisition_orders import LeftOut, lines_to_order, sort_out
from app.ordering.service.requisition_lines import (
    change_lines,
    move_line,
    restore_lines,
    take_instead,
    take_lines_off,
    transfer_lines,
)
from app.ordering.service.requisition_orders import IntoCart, order_from_list
from app.ordering.views import blueprint
from app.ordering.views.answers import go
from app.ordering.views.panels import forget_cart
from app.ordering.views.requisition_lists import shown
from app.ordering.views.texts import unit_choices
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import _, language, ngettext, say

_FIELD = re.compile(r"quantity-([0-9]{1,18})")


@blueprint.post("/lists/<int:list_id>/lines")
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_lines_change(list_id: int) -> Response:
    """Save the quantities that differ from those shown, or do what a button says with the ticked lines."""
    do = request.form.get("do", "")
    try:
        if "instead" in request.form:
            line, _sign, sku = request.form["instead"].partition(":")
            take_instead(actor(), list_id, _number(line), sku)
            tell(_("{sku} is on the list instead.", sku=sku))
        elif do == "remove":
            gone = take_lines_off(actor(), list_id, _picked())
            text = ngettext("{n} line is off the list.", "{n} lines are off the list.", gone.count)
            tell(text, undo=url_for("ordering.list_undo", list_id=list_id, change_id=gone.change_id))
        elif do in {"copy", "move"}:
            _transfer(list_id, is_move=do == "move")
        else:
            return _save(list_id)
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
        return shown(list_head(actor(), list_id), status=error.status)
    return go("ordering.list_show", list_id=list_id)


@blueprint.post("/lists/<int:list_id>/undo/<int:change_id>")
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_undo(list_id: int, change_id: int) -> Response:
    restore_lines(actor(), list_id, change_id)
    tell(_("The lines are back."))
    return go("ordering.list_show", list_id=list_id)


@blueprint.route("/lists/<int:list_id>/lines/<int:line_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_LISTS, scope=Scope.TENANT)
def list_line(list_id: int, line_id: int) -> Response:
    """One line in full: unit, note, place; who changed it last."""
    head = list_head(actor(), list_id, Access.EDIT)
    lines = list_lines(actor(), head)
    place, line = next(((place, line) for place, line in enumerate(lines, 1) if line.line_id == line_id), (0, None))
    if line is None or line.today is None:
        raise NotFound(say(_("This line is no longer on the list.")))
    form = RequisitionLineForm(
        quantity=line.quantity, unit=line.unit, note=line.note, place=place, version=str(line.version)
    )
    form.unit.choices = unit_choices(line.today.article)
    if form.validate_on_submit():
        with form.catching():
            _save_line(form, head, line, place)
            return go("ordering.list_show", list_id=list_id, _anchor=f"l{line_id}")
    return render_page("ordering/list_line.html", form=form, head=head, line=line, status=form.status)


@blueprint.post("/lists/<int:list_id>/cart")
@requires(Permission.FILL_CART, scope=Scope.TENANT)
def list_cart(list_id: int) -> Response:
    """All lines, or the ticked ones with the quantities entered, into the cart; the list stays as it is."""
    head = list_head(actor(), list_id)
    try:
        wanted, waiting = _wanted(head)
        done = order_from_list(
            actor(),
            list_id,
            wanted,
            client_ref=request.form.get("client_ref", "")[:80],
            new_cart_name=head.name if request.form.get("into") == "new" else "",
            release=_number(request.form.get("release", "0")),
            page=f"/lists/{list_id}",
        )
    except (Invalid, Conflict) as error:
        tell(error.message, "bad")
        return shown(list_head(actor(), list_id), status=error.status)
    forget_cart()
    _tell_added(done)
    left_out = [*done.left_out, *(sort_out(actor(), waiting)[1] if waiting else ())]
    return _left_out(head, left_out) if left_out else go("ordering.cart")


def _left_out(head: ListHead, left_out: Sequence[LeftOut]) -> Response:
    return render_page(
        "ordering/list_left_out.html",
        head=head,
        left_out=left_out,
        client_ref=request.form.get("client_ref", "")[:60] + "+",
        release=request.form.get("release", ""),
    )


def _tell_added(done: IntoCart) -> None:
    if done.added is None:
        return
    text = ngettext("{n} line is in the cart.", "{n} lines are in the cart.", done.count)
    if done.added.grown:
        more = ngettext(
            "{n} was there already and has grown.", "{n} were there already and have grown.", done.added.grown
        )
        text = _("{first} {second}", first=text, second=more)
    tell(text)


def _wanted(head: ListHead) -> tuple[list[tuple[int, WantedLine]], list[tuple[int, WantedLine]]]:
    """What is to go into the cart now, and ticked lines that wait for a decision."""
    lines = lines_to_order(actor(), head)
    if "all" in request.form:
        return [(key, _as_entered(key, line)) for key, line in lines.items()], []
    picked = [(key, _as_entered(key, lines[key])) for key in _picked() if key in lines]
    if "take" not in request.form:
        return picked, []
    key_text, _sign, choice = request.form["take"].partition(":")
    part, _sign, value = choice.partition(":")
    key = _number(key_text)
    if key not in lines:
        raise NotFound(say(_("This line is no longer on the list.")))
    taken = _changed(lines[key], part, value)
    return [(key, taken)], [pair for pair in picked if pair[0] != key]


def _changed(line: WantedLine, part: str, value: str) -> WantedLine:
    """With another quantity, or another article the person has chosen."""
    if part == "quantity":
        try:
            return WantedLine(line.article_id, Decimal(value), line.unit, line.note)
        except InvalidOperation:
            raise NotFound from None
    found = next(
        (one for many in articles_by_code(actor(), [value]).values() for one in many if one.sku == value), None
    )
    if found is None:
        raise NotFound
    unit = line.unit if found.factor(line.unit) is not None else found.base_unit
    return WantedLine(found.id, line.quantity, unit, line.note)


def _as_entered(key: int, line: WantedLine) -> WantedLine:
    text = request.form.get(f"quantity-{key}")
    return line if text is None else WantedLine(line.article_id, _quantity(text), line.unit, line.note)


def _save(list_id: int) -> Response:
    """Line by line: what this person changed is saved, what somebody else changed meanwhile is left and told."""
    edits, entered, problems = _edits()
    if problems:
        tell(_("Nothing is saved yet: look at the lines marked."), "bad")
        return shown(list_head(actor(), list_id), status=422, entered=entered, problems=problems)
    try:
        done = change_lines(actor(), list_id, edits)
    except Invalid as error:
        wrong = dict(error.details or ())
        if not wrong:
            raise
        tell(_("Nothing is saved yet: look at the lines marked."), "bad")
        return shown(list_head(actor(), list_id), status=422, entered=entered, problems=wrong)
    if done.count:
        tell(ngettext("{n} line is changed.", "{n} lines are changed.", done.count))
    if done.clashes:
        return shown(list_head(actor(), list_id), status=409, clashes=done.clashes)
    return go("ordering.list_show", list_id=list_id)


def _edits() -> tuple[dict[int, LineEdit], dict[int, str], dict[int, LineProblem]]:
    """What differs from the page as it was shown; texts and problems of the quantities, by line."""
    if "set" in request.form:
        line, _sign, value = request.form["set"].partition(":")
        version = _was(_number(line))[0]
        return {_number(line): LineEdit(version, _plain(value))}, {}, {}
    edits: dict[int, LineEdit] = {}
    entered: dict[int, str] = {}
    problems: dict[int, LineProblem] = {}
    for name, text in request.form.items():
        match = _FIELD.fullmatch(name)
        if match is None:
            continue
        line_id = int(match[1])
        version, was = _was(line_id)
        try:
            quantity = _quantity(text)
        except Invalid as error:
            entered[line_id], problems[line_id] = text, LineProblem("invalid", error.message)
            continue
        if quantity != was:
            edits[line_id], entered[line_id] = LineEdit(version, quantity), text
    return edits, entered, problems


def _was(line_id: int) -> tuple[int, Decimal]:
    """Version and quantity of a line as the page showed them."""
    version, _sign, quantity = request.form.get(f"was-{line_id}", "").partition(":")
    return _number(version or "0"), _plain(quantity or "0")


def _save_line(form: RequisitionLineForm, head: ListHead, line: ListLine, place: int) -> None:
    edit = LineEdit(_number(form.version.data or "0"), form.quantity.data, form.unit.data, form.note.data or "")
    done = change_lines(actor(), head.id, {line.line_id: edit})
    for clash in done.clashes:
        form.version.data = str(line.version)
        raise Conflict(
            N_("{who} has changed this line to {quantity} meanwhile. Save again to put yours in its place.",
               who=clash.by, quantity=clash.quantity or Decimal(0))
        )  # fmt: skip
    if form.place.data and form.place.data != place:
        move_line(actor(), head.id, line.line_id, form.place.data)


def _transfer(list_id: int, *, is_move: bool) -> None:
    target = _number(request.form.get("target", "") or "0")
    if not target:
        raise Invalid("target", say(_("Choose another list.")))
    client_ref = request.form.get("client_ref", "")[:80]
    put = transfer_lines(actor(), list_id, target, _picked(), is_move=is_move, client_ref=client_ref)
    name = list_head(actor(), target).name
    count = put.new + put.grown
    if is_move:
        tell(
            ngettext("{n} line is on “{name}” now.", "{n} lines are on “{name}” now.", count, name=name),
            undo=url_for("ordering.list_undo", list_id=list_id, change_id=put.change_id),
        )
    else:
        tell(ngettext("{n} line is also on “{name}”.", "{n} lines are also on “{name}”.", count, name=name))
    if put.grown:
        tell(
            ngettext("{n} was there already and has grown.", "{n} were there already and have grown.", put.grown),
            "info",
        )
    for _place, problem in put.refused[:3]:
        tell(problem.message, "warn")


def _picked() -> list[int]:
    picked = [_number(text) for text in dict.fromkeys(request.form.getlist("pick"))]
    if not picked and "take" not in request.form:
        raise Invalid("lines", say(_("Tick lines first.")))
    return picked


def _quantity(text: str) -> Decimal:
    try:
        return parse_decimal(text, language())
    except (ArithmeticError, ValueError):
        raise Invalid("quantity", say(_("“{given}” is not a number.", given=text))) from None


def _plain(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise NotFound from None
    if not value.is_finite():
        raise NotFound
    return value


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotFound
    return int(text)
