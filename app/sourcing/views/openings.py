"""The committee's page: the key, who has confirmed, the record of the opening on screen and on paper."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from flask import Response, render_template, url_for
from markupsafe import Markup

from app.core.errors import Conflict
from app.documents.model.record import RecordColumn, RecordDocument, RecordSection
from app.documents.rendering import print_record
from app.sourcing.forms.openings import ConfirmForm, PassphraseForm
from app.sourcing.policy import Permission
from app.sourcing.queries.openings import Record, has_passphrase, opening_page, opening_record
from app.sourcing.queries.tenders import own_tender
from app.sourcing.service import opening, sealing_keys
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.bid_words import bid_fault, record_moment
from app.sourcing.views.tenders import page_values
from app.web import filters
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.slots import slot
from app.web.texts import _, language

if TYPE_CHECKING:
    from app.sourcing.models.tenders import Tender

_DASH = "–"


@slot("sourcing.tender.tabs", order=10)
def opening_tab(*, tender: Tender, tab: str) -> str | None:
    if tender.published_at is None:
        return None
    current = Markup(' aria-current="page"') if tab == "opening" else ""
    return Markup('<li><a href="{}"{}>{}</a></li>').format(
        url_for("sourcing.tender_opening", number=tender.number), current, str(_("Opening"))
    )


@slot("sourcing.tender.now", order=10)
def opening_now(*, tender: Tender) -> str | None:
    """While a committee is waited for."""
    if tender.opening != "committee" or tender.state not in ("closed", "opening"):
        return None
    return render_template("sourcing/_opening_now.html", tender=tender, page=opening_page(actor(), tender))


@blueprint.route("/tenders/<number:number>/opening", methods=["GET", "POST"])
@requires(Permission.READ_TENDERS)
def tender_opening(number: str) -> Response:
    """Keys and records for everybody of the company; the form for members of the committee."""
    tender = own_tender(actor(), number)
    form = ConfirmForm()
    waiting = next((one for one in opening_page(actor(), tender).envelopes if one.is_waiting), None)
    if form.is_submitted() and form.validate() and waiting is not None:
        actor().demand(Permission.EVALUATE)
        with form.catching():
            missing = opening.confirm_opening(actor(), tender.id, form.passphrase.data, envelope=waiting.number)
            if missing:
                tell(_("You have confirmed. Members still missing: {n}.", n=missing))
            elif waiting.number == 1:
                tell(_("The bids are opened."))
            else:
                tell(_("Enough members have confirmed. The prices can be opened."))
            return go("sourcing.tender_opening", number=number)
    return render_page(
        "sourcing/tender_opening.html",
        status=form.status,
        tender=tender,
        page=opening_page(actor(), tender),
        form=form,
        **page_values(tender, "opening"),
    )


@blueprint.post("/tenders/<number:number>/opening/now")
@requires(Permission.RUN)
def tender_open_now(number: str) -> Response:
    """Not to wait for the clock's next round."""
    tender = own_tender(actor(), number)
    try:
        opening.open_now(actor(), tender.id)
        tell(_("The bids are opened."))
    except Conflict as error:
        tell(error.message, "bad")
    return go("sourcing.tender_opening", number=number)


@blueprint.route("/tenders/opening-passphrase", methods=["GET", "POST"])
@requires(Permission.EVALUATE)
def opening_passphrase() -> Response:
    form = PassphraseForm()
    if form.validate_on_submit():
        with form.catching():
            sealing_keys.set_opening_passphrase(actor(), form.passphrase.data)
            tell(_("Your opening passphrase is set. Nobody can read it or make it anew: keep it well."))
            return go("sourcing.opening_passphrase")
    return render_page(
        "sourcing/opening_passphrase.html", form=form, is_set=has_passphrase(actor()), status=form.status
    )


@blueprint.get("/tenders/<number:number>/opening/<int:record_id>.pdf")
@requires(Permission.READ_TENDERS)
def tender_opening_paper(number: str, record_id: int) -> Response:
    tender = own_tender(actor(), number)
    record = opening_record(tender.id, record_id)
    answer = Response(_paper(tender, record), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"opening-{number}-{record.envelope}.pdf")
    return answer


def _paper(tender: Tender, record: Record) -> bytes:
    said = record.content
    by = ", ".join(f"{one['name']} ({record_moment(one['at'])})" for one in said["by"])
    facts = (
        (str(_("Title")), str(said["title"])),
        (str(_("Deadline")), record_moment(said["deadline"])),
        (str(_("Opened")), record_moment(said["opened_at"])),
        (str(_("Opened by")), by or str(_("the clock"))),
        (str(_("Envelope")), f"{said['envelope']} / {said['envelopes']}"),
        (str(_("Currency")), str(said["currency"])),
        (str(_("Lapsed, withdrawn")), f"{said['lapsed']}, {said['withdrawn']}"),
        (str(_("Key")), str(said["fingerprint"])),
    )
    bids = RecordSection(
        str(_("Bids in the order in which they came")),
        columns=(
            RecordColumn(str(_("Bid"))), RecordColumn(str(_("Supplier")), 3), RecordColumn(str(_("Received")), 2),
            RecordColumn(str(_("Lot"))), RecordColumn(str(_("Amount")), is_number=True),
            RecordColumn(str(_("In {currency}", currency=said["currency"])), is_number=True),
        ),
        rows=tuple(row for bid in said["bids"] for row in _bid_rows(bid, str(said["currency"]))),
    )  # fmt: skip
    hashes = RecordSection(
        str(_("Hashes")),
        columns=(RecordColumn(str(_("Bid"))), RecordColumn(str(_("Lot"))), RecordColumn("SHA-256", 4)),
        rows=tuple(
            (bid["bid"], str(part["lot"]), part["sha256"]) for bid in said["bids"] for part in bid["parts"]
        ),
    )  # fmt: skip
    rates = RecordSection(
        str(_("Frozen rates of exchange")),
        columns=(RecordColumn(str(_("Currency"))), RecordColumn(str(_("Rate")), is_number=True),
                 RecordColumn(str(_("Day"))), RecordColumn(str(_("Source")), 3)),
        rows=tuple((one["currency"], str(one["rate"]), one["on"], one["source"]) for one in said["rates"]),
    )  # fmt: skip
    document = RecordDocument(
        title=str(_("Opening of bids")),
        number=tender.number,
        issuer=tender.buyer_name,
        facts=facts,
        sections=(bids, hashes, *((rates,) if len(said["rates"]) > 1 else ())),
        foot=(str(_("SHA-256 of this record: {hash}", hash=record.sha256)),),
    )
    return print_record(document, language=language())


def _bid_rows(bid: dict[str, object], currency: str) -> list[tuple[str, ...]]:
    head = (str(bid["bid"]), str(bid["supplier"] or _DASH), record_moment(str(bid["submitted_at"])))
    if bid["fault"]:
        return [(*head, _DASH, bid_fault(str(bid["fault"])), _DASH)]
    totals = bid["totals"]
    if not isinstance(totals, list) or not totals:
        return [(*head, _DASH, _DASH, _DASH)]
    return [
        (
            *head,
            str(total["lot"]),
            filters.money(Decimal(total["net"]), total["currency"]),
            filters.money(Decimal(total["net_in_tender_currency"]), currency),
        )
        for total in totals
    ]
