"""The living style guide at /styleguide: every component with every state, while developing and testing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app
from wtforms import BooleanField, DateField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from app.core.clock import now
from app.web.access import public
from app.web.assets import STATIC
from app.web.charts import bar_chart
from app.web.forms import ClientRefField, DecimalField, Form, choices
from app.web.fragments import render_page
from app.web.navigation import Menu, NavLink
from app.web.pagination import Page, sort_from_request
from app.web.texts import _

blueprint = Blueprint("styleguide", __name__)


class SampleForm(Form):
    company = StringField(_("Company"), [DataRequired(_("Enter the name of the company."))])
    po_number = StringField(_("Your order number"), description=_("Stands on the invoice, for example 4500017."))
    limit = DecimalField(_("Limit per order"), places=2)
    delivery_on = DateField(_("Requested date"))
    country = SelectField(_("Country"), choices=choices([("DE", "Deutschland"), ("UA", "Україна"), ("PL", "Polska")]))
    kind = RadioField(
        _("Delivery"), choices=choices([("own", _("Own fleet")), ("carrier", _("Carrier"))]), default="own"
    )
    is_partial = BooleanField(_("Partial deliveries are fine"))
    note = TextAreaField(_("Note for the warehouse"))
    file = FileField(_("Order file"))
    client_ref = ClientRefField()


@dataclass(frozen=True, slots=True)
class SampleRow:
    number: str
    customer: str
    placed_on: date
    lines: int
    net: Decimal
    state: tuple[str, str]


ROWS = (
    SampleRow("PO-2026-0042", "Нова Пошта Логістика ТОВ", date(2026, 11, 20), 1240, Decimal("123456789.50"), ("warn", _("Awaiting approval"))),
    SampleRow("PO-2026-0041", "Müller & Söhne Großhandelsgesellschaft für Befestigungstechnik mbH & Co. KG", date(2026, 11, 19), 12, Decimal("1240.50"), ("good", _("Shipped"))),
    SampleRow("PO-2026-0040", "Paper Chase", date(2026, 11, 3), 3, Decimal("0.90"), ("bad", _("Refused"))),
    SampleRow("PO-2026-0039", "ООО «Канцелярия-Сервис»", date(2026, 10, 28), 58, Decimal("18400.00"), ("info", _("In picking"))),
    SampleRow("PO-2026-0038", "Harbour Supplies Ltd", date(2026, 10, 27), 7, Decimal("99.00"), ("plain", _("Draft"))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SampleLine:
    sku: str
    name: str
    quantity: Decimal
    price: Decimal
    net: Decimal


LINES = (
    SampleLine("SCR-4x40-A2", "Countersunk screw DIN 7997, stainless A2, Torx, 4 × 40 mm, box of 200", Decimal(1200), Decimal("0.0125"), Decimal("15.00")),
    SampleLine("85123A", "White hanging heart T-light holder", Decimal(24), Decimal("2.55"), Decimal("61.20")),
    SampleLine("АРТ-0099", "Папір офісний А4, 80 г/м², клас C, білизна 146 %, пачка 500 аркушів", Decimal(60), Decimal("4.1990"), Decimal("251.94")),
)  # fmt: skip
SALES = (
    ("September", Decimal(18400), "18,400"),
    ("October", Decimal(23150), "23,150"),
    ("November", Decimal(31920), "31,920"),
    ("A customer with a rather long name Ltd", Decimal(4200), "4,200"),
)
MENU = (
    NavLink(_("Overview"), "home", "/styleguide#overview", is_on_phone_bar=True),
    NavLink(_("Articles"), "articles", "/styleguide#articles", is_on_phone_bar=True),
    NavLink(_("Quick order"), "quick-order", "/styleguide#quick-order", is_on_phone_bar=True),
    NavLink(_("Orders"), "orders", "/styleguide", is_current=True, is_on_phone_bar=True),
    NavLink(_("Invoices"), "invoice", "/styleguide#invoices"),
    NavLink(_("People"), "people", "/styleguide#people"),
    NavLink(_("Settings"), "settings", "/styleguide#settings"),
)


@blueprint.get("/styleguide")
@public
def show() -> Response:
    """All components on one page."""
    if not (current_app.debug or current_app.testing):
        abort(404)
    return render_page("components/styleguide.html", **_samples())


def _samples() -> dict[str, Any]:
    sample = SampleForm(formdata=None)
    broken = SampleForm(formdata=None, prefix="broken")
    broken.company.errors = [_("Enter the name of the company.")]
    broken.limit.errors = [_("“{given}” is not a number.", given="12,x")]
    broken.refused.append(
        str(_("The credit limit of 5,000.00 EUR is used up. Ask for a higher one or pay an invoice."))
    )
    return {
        "form": sample,
        "broken": broken,
        "page": Page(ROWS, 50, next="bmV4dA", previous=None, total=370281),
        "sort": sort_from_request(("number", "net", "placed_on"), "-placed_on"),
        "moment": datetime(2026, 11, 20, 14, 3, tzinfo=UTC),
        "recent": now() - timedelta(hours=3),
        "total": sum((row.net for row in ROWS), Decimal(0)),
        "lines": LINES,
        "chart": bar_chart(_("Net sales by month"), SALES, "EUR"),
        "places": Menu(MENU[:5], MENU[5:], MENU[4:]),
        "signs": re.findall(r'id="([\w-]+)"', (STATIC / "img" / "icons.svg").read_text(encoding="utf-8")),
    }


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
