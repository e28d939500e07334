"""Why this price, for staff: account, article and quantity in, every candidate out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import Response, request

from app.accounts.queries.companies import account_id
from app.core import clock
from app.core.actor import Scope
from app.core.errors import DomainError, Invalid
from app.core.texts import N_, Message
from app.pricing.domain.reasons import LEVEL_NAMES
from app.pricing.forms.chains import STRATEGIES
from app.pricing.forms.rules import COMBINES
from app.pricing.policy import Permission
from app.pricing.queries.explain import Explanation, explain
from app.pricing.views import blueprint
from app.web.access import actor, requires
from app.web.forms import parse_decimal
from app.web.fragments import render_page
from app.web.texts import language


@blueprint.get("/prices/why")
@requires(Permission.READ, scope=Scope.OPERATOR)
def why() -> Response:
    asked = {
        name: request.args.get(name, "").strip()[:60] for name in ("account", "sku", "quantity", "unit", "on", "time")
    }
    found: Explanation | None = None
    problem: Message | None = None
    if asked["account"] and asked["sku"]:
        try:
            found = _explained(asked)
        except DomainError as error:
            problem = error.message
    return render_page(
        "pricing/why.html",
        asked=asked,
        found=found,
        problem=problem,
        strategies=STRATEGIES,
        combines=COMBINES,
        sees_cost=actor().can(Permission.READ_COSTS),
        level_names=LEVEL_NAMES,
        status=422 if problem else 200,
    )


def _explained(asked: dict[str, str]) -> Explanation:
    company_id = account_id(actor(), asked["account"])
    on, at = _moment(asked["on"], asked["time"])
    return explain(
        actor(),
        company_id,
        asked["sku"],
        _quantity(asked["quantity"]),
        unit=asked["unit"].upper(),
        on=on,
        at=at,
    )


def _quantity(text: str) -> Decimal:
    try:
        return parse_decimal(text, language()) if text else Decimal(1)
    except (ArithmeticError, ValueError):
        raise Invalid("quantity", N_("“{given}” is not a number.", given=text)) from None


def _moment(day: str, time: str) -> tuple[date, datetime | None]:
    """The day meant; with a time the moment whose prices are asked for."""
    try:
        on = date.fromisoformat(day) if day else clock.today(actor().time_zone)
        if not time:
            return on, None
        zone = ZoneInfo(actor().time_zone)
        return on, datetime.combine(on, datetime.strptime(time, "%H:%M").time(), zone)  # noqa: DTZ007 -- a time of day
    except ValueError:
        raise Invalid("on", N_("“{given}” is not a day.", given=f"{day} {time}".strip())) from None
