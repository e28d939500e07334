"""From cart to order: what the buyer enters, the review of all that will be ordered, the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import Response, request

from app.accounts.domain.company import PostalAddress
from app.accounts.domain.own_fields import COLUMN, OwnField, kept_values
from app.accounts.domain.text_settings import CHECKOUT_NOTE
from app.accounts.forms.own_fields import entered_values, form_values, own_inputs, with_own_fields
from app.accounts.policy import Permission as AccountPermission
from app.accounts.queries.addresses import addresses
from app.accounts.queries.budgets import CostCentreChoice, choices
from app.accounts.queries.credit import standing
from app.accounts.queries.own_fields import shown_values
from app.core import clock
from app.core.activity import note
from app.core.errors import Conflict, Invalid, NotFound
from app.core.money import Money
from app.core.operator_settings import setting_text
from app.ordering.domain.cart import CartPage
from app.ordering.domain.charges import ChargeKind
from app.ordering.domain.lifecycle import CartKind
from app.ordering.domain.sharing import Right
from app.ordering.domain.wishes import Placed, Wishes
from app.ordering.forms.checkout import CheckoutForm, PlaceForm
from app.ordering.policy import Permission
from app.ordering.queries.cart import CartHead, cart_head, priced_cart
from app.ordering.queries.orders import order_of_cart, orders_with_po
from app.ordering.queries.own_fields import asked_at_checkout
from app.ordering.queries.plans import CheckoutPage, checkout_page
from app.ordering.service.amendments import return_to_cart
from app.ordering.service.cart import visit_cart
from app.ordering.service.checkout import Submitted, check_prices, foresee, save_draft, submit
from app.ordering.views import blueprint
from app.ordering.views.answers import go, go_to
from app.ordering.views.approvals import to_request, waiting_request
from app.ordering.views.panels import asked_cart, cart_of_request, checkout_of, home_of
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, language, ngettext, say

PLACE = "/checkout"


@dataclass(frozen=True, slots=True)
class Entered:
    """What the buyer entered at checkout, read back from the draft."""

    ship_to: PostalAddress
    bill_to: PostalAddress | None
    wishes: Wishes


@blueprint.route("/checkout", methods=["GET", "POST"])
@requires(Permission.PLACE)
def checkout() -> Response:
    head = asked_cart(Right.ORDER) if request.values.get("cart") else cart_of_request()
    if head is None or not head.line_count or not head.is_open:
        return go("ordering.cart")
    page = priced_cart(actor(), head.id)
    form = _form(head)
    planned = _planned(head, page, form)
    _offer(form, planned)
    if form.is_submitted():
        is_fine = form.validate()
        save_draft(actor(), head.id, form.draft() | _own_draft(form))
        if request.form.get("to") == "split":
            return go("ordering.split", cart_id=head.id)
        if is_fine:
            return go("ordering.review", cart_id=head.id)
    else:
        visit_cart(actor(), head.id, PLACE)
        _note(head, planned)
    return render_page(
        "ordering/checkout.html",
        here=checkout_of(head.id),
        home=home_of(head.id),
        form=form,
        own=own_inputs(form),
        checkout_note=setting_text(CHECKOUT_NOTE, language()),
        page=page,
        planned=planned,
        repeats=orders_with_po(actor(), form.po_number.data or ""),
        books=form.books,
        centres=form.centres,
        credit=standing(actor(), head.company_id),
        may_ask=actor().can(AccountPermission.READ_CREDIT),
        status=form.status,
    )


def _note(head: CartHead, planned: CheckoutPage | None) -> None:
    """That the checkout was opened, and what the delivery would have cost."""
    note(actor(), "checkout", subject="cart", subject_id=head.id, facts={"lines": head.line_count})
    rows = planned.plan.costs.rows if planned is not None else ()
    net = sum((one.amount for one in rows if one.kind == ChargeKind.DELIVERY), Decimal(0))
    if net:
        facts = {"net": str(net), "currency": head.currency}
        note(actor(), "delivery_cost_shown", subject="cart", subject_id=head.id, facts=facts)


@blueprint.get("/checkout/<int:cart_id>/review")
@requires(Permission.PLACE)
def review(cart_id: int) -> Response:
    turned = _ordered_already(cart_id)
    if turned is not None:
        return turned
    head = cart_head(actor(), cart_id)
    entered = _entered(head)
    if entered is None or not head.line_count:
        return go_to(checkout_of(head.id))
    return _review(head, entered, PlaceForm(formdata=None))


@blueprint.post("/checkout/<int:cart_id>/review")
@requires(Permission.PLACE)
def place(cart_id: int) -> Response:
    form = PlaceForm()
    head = cart_head(actor(), cart_id)
    entered = _entered(head)
    if entered is None:
        return go_to(checkout_of(head.id))
    if form.validate():
        try:
            done = submit(
                actor(), cart_id, entered.wishes, client_ref=form.client_ref.data, seen=form.seen.data
            )  # fmt: skip
        except (Conflict, Invalid) as error:
            form.take(error)
        else:
            return _submitted(done) if head.kind != CartKind.AMENDMENT else _amended(done, cart_id)
    turned = _ordered_already(cart_id)
    return turned if turned is not None else _review(head, entered, form)


def _submitted(done: Submitted) -> Response:
    for warning in done.warnings:
        tell(say(warning), "warn")
    if done.order is None:
        return to_request(done.approval_id or 0)
    return _placed(done.order)


def _amended(done: Submitted, cart_id: int) -> Response:
    """The cart was a change of an order: the person goes on with the cart he had before."""
    return_to_cart(actor(), cart_id)
    if done.order is None:
        tell(_("The change waits for approval now. Until then the order stands as it was."), "info")
        return go("ordering.orders")
    tell(_("Order {number} is changed.", number=done.order.number))
    return go("ordering.order", number=done.order.number)


def _placed(placed: Placed) -> Response:
    if placed.is_repeat:
        tell(_("Order {number} was placed already; nothing was ordered twice.", number=placed.number), "info")
    else:
        tell(_("Order {number} is placed. Thank you.", number=placed.number))
    return go("ordering.order", number=placed.number)


def _ordered_already(cart_id: int) -> Response | None:
    """A cart that was ordered in another window leads to its order, one that waits for approval to the request."""
    number = order_of_cart(actor(), cart_id)
    if number is None:
        return waiting_request(cart_id)
    tell(_("This cart was ordered already as {number}.", number=number), "info")
    return go("ordering.order", number=number)


def _review(head: CartHead, entered: Entered, form: PlaceForm) -> Response:
    """All that will be ordered, at the prices of this moment; they are kept as the ones the buyer has seen."""
    page, changes = check_prices(actor(), head.id, page="/checkout/review")
    planned = checkout_page(actor(), head, page, entered.wishes, locale=language())
    form.seen.data = planned.code
    centres = _centres(head)
    waits_for = foresee(actor(), head.id, entered.wishes, has_budgets=bool(centres))
    return render_page(
        "ordering/checkout_review.html",
        here=checkout_of(head.id),
        home=home_of(head.id),
        form=form,
        page=page,
        planned=planned,
        changes=changes,
        entered=entered,
        wishes=entered.wishes,
        own=shown_values(asked_at_checkout(actor()), entered.wishes.own, language()),
        repeats=orders_with_po(actor(), entered.wishes.po_number),
        centres={one.id: f"{one.code} {one.name}" for one in centres},
        waits_for=waits_for,
        credit=standing(actor(), head.company_id),
        may_ask=actor().can(AccountPermission.READ_CREDIT),
        button=_button(head, len(page.rows), waits=waits_for is not None),
        status=form.status,
    )


def _button(head: CartHead, lines: int, *, waits: bool) -> str:
    if head.kind == CartKind.AMENDMENT:
        return str(_("Send the change of {number}", number=head.name))
    if waits:
        return str(_("Send for approval"))
    return ngettext("Place order of {n} line", "Place order of {n} lines", lines)


class _Form(CheckoutForm):
    """The form with the addresses and cost centres it offers."""

    books: dict[int, PostalAddress]
    centres: list[CostCentreChoice]
    own: list[OwnField]


def _own_draft(form: _Form) -> dict[str, str]:
    """What was entered in own fields, as it is kept and not as the reader's language writes it."""
    entered = entered_values(form, form.own)
    return {f"{COLUMN}{one.code}": entered[one.code] for one in form.own if not form[f"{COLUMN}{one.code}"].errors}


def _form(head: CartHead) -> _Form:
    ship_to, bill_to = addresses(actor(), use="ship_to"), addresses(actor(), use="bill_to")
    draft, own = head.draft, list(asked_at_checkout(actor()).values())
    form = with_own_fields(_Form, own)(
        ship_to=_chosen(draft.get("ship_to"), ship_to),
        bill_to=_chosen(draft.get("bill_to"), bill_to),
        po_number=draft.get("po_number", ""),
        requested_on=_day(draft.get("requested_on")),
        note=draft.get("note", ""),
        cost_centre=draft.get("cost_centre", ""),
        delivery_method=draft.get("delivery_method") or None,
        payment_method=draft.get("payment_method") or None,
        is_complete=bool(draft.get("is_complete")),
        latest_on=_day(draft.get("latest_on")),
        **form_values(own, _kept(own, draft)),
    )
    form.own = own
    form.ship_to.choices = [(entry.id, entry.label) for entry in ship_to]
    form.bill_to.choices = [(entry.id, _line(entry)) for entry in bill_to]
    form.books = {entry.id: entry for entry in ship_to if entry.id is not None}
    form.centres = _centres(head)
    form.cost_centre.choices = [("", "–"), *((str(one.id), _centre(one)) for one in form.centres)]
    return form


def _centre(one: CostCentreChoice) -> str:
    """A cost centre with what its budgets leave."""
    if one.left is None:
        return f"{one.code} {one.name}"
    left = Money(max(one.left, Decimal(0)), one.currency)
    return str(_("{code} {name}, {left} left", code=one.code, name=one.name, left=left))


def _centres(head: CartHead) -> list[CostCentreChoice]:
    return choices(actor(), head.currency, clock.today(actor().time_zone))


def _planned(head: CartHead, page: CartPage, form: _Form) -> CheckoutPage | None:
    """The cart with what delivery and payment cost for what stands in the form; None without an address to go to."""
    ship_to = form.ship_to.data
    if ship_to not in form.books:
        return None
    wishes = Wishes(
        ship_to, delivery_method=form.delivery_method.data or "", payment_method=form.payment_method.data or ""
    )
    return _planned_of(head, page, wishes)


def _planned_of(head: CartHead, page: CartPage, wishes: Wishes) -> CheckoutPage | None:
    try:
        return checkout_page(actor(), head, page, wishes, locale=language())
    except NotFound:  # an address of a split is gone from the book: the page of splits says so
        return None


def _offer(form: _Form, planned: CheckoutPage | None) -> None:
    """Ways of delivery and payment to choose from, the ones that hold chosen where nothing was."""
    if planned is None:
        form.delivery_method.choices, form.payment_method.choices = [], []
        return
    costs = planned.plan.costs
    form.delivery_method.choices = [(one.method.code, one.method.name) for one in costs.offers]
    ways = [one for one in costs.payments if one.code]
    form.payment_method.choices = [(one.code, one.name) for one in ways]
    if not form.delivery_method.data and costs.chosen is not None:
        form.delivery_method.data = costs.chosen.method.code
    if not form.payment_method.data and costs.payment is not None:
        form.payment_method.data = costs.payment.code


def _line(entry: PostalAddress) -> str:
    return ", ".join((entry.label, *entry.lines, entry.country))


def _chosen(draft: str | None, offered: list[PostalAddress]) -> int | None:
    """The address of the draft if it is still offered, else the first, which is the default."""
    ids = [entry.id for entry in offered]
    if draft and draft.isdigit() and int(draft) in ids:
        return int(draft)
    return ids[0] if ids else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _kept(own: list[OwnField], draft: Mapping[str, str]) -> dict[str, str]:
    """The own fields of the draft that can be read."""
    found: dict[str, str] = {}
    for one in own:
        with suppress(Invalid):
            found |= kept_values([one], {one.code: draft.get(f"{COLUMN}{one.code}", "")}, demands=False)
    return found


def _entered(head: CartHead) -> Entered | None:
    """The draft in full; None when something that is needed is missing."""
    draft, fields = head.draft, list(asked_at_checkout(actor()).values())
    own = _kept(fields, draft)
    if any(one.is_required and one.code not in own for one in fields) and head.kind != CartKind.AMENDMENT:
        return None
    ship_to = _address(draft.get("ship_to"), addresses(actor(), use="ship_to"))
    if ship_to is None or ship_to.id is None:
        return None
    bill_to = _address(draft.get("bill_to"), addresses(actor(), use="bill_to"))
    centre = draft.get("cost_centre", "")
    wishes = Wishes(
        ship_to.id,
        bill_to.id if bill_to else None,
        draft.get("po_number", "").strip(),
        _day(draft.get("requested_on")),
        draft.get("note", "").strip(),
        int(centre) if centre.isdigit() else None,
        draft.get("delivery_method", ""),
        draft.get("payment_method", ""),
        bool(draft.get("is_complete")),
        _day(draft.get("latest_on")),
        own,
    )
    return Entered(ship_to, bill_to, wishes)


def _address(text: str | None, offered: list[PostalAddress]) -> PostalAddress | None:
    if not text or not text.isdigit():
        return None
    return next((entry for entry in offered if entry.id == int(text)), None)
