"""Awards on paper: the protocol of the decision, and the letter to each bidder, from what was frozen then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.documents.model.record import RecordColumn, RecordDocument, RecordSection
from app.documents.rendering import print_record
from app.ordering.views.texts import unit_text
from app.sourcing.queries.awards import AwardView, LetterView, LotHead, ObjectionView
from app.sourcing.views.award_words import AWARDS, OBJECTIONS, OUTCOMES
from app.web import filters
from app.web.texts import _, show

_DASH = "–"


def award_record(
    lots: Sequence[LotHead],
    awards: Sequence[AwardView],
    objections: Sequence[ObjectionView],
    letters: Sequence[LetterView],
    language: str,
) -> bytes:
    """The protocol: what was awarded by lot, who objected, who was told."""
    head = lots[0]
    sections = []
    for lot in lots:
        own = [one for one in awards if one.lot_id == lot.lot_id]
        sections.append(_awards(lot, own))
        sections += [_lines(one) for one in own if one.state in ("pending", "active")]
        sections += [_objection(one, letters) for one in objections if one.lot_id == lot.lot_id]
        sections.append(_told([one for one in letters if one.lot_id == lot.lot_id]))
    record = RecordDocument(
        title=str(_("Award of tender")),
        number=head.number,
        issuer=next((one.content["buyer"] for one in letters), ""),
        facts=((str(_("Title")), head.title), (str(_("Lots")), str(len(lots)))),
        sections=tuple(one for one in sections if one.rows or one.paragraphs),
    )
    return print_record(record, language=language)


def _awards(lot: LotHead, awards: Sequence[AwardView]) -> RecordSection:
    stands = lot.standstill_end is not None and any(
        one.approved_at is not None and one.approved_at < lot.standstill_end for one in awards
    )
    end = (str(_("Standstill until {when}.", when=show(lot.standstill_end))),) if stands else ()
    return RecordSection(
        str(_("Lot {number}: {title}", number=lot.lot_number, title=lot.lot_title)),
        paragraphs=end if awards else (str(_("Nothing is awarded.")),),
        columns=(
            RecordColumn(str(_("Supplier")), 3),
            RecordColumn(str(_("Rank")), is_number=True),
            RecordColumn(str(_("Total")), is_number=True),
            RecordColumn(str(_("State"))),
            RecordColumn(str(_("Reason")), 3),
        ),
        rows=tuple(
            (
                one.supplier_name, str(one.rank or _DASH), filters.money(one.total, one.currency),
                str(AWARDS[one.state][1]), one.end_reason or one.reason or one.comment or _DASH,
            )
            for one in awards
        ),
    )  # fmt: skip


def _lines(award: AwardView) -> RecordSection:
    return RecordSection(
        str(_("What {supplier} gets", supplier=award.supplier_name)),
        columns=(
            RecordColumn(str(_("Line")), is_number=True),
            RecordColumn(str(_("Text")), 3),
            RecordColumn(str(_("Quantity")), is_number=True),
            RecordColumn(str(_("Price")), is_number=True),
            RecordColumn(str(_("Net")), is_number=True),
        ),
        rows=tuple(
            (str(one.position), one.text, filters.quantity(one.quantity, unit_text(one.unit)),
             filters.price(one.unit_price, award.currency), filters.amount(one.net, award.currency))
            for one in award.lines
        ),
    )  # fmt: skip


def _objection(one: ObjectionView, letters: Sequence[LetterView]) -> RecordSection:
    who = next((letter.content["supplier"] for letter in letters if letter.supplier_id == one.supplier_id), _DASH)
    told = show(one.submitted_at)
    words = [str(_("{supplier} objected on {when}: {text}", supplier=who, when=told, text=one.text))]
    words.append(str(OBJECTIONS[one.state][1]))
    if one.answer:
        words.append(str(_("Answer: {text}", text=one.answer)))
    return RecordSection(str(_("Objection")), paragraphs=tuple(words))


def _told(letters: Sequence[LetterView]) -> RecordSection:
    return RecordSection(
        str(_("Letters")),
        columns=(
            RecordColumn(str(_("Supplier")), 3),
            RecordColumn(str(_("Outcome")), 2),
            RecordColumn(str(_("Sent")), 2),
        ),
        rows=tuple((one.content["supplier"], str(OUTCOMES[one.outcome][1]), show(one.written_at)) for one in letters),
    )


def letter_paper(letter: LetterView, language: str) -> bytes:
    """The letter to one bidder."""
    facts = letter.content
    lot = str(_("Lot {number}: {title}", number=facts["lot"], title=facts["lot_title"]))
    record = RecordDocument(
        title=str(_("Decision on your bid")),
        number=facts["tender"],
        issuer=facts["buyer"],
        addressee=(facts["supplier"],),
        facts=(
            (str(_("Tender")), facts["title"]),
            (str(_("Part")), lot),
            (str(_("Your bid")), facts["bid"]),
            (str(_("Date")), show(letter.written_at)),
        ),
        sections=(
            RecordSection(str(OUTCOMES[letter.outcome][1]), paragraphs=tuple(_words(letter.outcome, facts))),
            _winners(facts),
        ),
    )
    return print_record(record, language=language)


def _words(outcome: str, facts: dict[str, Any]) -> list[str]:
    if outcome == "won":
        value = filters.money(Decimal(facts["awarded"]), facts["awarded_currency"])
        words = [str(_("We intend to award this part to you, for {value} net of the agreed lines.", value=value))]
    else:
        words = [str(_("We thank you for your bid. This part goes to another bidder."))]
    if facts["rank"]:
        words.append(str(_("Your bid has place {rank} of {bidders}.", rank=facts["rank"], bidders=facts["bidders"])))
    if facts["reason"]:
        words.append(str(_("Why it was not ranked: {reason}", reason=facts["reason"])))
    if facts["standstill_end"]:
        until = show(datetime.fromisoformat(facts["standstill_end"]))
        words.append(
            str(_("Until {when} no contract is concluded; until then you can object in the portal.", when=until))
        )
    return words


def _winners(facts: dict[str, Any]) -> RecordSection:
    return RecordSection(
        str(_("Who was chosen")),
        columns=(RecordColumn(str(_("Supplier")), 3), RecordColumn(str(_("Total")), is_number=True)),
        rows=tuple(
            (one["name"], filters.money(Decimal(one["total"]), one["currency"])) for one in facts["winners"]
        ),
    )  # fmt: skip
