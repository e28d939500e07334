"""Tenders of the asking side: the list, a new one, its terms, its page."""

from __future__ import annotations

import uuid
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Response, request, url_for

from app.core.errors import Invalid, NotFound
from app.sourcing.domain.procedures import CHOICES, NUMBERS, PROCEDURES
from app.sourcing.domain.tender import Head
from app.sourcing.domain.tender_machine import ENDS, TENDER
from app.sourcing.forms.tenders import AmendForm, NewTenderForm, TenderForm
from app.sourcing.policy import Permission
from app.sourcing.queries.tenders import (
    TenderFilters,
    documents_of,
    lines_of,
    lots_of,
    members_of,
    own_tender,
    participants_of,
    questions_of,
    requirements_of,
    tenders_page,
)
from app.sourcing.service import tender_changes, tenders
from app.sourcing.views import blueprint
from app.sourcing.views.answers import go
from app.sourcing.views.tender_words import FLAG_WORDS, REASON_WORDS, options
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.fragments import render_page
from app.web.navigation import nav_entry
from app.web.pagination import keyset_from_request, page_of
from app.web.texts import _, say

if TYPE_CHECKING:
    from app.sourcing.models.tenders import Tender

nav_entry(52, "sourcing.tenders_index", _("Tenders"), Permission.READ_TENDERS, "audit", group="more")
GROUP_WORDS = (
    ("", _("All")),
    ("draft", _("Drafts")),
    ("open", _("Open")),
    ("decide", _("To decide")),
    ("done", _("Done")),
)
MOMENTS = ("start_at", "question_end", "clarif_end", "deadline")
AMENDABLE = ("title", "description", "question_end", "clarif_end", "deadline", "delivery_terms", "payment_terms")


@blueprint.get("/tenders")
@requires(Permission.READ_TENDERS)
def tenders_index() -> Response:
    group = request.args.get("group", "")
    filters = TenderFilters(request.args.get("q", "").strip()[:60], group)
    keyset = keyset_from_request(parts=(int,))
    rows = tenders_page(actor(), filters, after=keyset.after, before=keyset.before, limit=keyset.limit)
    return render_page(
        "sourcing/tenders_index.html",
        page=page_of(rows, keyset, key=lambda row: (row.id,)),
        filters=filters,
        is_filtered=filters != TenderFilters(),
        views=[(say(text), url_for("sourcing.tenders_index", group=code or None), code == group, 0) for code, text in GROUP_WORDS],
        may_run=actor().can(Permission.RUN),
    )  # fmt: skip


@blueprint.route("/tenders/new", methods=["GET", "POST"])
@requires(Permission.RUN)
def tender_new() -> Response:
    """The first step of a draft; all else follows on its pages."""
    form = NewTenderForm(currency="EUR")
    form.procedure.choices = [(code, say(kind.name)) for code, kind in PROCEDURES.items()]
    if form.validate_on_submit():
        with form.catching():
            head = Head(form.title.data, form.procedure.data, form.currency.data.strip().upper())
            number = tenders.create_tender(actor(), head, client_ref=form.client_ref.data)
            tell(_("Draft {number} is made. Fill in its terms, lines and suppliers, then publish.", number=number))
            return go("sourcing.tender_edit", number=number)
    about = {code: say(kind.about) for code, kind in PROCEDURES.items()}
    return render_page("sourcing/tender_new.html", form=form, about=about, status=form.status)


@blueprint.get("/tenders/<number:number>")
@requires(Permission.READ_TENDERS)
def tender_show(number: str) -> Response:
    """What is asked, what is missing, and what can be done now."""
    return show_page(own_tender(actor(), number))


def show_page(tender: Tender, *, status: int = 200) -> Response:
    lots = lots_of(tender.id)
    lines = lines_of(tender.id)
    participants = participants_of(tender.id)
    return render_page(
        "sourcing/tender_show.html",
        status=status,
        tender=tender,
        lots=lots,
        line_counts={lot.id: sum(1 for one in lines if one.line.lot_id == lot.id) for lot in lots},
        line_total=len(lines),
        participant_total=len(participants),
        requirement_total=len(requirements_of(tender.id)),
        document_total=len(documents_of(tender.id)),
        open_questions=sum(1 for one in questions_of(tender.id) if one.state == "open"),
        members=members_of(tender.id),
        possible=possible_events(tender),
        reasons=options(REASON_WORDS),
        has_ended=tender.state in ENDS,
        client_ref=str(uuid.uuid4()),
        **page_values(tender, "overview"),
    )


def page_values(tender: Tender, tab: str) -> dict[str, Any]:
    """What every page of a tender needs: its tabs and whether it may be changed."""
    return {
        "tab": tab,
        "may_run": actor().can(Permission.RUN),
        "is_draft": tender.state == "draft",
        "is_amendable": tender.state in ("published", "bidding"),
    }


def possible_events(tender: Tender) -> set[str]:
    """Events of the asking side that its page offers in this state."""
    roles = set()
    if actor().can(Permission.RUN):
        roles.add("buyer")
    if actor().can(Permission.APPROVE) and tender.author_id != actor().user_id:
        roles.add("approver")
    found = set(TENDER.possible(tender.state, roles))
    if tender.opened_at is not None and "approver" not in roles:
        found -= {"cancel", "declare_unsuccessful"}
    if tender.opened_at is not None:
        found.discard("extend")
    return found


@blueprint.route("/tenders/<number:number>/terms", methods=["GET", "POST"])
@requires(Permission.RUN)
def tender_edit(number: str) -> Response:
    """The terms of a draft; after publication this leads to the page for amendments."""
    tender = own_tender(actor(), number)
    if tender.state in ("published", "bidding"):
        return go("sourcing.tender_amend", number=number)
    if tender.state != "draft":
        return go("sourcing.tender_show", number=number)
    form = _term_form(tender)
    if form.validate_on_submit():
        with form.catching():
            tenders.edit_tender(actor(), tender.id, _head(form, tender), row_version=form.row_version.data)
            tell(_("The terms are saved."))
            return go("sourcing.tender_lines", number=number)
    return render_page(
        "sourcing/tender_terms.html", tender=tender, form=form, status=form.status, **page_values(tender, "terms")
    )


def _term_form(tender: Tender) -> TenderForm:
    """The fields the procedure leaves open, filled with the tender's values by the reader's clock."""
    values = {name: getattr(tender, name) for name in TenderForm.__dict__ if hasattr(tender, name)}
    values |= {name: local_time(getattr(tender, name)) for name in MOMENTS}
    others = [currency for currency in tender.currencies if currency != tender.currency]
    form = TenderForm(data=values | {"currencies": ", ".join(others)})
    fixed = PROCEDURES[tender.procedure].fixed
    for flag, words in FLAG_WORDS.items():
        form[flag].choices = options(words)
    for flag in fixed & {*CHOICES, *NUMBERS}:
        if flag in form:
            del form[flag]
    if "framework" not in PROCEDURES[tender.procedure].needs:
        del form.parent
    return form


def _head(form: TenderForm, tender: Tender) -> Head:
    values = form.values()
    values.pop("row_version")
    flags = {name: values.pop(name) for name in [*CHOICES, *NUMBERS] if name in values}
    values |= {name: moment_of(values[name]) for name in MOMENTS}
    values["currency"] = values["currency"].strip().upper()
    values["currencies"] = tuple(code.strip().upper() for code in values["currencies"].split(",") if code.strip())
    if any(len(code) != 3 for code in values["currencies"]):
        raise Invalid("currencies", say(_("Name currencies by three letters, such as EUR, USD.")))
    known: dict[str, Any] = {one.name: values[one.name] for one in fields(Head) if one.name in values}
    texts = {"title", "description", "contact_name", "contact_email", "parent", "delivery_terms", "payment_terms",
             "bond_terms"}  # fmt: skip
    known |= {name: known[name] or "" for name in texts & set(known)}
    return Head(procedure=tender.procedure, flags=flags, **known)


def local_time(moment: datetime | None) -> datetime | None:
    """As a field for day and time shows it, by the reader's clock."""
    return moment.astimezone(ZoneInfo(actor().time_zone)).replace(tzinfo=None) if moment else None


def moment_of(entered: datetime | None) -> datetime | None:
    return entered.replace(tzinfo=ZoneInfo(actor().time_zone)).astimezone(UTC) if entered else None


@blueprint.route("/tenders/<number:number>/amend", methods=["GET", "POST"])
@requires(Permission.RUN)
def tender_amend(number: str) -> Response:
    """A new version of what was published: texts and dates. Lines, requirements and papers have their own pages."""
    tender = own_tender(actor(), number)
    if tender.state not in ("published", "bidding"):
        raise NotFound
    values = {name: getattr(tender, name) for name in (*AMENDABLE, "row_version")}
    values |= {name: local_time(getattr(tender, name)) for name in MOMENTS if name in AMENDABLE}
    form = AmendForm(data=values)
    if form.validate_on_submit():
        head = {name: form[name].data for name in AMENDABLE}
        # a field holds whole minutes: one that was not touched keeps its seconds
        for name in MOMENTS:
            if name in head:
                old = getattr(tender, name)
                new = moment_of(head[name])
                head[name] = old if _same_minute(old, new) else new
        with form.catching():
            amendment = tender_changes.Amendment(form.reason.data, head=head)
            version = tender_changes.amend(actor(), tender.id, amendment, row_version=form.row_version.data)
            tell(_("Version {version} is published; everybody who takes part is told.", version=version))
            return go("sourcing.tender_show", number=number)
    return render_page(
        "sourcing/tender_amend.html", tender=tender, form=form, status=form.status, **page_values(tender, "terms")
    )


def _same_minute(old: datetime | None, new: datetime | None) -> bool:
    return old is not None and new is not None and old.replace(second=0, microsecond=0) == new
