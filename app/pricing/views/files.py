"""The own prices of an account as a file: for the buyer himself, and for staff from the account's page."""

from __future__ import annotations

from flask import Response, make_response, redirect, send_file, url_for

from app.accounts.queries.accounts import account
from app.catalog.queries.browse import categories
from app.core import storage
from app.core.actor import Scope
from app.core.errors import NotFound
from app.core.texts import Message
from app.pricing.forms.files import PriceFileForm
from app.pricing.policy import Permission
from app.pricing.queries import files as queries
from app.pricing.service.files import PDF_LINES, request_price_file
from app.pricing.views import blueprint
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _, say

_STATES = {
    "waiting": ("info", _("Waiting")), "running": ("info", _("Being made")), "done": ("good", _("Ready")),
    "failed": ("bad", _("Failed")),
}  # fmt: skip


@blueprint.route("/my-prices", methods=["GET", "POST"])
@requires(Permission.OWN_LIST, scope=Scope.TENANT)
def my_prices() -> Response:
    return _page(actor().company_id, "", "")


@blueprint.route("/prices/accounts/<number:code>/price-list", methods=["GET", "POST"])
@requires(Permission.READ, scope=Scope.OPERATOR)
def account_prices(code: str) -> Response:
    found = account(actor(), code)
    return _page(found.id, found.code, found.name)


@blueprint.get("/prices/files/<int:file_id>")
@requires(Permission.OWN_LIST, Permission.READ)
def price_file(file_id: int) -> Response:
    file = queries.price_file(actor(), file_id).file
    if file is None:
        raise NotFound
    return send_file(
        storage.open_file(file), mimetype=file.media_type, as_attachment=True, download_name=file.name,
        etag=file.sha256, max_age=0,
    )  # fmt: skip


def _page(company_id: int, code: str, name: str) -> Response:
    form = PriceFileForm()
    nodes = categories(actor(), company_id=company_id)
    form.offer([(node.code, "\N{EM SPACE}" * node.depth + node.name) for node in nodes])
    address = url_for("pricing.account_prices", code=code) if code else url_for("pricing.my_prices")
    if form.validate_on_submit():
        with form.catching():
            request_price_file(
                actor(), company_id, form=form.form.data, category=form.category.data or "",
                client_ref=form.client_ref.data,
            )  # fmt: skip
            tell(_("The price list is being made. It appears below when it is ready."))
            return make_response(redirect(address, code=303))
    rows = queries.price_files(actor(), company_id)
    return render_page(
        "pricing/price_files.html",
        part="pricing/_price_files.html",
        form=form,
        code=code,
        name=name,
        address=address,
        files=rows,
        is_busy=any(not row.is_over for row in rows),
        categories={node.code: node.name for node in nodes},
        states=_STATES,
        pdf_lines=PDF_LINES,
        reason=lambda error: say(Message.from_json(error)),
        status=form.status,
    )
