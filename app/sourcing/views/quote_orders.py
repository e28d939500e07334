"""What follows a yes: the checkout at the accepted prices, or the prices as a contract."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

from flask import Response, render_template, request

from app.core.actor import Scope
from app.core.errors import Conflict, Invalid
from app.core.texts import N_
from app.ordering.policy import Permission as OrderPermission
from app.sourcing.forms.quote_prices import QuotePricesForm
from app.sourcing.policy import Permission
from app.sourcing.queries.quote_orders import Accepted, accepted, published_prices
from app.sourcing.queries.quotes import QuotePage, quote, quote_id_of
from app.sourcing.service.quote_orders import PriceTerms, order_now, publish_as_prices
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.quote_pages import page
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, language


@blueprint.post("/quotes/<number:number>/order")
@requires(OrderPermission.PLACE, scope=Scope.TENANT)
def quote_order(number: str) -> Response:
    """Into the checkout of what was accepted."""
    client_ref = request.form.get("client_ref", "")[:36] or str(uuid.uuid4())
    try:
        cart_id = order_now(actor(), quote_id_of(actor(), number), client_ref=client_ref)
    except (Conflict, Invalid) as error:
        tell(error.message, "bad")
        return page(number, status=error.status)
    return go("ordering.checkout", cart=cart_id)


@blueprint.route("/sales/quotes/<number:number>/prices", methods=["GET", "POST"])
@requires(Permission.ANSWER, scope=Scope.OPERATOR)
def quote_prices(number: str) -> Response:
    """From when to when accepted prices hold in the shop, and how much of each line may be drawn."""
    found = quote(actor(), number)
    if found.state != "accepted" and request.method == "GET":
        tell(_("Only accepted prices can be published."), "warn")
        return go("sourcing.sales_quote", number=number)
    lines = accepted(actor(), found.id)
    form = QuotePricesForm()
    if form.validate_on_submit():
        with form.catching():
            terms = PriceTerms(form.valid_from.data, form.valid_to.data, _quantities(lines))
            code = publish_as_prices(actor(), found.id, terms)
            tell(_("The prices hold now, as contract {code}.", code=code))
            return go("sourcing.sales_quote", number=number)
    return render_page(
        "sourcing/quote_prices.html", quote=found, lines=lines, form=form, entered=request.form, status=form.status
    )


def _quantities(lines: Sequence[Accepted]) -> dict[int, Decimal | None]:
    found: dict[int, Decimal | None] = {}
    for line in lines:
        text = request.form.get(f"quantity-{line.line_id}", "").strip()
        try:
            found[line.line_id] = parse_decimal(text, language()) if text else None
        except ValueError:
            raise Invalid(
                "quantity", N_("Line {position}: “{given}” is not a number.", position=line.position, given=text[:40])
            ) from None
    return found


@slot("sourcing.quote.next", order=10)
def what_follows(*, quote: QuotePage, is_sales: bool) -> str | None:
    if quote.state != "accepted":
        return None
    return render_template(
        "sourcing/_quote_accepted.html",
        quote=quote,
        is_sales=is_sales,
        contract=published_prices(actor(), quote.number),
        may_order=actor().can(OrderPermission.PLACE),
        may_publish=is_sales and actor().can(Permission.ANSWER),
        client_ref=str(uuid.uuid4()),
    )
