"""The operator's settings of buyers' systems: list, one with its newest visits, a try as that system would do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, make_response, redirect, request, url_for

from app.core.actor import Scope
from app.core.errors import Invalid, NotFound
from app.documents.cxml.basket import read_basket
from app.documents.formats import FormatError
from app.documents.oci.fields import read_form
from app.exchange.domain.punch_out import AccessSettings, read_lengths, read_pairs, show_pairs
from app.exchange.forms.punch_out import AccessForm
from app.exchange.policy import Permission
from app.exchange.queries import punch_out as queries
from app.exchange.queries.partner_pages import company_of
from app.exchange.queries.partners import partner, partner_by_code
from app.exchange.service import punch_out_accesses as service
from app.exchange.service.punch_out_accesses import AccessEntry
from app.exchange.views import blueprint
from app.exchange.views.message_tabs import tabs_for
from app.web.access import actor, public, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.texts import _

if TYPE_CHECKING:
    from app.exchange.models.punch_out import PunchOutAccess

STATES = {
    "asked": _("Not opened"),
    "open": _("In the shop"),
    "returned": _("Cart handed back"),
    "cancelled": _("Given up"),
}
OPERATIONS = {"create": _("New"), "edit": _("Again"), "inspect": _("To look at"), "source": _("To ask for")}


@blueprint.get("/punch-out/accesses")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def punch_out_accesses() -> Response:
    return render_page(
        "exchange/punch_out_accesses.html",
        rows=queries.accesses(actor()),
        shops=queries.shop_lines(actor()),
        tabs=tabs_for("punch-out"),
    )


@blueprint.route("/punch-out/accesses/new", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def punch_out_access_new() -> Response:
    form = AccessForm()
    if form.validate_on_submit():
        with form.catching():
            access_id = service.add_access(actor(), _code(form.company.data), _entry(form))
            tell(_("The purchasing system may open the shop now."))
            return _go(access_id)
    return render_page("exchange/punch_out_access_edit.html", form=form, access=None, status=form.status)


@blueprint.route("/punch-out/accesses/<int:access_id>", methods=["GET", "POST"])
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def punch_out_access(access_id: int) -> Response:
    access = queries.access(actor(), access_id)
    form = AccessForm(data=_shown(access))
    if form.validate_on_submit():
        with form.catching():
            version = int(form.row_version.data) if str(form.row_version.data).isdigit() else 0
            service.change_access(actor(), access_id, _entry(form), row_version=version)
            tell(_("Changed."))
            return _go(access_id)
    return render_page(
        "exchange/punch_out_access_edit.html", form=form, access=access, visits=queries.recent_visits(actor(), access_id),
        states=STATES, operations=OPERATIONS, status=form.status,
        addresses=[url_for(f"exchange.punch_out_{access.protocol}", _external=True), url_for("exchange.cxml", _external=True)],
    )  # fmt: skip


@blueprint.post("/punch-out/accesses/<int:access_id>/try")
@requires(Permission.PARTNERS, scope=Scope.OPERATOR)
def punch_out_try(access_id: int) -> Response:
    """As the buyer's system would do it, but the cart comes back to a page of ours that shows it."""
    access = queries.access(actor(), access_id)
    token = service.try_access(actor(), access_id, url_for("exchange.punch_out_tried", _external=True))
    start = url_for("exchange.punch_out_start", token=token, _external=True)
    return render_page("exchange/punch_out_try.html", access=access, start=start)


@blueprint.post("/punch-out/tried")
@public
def punch_out_tried() -> Response:
    """What a buyer's system would have received; nothing of it is kept."""
    text = request.form.get("cxml-urlencoded", "")
    try:
        reading = read_basket(text.encode()) if text else read_form(list(request.form.items(multi=True))[:5000])
    except FormatError as error:
        return render_page("exchange/punch_out_refused.html", message=error.message, status=422)
    return render_page("exchange/punch_out_tried.html", basket=reading.document, faults=reading.faults, text=text)


def _go(access_id: int) -> Response:
    return make_response(redirect(url_for("exchange.punch_out_access", access_id=access_id), code=303))


def _code(text: str | None) -> str:
    return (text or "").strip()


def _shown(access: PunchOutAccess) -> dict[str, Any]:
    settings = AccessSettings.from_json(access.settings)
    names = (
        "name",
        "protocol",
        "domain",
        "identity",
        "our_domain",
        "our_identity",
        "matches_people",
        "frame_origin",
        "is_active",
        "row_version",
    )
    mail = next(
        (email for user_id, _name, email in queries.people_of(access.company_id) if user_id == access.user_id), ""
    )
    return {
        **{name: getattr(access, name) for name in names}, "company": company_of(actor(), access.company_id)[0],
        "user_mail": mail, "hosts": " ".join(access.hosts), "partner": partner(actor(), access.partner_id).code if access.partner_id else "",
        "units": show_pairs(settings.units), "sources": show_pairs(settings.sources), "lengths": show_pairs(settings.lengths),
        **{name: getattr(settings, name) for name in ("is_cutting", "has_matnr", "vendor", "material_group", "unspsc")},
    }  # fmt: skip


def _entry(form: AccessForm) -> AccessEntry:
    text = {name: (form[name].data or "").strip() for name in ("name", "domain", "identity", "our_domain", "our_identity",
                                                              "user_mail", "frame_origin", "vendor", "material_group", "unspsc")}  # fmt: skip
    settings = AccessSettings(
        units=read_pairs(form.units.data or "", "units"), lengths=read_lengths(form.lengths.data or "", "lengths"),
        sources=read_pairs(form.sources.data or "", "sources"), is_cutting=form.is_cutting.data, has_matnr=form.has_matnr.data,
        vendor=text.pop("vendor"), material_group=text.pop("material_group"), unspsc=text.pop("unspsc"),
    )  # fmt: skip
    return AccessEntry(
        **text, protocol=form.protocol.data, secret=form.secret.data or "", matches_people=form.matches_people.data,
        hosts=tuple((form.hosts.data or "").split()), is_active=form.is_active.data, settings=settings,
        partner_id=_partner_id(_code(form.partner.data)),
    )  # fmt: skip


def _partner_id(code: str) -> int | None:
    if not code:
        return None
    try:
        return partner_by_code(actor(), code).id
    except NotFound as error:
        raise Invalid("partner", error.message) from None


@blueprint.record_once
def _without_token(state: Any) -> None:
    csrf = state.app.extensions.get("csrf")
    if csrf:
        csrf.exempt(punch_out_tried)
