"""The protocol of an auction on paper: places, rules, the whole log, and the hashes by which both can be checked."""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.model.record import RecordColumn, RecordDocument, RecordSection
from app.documents.rendering import print_record
from app.sourcing.queries.auctions import BuyerPage, LogLine
from app.sourcing.views.auction_words import KINDS, auction_event, rule_facts, to_the_microsecond
from app.web import filters
from app.web.texts import _

_DASH = "–"


def auction_record(page: BuyerPage, lines: Sequence[LogLine], language: str) -> bytes:
    """PDF of an ended auction."""
    head = page.head
    record = RecordDocument(
        title=str(_("Protocol of the auction")),
        number=f"{head.number}-{head.lot_number}",
        issuer=head.buyer_name,
        facts=(
            (str(_("Title")), head.title),
            (str(_("Lot")), f"{head.lot_number} {head.lot_title}"),
            (str(_("Kind")), str(KINDS[head.kind])),
            (str(_("Began")), to_the_microsecond(head.starts_at)),
            (str(_("Ended")), to_the_microsecond(head.ended_at or head.ends_at)),
            (str(_("Extensions")), str(head.extensions)),
            *rule_facts(head.rules, head.currency),
        ),
        sections=(_places(page), _log(page, lines)),
        foot=(str(_("SHA-256 of the protocol: {hash}", hash=head.protocol_hash)),),
    )
    return print_record(record, language=language)


def _places(page: BuyerPage) -> RecordSection:
    currency = page.head.currency
    return RecordSection(
        str(_("Result")),
        columns=(
            RecordColumn(str(_("Rank"))),
            RecordColumn(str(_("Bidder"))),
            RecordColumn(str(_("Supplier")), 3),
            RecordColumn(str(_("First price, {currency}", currency=currency)), is_number=True),
            RecordColumn(str(_("Price, {currency}", currency=currency)), is_number=True),
        ),
        rows=tuple(
            (
                str(seat.rank), str(seat.number), f"{seat.name} ({seat.code})",
                filters.amount(seat.start_price, currency), filters.amount(seat.price, currency),
            )
            for seat in page.seats
        ),
    )  # fmt: skip


def _log(page: BuyerPage, lines: Sequence[LogLine]) -> RecordSection:
    currency = page.head.currency
    return RecordSection(
        str(_("Log")),
        columns=(
            RecordColumn("#"),
            RecordColumn(str(_("Time")), 2),
            RecordColumn(str(_("Bidder"))),
            RecordColumn(str(_("Price, {currency}", currency=currency)), is_number=True),
            RecordColumn(str(_("What happened")), 3),
            RecordColumn("SHA-256"),
        ),
        rows=tuple(
            (
                str(line.sequence), to_the_microsecond(line.at), str(line.number or _DASH),
                _DASH if line.price is None else filters.amount(line.price, currency), auction_event(line),
                line.hash[:12],
            )
            for line in lines
        ),
        is_new_page=True,
    )  # fmt: skip
