"""How printed documents look: a page for each legal entity, with a preview of what is entered."""

from __future__ import annotations

from flask import Response, request

from app.billing.documents.invoice import seller_party
from app.billing.documents.samples import sample_delivery, sample_invoice, sample_reminder
from app.billing.forms.layouts import SAMPLES, LayoutForm
from app.billing.policy import Permission
from app.billing.queries.entities import Seller, seller
from app.billing.queries.layouts import HOUSE, Layout, effective_layout, entity_id_of, layout_of, layouts
from app.billing.service.layouts import LANGUAGES, checked, save_layout
from app.billing.views import blueprint
from app.billing.views.invoices import today
from app.core.actor import Scope
from app.core.errors import Invalid
from app.documents.model.payment import PaymentMeans
from app.documents.paper.brand import Brand
from app.documents.rendering import print_invoice, render_delivery_note, render_reminder
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.security import allow_own_frame
from app.web.texts import _, say, translator

nav_entry(
    78,
    "billing.layouts_index",
    _("Printed documents"),
    Permission.LAYOUT,
    "invoice",
    group="more",
    scope=Scope.OPERATOR,
)


@blueprint.get("/invoices/layouts")
@requires(Permission.LAYOUT, scope=Scope.OPERATOR)
def layouts_index() -> Response:
    return render_page("billing/layouts_index.html", rows=layouts(actor()))


@blueprint.route("/invoices/layouts/<code>", methods=["GET", "POST"])
@requires(Permission.LAYOUT, scope=Scope.OPERATOR)
def layout(code: str) -> Response:
    entity_id = entity_id_of(actor(), code)
    form = LayoutForm()
    if form.validate_on_submit():
        with form.catching():
            version = save_layout(actor(), entity_id, form.layout_values())
            tell(_("Saved. New papers look like this; those that exist stay as they are."))
            form.version.data = str(version)
    found = layout_of(actor(), entity_id)
    if request.method == "GET":
        form.show(found if found.version else _first(entity_id, effective_layout(actor(), entity_id)))
    return render_page(
        "billing/layout_edit.html",
        status=form.status,
        form=form,
        code=code,
        name="" if code == HOUSE else seller(actor(), entity_id).party.name,
        layout=found,
        languages=LANGUAGES,
    )


def _first(entity_id: int | None, house: Layout) -> Layout:
    """An entity that has no look of its own begins with the one of the house, but has no logo file yet."""
    return Layout(entity_id, house.colour, house.name, house.is_name_shown, house.is_german, house.above, house.below,
                  house.foot)  # fmt: skip


@blueprint.route("/invoices/layouts/<code>/preview", methods=["GET", "POST"])
@requires(Permission.LAYOUT, scope=Scope.OPERATOR)
def layout_preview(code: str) -> Response:
    """A sample as PDF: as kept (GET), or with what is entered and not saved yet (POST)."""
    entity_id = entity_id_of(actor(), code)
    allow_own_frame()
    sample, language, brand = "invoice", "en", effective_layout(actor(), entity_id).brand
    if request.method == "POST":
        form = LayoutForm()
        form.validate()
        sample = form.sample.data if form.sample.data in dict(SAMPLES) else sample
        language = form.language.data if form.language.data in LANGUAGES else language
        try:
            brand = checked(form.layout_values(), layout_of(actor(), entity_id)).brand
        except Invalid as error:
            return Response(say(error.message), status=422, mimetype="text/plain")
    pdf = _sample(sample, seller(actor(), entity_id), language, brand)
    return Response(
        pdf, mimetype="application/pdf", headers={"Content-Disposition": "inline", "Cache-Control": "no-store"}
    )


def _sample(kind: str, found: Seller, language: str, brand: Brand) -> bytes:
    party, day = seller_party(found.party), today()
    means = PaymentMeans(
        code="58", account=found.party.iban, bic=found.party.bic, account_name=party.name, reference="INV-0000-000000"
    )
    words = translator(language)
    if kind == "delivery":
        return render_delivery_note(sample_delivery(party, day), language=language, translate=words, brand=brand)
    if kind == "reminder":
        reminder = sample_reminder(party, means, found.currency, day)
        return render_reminder(reminder, language=language, translate=words, brand=brand)
    invoice = sample_invoice(party, means, found.currency, day)
    return print_invoice(invoice, language=language, translate=words, brand=brand)
