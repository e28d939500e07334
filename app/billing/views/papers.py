"""Papers made on the spot: order confirmations, and the forms of a customer's country."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, render_template, send_file

from app.billing.policy import Permission
from app.billing.queries import invoices as queries
from app.billing.service.papers import look_of, order_confirmation
from app.billing.views import blueprint
from app.core.actor import Actor
from app.core.errors import NotFound
from app.documents.paper.brand import Brand
from app.documents.rendering import NATIONAL_FORMS, forms_for, render_national, render_order_confirmation
from app.web.access import actor, requires
from app.web.papers import look_source
from app.web.slots import slot
from app.web.texts import translator


@look_source
def look(found: Actor, company_id: int, locale: str, country: str) -> tuple[Brand, str]:
    """For the papers of slices below."""
    known = look_of(found, company_id, locale, country)
    return known.brand, known.language


@blueprint.get("/orders/<int:order_id>/confirmation.pdf")
@requires(Permission.READ)
def confirmation(order_id: int) -> Response:
    document, known = order_confirmation(actor(), order_id)
    words = translator(known.locale)
    pdf = render_order_confirmation(document, language=known.language, translate=words, brand=known.brand)
    return _pdf(pdf, f"{document.number}-confirmation")


@blueprint.get("/invoices/<number:number>/form/<form>")
@requires(Permission.READ)
def national_form(number: str, form: str) -> Response:
    """The invoice as a form of the customer's country, made from the frozen document."""
    page = queries.invoice(actor(), number)
    if page.state == "held" or form not in forms_for(page.document):
        raise NotFound
    return _pdf(render_national(form, page.document), f"{number}-{form}")


def _pdf(data: bytes, name: str) -> Response:
    return send_file(
        BytesIO(data), mimetype="application/pdf", as_attachment=True, download_name=f"{name}.pdf", max_age=0
    )


@slot("ordering.order.documents", order=50)
def confirmation_panel(*, order: Any, **_context: Any) -> str | None:
    """The confirmation of an order on its page."""
    if not actor().can(Permission.READ) or order.source == "history" or order.state == "cancelled":
        return None
    return render_template("billing/_order_papers.html", order=order)


@slot("billing.invoice.side", order=10)
def forms_panel(*, invoice: Any, **_context: Any) -> str | None:
    """The forms of the customer's country on the page of an invoice."""
    forms = () if invoice.state == "held" else forms_for(invoice.document)
    if not forms:
        return None
    names = [(form, NATIONAL_FORMS[form].name, NATIONAL_FORMS[form].language) for form in forms]
    return render_template("billing/_invoice_forms.html", forms=names, number=invoice.number)
