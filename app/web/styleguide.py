"""The living style guide at /styleguide: every component with every state, while developing and testing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from flask import Blueprint, Flask, Response, abort, current_app
from wtforms import BooleanField, DateField, FileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from app.core.clock import now
from app.web.access import public
from app.web.forms import ClientRefField, DecimalField, Form
from app.web.fragments import render_page
from app.web.pagination import Page, Sort, sort_from_request
from app.web.texts import _

blueprint = Blueprint("styleguide", __name__)


class SampleForm(Form):
    company = StringField(_("Company"), [DataRequired(_("Enter the name of the company."))])
    po_number = StringField(_("Your order number"), description=_("Stands on the invoice, for example 4500017."))
    limit = DecimalField(_("Limit per order"), places=2)
    delivery_on = DateField(_("Requested date"))
    country = SelectField(_("Country"), choices=[("DE", "Deutschland"), ("UA", "Україна"), ("PL", "Polska")])
    kind = RadioField(_("Delivery"), choices=[("own", _("Own fleet")), ("carrier", _("Carrier"))], default="own")
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


@blueprint.get("/styleguide")
@public
def show() -> Response:
    """All components on one page."""
    if not (current_app.debug or current_app.testing):
        abort(404)
    sample = SampleForm(formdata=None)
    broken = SampleForm(formdata=None, prefix="broken")
    broken.company.errors = [_("Enter the name of the company.")]
    broken.limit.errors = [_("“{given}” is not a number.", given="12,x")]
    broken.refused.append(str(_("The credit limit of 5,000.00 EUR is used up. Ask for a higher one or pay an invoice.")))
    return render_page(
        "components/styleguide.html",
        form=sample,
        broken=broken,
        page=Page(ROWS, 50, next="bmV4dA", previous=None, total=370281),
        empty=Page((), 50),
        sort=sort_from_request(("number", "net", "placed_on"), "-placed_on") or Sort("number"),
        moment=datetime(2026, 11, 20, 14, 3, tzinfo=UTC),
        recent=now() - timedelta(hours=3),
        total=sum((row.net for row in ROWS), Decimal(0)),
    )


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
